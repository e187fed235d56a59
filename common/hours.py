"""The working hours of a desk as a value: what a calendar's rows become, and what a clock keeps."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
FOREVER = datetime.max.replace(tzinfo=UTC)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Stretch = tuple[datetime, datetime]  # two moments, the second excluded
Span = tuple[datetime, datetime | None]  # the same, or still lasting


class Window(NamedTuple):
    """Local wall-clock times, as time since midnight, so that an end at 24:00 has a value."""

    opens: timedelta
    closes: timedelta

    def __str__(self) -> str:
        return f"{_written(self.opens)}–{_written(self.closes)}"


@dataclass(frozen=True)
class Hours:
    """When a desk is open: a frozen value, so that a clock which keeps it is not moved by later edits.

    `zone` is an IANA name, `week` holds the windows of each weekday from Monday on, `holidays`
    are local dates on which the desk stays closed, `absences` pairs of moments. Absences may
    overlap, windows of a day may touch. Raises ValueError, with a sentence for the person who
    edits them, for an unknown zone, overlapping windows or an end before its start.
    """

    zone: str
    week: tuple[tuple[Window, ...], ...]
    holidays: frozenset[date] = frozenset()
    absences: tuple[Stretch, ...] = ()
    open_weeks: dict[int, tuple[Stretch, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `worktime` has worked out so far, by the number of the week."""

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if len(self.week) != len(WEEKDAYS):
            raise ValueError("Working hours need seven weekdays, from Monday to Sunday.")
        object.__setattr__(self, "week", tuple(tuple(sorted(windows)) for windows in self.week))
        object.__setattr__(self, "absences", tuple(in_order(self.absences, "An absence")))
        for weekday, windows in zip(WEEKDAYS, self.week, strict=True):
            _check(weekday, windows)

    @classmethod
    def from_rows(
        cls,
        *,
        zone: str,
        windows: Mapping[str | int, Iterable[tuple[str | time, str | time]]],
        holidays: Iterable[date] = (),
        absences: Iterable[Stretch] = (),
    ) -> Self:
        """Build hours from what a calendar's rows hold.

        `windows` maps weekdays, counted from Monday 0, to pairs of local times, "09:00" or
        `time(9)`; an end at "24:00" or midnight is the end of that day. Raises ValueError.
        """
        if not isinstance(windows, Mapping) or not set(map(str, windows)) <= set("0123456"):
            raise ValueError("Working hours are windows by weekday, counted from Monday, 0, to Sunday, 6.")
        rows = {int(weekday): _windows(pairs) for weekday, pairs in windows.items()}
        week = tuple(rows.get(weekday, ()) for weekday in range(len(WEEKDAYS)))
        return cls(zone, week, frozenset(holidays), tuple(absences))

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> Self:
        """Build the hours that `as_json` wrote."""
        moment = datetime.fromisoformat
        return cls.from_rows(
            zone=frozen["zone"],
            windows=frozen["windows"],
            holidays=map(date.fromisoformat, frozen["holidays"]),
            absences=[(moment(away), moment(back)) for away, back in frozen["absences"]],
        )

    def as_json(self) -> dict[str, Any]:
        """Return these hours as JSON types; equal hours give equal JSON."""
        return {
            "zone": self.zone,
            "windows": {
                str(weekday): [[_written(window.opens), _written(window.closes)] for window in windows]
                for weekday, windows in enumerate(self.week)
                if windows
            },
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "absences": [[away.isoformat(), back.isoformat()] for away, back in self.absences],
        }

    @property
    def weekly(self) -> timedelta:
        """Return the working time of a week without holidays, absences or a change of the clocks."""
        return sum((window.closes - window.opens for windows in self.week for window in windows), timedelta())

    def is_working_day(self, on: date) -> bool:
        """Tell whether the desk opens on a local date. An absence is a person's and changes no working day."""
        return bool(self.week[on.weekday()]) and on not in self.holidays


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone with this IANA name. Raises ValueError with a sentence when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"There is no time zone called {name!r}; one is called Europe/Amsterdam.") from error


def utc(at: datetime) -> datetime:
    """Return an aware moment in UTC. Raises ValueError for a naive one, which could be any of 24 hours."""
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no time zone; working time needs aware moments.")
    return at.astimezone(UTC)


def in_order(spans: Iterable[Span], what: str) -> list[Stretch]:
    """Return spans in UTC by their start; one without an end reaches beyond every limit.

    `what` begins the sentence of the ValueError raised for a span that ends before it starts.
    """
    ordered = sorted((utc(start), FOREVER if end is None else utc(end)) for start, end in spans)
    for start, end in ordered:
        if end < start:
            raise ValueError(f"{what} cannot end before it starts ({start:%Y-%m-%d %H:%M} UTC).")
    return ordered


def _check(weekday: str, windows: tuple[Window, ...]) -> None:
    for window in windows:
        if not timedelta() <= window.opens < window.closes <= DAY:
            raise ValueError(f"{weekday} {window}: a window closes after it opens, within one day.")
    for one, other in pairwise(windows):
        if other.opens < one.closes:
            raise ValueError(f"{weekday}: {one} and {other} overlap.")


def _windows(pairs: Any) -> tuple[Window, ...]:
    if not isinstance(pairs, list | tuple):
        raise ValueError("The windows of a weekday are a list of pairs of times.")
    return tuple(_window(pair) for pair in pairs)


def _window(pair: Any) -> Window:
    match pair:
        case [opens, closes]:
            return Window(_since_midnight(opens), _since_midnight(closes) or DAY)
    raise ValueError(f"A window is a pair of times such as 09:00 and 17:30; {pair!r} is none.")


def _since_midnight(written: str | time) -> timedelta:
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::00)?", str(written))
    length = timedelta(hours=int(match[1]), minutes=int(match[2])) if match else None
    if length is None or length > DAY:
        raise ValueError(f"{str(written)!r} is no time of day; write it as 09:00.")
    return length


def _written(since_midnight: timedelta) -> str:
    hours, minutes = divmod(since_midnight // timedelta(minutes=1), 60)
    return f"{hours:02}:{minutes:02}"
