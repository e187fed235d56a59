"""Working time: what a deadline of "8 working hours" means at a given desk. Plain arithmetic, exact across DST.

The law of this module is one sentence: **the desk is open when the clock on its wall shows a
time inside a window of that weekday**, unless the date is a holiday or the person is absent.
Everything else follows from it:

- a window that the clocks skip in spring is short or does not happen; one in the hour that
  autumn repeats happens twice;
- a window includes its first moment and not its last, yet a deadline that needs all of it ends
  at its end, not at the next opening: it is the *earliest* moment at which the time has passed;
- an absence, like a pause of one case, is time taken out between two moments. One that is
  entered later makes another `Hours`, and leaves the clocks that keep the old one alone.

Moments come in aware and go out in UTC, and every sum is done in UTC: between two local times
the hour that a change of the clocks adds or removes would be lost. `_open` yields the open
stretches between two moments, each question is a few lines over it. The stretches are worked
out window by window, a week at a time, and remembered on the `Hours` they belong to.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from common.errors import Refused
from common.hours import DAY, WEEKDAYS, Hours, Span, Stretch, Window, in_order, utc, zone_named

__all__ = [
    "Hours", "NoWorkingTime", "Window", "add_working_days", "add_working_time", "closing_time", "is_open",
    "next_opening", "working_days_between", "working_time_between", "zone_named",
]  # fmt: skip

SECOND, WEEK, YEAR = timedelta(seconds=1), timedelta(weeks=1), timedelta(days=366)
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)  # weeks of stretches are numbered from here


class NoWorkingTime(Refused):
    """The desk is not open, or not long enough, within a year."""

    title = "No working time"


def add_working_time(start: datetime, allowed: timedelta, hours: Hours, pauses: Iterable[Span] = ()) -> datetime:
    """Return the moment, in UTC, when `allowed` working time has passed since `start`.

    It is the earliest such moment: a whole window ends at its end, and no time at all ends at
    `start`. Pauses stop the count. Raises NoWorkingTime if the desk is not open long enough
    within a year of `start`, which a pause that still lasts never lets it be.
    """
    start, left = utc(start), allowed
    if not allowed:
        return start
    if allowed < timedelta():
        raise ValueError("A deadline cannot lie before its start.")
    for opens, closes in _open(hours, start, start + YEAR, pauses):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    needed = allowed / timedelta(hours=1)
    raise NoWorkingTime(f"The desk is not open for {needed:g} hours within a year of {start:%Y-%m-%d}.")


def working_time_between(start: datetime, end: datetime, hours: Hours, pauses: Iterable[Span] = ()) -> timedelta:
    """Return the working time between two moments, pauses left out; negative when `end` is the earlier one.

    So `working_time_between(done_at, due_at, hours)` is the time to spare, or minus the lateness.
    """
    start, end = utc(start), utc(end)
    if end < start:
        return -working_time_between(end, start, hours, pauses)
    return sum((closes - opens for opens, closes in _open(hours, start, end, pauses)), timedelta())


def next_opening(at: datetime, hours: Hours) -> datetime:
    """Return the first moment, in UTC, from `at` on at which the desk is open: `at` itself while it is.

    Raises NoWorkingTime if it does not open within a year.
    """
    at = utc(at)
    for opens, _ in _open(hours, at, at + YEAR):
        return opens
    raise NoWorkingTime(f"The desk does not open within a year of {at:%Y-%m-%d}.")


def is_open(at: datetime, hours: Hours) -> bool:
    """Tell whether the desk is open: at a window's first moment it is, at its last it is not."""
    at = utc(at)
    return any(_open(hours, at, at + datetime.resolution))


def closing_time(on: date, hours: Hours) -> datetime:
    """Return the moment, in UTC, when the desk closes for the day on a local date: when "by that day" is due.

    Raises NoWorkingTime if it does not open on that day.
    """
    midnight, zone = datetime.combine(on, time(), UTC), zone_named(hours.zone)
    around = _open(hours, midnight - DAY, midnight + 2 * DAY)  # no zone is a day away from UTC
    ends = [closes for opens, closes in around if opens.astimezone(zone).date() == on]
    if not ends:
        raise NoWorkingTime(f"The desk does not open on {on}.")
    return ends[-1]


