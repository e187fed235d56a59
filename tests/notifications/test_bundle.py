"""What can wait for the others of its half day goes out with them: twice a day, in one mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from notifications.models import Channel, Delivery, Notice, Preferences
from notifications.models.delivery import LEASE
from notifications.outbox import drain
from notifications.timing import bundle_for
from tests.notifications.greeting import BUNDLED
from tests.notifications.smtp_server import SmtpServer

AFTERNOON = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)  # two o'clock in Amsterdam


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime) -> None:
    clock_shows(at)


@pytest.fixture
def tell_of(greet: Callable) -> Callable:
    """`tell_of("ann", sam)`: one of the things that are bundled."""

    def tell_of(name: str, *people: User, **more: object) -> None:
        greet(*people, kind=BUNDLED.key, key=name, name=name, **more)

    return tell_of


def bodies(server: SmtpServer) -> list[str]:
    return [mail.get_payload(decode=True).decode() for mail in server.taken]


@pytest.mark.parametrize(
    ("told_at", "comes_at"),
    [
        (utc(11, 7, 30), utc(11, 8)),  # before the desk opens at nine
        (utc(11, 9), utc(11, 13)),  # in the morning
        (utc(11, 13), utc(11, 13)),  # at two itself
        (utc(11, 13, 1), utc(12, 8)),  # in the afternoon
        (utc(13, 15), utc(16, 8)),  # on Friday afternoon
    ],
)
def test_a_bundle_comes_in_the_morning_and_after_two(sam: User, told_at: datetime, comes_at: datetime) -> None:
    assert bundle_for(sam, told_at) == comes_at


def test_who_has_no_known_hours_gets_it_at_eight_and_two(ada: User) -> None:
    assert bundle_for(ada, utc(14, 3)) == utc(14, 7)
    assert bundle_for(ada, utc(14, 12)) == utc(14, 13)


def test_the_inbox_shows_it_at_once_and_one_mail_tells_of_all(
    tell_of: Callable, sam: User, rita: User, mail_server: SmtpServer, clock_shows
) -> None:
    for name in ("Ann", "Bob", "Cem"):
        tell_of(name, sam)
    tell_of("Dee", rita)
    assert drain() == 4
    assert (Notice.objects.count(), mail_server.taken) == (4, [])

    clock_shows(AFTERNOON)
    assert drain() == 2

    assert [(mail["To"], mail["Subject"]) for mail in mail_server.taken] == [
        ("sam@acme.test", "Hello Ann, and 2 more"),
        ("rita@acme.test", "Hello Dee"),
    ]
    assert all(f"Good to see you, {name}." in bodies(mail_server)[0] for name in ("Ann", "Bob", "Cem"))
    assert not Delivery.objects.open().exists()


def test_what_is_hot_comes_by_itself(tell_of: Callable, sam: User, mail_server: SmtpServer) -> None:
    tell_of("Ann", sam)
    tell_of("Hot", sam, hot=True)

    drain()

    assert [mail["Subject"] for mail in mail_server.taken] == ["Hello Hot"]


def test_what_was_settled_by_then_is_left_out(
    tell_of: Callable, sam: User, mail_server: SmtpServer, clock_shows
) -> None:
    tell_of("Ann", sam, settled=True)
    tell_of("Bob", sam)
    clock_shows(AFTERNOON)

    drain()

    assert [mail["Subject"] for mail in mail_server.taken] == ["Hello Bob"]
    assert not Delivery.objects.open().exists()


def test_what_is_no_longer_wanted_is_left_out_and_takes_nothing_with_it(
    tell_of: Callable, greet: Callable, sam: User, mail_server: SmtpServer, clock_shows
) -> None:
    tell_of("Ann", sam)
    greet(sam, kind="test.another_bundled", key="another", name="Bob")
    Preferences(user=sam).choose({Channel.EMAIL: {BUNDLED.key: False}}, within_hours=True, by=sam)
    clock_shows(AFTERNOON)

    drain()

    assert [mail["Subject"] for mail in mail_server.taken] == ["Hello Bob"]
    assert not Delivery.objects.open().exists()


def test_a_bundle_that_goes_out_again_says_the_same_and_what_came_since_has_its_own(
    tell_of: Callable, sam: User, mail_server: SmtpServer, clock_shows
) -> None:
    tell_of("Ann", sam)
    tell_of("Bob", sam)
    clock_shows(AFTERNOON)
    drain()
    bundle = Delivery.objects.filter(channel=Channel.EMAIL)
    bundle.update(done_at=None, available_at=AFTERNOON)  # sent, and killed before it was marked
    tell_of("Cem", sam, moment=AFTERNOON)

    clock_shows(AFTERNOON + timedelta(minutes=1))
    drain()

    first, again, later = mail_server.taken
    assert first["Message-ID"] == again["Message-ID"] != later["Message-ID"]
    assert bodies(mail_server)[0] == bodies(mail_server)[1]
    assert later["Subject"] == "Hello Cem"


def test_a_bundle_fails_and_is_replayed_as_one(
    tell_of: Callable, sam: User, ada: User, mail_server: SmtpServer, clock_shows
) -> None:
    mail_server.refused_addresses = {"sam@acme.test"}
    tell_of("Ann", sam)
    tell_of("Bob", sam)
    clock_shows(AFTERNOON)
    drain()
    mails = Delivery.objects.filter(channel=Channel.EMAIL)
    assert list(mails.values_list("failures", flat=True)) == [1, 1]

    mails.update(dead_at=AFTERNOON)
    [dead] = Delivery.objects.dead()
    mail_server.refused_addresses = set()
    dead.replay(by=ada, at=AFTERNOON)

    assert drain() == 1
    assert [mail["Subject"] for mail in mail_server.taken] == ["Hello Ann, and 1 more"]


def test_more_than_one_claim_holds_is_one_bundle_all_the_same(
    tell_of: Callable, sam: User, mail_server: SmtpServer, clock_shows
) -> None:
    for number in range(45):
        tell_of(f"number {number}", sam)
    clock_shows(AFTERNOON + LEASE)

    drain()

    assert [mail["Subject"] for mail in mail_server.taken] == ["Hello number 0, and 44 more"]
