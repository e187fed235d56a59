from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import User
from notifications.models import Channel, Delivery, Notice
from notifications.outbox import as_history, tell
from tests.notifications.greeting import HOT, QUIET

THURSDAY_NINE = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)  # in Amsterdam
MONDAY_NINE = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def moments() -> set[datetime]:
    return set(Delivery.objects.values_list("available_at", flat=True))


def test_each_person_is_told_in_the_app_and_by_mail(greet: Callable, sam: User, rita: User, at: datetime) -> None:
    greet(sam, rita)

    assert set(Delivery.objects.values_list("user", "channel")) == {
        (person.pk, channel) for person in (sam, rita) for channel in (Channel.INAPP, Channel.EMAIL)
    }
    assert moments() == {at}


def test_what_did_not_happen_is_not_told(greet: Callable, sam: User) -> None:
    with transaction.atomic():
        greet(sam)
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()


def test_the_same_occasion_is_told_once(greet: Callable, sam: User, rita: User) -> None:
    greet(sam)
    greet(sam, rita)
    greet(sam, key="another occasion")

    assert Delivery.objects.filter(user=sam, channel=Channel.INAPP).count() == 2
    assert Delivery.objects.filter(user=rita).count() == 2


def test_who_has_left_is_not_told(greet: Callable, sam: User, ada: User, at: datetime) -> None:
    sam.deactivate(by=ada, at=at)
    greet(sam)

    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("told_at", "delivered_at"),
    [
        (datetime(2026, 3, 11, 16, 29, tzinfo=UTC), datetime(2026, 3, 11, 16, 29, tzinfo=UTC)),  # Wednesday 17:29
        (datetime(2026, 3, 11, 16, 30, tzinfo=UTC), THURSDAY_NINE),  # 17:30, the desk closes
        (datetime(2026, 3, 13, 19, 0, tzinfo=UTC), MONDAY_NINE),  # Friday evening
        (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),  # the clocks change
    ],
)
def test_out_of_hours_it_waits_for_the_next_opening(
    greet: Callable, sam: User, told_at: datetime, delivered_at: datetime
) -> None:
    greet(sam, moment=told_at)

    assert moments() == {delivered_at}


def test_who_is_away_is_told_on_coming_back(greet: Callable, sam: User, at: datetime) -> None:
    sam.be_away(at, at + timedelta(days=2, hours=10), cover=None, by=sam, at=at)
    greet(sam)

    assert moments() == {MONDAY_NINE}


def test_what_cannot_wait_does_not(greet: Callable, sam: User) -> None:
    sunday = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
    greet(sam, kind=HOT.key, moment=sunday)

    assert moments() == {sunday}


def test_an_admin_without_working_hours_is_told_at_once(greet: Callable, ada: User) -> None:
    sunday = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
    greet(ada, moment=sunday)

    assert moments() == {sunday}


def test_a_past_is_told_without_mail_and_only_its_last_day_is_new(greet: Callable, sam: User, at: datetime) -> None:
    with as_history(news_from=at):
        greet(sam, key="last month", moment=at - timedelta(days=30))
        greet(sam, key="last month", moment=at - timedelta(days=30))
        greet(sam, key="today", moment=at + timedelta(minutes=1))

    assert not Delivery.objects.exists()
    assert list(Notice.objects.order_by("created_at").values_list("created_at", "read_at")) == [
        (at - timedelta(days=30), at - timedelta(days=30)),
        (at + timedelta(minutes=1), None),
    ]


def test_some_things_are_not_worth_a_mail(greet: Callable, sam: User) -> None:
    greet(sam, kind=QUIET.key)

    assert [delivery.channel for delivery in Delivery.objects.all()] == [Channel.INAPP]


def test_an_unknown_kind_is_our_mistake_and_writes_nothing(sam: User, at: datetime) -> None:
    with pytest.raises(KeyError):
        tell([sam], "no.such.kind", {}, key="x", at=at)

    assert not Delivery.objects.exists()
