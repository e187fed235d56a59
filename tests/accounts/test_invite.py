import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.access import Role
from accounts.models import Team, User
from common.errors import NotAllowed, Refused
from notifications.models import Delivery


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> None:
    cache.clear()


def link_in_last_mail() -> str:
    text = Delivery.objects.order_by("-pk")[0].content["text"]
    return re.search(r"https?://[^/\s]+(/password/\S+)", text)[1]


def set_password(client: Client, link: str, password: str):
    form_at = client.get(link).headers["Location"]
    return client.post(form_at, {"new_password1": password, "new_password2": password})


def test_an_invited_person_sets_a_password_by_the_mailed_link_and_is_in(
    ada: User, sales_team: Team, at: datetime
) -> None:
    kim = User.objects.invite("Kim@Acme.test", name="Kim Bakker", roles=[Role.REP], team=sales_team, by=ada, at=at)

    delivery = Delivery.objects.get()
    assert (delivery.address, delivery.content["subject"]) == ("kim@acme.test", "You are invited to Smarketing")
    assert "Ada Smit has made an account for you" in delivery.content["text"]
    assert (kim.waits_for_password, kim.invited_at) == (True, at)

    client = Client()
    answer = set_password(client, link_in_last_mail(), "a quiet river at noon")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    kim.refresh_from_db()
    assert not kim.waits_for_password
    assert client.get("/account/").status_code == 200


def test_the_link_works_once(ada: User, at: datetime) -> None:
    User.objects.invite("kim@acme.test", roles=[Role.REP], by=ada, at=at)
    link = link_in_last_mail()
    set_password(Client(), link, "a quiet river at noon")

    again = Client().get(link)

    assert again.status_code == 200
    assert "This link no longer works" in again.content.decode()
    assert "Mail me a new link" in again.content.decode()


def test_an_old_link_says_so_and_what_to_do(ada: User, at: datetime, settings) -> None:
    User.objects.invite("kim@acme.test", roles=[Role.REP], by=ada, at=at)
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "This link no longer works" in Client().get(link_in_last_mail()).content.decode()


def test_an_invitation_can_be_sent_again_until_there_is_a_password(ada: User, at: datetime) -> None:
    kim = User.objects.invite("kim@acme.test", roles=[Role.REP], by=ada, at=at)
    kim.invite(by=ada, at=at)
    assert Delivery.objects.count() == 2

    kim.set_password("a quiet river at noon")
    kim.save()
    with pytest.raises(Refused, match="can sign in already"):
        kim.invite(by=ada, at=at)
    assert Delivery.objects.count() == 2


def test_one_address_has_one_account(ada: User, sam: User, at: datetime) -> None:
    with pytest.raises(ValidationError, match="already exists"):
        User.objects.invite("SAM@acme.test", roles=[Role.REP], by=ada, at=at)

    assert (User.objects.filter(email="sam@acme.test").count(), Delivery.objects.count()) == (1, 0)


def test_only_an_admin_invites(nora: User, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        User.objects.invite("kim@acme.test", roles=[Role.REP], by=nora, at=at)

    assert not User.objects.filter(email="kim@acme.test").exists()
    assert Delivery.objects.count() == 0


def test_the_page_invites_and_keeps_what_was_typed_when_something_is_wrong(
    ada: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ada)

    wrong = client.post("/settings/people/invite/", {"email": "kim@", "name": "Kim Bakker", "roles": ["rep"]})
    assert (wrong.status_code, "Kim Bakker" in wrong.content.decode()) == (422, True)
    right = client.post("/settings/people/invite/", {"email": "kim@acme.test", "name": "Kim Bakker", "roles": ["rep"]})
    assert right.headers["Location"] == "/settings/people/"
    assert User.objects.get(email="kim@acme.test").roles == ["rep"]


def test_a_forgotten_password_is_reset_by_mail_at_most_three_times_an_hour(sam: User) -> None:
    for _ in range(5):
        answer = Client().post("/password/forgot/", {"email": "Sam@acme.test"})
        assert "a link to set a new password is on its way" in answer.content.decode()

    assert list(Delivery.objects.values_list("address", flat=True)) == ["sam@acme.test"] * 3


def test_nobody_learns_from_a_reset_which_addresses_have_accounts(sam: User) -> None:
    for_nobody = Client().post("/password/forgot/", {"email": "xyz@acme.test"}).content.decode()
    for_sam = Client().post("/password/forgot/", {"email": "sam@acme.test"}).content.decode()

    assert for_nobody.replace("xyz@", "") == for_sam.replace("sam@", "")
    assert Delivery.objects.count() == 1


def test_the_mailed_link_leads_to_our_own_address_whatever_host_was_asked(sam: User, settings) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://smarketing.acme.test", ["*"]

    Client().post("/password/forgot/", {"email": "sam@acme.test"}, HTTP_HOST="evil.example")

    assert "https://smarketing.acme.test/password/" in Delivery.objects.get().content["text"]
