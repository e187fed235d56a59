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
from goals.deals import DEALS, Deals
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

AHEAD = " deals"  # the end of a key of what deals say

Days = dict[date, Decimal]


class Known(NamedTuple):
    """What the days of a period brought and what deals say of what is left of it, by figure, and when that was counted;
    nothing and None where it is not kept.
    """

    days: dict[str, Days]
    deals: dict[str, Deals]
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
    by_days, ahead = _keys(MOMENTS, period), _keys(DEALS, period, what=AHEAD)
    kept = {row.key: row for row in Tally.objects.standing(Of.GOAL, at=at).filter(key__in=by_days | ahead)}
    days = {name: _read(kept[key].counts, period) for key, name in by_days.items() if key in kept}
    deals = {name: Deals(*kept[key].counts) for key, name in ahead.items() if key in kept}
    return Known(days, deals, min((row.at for row in kept.values()), default=None))


def to_keep(period: Period, deals: dict[str, Deals]) -> dict[str, list[int]]:
    """What the days of a period brought, in hundredths, from the first day on, and what deals say of what is left."""
    days = {key: _written(by_day(name, period), period) for key, name in _keys(MOMENTS, period).items()}
    return days | {key: list(deals[name]) for key, name in _keys(deals, period, what=AHEAD).items()}


def _keys(metrics: Iterable[str], period: Period, *, what: str = "") -> dict[str, str]:
    """Under which key each figure of a period is kept."""
    return {f"{metric} {period.key} {period.zone}{what}": metric for metric in metrics}


def _written(days: Days, period: Period) -> list[int]:
    return [int(days.get(on, 0) / CENT) for on in period.days()]


def _read(counts: list[int], period: Period) -> Days:
    return {on: count * CENT for on, count in zip(period.days(), counts, strict=True) if count}
