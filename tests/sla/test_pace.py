"""The pace line: a month's target spread over its working days, and nothing on the others."""

from datetime import UTC, date, datetime

import pytest

from common.hours import Hours
from common.periods import parse
from sla.pace import days_gone, pace, working_days

AMSTERDAM = "Europe/Amsterdam"
WEEK = {day: [("09:00", "17:00")] for day in range(5)}
OFFICE = Hours.from_rows(zone=AMSTERDAM, windows=WEEK)
NOVEMBER = parse("2026-11", AMSTERDAM)  # from a Sunday on, 21 working days


def test_a_month_is_due_in_full_at_its_end_and_nothing_at_its_beginning():
    steps = pace(210, "month", NOVEMBER, OFFICE)

    assert len(steps) == 31
    assert steps[:3] == [0, 0, 10]  # Sunday and Monday morning, then Tuesday's
    assert steps[20] == 150  # on Saturday the 21st, after fifteen working days
    assert steps[-1] == 210


def test_a_holiday_carries_nothing_and_the_others_more():
    holidays = Hours.from_rows(zone=AMSTERDAM, windows=WEEK, holidays=[date(2026, 11, 2)])

    steps = pace(200, "month", NOVEMBER, holidays)

    assert steps[:4] == [0, 0, 0, 10]
    assert steps[-1] == 200


def test_a_quarter_is_due_its_three_months_and_a_week_its_part_of_one():
    quarter, week = parse("2026-Q4", AMSTERDAM), parse("2026-W46", AMSTERDAM)

    assert pace(210, "month", quarter, OFFICE)[-1] == 630
    assert pace(210, "month", week, OFFICE)[-1] == 50


def test_a_week_over_two_months_is_due_its_part_of_each():
    week = parse("2026-W49", AMSTERDAM)  # Monday 30 November, then December with 23 working days

    assert pace(210, "month", week, OFFICE)[-1] == pytest.approx(10 + 4 * 210 / 23)


def test_days_are_counted_in_the_zone_of_the_agreement():
    assert days_gone(NOVEMBER, datetime(2026, 10, 31, 22, 59, tzinfo=UTC)) == 0
    assert days_gone(NOVEMBER, datetime(2026, 11, 1, 22, 59, tzinfo=UTC)) == 0
    assert days_gone(NOVEMBER, datetime(2026, 11, 1, 23, 0, tzinfo=UTC)) == 1
    assert days_gone(NOVEMBER, datetime(2026, 12, 3, tzinfo=UTC)) == 30
    assert working_days(NOVEMBER, OFFICE, datetime(2026, 11, 20, 9, 0, tzinfo=UTC)) == (14, 7)


def test_a_desk_without_working_days_is_due_nothing():
    closed = Hours.from_rows(zone=AMSTERDAM, windows={})

    assert pace(210, "month", NOVEMBER, closed)[-1] == 0


def test_days_before_anything_was_promised_carry_nothing():
    steps = pace(210, "month", NOVEMBER, OFFICE, since=date(2026, 11, 16))

    assert steps[15] == 0
    assert steps[-1] == 110  # eleven working days of ten each
