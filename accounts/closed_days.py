"""Closed days out of an iCalendar file, as every calendar program exports one.

A day is closed when an event covers all of it: whole-day events, and those with hours that reach from
midnight to midnight in the calendar's zone. Repetitions are followed; whatever closes no whole day, or
repeats in a way that is not read here, is named and left out. The file decides nothing: a person
chooses from what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vRecur

from common.errors import Incomplete

MAX_EVENTS = 1_000
LONGEST = 366  # days: an event that covers more is no closure
DAY = timedelta(days=1)

# With these, a repetition always comes to its next day: one that never does would be counted to the year 9999.
BY_DAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
READ = {
    "DAILY": BY_DAYS,
    "WEEKLY": BY_DAYS,
    "MONTHLY": BY_DAYS | {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": BY_DAYS | {"BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"},
}


@dataclass(frozen=True)
class ClosedDay:
    """A day that the file closes, with the names of what closes it."""

    on: date
    name: str


@dataclass(frozen=True)
class LeftOut:
    """An event of the file that closes no day, and why not."""

    name: str
    why: str


class _Unusable(Exception):
    """An event that closes no day; `str()` of it says why."""


def read(content: bytes, zone: ZoneInfo, *, since: date, until: date) -> tuple[list[ClosedDay], list[LeftOut]]:
    """The days from `since` to `until`, both included, that an iCalendar file closes, and the events left out.

    Several events of one day are one closed day. Raises Incomplete for a file that is no iCalendar or
    holds more than 1,000 events.
    """
    names: dict[date, list[str]] = {}
    left_out = []
    events = _events(content)
    moved = _moved(events)
    for event in events:
        name = str(event.get("SUMMARY") or "Closed").strip()
        try:
            # What can be wrong in somebody else's file shows only when it is looked at.
            days = [on for on in _closed(event, zone, moved, until) if since <= on <= until]
        except _Unusable as reason:
            left_out.append(LeftOut(name, str(reason)))
        except (ValueError, TypeError, AttributeError, OverflowError):
            left_out.append(LeftOut(name, "it cannot be read"))
        else:
            for on in days:
                names.setdefault(on, []).append(name)
    closed = [ClosedDay(on, ", ".join(dict.fromkeys(names[on]))[:120]) for on in sorted(names)]
    return closed, left_out


def _events(content: bytes) -> list[Event]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except ValueError:
        calendars = []
    if not calendars:
        raise Incomplete("This is not an iCalendar file. Export one from your calendar program: it ends in .ics.")
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if len(events) > MAX_EVENTS:
        raise Incomplete(
            f"The file holds {len(events):,} events; {MAX_EVENTS:,} are the most. Export the closed days alone."
        )
    return events


def _moved(events: Iterable[Event]) -> set[tuple[str, date]]:
    """The single occurrences that stand as events of their own, each by its event and the day it would have been."""
    moved = ((str(event.get("UID")), event.RECURRENCE_ID) for event in events if event.get("RECURRENCE-ID"))
    return {(uid, _day(moment)) for uid, moment in moved if moment}


def _closed(event: Event, zone: ZoneInfo, moved: set[tuple[str, date]], until: date) -> Iterator[date]:
    """The whole days of an event and of its repetitions. Raises _Unusable for one that closes none."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _Unusable("it is cancelled")
    first, length = _covered(event.start, event.end, zone)
    taken_out = {_day(moment) for moment in event.exdates}
    if not event.get("RECURRENCE-ID"):
        taken_out |= {on for uid, on in moved if uid == str(event.get("UID"))}
    shift = first - _day(event.start)
    starts = {_day(event.start), *(_day(each[0] if isinstance(each, tuple) else each) for each in event.rdates)}
    for rule in event.rrules:
        starts |= set(_repeated(rule, _day(event.start), until))
    return (start + shift + DAY * number for start in starts - taken_out for number in range(length))


def _covered(start: date | datetime, end: date | datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The first day that an event covers whole, and how many. Raises _Unusable where there is none."""
    if isinstance(start, datetime):
        opens, closes = (moment.astimezone(zone) if moment.tzinfo else moment for moment in (start, end))
        first = opens.date() + (DAY if opens.time() > time.min else timedelta(0))
        length = (closes.date() - first).days
    else:
        first, length = start, max((end - start).days, 1)
    if length < 1:
        raise _Unusable("it covers no whole day")
    if length > LONGEST:
        raise _Unusable("it lasts longer than a year")
    return first, length


def _repeated(rule: vRecur, start: date, until: date) -> Iterator[date]:
    """The days on which an event starts again. Raises _Unusable for a rule that is not read here."""
    frequency = str(rule.get("FREQ", [""])[0]).upper()
    if not set(rule) <= READ.get(frequency, set()):
        raise _Unusable("it repeats in a way that is not read here")
    last = min([until, *(_day(moment) for moment in rule.get("UNTIL", []))])
    terms = vRecur({name: value for name, value in rule.items() if name != "UNTIL"})
    repeated = rrulestr(terms.to_ical().decode(), dtstart=datetime.combine(start, time.min))
    return takewhile(lambda on: on <= last, (moment.date() for moment in repeated))


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
