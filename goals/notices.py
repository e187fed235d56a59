"""What this app tells people: a plan to sign, a plan declined, a plan in force."""

from goals.models import Plan
from goals.telling import DECLINED, IN_FORCE, PROPOSED
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered


def _plan(ids: Ids) -> Plan:
    return Plan.objects.with_terms().get(pk=ids["plan"])


def _proposed(ids: Ids) -> Rendered:
    plan = _plan(ids)
    said = f"{plan.revision.proposed_by} proposes it. It counts when both sides have signed."
    return Rendered(f"{plan}, waits for your signature", said, plan.get_absolute_url())


def _waits(ids: Ids) -> bool:
    plan = Plan.objects.with_terms().filter(pk=ids["plan"]).first()
    return plan is not None and plan.waits


def _declined(ids: Ids) -> Rendered:
    plan = _plan(ids)
    said = f"{plan.revision.declined_by} asks for a change: {plan.revision.declined_because}"
    return Rendered(f"{plan}, was declined", said, plan.get_absolute_url())


def _in_force(ids: Ids) -> Rendered:
    plan = _plan(ids)
    return Rendered(f"{plan}, is in force", plan.sentences()[0], plan.get_absolute_url())


kinds.register(Kind(PROPOSED, "A goal waits for your signature", render=_proposed, still_relevant=_waits))
kinds.register(Kind(DECLINED, "A goal you proposed was declined", render=_declined))
kinds.register(Kind(IN_FORCE, "A goal is in force", render=_in_force, bundled=True))