def working_days_between(start_on: date, end_on: date, hours: Hours) -> int:
    """Count the working days from `start_on` up to, and without, `end_on`; negative when `end_on` is the earlier one.

    Counted in local dates, without absences. A pace line stands, on a morning, at the count up
    to that day over the count of the period.
    """
    if end_on < start_on:
        return -working_days_between(end_on, start_on, hours)
    opens_on = [bool(windows) for windows in hours.week]
    weeks, rest = divmod((end_on - start_on).days, len(WEEKDAYS))
    days = weeks * sum(opens_on) + sum(opens_on[(start_on.weekday() + n) % len(WEEKDAYS)] for n in range(rest))
    return days - sum(start_on <= day < end_on and opens_on[day.weekday()] for day in hours.holidays)


def add_working_days(on: date, days: int, hours: Hours) -> date:
    """Return the nth working day after `on`, or before it when `days` is negative; `on` itself when it is 0.

    What is due "in n working days" is due at its `closing_time`. Raises NoWorkingTime if a year
    passes without a working day.
    """
    step = DAY if days > 0 else -DAY
    for _ in range(abs(days)):
        ahead = (on + n * step for n in range(1, YEAR.days + 1))
        found = next((day for day in ahead if hours.is_working_day(day)), None)
        if found is None:
            raise NoWorkingTime(f"There is no working day within a year of {on}.")
        on = found
    return on


def _open(hours: Hours, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> Iterator[Stretch]:
    """Yield the stretches between two moments in UTC in which the desk is open, in order and apart."""
    return _without(in_order(pauses, "A pause"), _desk_open(hours, start, end))


def _desk_open(hours: Hours, start: datetime, end: datetime) -> Iterator[Stretch]:
    for number in range((start - MONDAY) // WEEK, (end - MONDAY) // WEEK + 1):
        week = hours.open_weeks.get(number)
        if week is None:
            week = hours.open_weeks[number] = tuple(_week(hours, MONDAY + number * WEEK))
        for opens, closes in week:
            if opens < end and start < closes:
                yield max(opens, start), min(closes, end)


def _week(hours: Hours, monday: datetime) -> Iterator[Stretch]:
    """Yield the open stretches of the week that begins at `monday`, 00:00 UTC."""
    away = [(leaves, returns) for leaves, returns in hours.absences if leaves < monday + WEEK and monday < returns]
    for begin, until, offset in _steady(zone_named(hours.zone), monday):
        yield from _without(away, _windows(hours, begin, until, offset))


def _windows(hours: Hours, begin: datetime, until: datetime, offset: timedelta) -> Iterator[Stretch]:
    """Yield the windows between two moments from one of which to the other the wall is `offset` from UTC."""
    midnight = datetime.combine((begin + offset).date(), time(), UTC)
    while midnight - offset < until:
        if midnight.date() not in hours.holidays:
            for window in hours.week[midnight.weekday()]:
                opens, closes = midnight + window.opens - offset, midnight + window.closes - offset
                if opens < until and begin < closes:
                    yield max(opens, begin), min(closes, until)
        midnight += DAY


@lru_cache(maxsize=4096)
def _steady(zone: ZoneInfo, monday: datetime) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Split a week at the changes of the clocks, as (begin, until, offset from UTC).

    It looks once a day, which is enough: from 1970 on no zone has changed twice within three days.
    """
    parts, begin, end = [], monday, monday + WEEK
    for midnight in (monday + day * DAY for day in range(len(WEEKDAYS))):
        if _offset(zone, midnight + DAY) != _offset(zone, begin):
            change = _change(zone, midnight)
            parts.append((begin, change, _offset(zone, begin)))
            begin = change
    return *parts, (begin, end, _offset(zone, begin))


def _change(zone: ZoneInfo, midnight: datetime) -> datetime:
    """Return the moment after `midnight` UTC, in the day that ends with another offset, at which the clocks change."""
    before = _offset(zone, midnight)
    seconds = range(DAY // SECOND)
    return midnight + SECOND * bisect_left(seconds, True, key=lambda n: _offset(zone, midnight + n * SECOND) != before)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _without(gaps: list[Stretch], stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Yield what is left of the stretches when the gaps, which are in order and may overlap, are taken out."""
    if not gaps:
        yield from stretches
        return
    for opens, closes in stretches:
        begin = opens
        for away, back in gaps:
            if begin < min(away, closes):
                yield begin, min(away, closes)
            begin = max(begin, back)
        if begin < closes:
            yield begin, closes
