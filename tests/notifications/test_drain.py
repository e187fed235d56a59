from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage, send_mail
from django.db import OperationalError, connection

from accounts.models import User
from common.errors import NotAllowed, Refused
from notifications.models import Channel, Delivery, KeptMail, Notice
from notifications.models.delivery import LEASE
from notifications.outbox import WAITS, drain
from tests.notifications.greeting import HOT
from tests.notifications.smtp_server import SmtpServer


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime) -> None:
    clock_shows(at)


def mail_of(person: User) -> Delivery:
    return Delivery.objects.get(user=person, channel=Channel.EMAIL)


def test_a_notice_stands_in_the_inbox_and_the_mail_is_sent(
    greet: Callable, sam: User, mail_server: SmtpServer, at: datetime, settings
) -> None:
    settings.PUBLIC_URL = "https://smarketing.acme.test"
    greet(sam, name="Sam")

    assert drain() == 2

    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.ids, notice.created_at, notice.read_at) == (
        sam,
        "test.greeting",
        {"name": "Sam"},
        at,
        None,
    )
    [mail] = mail_server.taken
    assert (mail["To"], mail["Subject"]) == ("sam@acme.test", "Hello Sam")
    assert mail["Message-ID"] == f"<delivery.{mail_of(sam).pk}.20260311090000000000@smarketing.acme.test>"
    text = mail.get_payload(decode=True).decode()
    assert text.startswith("Good to see you, Sam.")
    assert "https://smarketing.acme.test/leads/7/" in text
    assert not Delivery.objects.open().exists()
    assert drain() == 0


def test_what_was_settled_since_is_not_told(greet: Callable, sam: User, mail_server: SmtpServer) -> None:
    greet(sam, settled=True)

    assert drain() == 0
    assert (Notice.objects.count(), mail_server.taken) == (0, [])
    assert set(Delivery.objects.values_list("last_error", flat=True)) == {
        "It was settled, or no longer wanted, before it could be delivered."
    }
    assert not Delivery.objects.open().exists()


def test_who_left_meanwhile_is_not_told(
    greet: Callable, sam: User, ada: User, mail_server: SmtpServer, at: datetime
) -> None:
    greet(sam)
    sam.deactivate(by=ada, at=at)

    drain()

    assert (Notice.objects.count(), mail_server.taken) == (0, [])
    assert not Delivery.objects.open().exists()


def test_a_worker_that_comes_back_in_the_evening_waits_for_the_morning(
    greet: Callable, sam: User, clock_shows, mail_server: SmtpServer
) -> None:
    greet(sam)
    clock_shows(datetime(2026, 3, 11, 20, 0, tzinfo=UTC))
    assert drain() == 0

    delivery = mail_of(sam)
    assert (delivery.available_at, delivery.failures) == (datetime(2026, 3, 12, 8, 0, tzinfo=UTC), 0)
    clock_shows(datetime(2026, 3, 12, 8, 0, tzinfo=UTC))
    assert drain() == 2


def test_our_own_mistake_is_tried_again_ever_later_and_holds_up_nobody(
    greet: Callable, sam: User, rita: User, at: datetime
) -> None:
    greet(sam, kind=HOT.key, broken=True, key="broken")
    greet(rita)

    drain()

    broken = mail_of(sam)
    assert (broken.failures, broken.last_error) == (1, "ZeroDivisionError: our own mistake")
    assert 4 <= (broken.available_at - at).total_seconds() <= 7
    assert Notice.objects.filter(user=rita).count() == 1
    assert mail_of(rita).done_at


def test_after_the_whole_schedule_it_is_dead_and_the_admins_know(
    greet: Callable, sam: User, ada: User, at: datetime, clock_shows
) -> None:
    greet(sam, kind=HOT.key, broken=True)
    moment = at
    for wait in [*WAITS, timedelta(minutes=1)]:
        drain()
        moment += wait * 1.3
        clock_shows(moment)
    drain()

    dead = mail_of(sam)
    assert (dead.failures, dead.attempts, dead.done_at) == (10, 10, None)
    assert dead.dead_at is not None
    notice = Notice.objects.get(user=ada)
    assert (notice.kind, notice.ids) == ("delivery.dead", {"delivery": dead.pk})


def test_an_admin_replays_what_is_dead(
    greet: Callable, sam: User, ada: User, at: datetime, mail_server: SmtpServer
) -> None:
    greet(sam)
    Delivery.objects.update(dead_at=at, failures=10)
    assert drain() == 0

    dead = mail_of(sam)
    with pytest.raises(NotAllowed):
        dead.replay(by=sam, at=at)
    dead.replay(by=ada, at=at)
    with pytest.raises(Refused, match="being tried again already"):
        dead.replay(by=ada, at=at)
    assert drain() == 1
    assert len(mail_server.taken) == 1


