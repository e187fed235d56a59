"""Promotion: who meets the criteria in force becomes an MQL, and fresh ones are handed over at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.models import User
from common.errors import Incomplete, Refused
from leads.handover import handed_over
from leads.lifecycle import PROMOTE, leads_changed
from leads.models.criteria import Criteria
from leads.models.episode import Transition
from leads.models.lead import Lead


@transaction.atomic
def promote(*, at: datetime, leads: Iterable[int] | None = None, fresh: bool = True) -> list[Transition]:
    """Make MQLs of the leads, or of these, whose score qualifies; return the moves.

    Fresh ones, who qualify by new behaviour, are handed over in the same transaction. The others,
    who qualify by a new definition or an import, wait to be released.
    """
    criteria = Criteria.objects.ruling()
    if criteria is None:
        return []
    found = Lead.objects.qualifying(criteria)
    found = found if leads is None else found.filter(pk__in=list(leads))
    moved = Transition.objects.make(PROMOTE, leads=found, at=at, criteria=criteria)
    if moved:
        handed = handed_over([move.lead_id for move in moved], at=at) if fresh else []
        leads_changed.send(Lead, events=[*moved, *handed])
    return moved


@transaction.atomic
def qualify_by_hand(lead: Lead, *, note: str, by: User | None, at: datetime) -> None:
    """A marketer makes it an MQL, whatever the score says, and hands it over.

    Raises Incomplete without a note, Refused after an opt-out or for a customer.
    """
    access.check(by, "lead.qualify_by_hand", lead)
    if not note.strip():
        raise Incomplete("Say why sales should have this lead now.", "note")
    lead.hold()
    if lead.opted_out_at:
        raise Refused(f"{lead} has opted out and must not be contacted.")
    if lead.company and lead.company.is_customer:
        raise Refused(f"{lead.company} is a customer: tell the owner of the company instead.")
    criteria = Criteria.objects.ruling()
    moved = Transition.objects.make_one(PROMOTE, lead, by=by, at=at, note=note.strip(), criteria=criteria)
    handed = handed_over([lead.pk], at=at, by_hand=True, why=note.strip())
    leads_changed.send(Lead, events=[*moved, *handed])
