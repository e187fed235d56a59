"""What sales said of the leads it was handed: why they came back, and whether the grade foretold the rep's verdict."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from common.estimates import Concordance, concordance
from common.periods import Period
from leads.let_through import handed_over
from leads.metrics import quality as of_quality
from leads.models import Criteria, Handoff, HandoffReturn, ReturnReason
from leads.models.handoffs import Rating
from leads.verdict import Share

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Given:
    """How often a reason was given, and how often of that it counted against marketing's quality."""

    reason: ReturnReason
    returns: int
    quality: int


@dataclass(frozen=True)
class Graded:
    """The hand-offs of one grade: how many were found good, fair and poor, and how many have no verdict."""

    grade: str
    counts: dict[Rating, int]
    unjudged: int

    @property
    def judged(self) -> int:
        return sum(self.counts.values())

    @property
    def shares(self) -> list[tuple[Rating, Share]]:
        """Each verdict with its share of those that have one."""
        return [(verdict, Share(self.counts[verdict], self.judged)) for verdict in Rating]

    @property
    def good(self) -> Share:
        return Share(self.counts[Rating.GOOD], self.judged)


def returns(period: Period, criteria: Criteria | None, *, quality: bool = False) -> QuerySet[HandoffReturn]:
    """What came back in the period, of hand-offs made under one version or under all."""
    rows = of_quality.quality_returns(period) if quality else of_quality.returns(period)
    return rows.filter(handoff__criteria=criteria) if criteria else rows


def by_reason(period: Period, criteria: Criteria | None) -> list[Given]:
    """The reasons that were given, the most frequent first. Two queries."""
    against = Q(pk__in=of_quality.quality_returns(period).order_by().values("pk"))
    counts = {"count": Count("pk"), "quality": Count("pk", filter=against)}
    rows = returns(period, criteria).order_by().values_list("reason").annotate(**counts)
    reasons = ReturnReason.objects.in_bulk()
    given = [Given(reasons[pk], count, quality) for pk, count, quality in rows]
    return sorted(given, key=lambda each: (-each.returns, each.reason.position))


def judged(period: Period, criteria: Criteria | None, grade: str, verdict: Rating | None) -> QuerySet[Handoff]:
    """The hand-offs of a grade that were found so good; with None, those without a verdict."""
    return handed_over(period, criteria).filter(grade=grade, rating=verdict)


def by_grade(period: Period, criteria: Criteria | None) -> list[Graded]:
    """The hand-offs made in the period by their grade, A first. One query."""
    rows = handed_over(period, criteria).order_by().values_list("grade", "rating").annotate(Count("pk"))
    found = {(grade, verdict): count for grade, verdict, count in rows}
    return [
        Graded(grade, {verdict: found.get((grade, verdict), 0) for verdict in Rating}, found.get((grade, None), 0))
        for grade in GRADES
    ]


def grades_foretell(grades: list[Graded]) -> Concordance | None:
    """How often the better grade is the better lead, of two that differ in grade and verdict."""
    return concordance([list(each.counts.values()) for each in grades])
