"""Targets spread over working days: by month and week, adding up exactly, and what is due by now."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from common.hours import Hours
from common.periods import parse
from goals.spread import months, share_gone, spread, weeks

ZONE = "Europe/Amsterdam"
OFFICE = Hours.from_rows(
    zone=ZONE, windows={day: [("09:00", "17:30")] for day in range(5)}, holidays=[date(2026, 4, 6), date(2026, 4, 27)]
)
QUARTER = parse("2026-Q2", ZONE)


def by_key(parts) -> dict[str, Decimal]:
    return {part.key: value for part, value in parts}


def test_a_quarters_mqls_are_spread_over_the_working_days_of_its_months():
    asked = by_key(spread(Decimal(250), months(QUARTER), QUARTER, OFFICE))
    # 20, 21 and 22 working days of 63
    assert asked == {"2026-04": 80, "2026-05": 83, "2026-06": 87}


def test_a_week_at_the_edge_asks_for_its_days_in_the_plan_alone():
    asked = by_key(spread(Decimal(630), weeks(QUARTER), QUARTER, OFFICE))
    assert asked["2026-W14"] == 30
    assert asked["2026-W15"] == 40
    assert asked["2026-W16"] == 50
    assert asked["2026-W27"] == 20
    assert sum(asked.values()) == 630


def test_on_the_first_morning_nothing_is_due_and_after_the_last_everything():
    assert share_gone(QUARTER, OFFICE, datetime(2026, 3, 1, tzinfo=UTC)) == 0
    assert share_gone(QUARTER, OFFICE, datetime(2026, 4, 1, 10, tzinfo=UTC)) == 0
    assert share_gone(QUARTER, OFFICE, datetime(2026, 4, 2, 10, tzinfo=UTC)) == Fraction(1, 63)
    assert share_gone(QUARTER, OFFICE, datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == 1
    assert share_gone(QUARTER, OFFICE, datetime(2027, 1, 1, tzinfo=UTC)) == 1


def test_a_holiday_asks_for_nothing():
    easter = share_gone(QUARTER, OFFICE, datetime(2026, 4, 6, 10, tzinfo=UTC))
    assert share_gone(QUARTER, OFFICE, datetime(2026, 4, 7, 10, tzinfo=UTC)) == easter == Fraction(3, 63)


def test_a_desk_that_never_opens_goes_by_the_calendar():
    closed = Hours.from_rows(zone=ZONE, windows={})
    assert share_gone(QUARTER, closed, datetime(2026, 5, 1, 10, tzinfo=UTC)) == Fraction(30, 91)


@given(
    total=st.decimals(0, 10**9, places=2), key=st.sampled_from(["2026-Q2", "2026", "2026-02", "2026-W53", "2028-02"])
)
def test_the_parts_add_up_to_the_whole_and_none_is_negative(total: Decimal, key: str):
    span = parse(key, ZONE)
    for parts in (months(span), weeks(span)):
        values = [value for _, value in spread(total, parts, span, OFFICE)]
        assert sum(values) == total
        assert min(values) >= 0
