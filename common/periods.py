"""Weeks, months, quarters and years in the company's time zone: what a page, a target or a figure is about.

A period is half-open: it includes its first moment and excludes the first moment after it, so
that every moment belongs to exactly one week, one month, one quarter and one year of a zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from common.hours import utc, zone_named

DAY = timedelta(days=1)
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Kind(StrEnum):
    """How long a period is."""

    WEEK = "week"  # ISO: from Monday on; week 1 holds the year's first Thursday
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CUSTOM = "custom"


LENGTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12}  # in months


@dataclass(frozen=True)
class Period:
    """The local days from `start_on` up to, and without, `end_on`, in the IANA zone `zone`.

    `kind` says what comes before and after it. Raises ValueError for an unknown zone and for a
    period without a day.
    """

    kind: Kind
    start_on: date
    end_on: date
    zone: str

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if self.end_on <= self.start_on:
            raise ValueError("A period ends after it starts.")

    def __str__(self) -> str:
        return self.label

    @property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.start_on, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        return _midnight(self.end_on, self.zone)

    @property
    def last_on(self) -> date:
        """The last day of it."""
        return self.end_on - DAY

    @property
    def key(self) -> str:
        """What stands in a URL: 2026-W47, 2026-11, 2026-Q4, 2026 or 2026-11-03..2026-11-20. `parse` reads it."""
        start = self.start_on
        match self.kind:
            case Kind.WEEK:
                year, week, _ = start.isocalendar()
                return f"{year}-W{week:02}"
            case Kind.MONTH:
                return f"{start:%Y-%m}"
            case Kind.QUARTER:
                return f"{start.year}-Q{_quarter(start)}"
            case Kind.YEAR:
                return f"{start.year}"
        return f"{start}..{self.last_on}"

    @property
    def label(self) -> str:
        """What stands on a page: Week 47, 2026; November 2026; Q4 2026; 2026; 3–20 November 2026."""
        match self.kind:
            case Kind.WEEK:
                return f"{self.short}, {self.start_on.isocalendar().year}"
            case Kind.MONTH | Kind.QUARTER:
                return f"{self.short} {self.start_on.year}"
        return self.short

    @property
    def short(self) -> str:
        """What stands where the year is plain: Week 47; November; Q4; 2026; 3–20 November 2026."""
        start = self.start_on
        match self.kind:
            case Kind.WEEK:
                return f"Week {start.isocalendar().week}"
            case Kind.MONTH:
                return MONTHS[start.month - 1]
            case Kind.QUARTER:
                return f"Q{_quarter(start)}"
            case Kind.YEAR:
                return f"{start.year}"
        return _span_label(start, self.last_on)

    def previous(self) -> "Period":
        """The period of the same kind that ends where this one starts."""
        if self.kind == Kind.CUSTOM:
            return between(self.start_on - (self.end_on - self.start_on), self.start_on, self.zone)
        return _around(self.kind, self.start_on - DAY, self.zone)

    def next(self) -> "Period":
        """The period of the same kind that starts where this one ends."""
        if self.kind == Kind.CUSTOM:
            return between(self.end_on, self.end_on + (self.end_on - self.start_on), self.zone)
        return _around(self.kind, self.end_on, self.zone)

    def contains(self, at: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.start <= at < self.end

    def days(self) -> list[date]:
        """Its days, in order."""
        return [self.start_on + n * DAY for n in range((self.end_on - self.start_on).days)]

    def elapsed(self, at: datetime) -> float:
        """The share of it, 0 to 1, that has passed at a moment. For pace use working days instead."""
        return min(max((at - self.start) / (self.end - self.start), 0.0), 1.0)


def week_of(at: datetime, zone: str) -> Period:
    """The week, from Monday on, in which a moment lies."""
    return _around(Kind.WEEK, local_day(at, zone), zone)


def month_of(at: datetime, zone: str) -> Period:
    """The month in which a moment lies."""
    return _around(Kind.MONTH, local_day(at, zone), zone)


def quarter_of(at: datetime, zone: str) -> Period:
    """The quarter in which a moment lies."""
    return _around(Kind.QUARTER, local_day(at, zone), zone)


def year_of(at: datetime, zone: str) -> Period:
    """The year in which a moment lies."""
    return _around(Kind.YEAR, local_day(at, zone), zone)


def between(start_on: date, end_on: date, zone: str) -> Period:
    """The days from `start_on` up to, and without, `end_on`. Raises ValueError when there is none."""
    return Period(Kind.CUSTOM, start_on, end_on, zone)


def local_day(at: datetime, zone: str) -> date:
    """The date on the zone's calendar at a moment. Raises ValueError for a naive moment or an unknown zone."""
    return utc(at).astimezone(zone_named(zone)).date()


def parse(key: str, zone: str) -> Period:
    """The period that `Period.key` names. Raises ValueError, with a sentence, for anything else."""
    zone_named(zone)
    try:
        return _parse(key, zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{key!r} is no period; one is written 2026-11, 2026-W47, 2026-Q4 or 2026.") from error


YEAR_KEY = r"(19[0-9]{2}|2[0-9]{3})"
DAY_KEY = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"


def _parse(key: str, zone: str) -> Period:
    if match := re.fullmatch(YEAR_KEY, key):
        return _around(Kind.YEAR, date(int(match[1]), 1, 1), zone)
    if match := re.fullmatch(YEAR_KEY + r"-Q([1-4])", key):
        return _around(Kind.QUARTER, date(int(match[1]), 3 * int(match[2]), 1), zone)
    if match := re.fullmatch(YEAR_KEY + r"-([0-9]{2})", key):
        return _around(Kind.MONTH, date(int(match[1]), int(match[2]), 1), zone)
    if match := re.fullmatch(YEAR_KEY + r"-W([0-9]{2})", key):
        return _around(Kind.WEEK, date.fromisocalendar(int(match[1]), int(match[2]), 1), zone)
    if match := re.fullmatch(DAY_KEY + r"\.\." + DAY_KEY, key):
        return between(date.fromisoformat(match[1]), date.fromisoformat(match[2]) + DAY, zone)
    raise ValueError(key)


def _around(kind: Kind, on: date, zone: str) -> Period:
    if kind == Kind.WEEK:
        monday = on - on.weekday() * DAY
        return Period(kind, monday, monday + 7 * DAY, zone)
    month = on.year * 12 + on.month - 1
    first = month - month % LENGTHS[kind]
    return Period(kind, _first_of(first), _first_of(first + LENGTHS[kind]), zone)


def _first_of(month: int) -> date:
    """The first day of a month that is counted from the year 0 on."""
    return date(month // 12, month % 12 + 1, 1)


def _midnight(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(), zone_named(zone)).astimezone(UTC)


def _quarter(on: date) -> int:
    return (on.month + 2) // 3


def _span_label(first: date, last: date) -> str:
    until = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return until
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{until}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {MONTHS[first.month - 1]}{year} – {until}"
