"""One lead as pages show it, and what happened with it: rows of each kind are read once, whichever parts ask for them.

Of what was undone nothing is here; each list stands in the order in which its rows were written.
"""

from django.shortcuts import get_object_or_404

from accounts.models import User
from common.once import once
from leads.models import Attempt, Episode, Handoff, HandoffReturn, Lead, PutOff, Transition

BY = ("by__name", "by__email")  # what is shown of whoever did something


@once
def lead_shown_to(user: User, pk: int) -> Lead:
    """A lead with its company, owner, campaign and score. Raises Http404 where there is none."""
    leads = Lead.objects.visible_to(user).select_related("company", "owner", "campaign", "score")
    return get_object_or_404(leads, pk=pk)


@once
def handoffs_of(lead: Lead) -> list[Handoff]:
    """Its hand-offs, the latest first."""
    handoffs = lead.handoffs.select_related("owner", "criteria__revision", "campaign", "content")
    return list(handoffs.order_by("-made_at", "-pk"))


@once
def episodes_of(lead: Lead) -> list[Episode]:
    """Its lives."""
    return list(lead.episodes.order_by("number"))


@once
def moves_of(lead: Lead) -> list[Transition]:
    """Its moves."""
    moves = lead.transitions.counted().select_related("by", "reason", "criteria__revision").order_by("pk")
    return list(moves.only(*_columns(Transition), *BY, "reason__label", "criteria__revision__number"))


@once
def returns_of(lead: Lead) -> list[HandoffReturn]:
    """What sales sent back, of all its hand-offs."""
    returns = HandoffReturn.objects.standing().filter(handoff__lead=lead).select_related("by", "reason")
    return list(returns.only(*_columns(HandoffReturn), *BY, "reason__label").order_by("pk"))


@once
def attempts_of(lead: Lead) -> list[Attempt]:
    """What was done to reach the person, in a hand-off or without one."""
    attempts = lead.attempts.standing().select_related("by").order_by("pk")
    return list(attempts.only(*_columns(Attempt), *BY))


def attempts_in(handoff: Handoff) -> list[Attempt]:
    """What was done in one hand-off to reach the person."""
    return [each for each in attempts_of(handoff.lead) if each.handoff_id == handoff.pk]


@once
def put_offs_of(lead: Lead) -> list[PutOff]:
    """The times for which the person asked to be left, in all its hand-offs."""
    put_offs = PutOff.objects.standing().filter(handoff__lead=lead).select_related("by").order_by("pk")
    return list(put_offs.only(*_columns(PutOff), *BY))


def _columns(model: type) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]
