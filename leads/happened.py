"""What happened with a lead, as the rows that stand: each kind is read once, whichever parts of a page ask for it."""

from common.once import once
from leads.models import Attempt, HandoffReturn, Lead, PutOff, Transition


@once
def moves_of(lead: Lead) -> list[Transition]:
    """Its moves in the order in which they were made, without what was undone."""
    moves = lead.transitions.counted().select_related("by", "reason", "criteria__revision")
    return list(moves.order_by("pk"))


@once
def returns_of(lead: Lead) -> list[HandoffReturn]:
    """What sales sent back, of all its hand-offs, the first one first."""
    returns = HandoffReturn.objects.standing().filter(handoff__lead=lead)
    return list(returns.select_related("by", "reason").order_by("pk"))


@once
def attempts_of(lead: Lead) -> list[Attempt]:
    """What was done to reach the person, in a hand-off or without one, in the order in which it was written down."""
    return list(lead.attempts.standing().select_related("by").order_by("pk"))


@once
def put_offs_of(lead: Lead) -> list[PutOff]:
    """The times for which the person asked to be left, of all its hand-offs, in the order in which they asked."""
    return list(PutOff.objects.standing().filter(handoff__lead=lead).select_related("by").order_by("pk"))
