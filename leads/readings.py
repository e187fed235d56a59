"""Figures read ahead of time, so that a page with a hundred of them answers at once.

A worker reads each figure of the latest periods with the catalogue's own calculation and keeps what it came to; a
page that says so takes it from there, and asks the rows for whatever is not kept. Of a closed period a kept
reading holds until something reaches back into the period; what still moves (a period that lasts, a cohort, what no
lead's events tell of) is shown as of the moment it was read, and read again within minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, models
from django.db.models import F, Min

from common import metrics
from common.measures import Reading
from common.metrics import Metric, View
from common.once import one_page
from common.periods import Period, month_of, quarter_of, week_of, year_of
from leads.models import Episode, FigureChange, Handoff, KeptReading, Transition
from leads.models.reading import written

KINDS = (week_of, month_of, quarter_of, year_of)
BACK = 6  # periods before the present one, as far as a trend goes
FRESH = timedelta(minutes=5)  # a period that lasts is read again after this
MATURES = timedelta(minutes=30)  # and what moves on after its period, such as a cohort, after this
HOLDS = timedelta(hours=20)  # then it is read again whatever happened
STANDS = timedelta(hours=24)  # and where no worker came by, this is how long it is shown
SOON = timedelta(minutes=30)  # by when a reading that was begun has to be written


@dataclass(frozen=True)
class Kept:
    """The readings a page may show: those `settled` are what the rows say now; `as_of` is when the oldest of the others
    was read.
    """

    readings: dict[tuple[str, Period], Reading]
    settled: dict[tuple[str, Period], Reading]
    as_of: datetime | None


def kept(periods: Iterable[Period], *, at: datetime, of: Container[str] | None = None) -> Kept:
    """The kept readings of some periods that still hold, or those of some figures alone. One query."""
    spans = {(each.key, each.zone): each for each in periods}
    known = {key: metric for key, metric in metrics.catalogued().items() if of is None or key in of}
    rows = KeptReading.objects.of(spans.values()).filter(read_at__gt=at - STANDS).with_touched()
    readings, settled, moving = {}, {}, []
    for row in rows.filter(metric__in=known):
        span, moves = spans[row.period, row.zone], _moves(row, known[row.metric])
        if moves:
            readings[row.metric, span] = row.reading
            moving.append(row.read_at)
        elif not row.touched:
            settled[row.metric, span] = row.reading
    return Kept(readings | settled, settled, min(moving, default=None))


@contextmanager
def from_kept(periods: Iterable[Period], *, at: datetime) -> Iterator[Kept]:
    """Meanwhile the catalogue answers from what is kept of these periods."""
    found = kept(periods, at=at)
    with metrics.known(found.readings):
        yield found


@contextmanager
def from_settled(periods: Iterable[Period], *, at: datetime, of: Container[str] | None = None) -> Iterator[None]:
    """Meanwhile the catalogue answers from those readings of these periods that are what the rows say now.

    Of a period that lasts there are none. Who asks for few figures says so: each reading is held to all changes.
    """
    over = [each for each in periods if each.end <= at]
    with metrics.known(kept(over, at=at, of=of).settled if over else {}):
        yield


def _moves(row: KeptReading, metric: Metric) -> bool:
    """Whether a figure went on moving after it was read, so that it is told with that moment."""
    return row.ends_at > row.read_at or not settles(metric)


def settles(metric: Metric) -> bool:
    """Whether the figure of a closed period stands until an event of a lead reaches back into it."""
    return metric.view == View.PERIOD and metric.trail is not None and metric.trail.lead != ""


def touched(since: datetime) -> None:
    """Something happened that may move the figures of periods that end after this moment."""
    FigureChange.objects.create(since=since)


def reach_back(events: Iterable[models.Model]) -> datetime | None:
    """The earliest moment whose figures some events may move.

    An event reaches back to its own moments, to those of what it corrects, to the making of its hand-off, and to where
    its lead became an MQL: what is asked of either counts on the day of that.
    """
    events = list(events)
    moments = [moment for event in events for moment in _moments(event)]
    # Somebody who has just come in has no past.
    leads = {lead for event in events if (lead := getattr(event, "lead_id", None)) and not _is_first(event)}
    if handoffs := {pk for event in events if (pk := _handoff(event))}:
        made = Handoff.objects.filter(pk__in=handoffs).aggregate(first=Min("made_at"), people=ArrayAgg("lead"))
        moments.append(made["first"])
        leads |= set(made["people"] or ())
    if leads:
        lives = Episode.objects.filter(lead__in=leads, number=F("lead__episode"))
        moments.append(lives.aggregate(first=Min("mql_at"))["first"])
    return min((moment for moment in moments if moment), default=None)


def _is_first(event: models.Model) -> bool:
    return isinstance(event, Transition) and not event.from_stage


def _moments(event: models.Model) -> Iterator[datetime | None]:
    for field in event._meta.concrete_fields:
        if isinstance(field, models.DateTimeField):
            moment = getattr(event, field.attname)
            yield moment if isinstance(moment, datetime) else None
    corrected = getattr(event, "corrects", None)
    yield corrected and corrected.at


def _handoff(event: models.Model) -> int | None:
    return event.pk if isinstance(event, Handoff) else getattr(event, "handoff_id", None)


def wanted(zones: Iterable[str], *, at: datetime) -> Iterator[Period]:
    """The periods that are kept, the present ones first."""
    for zone in zones:
        for around in KINDS:
            period = around(at, zone)
            for _ in range(BACK + 1):
                yield period
                period = period.previous()


def keep(periods: Iterable[Period], *, clock: Callable[[], datetime]) -> int:
    """Read the figures of some periods that are not kept, were touched, or were read too long ago; return how many.

    Safe to run twice, or on two workers.
    """
    _let_go(before=clock() - SOON)
    return sum(_read(period, clock) for period in periods)


def _due(period: Period, *, at: datetime) -> list[Metric]:
    """The figures of a period that have to be read."""
    known = {row.metric: row for row in KeptReading.objects.of([period]).with_touched()}
    return [each for each in metrics.catalogue() if each.key not in known or _is_due(known[each.key], each, at)]


def _is_due(row: KeptReading, metric: Metric, at: datetime) -> bool:
    if _moves(row, metric):
        return at - row.read_at > (FRESH if row.ends_at > at else MATURES)
    return row.touched or at - row.read_at > HOLDS


def _read(period: Period, clock: Callable[[], datetime]) -> int:
    """Read the figures of a period that are due, and keep them together.

    The snapshot is taken before the first is read: what is committed meanwhile counts as unseen, seen or not.
    """
    read_at, (snapshot, last_change) = clock(), _seen()
    with one_page():
        told = {metric.key: metric.reading(period) for metric in _due(period, at=read_at)}
    if clock() - read_at > SOON:  # what happened since it was begun may be forgotten by now
        return 0
    rows = [
        KeptReading(
            metric=key, zone=period.zone, period=period.key, ends_at=period.end, value=written(reading.value),
            cases=reading.cases, part=reading.part, maturing=reading.maturing,
            snapshot=snapshot, last_change=last_change, read_at=read_at,
        )
        for key, reading in told.items()
    ]  # fmt: skip
    KeptReading.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["period", "zone", "metric"],
        update_fields=["ends_at", "value", "cases", "part", "maturing", "snapshot", "last_change", "read_at"],
    )  # fmt: skip
    return len(rows)


def _seen() -> tuple[str, int]:
    """What a reading that begins now can see: the transactions committed, and the last change written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, coalesce(max(id), 0) FROM leads_figurechange")
        [seen] = cursor.fetchall()
    return seen


def _let_go(*, before: datetime) -> None:
    """Drop the readings that no longer hold, and then what moved figures before this moment."""
    known = metrics.catalogued()
    KeptReading.objects.exclude(metric__in=known).delete()
    moved = KeptReading.objects.with_touched().filter(touched=True)
    KeptReading.objects.filter(pk__in=[row.pk for row in moved if not _moves(row, known[row.metric])]).delete()
    FigureChange.objects.filter(at__lt=before).delete()


def forget() -> int:
    """Throw away all that is kept; return how many readings that were. Pages reckon from the rows until it is back."""
    return KeptReading.objects.all().delete()[0]
