"""How a rep's open hand-offs are laid out over the day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.hours import Hours
from leads.models import Handoff, Lead
from leads.models.handoffs import ACCEPTED, PENDING
from leads.rep_day import plan_day

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOURS = Hours.from_rows(zone="Europe/Amsterdam", windows={str(day): [["09:00", "17:30"]] for day in range(5)})


def a_row(pk: int, at: datetime, **columns) -> Handoff:
    """A hand-off as the queue fetches it, made an hour ago and owned."""
    told = {"owner_id": 1, "state": PENDING, "made_at": at - timedelta(hours=1)} | columns
    return Handoff(pk=pk, lead=Lead(pk=pk, email=f"{pk}@acme.test"), **told)


def laid_out(at: datetime, *handoffs: Handoff, call_backs=None, repaired=frozenset()) -> dict[str, list[int]]:
    day = plan_day(handoffs, call_backs or {}, set(repaired), at=at, zone=AMSTERDAM, hours=HOURS)
    return {group.value: [item.handoff.pk for item in items] for group, items in day.groups.items()}


def test_each_hand_off_stands_in_the_most_urgent_group_it_fits(at):
    hour = timedelta(hours=1)
    assert laid_out(
        at,
        a_row(1, at, due_at=at + hour, due_for="first attempt"),
        a_row(2, at, due_at=at - hour, due_for="first attempt"),
        a_row(3, at, state=ACCEPTED, next_step="Send the offer", next_step_at=at + 2 * hour),
        a_row(4, at, state=ACCEPTED, next_step="Send the offer", next_step_at=at + 30 * hour),
        a_row(5, at, state=ACCEPTED),
        a_row(6, at, owner_id=None, due_at=at + hour),
        a_row(7, at, repair_since=at - hour, due_at=at + hour),
        a_row(8, at, due_at=at + hour),
        call_backs={5: at + 3 * hour},
        repaired={8},
    ) == {
        "Completed by marketing": [8],
        "Overdue": [2],
        "New": [1],
        "Call-backs": [5],
        "Due today": [3],
        "In progress": [4],
        "Nobody's yet": [6],
        "With marketing for repair": [7],
    }


def test_the_earliest_deadline_comes_first_and_hot_before_the_rest_of_the_same(at):
    soon, later = at + timedelta(hours=1), at + timedelta(hours=2)
    rows = [
        a_row(1, at, due_at=later),
        a_row(2, at, due_at=soon),
        a_row(3, at, due_at=later, hot=True),
        a_row(4, at),
    ]
    assert laid_out(at, *rows) == {"New": [2, 3, 1, 4]}


def test_what_is_left_is_told_in_working_time(at):
    friday_evening = at + timedelta(days=2, hours=7)  # Friday 17:00, the desk closes at 17:30
    monday_morning = at + timedelta(days=4, hours=23, minutes=30)  # Monday 09:30
    day = plan_day([a_row(1, at, due_at=monday_morning)], {}, set(), at=friday_evening, zone=AMSTERDAM, hours=HOURS)
    assert day.items[0].left == timedelta(hours=1)


def test_only_what_wants_something_today_counts_as_waiting(at):
    day = plan_day(
        [a_row(1, at), a_row(2, at, state=ACCEPTED), a_row(3, at, owner_id=None)],
        {},
        set(),
        at=at,
        zone=AMSTERDAM,
        hours=HOURS,
    )
    assert day.waiting == 1


@pytest.mark.parametrize(("asked", "opened"), [(2, 2), (9, 1), (None, 1)])
def test_the_hand_off_asked_for_is_open_and_else_the_first(at, asked, opened):
    day = plan_day([a_row(1, at), a_row(2, at)], {}, set(), at=at, zone=AMSTERDAM, hours=None)
    assert day.find(asked).handoff.pk == opened


def test_an_empty_day_has_nothing_to_open(at):
    assert plan_day([], {}, set(), at=at, zone=AMSTERDAM, hours=HOURS).find(None) is None
