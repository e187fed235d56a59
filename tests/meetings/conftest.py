"""The weekly meeting to play with: Mondays at ten in Amsterdam."""

from datetime import UTC, datetime, time

import pytest

from accounts.models import User
from meetings.models import Meeting, Series

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)  # ten in Amsterdam


@pytest.fixture
def series(nora: User, at: datetime) -> Series:
    """Set on Wednesday 11 March, so that the first one is on Monday the 16th."""
    return Series.objects.set_up(weekday=0, time=time(10), zone="Europe/Amsterdam", minutes=30, by=nora, at=at)


@pytest.fixture
def coming(series: Series) -> Meeting:
    """The first meeting, not yet opened."""
    return Meeting.objects.get()


@pytest.fixture
def under_way(coming: Meeting, nora: User) -> Meeting:
    """The same, opened at its hour."""
    coming.open(by=nora, at=MONDAY)
    return coming
