from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from common.errors import NotAllowed
from notifications.models import Delivery, KeptMail, Notice
from notifications.outbox import drain
from tests.asked import queries_asked

Clients = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime) -> None:
    clock_shows(at)


@pytest.fixture
def told(greet: Callable) -> Callable:
    """Tell and deliver."""

    def told(*people: User, **ids: object) -> None:
        greet(*people, **ids)
        drain()

    return told


def test_the_inbox_shows_ones_own_notices_and_how_many_are_new(
    told: Callable, sam: User, rita: User, client_of: Clients
) -> None:
    told(sam, name="Sam", key="1")
    told(rita, name="Rita", key="2")

    page = client_of(sam).get("/notifications/").content.decode()

    assert "Hello Sam" in page
    assert "Hello Rita" not in page
    assert "<small>1 new</small>" in page


def test_opening_a_notice_reads_it_and_leads_to_what_it_is_about(
    told: Callable, sam: User, client_of: Clients, at: datetime
) -> None:
    told(sam)
    notice = Notice.objects.get()

    answer = client_of(sam).post(f"/notifications/{notice.pk}/open/")

    notice.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/leads/7/")
    assert notice.read_at.replace(microsecond=0) == at
    notice.read(by=sam, at=at + timedelta(hours=1))
    assert Notice.objects.get().read_at == notice.read_at


def test_looking_at_the_inbox_reads_nothing(told: Callable, sam: User, client_of: Clients) -> None:
    told(sam)
    client_of(sam).get("/notifications/")

    assert Notice.objects.unread().count() == 1


def test_nobody_opens_anothers_notice(told: Callable, sam: User, rita: User, client_of: Clients, at: datetime) -> None:
    told(sam)
    notice = Notice.objects.get()

    assert client_of(rita).post(f"/notifications/{notice.pk}/open/").status_code == 404
    with pytest.raises(NotAllowed):
        notice.read(by=rita, at=at)
    assert Notice.objects.unread().count() == 1


def test_all_are_read_at_once_and_only_ones_own(told: Callable, sam: User, rita: User, client_of: Clients) -> None:
    for number in range(3):
        told(sam, rita, key=str(number))

    client_of(sam).post("/notifications/read/")

    assert (Notice.objects.filter(user=sam).unread().count(), Notice.objects.filter(user=rita).unread().count()) == (
        0,
        3,
    )


def test_the_bell_counts_what_is_new(told: Callable, sam: User, client_of: Clients) -> None:
    for number in range(3):
        told(sam, key=str(number))

    assert '<span class="count">3</span>' in client_of(sam).get("/account/").content.decode()


def test_what_waits_for_working_hours_is_there_but_does_not_ring(
    greet: Callable, sam: User, client_of: Clients, clock_shows
) -> None:
    clock_shows(datetime(2026, 3, 14, 12, 0, tzinfo=UTC))  # a Saturday
    greet(sam, name="Sam", moment=datetime(2026, 3, 14, 12, 0, tzinfo=UTC))
    assert drain() == 0

    page = client_of(sam).get("/notifications/").content.decode()

    assert "1 notice for your next working hours" in page
    assert "16 Mar 09:00" in page
    assert "Hello Sam" in page
    assert "nothing new" in page


def test_a_notice_whose_object_is_gone_says_so(told: Callable, sam: User, client_of: Clients) -> None:
    told(sam)
    Notice.objects.update(kind="comment.mention", ids={"comment": 0})

    assert "What this was about is no longer here." in client_of(sam).get("/notifications/").content.decode()


def test_the_filters_narrow_and_pages_go_on_where_they_ended(told: Callable, sam: User, client_of: Clients) -> None:
    for number in range(35):
        told(sam, name=f"number {number:02}", key=str(number))
    client = client_of(sam)

    first = client.get("/notifications/").content.decode()
    older = Notice.objects.before("")[29].pk
    second = client.get(f"/notifications/?before={older}").content.decode()

    assert ("Hello number 34" in first, "Hello number 05" in first, "Hello number 04" in first) == (True, True, False)
    assert ("Hello number 05" in second, "Hello number 04" in second, "Hello number 00" in second) == (
        False,
        True,
        True,
    )
    assert "Nothing like that" in client.get("/notifications/?kind=test.hot").content.decode()
    assert "Hello number 34" in client.get("/notifications/?kind=test.greeting&unread=1").content.decode()


def test_the_inbox_asks_the_database_as_often_for_thirty_notices_as_for_one(
    told: Callable, sam: User, client_of: Clients
) -> None:
    client = client_of(sam)

    def queries() -> int:
        with queries_asked() as asked:
            client.get("/notifications/")
        return len(asked)

    told(sam, key="first")
    for_one = queries()
    for number in range(29):
        told(sam, key=str(number))

    assert queries() == for_one


# For admins


def test_dead_deliveries_are_shown_to_admins_and_tried_again(
    greet: Callable, sam: User, ada: User, client_of: Clients, at: datetime
) -> None:
    greet(sam)
    Delivery.objects.update(dead_at=at, failures=10, last_error="SMTPConnectError: no answer")
    dead = Delivery.objects.first()

    page = client_of(ada).get("/settings/deliveries/").content.decode()
    assert "SMTPConnectError: no answer" in page
    assert client_of(sam).get("/settings/deliveries/").status_code == 403
    assert client_of(sam).post(f"/settings/deliveries/{dead.pk}/replay/").status_code == 403
    assert Delivery.objects.dead().count() == 2

    client_of(ada).post(f"/settings/deliveries/{dead.pk}/replay/")
    assert Delivery.objects.dead().count() == 1
    assert client_of(ada).post(f"/settings/deliveries/{dead.pk}/replay/").status_code == 409


def test_kept_mail_is_for_admins(told: Callable, sam: User, ada: User, client_of: Clients, settings) -> None:
    settings.EMAIL_SERVER = {}
    told(sam, name="Sam")
    mail = KeptMail.objects.get()

    assert "Hello Sam" in client_of(ada).get("/settings/mail/").content.decode()
    assert "Good to see you, Sam." in client_of(ada).get(f"/settings/mail/{mail.pk}/").content.decode()
    assert client_of(sam).get(f"/settings/mail/{mail.pk}/").status_code == 403
