"""What the words in braces of an agreement's text stand for: {criteria}, {leads for the quota}, {signers}.

A draft reads them as they are now; a version that was proposed keeps what they said then, because that was signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.access import Side
from accounts.models import User
from agreements.models import PersonaVersion, Revision, responsibilities, stage_map
from common.conditions import listed
from common.periods import local_day
from goals.models import Plan
from leads.models import Criteria
from sla.clauses import hours_in_words

if TYPE_CHECKING:
    from sla.models.agreement import Agreement
    from sla.models.commitment import Commitment

NAME = re.compile(r"\{([a-z ]+)\}")


def filled(text: str, said: dict[str, str]) -> str:
    """The text with what its references say; braces around anything else stay as they were typed."""
    return NAME.sub(lambda found: said.get(found[1], found[0]), text)


def references(agreement: Agreement, *, at: datetime) -> dict[str, str]:
    """What each reference says of an agreement at a moment."""
    return {
        "criteria": _criteria(),
        "personas": _personas(),
        "who does what": _document(responsibilities.DOCUMENT, "“Who does what”"),
        "stage map": _document(stage_map.DOCUMENT, "the stage map"),
        "leads for the quota": _quota(agreement, at),
        "first attempt": _first_attempt(agreement),
        "attempts": _promised(agreement, "attempts_attainment", _attempts, "as many attempts as it takes"),
        "repairs": _promised(agreement, "repair_attainment", _within, "as soon as it can"),
        "plans": _promised(agreement, "plan_attainment", _within, "as soon as marketing can"),
        "signers": _signers(),
        "alignment index": agreement.get_formula_display(),
    }


def _criteria() -> str:
    ruling = Criteria.objects.ruling()
    return f"the MQL criteria, version {ruling.revision.number}" if ruling else "the MQL criteria, once they are signed"


def _personas() -> str:
    ruling = PersonaVersion.objects.ruling().order_by("persona__name")
    names = [f"“{each.persona}”, version {each.revision.number}" for each in ruling]
    return f"the personas {_and(names)}" if names else "the personas, once they are signed"


def _document(document: str, name: str) -> str:
    ruling = Revision.objects.of(document).ruling().first()
    return f"{name}, version {ruling.number}" if ruling else f"{name}, once it is signed"


def _quota(agreement: Agreement, at: datetime) -> str:
    plan = Plan.objects.for_day(local_day(at, agreement.zone))
    if plan is None:
        return "How many MQLs sales needs follows from the goal, once it is signed"
    needs = plan.needs.shown()
    if not needs["new_deals"]:
        return f"The deals that are open cover the goal of {plan.span.label}, so it takes no more MQLs"
    return (
        f"For {needs['new_deals']:,} deals in {plan.span.label} sales needs {needs['mql']:,} MQLs, of which it accepts "
        f"{needs['sal']:,} and makes {needs['opportunities']:,} opportunities, as the signed goal has it"
    )


def _first_attempt(agreement: Agreement) -> str:
    usual = _promised(agreement, "first_attempt_attainment", _within, "at once")
    hot = _promised(agreement, "first_attempt_attainment_hot", _within, "")
    return f"{usual}, hot leads {hot}" if hot else usual


def _promised(agreement: Agreement, metric: str, say: Callable[[Commitment], str], otherwise: str) -> str:
    found = next((each for each in agreement.commitments.all() if each.metric == metric), None)
    return say(found) if found else otherwise


def _within(promise: Commitment) -> str:
    if promise.allowed:
        return f"within {hours_in_words(promise.allowed)}"
    return f"within {promise.within_days} working day{'' if promise.within_days == 1 else 's'}"


def _attempts(promise: Commitment) -> str:
    return (
        f"{promise.attempts} attempts on at least {promise.attempt_days} working days within "
        f"{promise.within_days} of them"
    )


def _signers() -> str:
    said = []
    for side in Side:
        heads = User.objects.heads_of(side).select_related("deputy").order_by("pk")
        names = [f"{head} (deputy: {head.deputy})" if head.deputy else str(head) for head in heads]
        said.append(f"{_and(names) if names else 'nobody yet'} for {side.label.lower()}")
    return " and ".join(said)


def _and(names: Iterable[str]) -> str:
    return listed(list(names), "and")
