"""What would have to be true: the least change that lets a plan hold, and a step less that does not."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goals.funnel import Assumptions, Staff
from goals.levers import Stand, ways

DAY = timedelta(days=1)
PLAN = Assumptions(1_000_000, Fraction(1, 2), 25_000, Fraction(1, 4), Fraction(2, 5), Fraction(4, 5), Fraction(1, 10))
STAFF = Staff(reps=3, selling_hours=80, attempts_per_mql=4, minutes_per_attempt=15, minutes_per_meeting=45)
OVERLOADED = Stand(PLAN, STAFF, lag=69 * DAY, left=90 * DAY)  # 400 hours of 240
LATE = Stand(replace(PLAN, open_opportunities=64), replace(STAFF, reps=9), lag=69 * DAY, left=20 * DAY)
STEP = {"average_deal": 100, "revenue": -100, "marketing_share": Decimal("-0.001"), "reps": 1}


def found(stand: Stand) -> dict[str, Decimal]:
    return {way.name: way.needed for way in ways(stand)}


def with_change(stand: Stand, name: str, value: Decimal) -> Stand:
    if name == "reps":
        return replace(stand, staff=replace(stand.staff, reps=int(value)))
    return stand.assuming(**{name: value})


def test_a_plan_that_holds_needs_no_change():
    assert ways(replace(OVERLOADED, staff=replace(STAFF, reps=5))) == []


def test_too_few_hours_are_mended_by_better_rates_dearer_deals_less_revenue_or_more_reps():
    """Of 400 hours 240 are there: what brings as much with three fifths of the work."""
    assert found(OVERLOADED) == {
        "win_rate": Decimal("0.417"),  # 5/12
        "sal_to_opportunity": Decimal("0.667"),  # 2/3
        "average_deal": 41_700,
        "marketing_share": Decimal("0.3"),
        "revenue": 600_000,
        "reps": 5,
    }


def test_better_acceptance_alone_spares_no_first_meeting():
    """All 200 SALs still need their meeting, 150 hours, and 200 MQLs their attempts, 200 hours."""
    assert "acceptance" not in found(OVERLOADED)


def test_a_goal_that_comes_too_late_for_new_leads_has_to_come_from_what_is_open():
    assert found(LATE) == {
        "win_rate": Decimal("0.313"),  # 20 of 64
        "average_deal": 31_300,
        "marketing_share": Decimal("0.4"),
        "revenue": 800_000,
    }


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 20), st.integers(0, 120), st.integers(1, 99), st.integers(1, 99), st.booleans(), st.integers(5, 60)
)
def test_each_change_suffices_and_a_step_less_does_not(reps, still_open, win, acceptance, late, deal):
    assumptions = replace(
        PLAN,
        win_rate=Fraction(win, 100),
        acceptance=Fraction(acceptance, 100),
        average_deal=deal * 1000,
        open_opportunities=still_open,
    )
    stand = Stand(assumptions, replace(STAFF, reps=reps), lag=69 * DAY, left=(20 if late else 90) * DAY)
    assume(not stand.holds())
    for way in ways(stand):
        assert with_change(stand, way.name, way.needed).holds()
        step = STEP.get(way.name, Decimal("0.001"))
        assert not with_change(stand, way.name, way.needed - step).holds()


@pytest.mark.parametrize("name", ["win_rate", "average_deal", "revenue", "reps"])
def test_a_way_says_where_it_starts(name):
    start = {"win_rate": Decimal("0.25"), "average_deal": 25_000, "revenue": 1_000_000, "reps": 3}[name]
    assert next(way.now for way in ways(OVERLOADED) if way.name == name) == start
