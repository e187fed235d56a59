"""MQLs by month under one definition throughout, beside those that counted then.

When a definition changes, the count changes with it. Here every lead is taken at the first moment
it would have met one and the same version (its backtest), so what rises or falls is the leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from agreements.models import Revision
from common import metrics
from common.hours import zone_named
from common.periods import Period, month_of
from leads.models.backtest import Backtest
from leads.models.criteria import DOCUMENT
from leads.verdict import Share

ACCEPTED = Q(accepted=True, decided_at__gte=F("qualified_at"))
DECIDED = Q(decided_at__gte=F("qualified_at"))


@dataclass(frozen=True)
class Month:
    """One month: MQLs as they counted then, those under the one version, and what became of the latter."""

    period: Period
    counted: int
    qualified: int
    accepted: Share
    sql: Share
    won: Share


@dataclass(frozen=True)
class Change:
    """A version that took effect, and in which of the months."""

    number: int
    place: int


def months(backtest: Backtest) -> list[Month]:
    """Every month of a finished backtest, the first one to the one that still runs."""
    found = {row["month"].date(): row for row in _by_month(backtest)}
    return [_month(period, found.get(period.start_on, {})) for period in periods(backtest)]


def periods(backtest: Backtest) -> list[Period]:
    """The months of a backtest in the zone of its definition."""
    return list(_periods(backtest))


def _periods(backtest: Backtest) -> Iterator[Period]:
    period = month_of(backtest.since, backtest.criteria.zone)
    while period.start < backtest.until:
        yield period
        period = period.next()


def _by_month(backtest: Backtest) -> QuerySet:
    zone = zone_named(backtest.criteria.zone)
    rows = backtest.leads.filter(qualified_at__isnull=False).order_by()
    return (
        rows.annotate(month=TruncMonth("qualified_at", tzinfo=zone))
        .values("month")
        .annotate(
            qualified=Count("pk"),
            decided=Count("pk", filter=DECIDED),
            taken=Count("pk", filter=ACCEPTED),
            sqls=Count("pk", filter=Q(sql_at__gte=F("qualified_at"))),
            wins=Count("pk", filter=Q(won_at__gte=F("qualified_at"))),
        )
    )


def _month(period: Period, row: dict) -> Month:
    qualified = row.get("qualified", 0)
    return Month(
        period=period,
        counted=metrics.value("mqls", period),
        qualified=qualified,
        accepted=Share(row.get("taken", 0), row.get("decided", 0)),
        sql=Share(row.get("sqls", 0), qualified),
        won=Share(row.get("wins", 0), qualified),
    )


def changes(backtest: Backtest) -> list[Change]:
    """The versions that took effect in these months."""
    shown = periods(backtest)
    begun = Revision.objects.of(DOCUMENT).filter(in_force_at__gte=shown[0].start, in_force_at__lt=shown[-1].end)
    return [
        Change(revision.number, place)
        for revision in begun.order_by("in_force_at")
        for place, period in enumerate(shown)
        if period.start <= revision.in_force_at < period.end
    ]
