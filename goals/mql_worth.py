"""What an MQL of a grade is worth, by the hand-offs of the last year, and the points that follow from it.

v = accepted × SQL of accepted × won of SQL × average deal, each drawn towards that of all grades as if twenty more
cases had gone like all (FORMULAS 4.3). docs/credit.md works an example by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from math import prod

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from agreements.models.points import GRADES, MOST
from common.measures import FEW
from leads.models import Episode, Handoff, Opportunity
from leads.models.lead import Origin
from leads.money import WON_AMOUNT, frozen

YEAR = timedelta(days=365)
DRAWN = 20  # cases of all grades that are added to a grade's own


@dataclass(frozen=True)
class Counts:
    """How far the hand-offs of a grade came. Who is still on the way counts in no step that is not decided."""

    decided: int = 0
    accepted: int = 0
    settled: int = 0  # of the accepted, those that became an SQL or were let go
    sqls: int = 0
    ended: int = 0  # of the SQLs, those won, lost or let go
    won: int = 0
    deals: int = 0  # won, with an amount in the base currency
    revenue: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def steps(self) -> tuple[tuple[float, int], ...]:
        """Of each factor of the worth what counts and of how many: three shares, and the average deal."""
        return (
            (self.accepted, self.decided),
            (self.sqls, self.settled),
            (self.won, self.ended),
            (self.revenue, self.deals),
        )


@dataclass(frozen=True)
class Worth:
    """What an MQL of one grade is worth in the base currency, and the points of it."""

    grade: str
    cases: int
    factors: tuple[float, float, float, float]
    value: float
    points: int

    @property
    def is_small(self) -> bool:
        return self.cases < FEW


def worths(counts: dict[str, Counts], *, points: int) -> list[Worth]:
    """Of each grade with cases its worth, and its points where any MQL has `points`; none before anything was won."""
    everything = sum(counts.values(), Counts())
    if not everything.won or not everything.deals:
        return []
    all_factors = [part / whole for part, whole in everything.steps]
    found = []
    for grade in GRADES:
        own = counts.get(grade, Counts())
        factors = tuple(
            (part + DRAWN * of_all) / (whole + DRAWN)
            for (part, whole), of_all in zip(own.steps, all_factors, strict=True)
        )
        share = prod(factors) / prod(all_factors)
        found += [Worth(grade, own.decided, factors, prod(factors), _whole(points * share))] if own.decided else []
    return found


def _whole(points: float) -> int:
    """Half a point goes up."""
    return min(int(points + 0.5), MOST)


def count_by_grade(*, at: datetime) -> dict[str, Counts]:
    """The hand-offs of marketing's leads made in the year before a moment, by the grade frozen on each; one query."""
    life = Episode.objects.filter(lead=OuterRef("lead"), number=OuterRef("episode"))
    reached = {f"{stage}_at": Subquery(life.values(f"{stage}_at")[:1]) for stage in ("sql", "customer", "lost")}
    won = frozen(Opportunity.objects.filter(handoff=OuterRef("pk"), state="won"))
    amount = Subquery(won.order_by().values("handoff").annotate(sum=Sum(WON_AMOUNT)).values("sum"))
    has_deal = Exists(Opportunity.objects.filter(handoff=OuterRef("pk")))
    made = Handoff.objects.filter(lead__origin=Origin.MARKETING, made_at__gte=at - YEAR, made_at__lt=at)
    told = made.filter(withdrawn=False).annotate(**reached, has_deal=has_deal, amount=amount)
    rows = told.order_by().values("grade").annotate(**COLUMNS)
    return {row.pop("grade"): _counts(row) for row in rows}


ACCEPTED = Q(accepted_at__isnull=False)
SQL = ACCEPTED & Q(sql_at__isnull=False)
LET_GO = Q(closed_at__isnull=False, has_deal=False)
WON = SQL & Q(customer_at__isnull=False)
COLUMNS = {
    "decided": Count("pk", filter=Q(decided_at__isnull=False)),
    "accepted": Count("pk", filter=ACCEPTED),
    "settled": Count("pk", filter=SQL | (ACCEPTED & LET_GO)),
    "sqls": Count("pk", filter=SQL),
    "ended": Count("pk", filter=SQL & (Q(customer_at__isnull=False) | Q(lost_at__isnull=False) | LET_GO)),
    "won": Count("pk", filter=WON),
    "deals": Count("pk", filter=WON & Q(amount__isnull=False)),
    "revenue": Sum("amount", filter=WON),
}


def _counts(row: dict) -> Counts:
    return Counts(**row | {"revenue": float(row["revenue"] or 0)})
