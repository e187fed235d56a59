"""Deadlines in working hours: fixed points, and every rule against a count minute by minute."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from timeit import timeit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.worktime import (
    Hours,
    NoWorkingTime,
    add_working_days,
    add_working_time,
    closing_time,
    is_open,
    next_opening,
    working_days_between,
    working_time_between,
)
from tests.oracles import worktime as oracle

CASES = int(os.environ.get("WORKTIME_CASES", "2000"))
HOUR, MINUTE, MICROSECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


def office(zone: str, *windows: tuple[str, str], days=range(5), holidays=(), absences=()) -> Hours:
    """A desk with the same windows from Monday to Friday."""
    week = {day: list(windows) for day in days}
    return Hours.from_rows(zone=zone, windows=week, holidays=holidays, absences=absences)


def local(text: str, zone: str = "Europe/Amsterdam") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


AMSTERDAM = office("Europe/Amsterdam", ("09:00", "18:00"))
LUNCH = office("Europe/Amsterdam", ("08:00", "12:00"), ("13:30", "18:00"))
BERLIN = office("Europe/Berlin", ("09:00", "17:00"))
NEVER = office("Europe/Amsterdam")


# Fixed points


def test_an_hour_from_saturday_afternoon_ends_on_monday_at_ten():
    assert add_working_time(local("2026-03-07T15:00"), HOUR, AMSTERDAM) == local("2026-03-09T10:00")


def test_an_hour_that_begins_before_lunch_ends_after_it():
    assert add_working_time(local("2026-03-10T11:30"), HOUR, LUNCH) == local("2026-03-10T14:00")


def test_two_hours_over_the_weekend_of_summer_time_end_an_hour_earlier_in_utc():
    assert add_working_time(utc("2026-03-27T15:00"), 2 * HOUR, BERLIN) == utc("2026-03-30T08:00")


def test_a_deadline_comes_out_in_utc():
    assert add_working_time(local("2026-03-10T11:30"), HOUR, LUNCH).tzinfo is UTC


# Edges of a window


def test_a_deadline_that_needs_the_whole_window_ends_with_it():
    assert add_working_time(local("2026-03-10T09:00"), 9 * HOUR, AMSTERDAM) == local("2026-03-10T18:00")


def test_one_microsecond_more_ends_in_the_next_window():
    due = add_working_time(local("2026-03-10T09:00"), 9 * HOUR + MICROSECOND, AMSTERDAM)
    assert due == local("2026-03-11T09:00") + MICROSECOND


def test_no_time_at_all_ends_where_it_starts_even_at_night():
    assert add_working_time(local("2026-03-10T03:00"), timedelta(), AMSTERDAM) == local("2026-03-10T03:00")


def test_the_desk_is_open_at_the_first_moment_of_a_window_and_closed_at_its_last():
    assert is_open(local("2026-03-10T09:00"), AMSTERDAM)
    assert is_open(local("2026-03-10T18:00") - MICROSECOND, AMSTERDAM)
    assert not is_open(local("2026-03-10T18:00"), AMSTERDAM)


def test_the_next_opening_is_now_while_the_desk_is_open_and_tomorrow_at_its_end():
    assert next_opening(local("2026-03-10T11:11"), AMSTERDAM) == local("2026-03-10T11:11")
    assert next_opening(local("2026-03-10T18:00"), AMSTERDAM) == local("2026-03-11T09:00")
    assert next_opening(local("2026-03-13T18:00"), AMSTERDAM) == local("2026-03-16T09:00")


def test_an_evening_that_ends_at_midnight_runs_on_into_the_next_day():
    night = Hours.from_rows(zone="Europe/Amsterdam", windows={0: [("22:00", "24:00")], 1: [("00:00", "02:00")]})
    assert add_working_time(local("2026-03-09T23:00"), 2 * HOUR, night) == local("2026-03-10T01:00")


# Changes of the clocks


def test_a_window_in_the_hour_that_spring_skips_does_not_happen():
    night = office("Europe/Berlin", ("02:00", "03:00"), days=range(7))
    assert working_time_between(utc("2026-03-28T12:00"), utc("2026-03-29T12:00"), night) == timedelta()


def test_a_window_in_the_hour_that_autumn_repeats_happens_twice():
    night = office("Europe/Berlin", ("02:00", "02:30"), days=range(7))
    assert working_time_between(utc("2026-10-24T12:00"), utc("2026-10-25T12:00"), night) == HOUR
    assert add_working_time(utc("2026-10-24T12:00"), 31 * MINUTE, night) == utc("2026-10-25T01:01")


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Berlin", "2026-03-29", 23 * HOUR),
        ("Europe/Berlin", "2026-10-25", 25 * HOUR),
        ("Australia/Lord_Howe", "2026-04-05", 24.5 * HOUR),
        ("Australia/Lord_Howe", "2026-10-04", 23.5 * HOUR),
        ("America/Sao_Paulo", "2018-11-04", 23 * HOUR),
        ("America/Sao_Paulo", "2019-02-16", 25 * HOUR),
        ("Asia/Kathmandu", "2026-03-29", 24 * HOUR),
        ("Pacific/Apia", "2011-12-30", 0 * HOUR),
    ],
)
def test_a_desk_that_never_closes_is_open_as_long_as_the_day_is(zone: str, day: str, length: timedelta):
    on = date.fromisoformat(day)
    always = office(zone, ("00:00", "24:00"), days=[on.weekday()])
    around = utc(day) - timedelta(days=3), utc(day) + timedelta(days=3)
    assert working_time_between(*around, always) == length


def test_a_change_of_the_clocks_at_midnight_of_utc_is_seen():
    azores = office("Atlantic/Azores", ("00:00", "24:00"), days=range(7))
    novosibirsk = office("Asia/Novosibirsk", ("08:00", "09:00"), days=range(7))
    assert working_time_between(utc("2026-03-28T00:00"), utc("2026-03-31T00:00"), azores) == 72 * HOUR
    assert next_opening(utc("2016-07-23T12:00"), novosibirsk) == utc("2016-07-24T01:00")


# Holidays and absences


def test_a_holiday_is_a_local_date():
    kiritimati = office("Pacific/Kiritimati", ("09:00", "17:00"), holidays=[date(2026, 3, 10)])
    monday_evening = local("2026-03-09T16:30", "Pacific/Kiritimati")
    assert add_working_time(monday_evening, HOUR, kiritimati) == local("2026-03-11T09:30", "Pacific/Kiritimati")


def test_an_absence_is_time_in_which_nobody_works():
    away = (local("2026-03-10T10:00"), local("2026-03-10T11:30"))
    sam = office("Europe/Amsterdam", ("09:00", "18:00"), absences=[away])
    assert add_working_time(local("2026-03-10T09:00"), 2 * HOUR, sam) == local("2026-03-10T12:30")
    assert not is_open(local("2026-03-10T10:00"), sam)
    assert next_opening(local("2026-03-10T10:15"), sam) == local("2026-03-10T11:30")


def test_absences_that_overlap_count_once():
    absences = [
        (local("2026-03-10T10:00"), local("2026-03-10T13:00")),
        (local("2026-03-10T11:00"), local("2026-03-10T12:00")),
        (local("2026-03-10T12:30"), local("2026-03-10T14:00")),
    ]
    sam = office("Europe/Amsterdam", ("09:00", "18:00"), absences=reversed(absences))
    assert working_time_between(local("2026-03-10T00:00"), local("2026-03-11T00:00"), sam) == 5 * HOUR


def test_an_absence_over_closing_time_and_another_days_later_are_apart():
    absences = [
        (local("2026-03-10T17:00"), local("2026-03-11T08:00")),
        (local("2026-03-12T09:00"), local("2026-03-12T18:00")),
    ]
    sam = office("Europe/Amsterdam", ("09:00", "18:00"), absences=absences)
    assert working_time_between(local("2026-03-10T00:00"), local("2026-03-14T00:00"), sam) == 26 * HOUR


def test_an_absence_entered_later_leaves_the_hours_a_clock_has_kept_alone():
    kept = AMSTERDAM.as_json()
    away = (local("2026-03-10T09:00"), local("2026-03-13T18:00"))
    later = office("Europe/Amsterdam", ("09:00", "18:00"), absences=[away])
    start = local("2026-03-10T09:00")
    assert add_working_time(start, HOUR, Hours.from_json(kept)) == local("2026-03-10T10:00")
    assert add_working_time(start, HOUR, later) == local("2026-03-16T10:00")


# Pauses


def test_a_pause_moves_the_deadline_by_the_working_time_it_covers():
    night = [(local("2026-03-10T17:00"), local("2026-03-11T10:00"))]
    assert add_working_time(local("2026-03-10T16:00"), 2 * HOUR, AMSTERDAM, night) == local("2026-03-11T11:00")
    assert working_time_between(local("2026-03-10T16:00"), local("2026-03-11T11:00"), AMSTERDAM, night) == 2 * HOUR


def test_a_pause_that_begins_at_the_deadline_changes_nothing():
    after = [(local("2026-03-10T11:00"), None)]
    assert add_working_time(local("2026-03-10T10:00"), HOUR, AMSTERDAM, after) == local("2026-03-10T11:00")


def test_while_a_pause_lasts_there_is_no_deadline_and_the_time_stands_still():
    paused = [(local("2026-03-10T10:30"), None)]
    with pytest.raises(NoWorkingTime):
        add_working_time(local("2026-03-10T10:00"), HOUR, AMSTERDAM, paused)
    worked = working_time_between(local("2026-03-10T10:00"), local("2026-03-12T10:00"), AMSTERDAM, paused)
    assert worked == 30 * MINUTE


def test_a_pause_cannot_end_before_it_starts():
    backwards = [(local("2026-03-10T11:00"), local("2026-03-10T10:00"))]
    with pytest.raises(ValueError, match="A pause cannot end before it starts"):
        working_time_between(local("2026-03-10T10:00"), local("2026-03-12T10:00"), AMSTERDAM, backwards)


# Time to spare


def test_what_is_done_after_its_deadline_has_less_than_no_time_to_spare():
    due = local("2026-03-13T17:00")
    assert working_time_between(local("2026-03-13T15:30"), due, AMSTERDAM) == 90 * MINUTE
    assert working_time_between(local("2026-03-16T09:20"), due, AMSTERDAM) == -80 * MINUTE


# Working days


def test_march_2026_has_22_working_days_and_a_holiday_takes_one():
    closed = office("UTC", ("09:00", "17:00"), holidays=[date(2026, 3, 17), date(2026, 3, 21), date(2026, 4, 1)])
    assert working_days_between(date(2026, 3, 1), date(2026, 4, 1), AMSTERDAM) == 22
    assert working_days_between(date(2026, 3, 1), date(2026, 4, 1), closed) == 21
    assert working_days_between(date(2026, 4, 1), date(2026, 3, 1), closed) == -21


def test_the_fifth_working_day_after_march_is_after_easter():
    easter = office("UTC", ("09:00", "17:00"), holidays=[date(2026, 4, 3), date(2026, 4, 6)])
    assert add_working_days(date(2026, 3, 31), 5, easter) == date(2026, 4, 9)
    assert add_working_days(date(2026, 4, 9), -5, easter) == date(2026, 3, 31)
    assert add_working_days(date(2026, 4, 5), 0, easter) == date(2026, 4, 5)


def test_something_due_in_three_working_days_is_due_when_the_desk_closes():
    on = add_working_days(date(2026, 3, 26), 3, LUNCH)
    assert closing_time(on, LUNCH) == local("2026-03-31T18:00")


def test_a_day_that_is_closed_has_no_closing_time():
    with pytest.raises(NoWorkingTime, match=r"The desk does not open on 2026-03-28\."):
        closing_time(date(2026, 3, 28), LUNCH)


@given(
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    length=st.integers(0, 800),
    days=st.sets(st.integers(0, 6), min_size=1),
    closed=st.sets(st.dates(date(2020, 1, 1), date(2032, 1, 1)), max_size=40),
)
def test_working_days_are_the_days_on_which_the_desk_opens(start, length, days, closed):
    hours = office("UTC", ("09:00", "17:00"), days=days, holidays=closed)
    every = [start + timedelta(days=n) for n in range(length)]
    working = [day for day in every if day.weekday() in days and day not in closed]
    assert working_days_between(start, start + timedelta(days=length), hours) == len(working)
    if working:
        assert add_working_days(start - timedelta(days=1), len(working), hours) == working[-1]


# Refusals


def test_a_desk_that_never_opens_gives_no_deadline():
    for question in (
        lambda: add_working_time(local("2026-03-10T10:00"), HOUR, NEVER),
        lambda: next_opening(local("2026-03-10T10:00"), NEVER),
        lambda: add_working_days(date(2026, 3, 10), 1, NEVER),
    ):
        with pytest.raises(NoWorkingTime):
            question()


def test_a_desk_that_is_not_open_long_enough_within_a_year_gives_no_deadline():
    monday = Hours.from_rows(zone="UTC", windows={0: [("09:00", "10:00")]})
    assert add_working_time(utc("2026-01-05T09:00"), 53 * HOUR, monday) == utc("2027-01-04T10:00")
    with pytest.raises(NoWorkingTime, match="not open for 54 hours within a year of 2026-01-05"):
        add_working_time(utc("2026-01-05T09:00"), 54 * HOUR, monday)


def test_a_naive_moment_is_refused():
    for question in (
        lambda at: add_working_time(at, HOUR, AMSTERDAM),
        lambda at: working_time_between(utc("2026-03-10T10:00"), at, AMSTERDAM),
        lambda at: next_opening(at, AMSTERDAM),
        lambda at: is_open(at, AMSTERDAM),
        lambda at: office("UTC", ("09:00", "17:00"), absences=[(at, utc("2027-03-10T10:00"))]),
    ):
        with pytest.raises(ValueError, match="has no time zone"):
            question(datetime.fromisoformat("2026-03-10T10:00"))


def test_a_deadline_before_its_start_is_refused():
    with pytest.raises(ValueError, match="cannot lie before its start"):
        add_working_time(local("2026-03-10T10:00"), -HOUR, AMSTERDAM)


# Against a count minute by minute


def test_every_answer_agrees_with_a_count_minute_by_minute():
    for seed in range(CASES):
        desk, start, end, allowed = oracle.random_case(Random(seed))
        hours = _hours(desk)
        assert working_time_between(start, end, hours) == oracle.worked(start, end, desk), seed
        assert is_open(start, hours) == desk.is_open(start), seed
        if hours.weekly >= 10 * HOUR and allowed <= hours.weekly:  # else the oracle counts for a year
            assert next_opening(start, hours) == oracle.opening(start, desk), seed
            assert add_working_time(start, allowed, hours) == oracle.due(start, allowed, desk), seed


def test_the_count_finds_a_desk_that_opens_a_minute_late():
    """The check of the check: the same cases, with this one fault seeded, do not agree."""
    found = 0
    for seed in range(50):
        desk, start, end, _ = oracle.random_case(Random(seed))
        late = [[window._replace(opens=window.opens + MINUTE) for window in day] for day in _hours(desk).week]
        week = tuple(tuple(window for window in day if window.opens < window.closes) for day in late)
        found += working_time_between(start, end, replace(_hours(desk), week=week)) != oracle.worked(start, end, desk)
    assert found > 10


@settings(max_examples=500)
@given(seed=st.integers(0, 10**9), micro=st.integers(0, 86_400_000_000), allowed=st.integers(1, 10**11))
def test_a_deadline_is_the_earliest_moment_at_which_the_time_has_passed(seed, micro, allowed):
    desk, start, _, _ = oracle.random_case(Random(seed))
    hours, start, allowed = _hours(desk), start + micro * MICROSECOND, allowed * MICROSECOND
    pauses = [(start + HOUR, start + 5 * HOUR)]
    try:
        due = add_working_time(start, allowed, hours, pauses)
    except NoWorkingTime:
        assert working_time_between(start, start + timedelta(days=366), hours, pauses) < allowed
        return
    assert working_time_between(start, due, hours, pauses) == allowed
    assert working_time_between(start, due - MICROSECOND, hours, pauses) < allowed


@settings(max_examples=500)
@given(seed=st.integers(0, 10**9), first=st.integers(0, 10**12), second=st.integers(0, 10**12))
def test_working_time_adds_up(seed, first, second):
    desk, start, _, _ = oracle.random_case(Random(seed))
    hours, middle = _hours(desk), start + first * MICROSECOND
    end = middle + second * MICROSECOND
    whole = working_time_between(start, end, hours)
    assert whole == working_time_between(start, middle, hours) + working_time_between(middle, end, hours)
    assert working_time_between(end, start, hours) == -whole


def test_a_thousand_deadlines_a_month_long_take_a_moment():
    """A bound that a loop over minutes breaks a hundredfold and a slow machine does not."""
    start = utc("2026-03-02T09:00")
    assert timeit(lambda: add_working_time(start, 160 * HOUR, BERLIN), number=1000) < 0.5
    assert timeit(lambda: add_working_time(start, 2000 * HOUR, BERLIN), number=100) < 0.5


def _hours(desk: oracle.Desk) -> Hours:
    """The oracle's desk as the product's value."""
    windows = {
        weekday: [(_text(opens), _text(closes)) for opens, closes in pairs] for weekday, pairs in desk.windows.items()
    }
    return Hours.from_rows(zone=desk.zone, windows=windows, holidays=desk.holidays, absences=desk.absences)


def _text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
