"""What each rep needs of marketing for their part of a plan, and what they got: for that rep and the head of sales."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from django.db.models import Count, QuerySet

from accounts.access import Role, allowed
from accounts.models import User
from common import metrics
from goals.models import Plan
from goals.models.plan import REVENUE
from goals.spread import share_gone
from leads.let_through import handed_over
from leads.models import Handoff, Opportunity


@dataclass(frozen=True)
class Quota:
    """One rep's part of a plan: hand-offs needed and received, deals due and won; both up to this morning."""

    rep: User
    needed: int
    received: int
    due: int
    won: int

    @property
    def state(self) -> str:
        return "risk" if self.received < self.needed else ""

    @property
    def standing(self) -> str:
        return "too few" if self.received < self.needed else "enough"


def quotas(plan: Plan, user: User, *, at: datetime) -> list[Quota]:
    """The quotas that a person may see: a rep their own, the head of sales everybody's, who got too few first, then by
    name. Three queries.

    The plan's deals and MQLs are shared evenly among its reps, and are due by the working days that are over. What a
    rep has now was received by that rep.
    """
    if not allowed(user, "scorecard.by_rep"):
        return []
    reps = [rep for rep in User.objects.with_role(Role.REP) if allowed(user, "scorecard.by_rep", rep)]
    received, won = _by_owner(received_by(reps, plan)), _by_owner(won_by(reps, plan))
    gone = share_gone(plan.span, plan.hours, at) / max(plan.reps, 1)
    needed, due = ceil(plan.needs.mql * gone), ceil(Fraction(plan.needs.deals) * gone)
    lines = [Quota(rep, needed, received.get(rep.pk, 0), due, won.get(rep.pk, 0)) for rep in reps]
    return sorted(lines, key=lambda line: (not line.state, str(line.rep)))


def received_by(reps: Iterable[User], plan: Plan) -> QuerySet[Handoff]:
    """The hand-offs of a plan's period that some reps have now."""
    return handed_over(plan.span).filter(owner__in=reps)


def won_by(reps: Iterable[User], plan: Plan) -> QuerySet[Opportunity]:
    """The deals of marketing's leads that some reps won in a plan's period."""
    return metrics.rows(REVENUE, plan.span).filter(owner__in=reps)


def _by_owner(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("owner").annotate(count=Count("pk")))
