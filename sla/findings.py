"""What the pages of analysis find out about a period, found ahead of time, so that at a million leads they answer at
once.

A worker finds it every few minutes, by the very calculation that a page would use, and keeps it; a page takes it from
there, says when that was, and finds on the spot whatever is not kept. It is told as plain JSON both times, of ids,
keys and numbers. May be emptied at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from common.metrics import Metric
from common.once import one_page
from common.periods import Period, month_of, quarter_of, week_of
from leads.breakdown import DIMENSIONS, Dimension, Group
from leads.breakdown import breakdown as broken_down
from sla import breakdown, holdback, worth_a_look
from sla.models import Finding
from sla.models.finding import STANDS

KINDS = (week_of, month_of, quarter_of)
FRESH = timedelta(minutes=4)  # a period that lasts is looked at again each time the worker comes by
HOLDS = timedelta(hours=1)  # one that is over moves seldom


class Finder(NamedTuple):
    """What a finding tells of, by the keys of figures or signs, and how it is found out."""

    columns: Callable[[Period, datetime], list[str]]
    find: Callable[[Period, list[str], datetime], Any]


FINDERS = {
    "causes": Finder(lambda period, at: [], lambda period, columns, at: holdback.told(period)),
    "signs": Finder(lambda period, at: worth_a_look.keys(), lambda period, columns, at: worth_a_look.told(period)),
    **{key: Finder(breakdown.keys, partial(breakdown.told, by)) for key, by in DIMENSIONS.items()},
}


@dataclass(frozen=True)
class Found:
    """What a page tells of a period, and as of when, unless it was found just now."""

    columns: list[str]
    told: Any
    as_of: datetime | None


def found(what: str, period: Period, *, at: datetime) -> Found:
    """What is kept of a period, else what is found on the spot."""
    columns = FINDERS[what].columns(period, at)
    return _kept(what, period, columns, at) or Found(columns, FINDERS[what].find(period, columns, at), None)


def groups_of(
    figure: Metric, dimension: Dimension, period: Period, *, at: datetime
) -> tuple[list[Group], datetime | None]:
    """The groups of one figure, and as of when, unless they were counted just now."""
    columns = FINDERS[dimension.key].columns(period, at)
    kept = _kept(dimension.key, period, columns, at) if figure.key in columns else None
    if kept is None:
        return broken_down(dimension, [figure], period, at=at), None
    return breakdown.of_one(figure, dimension, kept.columns, kept.told), kept.as_of


def _kept(what: str, period: Period, columns: list[str], at: datetime) -> Found | None:
    row = Finding.objects.about(what, period, columns).standing(at=at).first()
    return row and Found(columns, row.told, row.at)


def wanted(zones: Iterable[str], *, at: datetime) -> Iterator[Period]:
    """The periods that are kept: those that last, and the ones before them."""
    for zone in zones:
        for around in KINDS:
            period = around(at, zone)
            yield from (period, period.previous())


def keep(periods: Iterable[Period], *, clock: Callable[[], datetime]) -> int:
    """Find out what is not kept of some periods, or was found too long ago; return how much that was.

    Safe to run twice, or on two workers at once.
    """
    Finding.objects.filter(at__lte=clock() - STANDS).delete()
    return sum(_find(what, period, clock) for period in periods for what in _due(period, at=clock()))


def _due(period: Period, *, at: datetime) -> list[str]:
    kept = Finding.objects.filter(period=period.key, zone=period.zone).values_list("what", "at")
    standing = {what for what, found_at in kept if at - found_at <= (HOLDS if period.end <= found_at else FRESH)}
    return [what for what in FINDERS if what not in standing]


def _find(what: str, period: Period, clock: Callable[[], datetime]) -> int:
    at, finder = clock(), FINDERS[what]
    with one_page():
        columns = finder.columns(period, at)
        told = finder.find(period, columns, at)
    row = Finding(what=what, zone=period.zone, period=period.key, columns=columns, told=told, at=at)
    Finding.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["what", "period", "zone"], update_fields=["columns", "told", "at"],
    )  # fmt: skip
    return 1
