"""Sales' ledger: points for hand-offs answered in time and worked to their end, and for customers won from them.

Whose a line is: who owned the hand-off when it was answered or ended, and who owns the deal that was won.
"""

from __future__ import annotations

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value

from accounts.access import Side, allowed
from accounts.models import User
from common.periods import Period
from goals.ledger import Kind, Ledger, version_at, worth
from leads.models import Assignment, Handoff, Opportunity
from leads.models.opportunity import DealState, DealType
from sla.attainment import FIRST_ATTEMPT, KEPT, commitments
from sla.models import Clock


def answered(period: Period) -> QuerySet[Clock]:
    """Hand-offs whose first attempt or return came in time, by the customer's clock and the day it was made."""
    kept = Clock.objects.customers().filter(KEPT, commitment__in=commitments(FIRST_ATTEMPT)).counted()
    # What was done in time fell due after it, so the index on what fell due finds it.
    rows = kept.filter(due_at__gte=period.start, done_at__gte=period.start, done_at__lt=period.end)
    owned = Assignment.objects.filter(handoff=OuterRef("handoff"), from_at__lte=OuterRef("done_at"))
    return _lines(rows, "done_at", "points_answered", Subquery(owned.order_by("-from_at", "-pk").values("owner")[:1]))


def worked(period: Period) -> QuerySet[Handoff]:
    """Accepted hand-offs that became a deal or came back with a reason; what was withdrawn is not worked."""
    rows = Handoff.objects.filter(
        closed_at__gte=period.start, closed_at__lt=period.end, accepted_at__isnull=False, withdrawn=False
    )
    return _lines(rows, "closed_at", "points_worked", F("owner"))


def won(period: Period) -> QuerySet[Opportunity]:
    """New business that was opened on a hand-off of marketing's and won."""
    rows = Opportunity.objects.filter(
        state=DealState.WON, type=DealType.NEW, handoff__isnull=False,
        closed_at__gte=period.start, closed_at__lt=period.end,
    )  # fmt: skip
    return _lines(rows, "closed_at", "points_won", F("owner"))


def _lines(rows: QuerySet, at: str, points: str, rep: F | Subquery) -> QuerySet:
    nothing = Value("", output_field=CharField())
    return rows.annotate(moment=F(at), points=worth(points, at), version=version_at(at), about=nothing, rep=rep)


SALES = Ledger(
    Side.SALES,
    (
        Kind("answered", "Answered in time", "handoff__lead", answered),
        Kind("worked", "Worked to its disposition", "lead", worked),
        Kind("won", "Customer won", "lead", won),
    ),
)


def reps_shown(period: Period, user: User) -> list[tuple[User, int]]:
    """What each rep was given: to the head of sales everybody's, to a rep their own, to others nobody's."""
    if not allowed(user, "scorecard.by_rep"):
        return []
    given = [(rep, points) for rep, points in SALES.by_rep(period) if may_see(user, rep)]
    reps = User.objects.in_bulk([rep for rep, _ in given])
    return [(reps[rep], points) for rep, points in given]


def may_see(user: User, rep: int) -> bool:
    """By rep it is for that rep and the head of sales."""
    return allowed(user, "scorecard.by_rep") and (user.pk == rep or user.signs_for(Side.SALES))
