"""What each day brought of the figures that plans set targets for, counted ahead of time, so that in a large company
the pages of a goal answer at once.

A worker counts the days of the plans that run every few minutes, by the very calculation that a page would use; a page
takes them from there, says when that was, and counts on the spot what is not kept. May be emptied at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models.functions import TruncDate

from common import metrics
from common.hours import zone_named
from common.once import once
from common.periods import Period
from leads.models import Tally
from leads.models.rate import CENT
from leads.models.tally import Of

# When what is counted happened: the moment of a row.
MOMENTS = {
    "mqls_delivered": "handed_over_at",
    "customers": "customer_at",
    "revenue_won_from_marketing": "closed_at",
    "revenue_won": "closed_at",
}

Days = dict[date, Decimal]


class Known(NamedTuple):
    """What the days of a period brought, by figure, and when it was counted; nothing and None where it is not kept."""

    days: dict[str, Days]
    at: datetime | None


@once
def by_day(metric: str, period: Period) -> Days:
    """How many, or how much, fell on each local day of a period: the rows of the figure, counted by their day."""
    moment = TruncDate(MOMENTS[metric], tzinfo=zone_named(period.zone))
    figure = metrics.metric(metric)
    of_days = figure.rows(period).order_by().values(day=moment).annotate(**figure.measure.columns())
    return {row["day"]: Decimal(figure.measure.read(row).value) for row in of_days}


def known(period: Period, *, at: datetime) -> Known:
    """What is kept of a period. One query."""
    keys = {_key(metric, period): metric for metric in MOMENTS}
    rows = list(Tally.objects.standing(Of.GOAL, at=at).filter(key__in=keys))
    days = {keys[row.key]: _read(row.counts, period) for row in rows}
    return Known(days, min((row.at for row in rows), default=None))


def counted(periods: Iterable[Period]) -> dict[str, list[int]]:
    """What the days of some periods brought, to be kept: in hundredths, from the first day on."""
    return {_key(metric, period): _written(by_day(metric, period), period) for period in periods for metric in MOMENTS}


def _key(metric: str, period: Period) -> str:
    return f"{metric} {period.key} {period.zone}"


def _written(days: Days, period: Period) -> list[int]:
    return [int(days.get(on, 0) / CENT) for on in period.days()]


def _read(counts: list[int], period: Period) -> Days:
    return {on: count * CENT for on, count in zip(period.days(), counts, strict=True) if count}
