import re
from collections.abc import Callable
from datetime import datetime

import pytest
from axes.models import AccessAttempt
from django.test import Client

from accounts.models import User

PASSWORD = "four plain words here"


@pytest.fixture
def sam_with_password(sam: User) -> User:
    sam.set_password(PASSWORD)
    sam.save()
    return sam


def sign_in(client: Client, password: str, email: str = "sam@acme.test", page: str = "/account/", **extra):
    return client.post("/sign-in/", {"username": email, "password": password, "next": page}, **extra)


def test_after_signing_in_one_is_on_the_page_one_asked_for(sam_with_password: User) -> None:
    client = Client()
    asked = client.get("/settings/absences/?x=1")

    assert asked.headers["Location"] == "/sign-in/?next=/settings/absences/%3Fx%3D1"
    answer = sign_in(client, PASSWORD, email="Sam@ACME.test", page="/settings/absences/?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/absences/?x=1")
    assert client.get("/account/").status_code == 200


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(db) -> None:
    answer = Client().get(
        "/notifications/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/account/?tab=2"}
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/account/%3Ftab%3D2"
    assert answer.content == b""


def test_a_form_sent_after_the_session_ended_is_not_repeated_by_signing_in(db) -> None:
    answer = Client().post("/settings/absences/today/")

    assert answer.headers["Location"] == "/sign-in/?next="


@pytest.mark.parametrize("email", ["sam@acme.test", "nobody@acme.test"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(sam_with_password: User, email: str) -> None:
    answer = sign_in(Client(), "not the password", email=email)

    assert answer.status_code == 200
    assert "That e-mail address and password do not belong together" in answer.content.decode()


def test_the_fifth_wrong_password_locks_that_account_from_that_address_and_says_until_when(
    sam_with_password: User,
) -> None:
    client = Client()
    for wrong in range(4):
        assert sign_in(client, f"wrong {wrong}").status_code == 200
    locked = sign_in(client, "wrong 5", email="SAM@acme.test")

    assert locked.status_code == 429
    text = locked.content.decode()
    until = AccessAttempt.objects.get().attempt_time.replace(tzinfo=None)
    assert "5 wrong passwords for sam@acme.test came from your address" in text
    assert re.search(r"You can try again <time [^>]*>in 1[45]\xa0min</time>, at \d\d:\d\d UTC", text)
    assert until

    assert sign_in(client, PASSWORD).status_code == 429
    from_elsewhere = sign_in(Client(), PASSWORD, REMOTE_ADDR="192.0.2.7")
    assert from_elsewhere.status_code == 302


def test_an_account_that_was_closed_is_out_with_the_next_click(
    sam: User, ada: User, client_of: Callable[[User], Client], at: datetime
) -> None:
    client = client_of(sam)
    assert client.get("/account/").status_code == 200

    sam.deactivate(by=ada, at=at)

    assert client.get("/account/").status_code == 302


def test_signing_out_takes_a_post(sam: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(sam)

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/account/").status_code == 302


def test_an_account_without_a_role_sees_that_it_may_not(otto: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(otto).get("/settings/people/")

    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.content.decode()


def test_times_are_shown_in_the_readers_zone(
    sam: User, nora: User, client_of: Callable[[User], Client], at: datetime, clock_shows
) -> None:
    clock_shows(at)
    sam.be_away_today(cover=None, by=sam, at=at)
    User.objects.filter(pk=nora.pk).update(zone="Asia/Tokyo")

    assert "tomorrow 00:00" in client_of(sam).get("/settings/absences/").content.decode()
    assert "tomorrow 08:00" in client_of(nora).get("/settings/absences/").content.decode()


# The demo company's open door


def step_in(person: User, **where: str):
    return Client().post(f"/sign-in/demo/{person.pk}/", {"next": "/account/"}, **where)


def test_in_the_demo_company_one_click_signs_in(sam: User, settings) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["*"]

    page = Client().get("/sign-in/", HTTP_HOST="127.0.0.1:8000").content.decode()
    answer = step_in(sam, HTTP_HOST="127.0.0.1:8000")

    assert "Sam de Wit" in page
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")


@pytest.mark.parametrize(
    ("demo", "where"),
    [
        (False, {"HTTP_HOST": "localhost"}),
        (True, {"HTTP_HOST": "smarketing.example"}),
        (True, {"HTTP_HOST": "localhost", "REMOTE_ADDR": "192.0.2.7"}),
        (True, {"HTTP_HOST": "localhost", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}),
    ],
    ids=["no demo", "another name", "another machine", "behind a proxy"],
)
def test_elsewhere_there_is_no_such_door(sam: User, settings, demo: bool, where: dict[str, str]) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = demo, ["*"]

    assert step_in(sam, **where).status_code == 404
    assert "Sam de Wit" not in Client().get("/sign-in/", **where).content.decode()


def test_who_has_a_password_or_no_role_is_no_demo_person(sam_with_password: User, otto: User, settings) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["*"]

    assert step_in(sam_with_password, HTTP_HOST="localhost").status_code == 404
    assert step_in(otto, HTTP_HOST="localhost").status_code == 404
