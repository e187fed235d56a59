"""The database holds the line: what a clock's row can never say."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from sla.models import Clock

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(hand_over, clock_of, sam, at) -> Clock:
    return clock_of(hand_over(at))


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("clock_breached_when_due", {"breached_at": F("due_at") + HOUR}),
        ("clock_late_act_is_a_breach", {"done_at": F("due_at") + HOUR, "took": HOUR}),
        ("clock_met_or_missed", {"done_at": F("due_at") - HOUR, "took": HOUR, "breached_at": F("due_at")}),
        ("clock_met_or_missed", {"logged_late": True}),
        ("clock_done_took_its_time", {"done_at": F("due_at") - HOUR}),
        ("clock_done_took_its_time", {"done_at": F("due_at"), "took": HOUR, "void_at": F("due_at")}),
        ("clock_owners_has_an_owner", {"kind": "owner"}),
        ("clock_waived_by_somebody_for_a_reason", {"waived_at": F("due_at")}),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(clock, constraint, row):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(**row)

    clock.refresh_from_db()
    assert clock.is_awaited


def test_one_clock_runs_at_a_time(clock):
    clock.pk, clock.started_at = None, clock.started_at + HOUR

    with pytest.raises(IntegrityError, match="clock_one_runs_at_a_time"), transaction.atomic():
        clock.save()


def test_a_clock_starts_once(clock):
    Clock.objects.filter(pk=clock.pk).update(void_at=clock.due_at)
    clock.pk = None

    with pytest.raises(IntegrityError, match="clock_starts_once"), transaction.atomic():
        clock.save()
