"""Weeks, months, quarters and years in the company's zone, and how they stand in a URL."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import periods
from common.periods import Kind, Period

AMSTERDAM = "Europe/Amsterdam"
LAST_EVENING_OF_MARCH = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # half past midnight on 1 April in Amsterdam
KINDS = [periods.week_of, periods.month_of, periods.quarter_of, periods.year_of]


def test_a_month_begins_at_local_midnight_also_when_the_clocks_change_within_it():
    march = periods.parse("2026-03", AMSTERDAM)
    assert march.start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.end == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_a_moment_belongs_to_the_month_that_it_is_in_the_zone():
    assert periods.month_of(LAST_EVENING_OF_MARCH, AMSTERDAM).key == "2026-04"
    assert periods.month_of(LAST_EVENING_OF_MARCH, "UTC").key == "2026-03"


def test_a_period_has_its_first_moment_and_not_the_first_one_after_it():
    march = periods.parse("2026-03", AMSTERDAM)
    assert march.contains(march.start)
    assert not march.contains(march.end)
    assert march.contains(march.end - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("key", "label", "first", "last"),
    [
        ("2026-11", "November 2026", date(2026, 11, 1), date(2026, 11, 30)),
        ("2024-02", "February 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-W47", "Week 47, 2026", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W01", "Week 1, 2026", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-W53", "Week 53, 2026", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-Q4", "Q4 2026", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", "2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-11-03..2026-11-20", "3–20 November 2026", date(2026, 11, 3), date(2026, 11, 20)),
        ("2026-10-30..2026-11-02", "30 October – 2 November 2026", date(2026, 10, 30), date(2026, 11, 2)),
        ("2025-12-30..2026-01-02", "30 December 2025 – 2 January 2026", date(2025, 12, 30), date(2026, 1, 2)),
        ("2026-11-03..2026-11-03", "3 November 2026", date(2026, 11, 3), date(2026, 11, 3)),
    ],
)
def test_a_key_names_a_period_and_is_named_by_it(key: str, label: str, first: date, last: date):
    period = periods.parse(key, AMSTERDAM)
    assert (period.key, period.label, str(period)) == (key, label, label)
    assert (period.start_on, period.last_on) == (first, last)
    assert period.days()[0] == first
    assert period.days()[-1] == last


@pytest.mark.parametrize(
    ("key", "short"),
    [("2026-W01", "Week 1"), ("2026-11", "November"), ("2026-Q4", "Q4"), ("2026", "2026"),
     ("2026-11-03..2026-11-20", "3–20 November 2026")],
)  # fmt: skip
def test_where_the_year_is_plain_a_period_goes_by_its_short_name(key: str, short: str):
    assert periods.parse(key, AMSTERDAM).short == short


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("2026-01", "2025-12", "2026-02"),
        ("2027-W01", "2026-W53", "2027-W02"),
        ("2026-Q1", "2025-Q4", "2026-Q2"),
        ("2026", "2025", "2027"),
        ("2026-03-02..2026-03-04", "2026-02-27..2026-03-01", "2026-03-05..2026-03-07"),
    ],
)
def test_before_and_after_a_period_comes_one_of_its_kind(key: str, before: str, after: str):
    period = periods.parse(key, AMSTERDAM)
    assert period.previous().key == before
    assert period.next().key == after


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-00", "2026-W54", "2025-W53", "2026-Q5", "26-11", "2026-11-31..2026-12-01", "1800",
     "2026-11-03..2026-11-02", "2026-11-03", "2026-11'; --", "２０２６", "9999-12-31..9999-12-31", "2026-11\n"],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_a_sentence(text: str):
    with pytest.raises(ValueError, match="is no period; one is written 2026-11"):
        periods.parse(text, AMSTERDAM)


def test_an_unknown_zone_is_named_as_what_is_wrong():
    with pytest.raises(ValueError, match="no time zone called 'Europe/Atlantis'"):
        periods.parse("2026-11", "Europe/Atlantis")


def test_a_naive_moment_belongs_to_no_period():
    with pytest.raises(ValueError, match="has no time zone"):
        periods.month_of(datetime.fromisoformat("2026-03-31T22:30"), AMSTERDAM)


def test_half_of_a_day_is_a_fourteenth_of_its_week():
    week = periods.parse("2026-W47", "UTC")
    assert week.elapsed(datetime(2026, 11, 16, 12, tzinfo=UTC)) == pytest.approx(1 / 14)
    assert week.elapsed(datetime(2026, 11, 15, tzinfo=UTC)) == 0
    assert week.elapsed(datetime(2026, 12, 1, tzinfo=UTC)) == 1


def test_a_day_without_midnight_begins_at_its_first_moment():
    """In 2018 Sao Paulo's clocks went from Saturday 23:59 to Sunday 01:00."""
    sunday = periods.between(date(2018, 11, 4), date(2018, 11, 5), "America/Sao_Paulo")
    assert sunday.start == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert sunday.end - sunday.start == timedelta(hours=23)


def test_equal_periods_are_one_key_of_a_cache():
    assert {periods.parse("2026-11", AMSTERDAM), periods.parse("2026-11", AMSTERDAM)} == {
        Period(Kind.MONTH, date(2026, 11, 1), date(2026, 12, 1), AMSTERDAM)
    }


@given(
    at=st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2037-01-01"), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", AMSTERDAM, "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]),
    period_of=st.sampled_from(KINDS),
)
def test_every_moment_lies_in_exactly_one_period_of_each_kind(at: datetime, zone: str, period_of):
    period = period_of(at, zone)
    assert period.contains(at)
    assert period.previous().end == period.start
    assert period.next().start == period.end
    assert period.previous().next() == period.next().previous() == periods.parse(period.key, zone) == period
    assert len(period.days()) == (period.end_on - period.start_on).days
