"""What each day brought towards a goal, counted ahead of time: the same as on the spot, told with its moment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from goals.heading import Outlook
from goals.progress import progress
from goals.tasks import count_days
from leads.models import Tally
from leads.models.tally import STANDS, Of
from tests.asked import queries_asked
from tests.builders import a_handoff

DAY = timedelta(days=1)
MAY = datetime(2026, 5, 4, 10, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(in_force, a_win, sam, clock_shows):
    """A goal five weeks after it began, of which three deals and some hand-offs are there."""
    clock_shows(MAY)
    for days, amount in ((40, 20_000), (20, 30_000), (3, Decimal("12_345.67"))):
        a_win(at=MAY - days * DAY, amount=amount)
    a_handoff(at=MAY - DAY, owner=sam)
    return in_force


def told(plan, at=MAY):
    return progress(plan, at=at, outlook=Outlook(plan, at=at))


def test_what_is_kept_is_what_is_counted_on_the_spot_to_the_cent(running):
    on_the_spot = told(running)
    assert [str(line.value) for line in on_the_spot] == ["1", "2", "42345.67", "42345.67"]
    assert Outlook(running, at=MAY).counted_at is None

    assert count_days() == 4 + 3  # the days of four figures, and what deals say of three

    assert told(running) == on_the_spot
    assert abs(Outlook(running, at=MAY).counted_at - MAY) < timedelta(minutes=1)


def test_with_it_a_goal_is_told_without_asking_for_deals_or_days(running):
    with queries_asked() as before:
        told(running)
    count_days()
    with queries_asked() as after:
        told(running)
    assert len(after) <= len(before) - 6


def test_what_came_since_counts_at_the_next_count_and_without_a_worker_after_a_day(running, a_win, clock_shows):
    count_days()
    a_win(at=MAY - 2 * DAY, amount=1_000)
    assert told(running)[2].value == Decimal("42345.67")
    count_days()
    assert told(running)[2].value == Decimal("43345.67")
    Tally.objects.filter(of=Of.GOAL).update(at=MAY - STANDS)
    a_win(at=MAY - 2 * DAY, amount=1_000)
    assert told(running)[2].value == Decimal("44345.67")


def test_home_goal_and_target_say_when_it_was_counted(running, client_of, theo):
    target = running.targets.get(metric="customers", period=running.period)
    addresses = ("/", running.get_absolute_url(), f"/goals/targets/{target.pk}/")
    reads = client_of(theo)
    assert ["counted <time" in reads.get(address).text for address in addresses] == [False] * 3
    count_days()
    assert ["counted <time" in reads.get(address).text for address in addresses] == [True] * 3


def test_a_goal_that_is_over_or_to_come_is_counted_by_nobody(in_force, clock_shows, at):
    clock_shows(at)
    assert count_days() == 0
