"""What reaches a person is theirs to choose; the inbox keeps everything."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from common.errors import NotAllowed
from notifications.models import Channel, Delivery, Notice, Preferences
from notifications.outbox import drain
from tests.notifications.greeting import GREETING
from tests.notifications.smtp_server import SmtpServer

Clients = Callable[[User], Client]
SUNDAY = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime) -> None:
    clock_shows(at)


def no_mail(person: User, *, within_hours: bool = True) -> None:
    answers = {Channel.EMAIL: {GREETING.key: False}}
    Preferences(user=person).choose(answers, within_hours=within_hours, by=person)


def channels_of(person: User) -> list[str]:
    return sorted(Delivery.objects.filter(user=person).values_list("channel", flat=True))


def test_who_wants_no_mail_of_a_kind_finds_it_in_the_inbox(greet: Callable, sam: User, rita: User) -> None:
    no_mail(sam)
    greet(sam, rita)
    greet(sam, kind="test.hot", key="another kind")

    assert channels_of(sam) == ["email", "inapp", "inapp"]
    assert channels_of(rita) == ["email", "inapp"]


def test_what_is_chosen_before_the_morning_counts_in_the_morning(
    greet: Callable, sam: User, mail_server: SmtpServer
) -> None:
    greet(sam)
    no_mail(sam)

    assert drain() == 1
    assert (Notice.objects.count(), mail_server.taken) == (1, [])
    assert Delivery.objects.get(channel=Channel.EMAIL).last_error == (
        "It was settled, or no longer wanted, before it could be delivered."
    )


def test_who_wants_to_know_at_any_time_is_told_on_sunday(greet: Callable, sam: User, rita: User, clock_shows) -> None:
    clock_shows(SUNDAY)
    no_mail(sam, within_hours=False)
    greet(sam, rita, moment=SUNDAY)

    assert drain() == 1
    assert [notice.user for notice in Notice.objects.all()] == [sam]


def test_nobody_chooses_for_another(sam: User, rita: User) -> None:
    with pytest.raises(NotAllowed):
        Preferences(user=sam).choose({}, within_hours=False, by=rita)

    assert not Preferences.objects.exists()


def test_the_page_shows_what_is_usual_and_keeps_what_is_chosen(sam: User, client_of: Clients, greet: Callable) -> None:
    client = client_of(sam)
    page = client.get("/account/notifications/").content.decode()
    assert 'name="email:test.greeting" id="id_email:test.greeting" checked' in page
    assert "email:test.quiet" not in page
    assert "Mail about your account" not in page

    client.post("/account/notifications/", {"hours": "any", "email:test.hot": "on"})

    kept = Preferences.objects.get()
    assert (kept.user, kept.within_hours) == (sam, False)
    assert (kept.answers["email"]["test.greeting"], kept.answers["email"]["test.hot"]) == (False, True)
    greet(sam)
    assert channels_of(sam) == ["inapp"]


def test_a_form_that_says_nothing_changes_nothing(sam: User, client_of: Clients) -> None:
    assert client_of(sam).post("/account/notifications/", {}).status_code == 422

    assert not Preferences.objects.exists()
