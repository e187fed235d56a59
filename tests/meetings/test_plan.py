"""Setting the weekly meeting, moving it, skipping it: always one that is to come."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from common.errors import NotAllowed, Refused
from meetings.models import Meeting, Series
from tests.meetings.conftest import MONDAY

WEEK = timedelta(weeks=1)
TERMS = {"weekday": 0, "time": time(10), "zone": "Europe/Amsterdam", "minutes": 30}


def test_the_first_meeting_is_on_the_next_such_day(coming: Meeting):
    assert coming.starts_at == MONDAY
    assert str(coming) == "Monday, 16 March, 10:00"
    assert not coming.is_open
    assert not coming.is_over


def test_on_the_day_itself_the_hour_decides(nora: User):
    early, late = datetime(2026, 3, 16, 8, 59, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
    series = Series(**TERMS)
    assert series.next_start(early) == MONDAY
    assert series.next_start(late) == MONDAY + WEEK


def test_ten_o_clock_stays_ten_when_the_clocks_change():
    series = Series(**TERMS)
    before = series.next_start(datetime(2026, 3, 20, tzinfo=UTC))
    after = series.next_start(before)
    assert (before, after) == (datetime(2026, 3, 23, 9, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC))


def test_there_is_one_weekly_meeting(series: Series, theo: User, at: datetime):
    with pytest.raises(Refused, match="is set already"):
        Series.objects.set_up(**TERMS | {"weekday": 3}, by=theo, at=at)
    assert Series.objects.get().weekday == 0
    with pytest.raises(IntegrityError, match="series_one_a_rhythm"), transaction.atomic():
        Series.objects.create(**TERMS, created_by=theo, created_at=at)


@pytest.mark.parametrize("who", ["maya", "sam", "ada", "otto"])
def test_only_heads_set_it(who: str, request, at: datetime):
    with pytest.raises(NotAllowed):
        Series.objects.set_up(**TERMS, by=request.getfixturevalue(who), at=at)
    assert not Series.objects.exists()


@pytest.mark.parametrize("wrong", [{"zone": "Mars/Base"}, {"minutes": 0}, {"weekday": 7}])
def test_a_day_zone_or_length_that_cannot_be_is_refused(wrong: dict, nora: User, at: datetime):
    with pytest.raises(ValidationError):
        Series.objects.set_up(**TERMS | wrong, by=nora, at=at)
    assert not Series.objects.exists()


def test_a_change_moves_the_meeting_that_is_to_come(coming: Meeting, theo: User, at: datetime):
    coming.series.change(weekday=3, time=time(15, 30), by=theo, at=at)
    assert Meeting.objects.get().starts_at == datetime(2026, 3, 12, 14, 30, tzinfo=UTC)


def test_a_change_leaves_a_meeting_that_is_under_way_alone(under_way: Meeting, theo: User):
    under_way.series.change(weekday=3, by=theo, at=MONDAY + timedelta(minutes=5))
    assert Meeting.objects.get().starts_at == MONDAY
    following = Meeting.objects.get().close(by=theo, at=MONDAY + timedelta(minutes=30))
    assert str(following) == "Thursday, 19 March, 10:00"


def test_a_skipped_meeting_hands_its_agenda_to_the_next(coming: Meeting, maya: User, theo: User, at: datetime):
    item = coming.put_on_agenda("Company size on fair leads", by=maya, at=at)
    following = coming.skip(by=theo, at=at)
    assert following.starts_at == MONDAY + WEEK
    item.refresh_from_db()
    assert item.meeting == following
    assert coming.is_over
    with pytest.raises(Refused, match="opened or skipped already"):
        coming.open(by=theo, at=MONDAY)
    assert Meeting.objects.count() == 2


def test_the_database_keeps_one_meeting_to_come(coming: Meeting):
    with pytest.raises(IntegrityError, match="meeting_one_to_come"), transaction.atomic():
        coming.series.plan_next(after=MONDAY)
