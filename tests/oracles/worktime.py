"""Working time counted the slow way: ask the wall clock at every minute of UTC whether the desk is open.

Knows nothing of windows in UTC, of changes of the clocks or of weeks. Exact for moments on the
minute in zones whose offset is a whole number of minutes, which all are from 1973 on.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
YEAR = timedelta(days=366)

# Moments near which the clocks change, or a day is skipped, in zones that do it in their own ways.
ODD_MOMENTS = {
    "UTC": ["2026-03-29", "2024-02-29"],
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-04-04", "2026-10-03"],  # half an hour
    "Asia/Kathmandu": ["2026-01-01"],  # +05:45
    "America/Sao_Paulo": ["2018-11-04", "2019-02-17"],  # at midnight
    "Pacific/Apia": ["2011-12-30", "2012-03-31"],  # 30 December 2011 was skipped
    "America/St_Johns": ["2006-04-02", "2006-10-29"],  # at 00:01, back into the day before
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],  # around Ramadan
    "Asia/Tehran": ["2022-03-21", "2022-09-21"],
    "Europe/Dublin": ["2026-03-29", "2026-10-25"],
    "Pacific/Chatham": ["2026-04-04", "2026-09-26"],  # +12:45
    "Atlantic/Azores": ["2026-03-29", "2026-10-25"],  # at midnight and at one
    "America/Havana": ["2026-03-08", "2026-11-01"],
    "Antarctica/Troll": ["2026-03-29", "2026-10-25"],  # two hours
    "Asia/Pyongyang": ["2015-08-15", "2018-05-05"],
    "Africa/Tripoli": ["2013-03-29", "2013-10-25"],
    "America/Caracas": ["2007-12-09", "2016-05-01"],
    "Asia/Amman": ["2013-12-20"],  # at 00:00 local, 21:00 UTC
    "Asia/Novosibirsk": ["2016-07-24"],
    "Europe/Volgograd": ["2018-10-28"],
    "America/Scoresbysund": ["2024-03-31", "2024-10-27"],  # three rules at once in 2024
}

Windows = dict[int, list[tuple[int, int]]]  # minutes since local midnight, by weekday


class Desk:
    """The same desk as an `Hours`, in the oracle's own words."""

    def __init__(
        self,
        zone: str,
        windows: Windows,
        holidays: set[date] = frozenset(),
        absences: list[tuple[datetime, datetime]] = (),
    ) -> None:
        self.zone, self.windows, self.holidays, self.absences = zone, windows, holidays, absences
        self.minutes = [{n for pair in windows.get(weekday, ()) for n in range(*pair)} for weekday in range(7)]

    def is_open(self, at: datetime) -> bool:
        """Whether the desk is open in the minute that begins at `at`."""
        on, minute = _wall_clocks(self.zone, at.toordinal())[at.hour * 60 + at.minute]
        if minute not in self.minutes[on.weekday()] or on in self.holidays:
            return False
        return not any(away <= at < back for away, back in self.absences)


def worked(start: datetime, end: datetime, desk: Desk) -> timedelta:
    return sum(desk.is_open(at) for at in _minutes(start, end)) * MINUTE


def due(start: datetime, allowed: timedelta, desk: Desk) -> datetime | None:
    """The earliest moment at which `allowed` has been worked, or None if a year is too short."""
    left = allowed
    if not left:
        return start
    for at in _minutes(start, start + YEAR):
        left -= MINUTE * desk.is_open(at)
        if not left:
            return at + MINUTE
    return None


def opening(at: datetime, desk: Desk) -> datetime | None:
    return next((minute for minute in _minutes(at, at + YEAR) if desk.is_open(minute)), None)


def random_case(random: Random) -> tuple[Desk, datetime, datetime, timedelta]:
    """A desk, two moments in order and a length to wait, half of them near a change of the clocks."""
    zone = random.choice(list(ODD_MOMENTS))
    day = datetime.fromisoformat(random.choice(ODD_MOMENTS[zone])).replace(tzinfo=UTC)
    start = day + random.randrange(-3 * 1440, 2 * 1440) * MINUTE
    end = start + random.choice([90, 600, 2000, 4000, 10000]) * random.random() // 1 * MINUTE
    allowed = random.choice([0, 1, 15, 60, 240, 480, 960, random.randrange(2000)]) * MINUTE
    days = [(start + n * DAY).date() for n in range(-2, 14)]
    holidays = set(random.sample(days, random.choice([0, 0, 1, 3, 9])))
    leaves = [start + random.randrange(-600, 4000) * MINUTE for _ in range(random.choice([0, 0, 1, 4]))]
    absences = [(away, away + random.randrange(1, 1500) * MINUTE) for away in leaves]
    return Desk(zone, _random_windows(random), holidays, absences), start, end, allowed


def _random_windows(random: Random) -> Windows:
    grid = random.choice([1, 15, 30])
    windows: Windows = {weekday: [] for weekday in range(7)}
    for weekday in random.sample(range(7), random.choice([1, 4, 5, 5, 6, 7, 7])):
        marks = sorted(random.sample(range(0, 1441, grid), random.choice([2, 2, 4, 6])))
        if random.random() < 0.3:
            marks = [0, *marks[1:-1], 1440]
        windows[weekday] = list(zip(marks[::2], marks[1::2], strict=True))
    return windows


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start
    while at < end:
        yield at
        at += MINUTE


@lru_cache(maxsize=2000)
def _wall_clocks(zone: str, day: int) -> list[tuple[date, int]]:
    """The date and the minute since midnight that the wall shows at each minute of a day of UTC."""
    midnight = datetime.fromordinal(day).replace(tzinfo=UTC)
    walls = [(midnight + n * MINUTE).astimezone(ZoneInfo(zone)) for n in range(1440)]
    return [(wall.date(), wall.hour * 60 + wall.minute) for wall in walls]