def test_an_address_the_server_refuses_holds_up_nobody_elses_mail(
    greet: Callable, sam: User, rita: User, mail_server: SmtpServer
) -> None:
    mail_server.refused_addresses = {"sam@acme.test"}
    greet(sam, rita)

    assert drain() == 3
    assert (mail_of(sam).failures, mail_of(rita).failures) == (1, 0)
    assert "550" in mail_of(sam).last_error
    assert [mail["To"] for mail in mail_server.taken] == ["rita@acme.test"]


def test_a_mail_server_that_is_gone_costs_one_try_and_nothing_in_the_app(
    greet: Callable, sam: User, rita: User, mail_server: SmtpServer, clock_shows, at: datetime
) -> None:
    mail_server.__exit__()
    greet(sam, rita)

    assert drain() == 2  # both inboxes
    assert sorted([mail_of(sam).failures, mail_of(rita).failures]) == [0, 1]
    assert mail_of(rita).available_at - at >= LEASE
    assert Notice.objects.count() == 2


def test_a_mail_that_was_sent_but_not_marked_goes_out_again_with_the_same_id(
    greet: Callable, sam: User, mail_server: SmtpServer, at: datetime
) -> None:
    greet(sam)
    drain()
    Delivery.objects.filter(channel=Channel.EMAIL).update(done_at=None, available_at=at)
    drain()

    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_a_claimed_delivery_is_nobody_elses_until_its_lease_is_over(greet: Callable, sam: User, at: datetime) -> None:
    greet(sam)
    [mine] = Delivery.objects.claim(channel=Channel.INAPP, at=at, limit=20)

    assert Delivery.objects.claim(channel=Channel.INAPP, at=at + LEASE - timedelta(seconds=1), limit=20) == []
    [theirs] = Delivery.objects.claim(channel=Channel.INAPP, at=at + LEASE, limit=20)
    assert (mine.pk, mine.attempts, theirs.attempts) == (theirs.pk, 1, 2)
    assert (mine.hold(at=at), mine.finish(at=at), theirs.hold(at=at), theirs.finish(at=at)) == (
        False,
        False,
        True,
        True,
    )


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_down_costs_no_try(greet: Callable, sam: User) -> None:
    greet(sam, kind=HOT.key, moment=datetime(2020, 1, 1, tzinfo=UTC), **{"database goes down": True})
    Delivery.objects.filter(channel=Channel.INAPP).delete()

    with pytest.raises(OperationalError):
        drain()
    connection.close()

    assert (mail_of(sam).failures, mail_of(sam).last_error, mail_of(sam).dead_at) == (0, "", None)


# Mail that Django writes


def test_a_password_mail_goes_out_at_night_and_its_text_is_not_kept(db, mail_server: SmtpServer, clock_shows) -> None:
    clock_shows(datetime(2026, 3, 15, 3, 0, tzinfo=UTC))
    send_mail("A new password", "Click https://here", None, ["kim@acme.test", "lou@acme.test"])
    assert Delivery.objects.filter(content__text="Click https://here").count() == 2

    assert drain() == 2
    assert [mail["To"] for mail in mail_server.taken] == ["kim@acme.test", "lou@acme.test"]
    assert [delivery.content for delivery in Delivery.objects.all()] == [{}, {}]


def test_a_mail_with_an_attachment_is_refused_before_anything_is_written(db) -> None:
    mail = EmailMessage("Report", "See inside", to=["kim@acme.test"], attachments=[("a.csv", "1,2", "text/csv")])

    with pytest.raises(ValueError, match="carries plain text"):
        mail.send()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("has_server", [False, True])
def test_without_a_server_and_in_the_demo_mail_is_kept_in_the_app(
    greet: Callable, sam: User, mail_server: SmtpServer, settings, has_server: bool, at: datetime
) -> None:
    settings.DEMO = has_server
    settings.EMAIL_SERVER = settings.EMAIL_SERVER if has_server else {}
    greet(sam, name="Sam")
    drain()
    Delivery.objects.filter(channel=Channel.EMAIL).update(done_at=None, available_at=at)
    drain()

    mail = KeptMail.objects.get()
    assert (mail.address, mail.subject, mail_server.taken) == ("sam@acme.test", "Hello Sam", [])
