"""Who hears of a plan: those who sign it, whoever proposed it, and both sides when it counts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.access import Role, Side
from accounts.models import User
from notifications.outbox import tell

if TYPE_CHECKING:
    from goals.models.plan import Plan

PROPOSED, DECLINED, IN_FORCE = "plan.proposed", "plan.declined", "plan.in_force"
BOTH_SIDES = [role for role in Role if role.side]


def tell_signers(plan: Plan, *, by: User, at: datetime) -> None:
    heads = {head for side in Side.values for head in User.objects.heads_of(side) if head != by}
    _tell(plan, heads, PROPOSED, at)


def tell_proposer(plan: Plan, *, by: User, at: datetime) -> None:
    proposer = plan.revision.proposed_by
    _tell(plan, {proposer} - {by, None}, DECLINED, at)


def tell_both_sides(plan: Plan, *, by: User | None, at: datetime) -> None:
    _tell(plan, set(User.objects.with_role(*BOTH_SIDES)) - {by}, IN_FORCE, at)


def _tell(plan: Plan, people: set[User], kind: str, at: datetime) -> None:
    tell(sorted(people, key=lambda person: person.pk), kind, {"plan": plan.pk}, key=f"{kind}:{plan.pk}", at=at)
