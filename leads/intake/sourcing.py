"""Leads that a rep found alone: they start with sales and never enter a rate of marketing's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads import facts as known_facts
from leads import scoring
from leads.intake.arrival import HISTORY, clean, require_key
from leads.intake.attributes import Attributes
from leads.intake.matching import Companies, People, Person
from leads.intake.storing import ids_of_campaigns, store_companies, store_leads
from leads.lifecycle import OPPORTUNITY, SQL, leads_changed
from leads.models import Lead, Opportunity
from leads.models.lead import Origin


def source_lead(
    facts: Mapping[str, Any], *, stage: str = SQL, deal: Mapping[str, Any] | None = None, by: User, at: datetime
) -> Lead:
    """Enter a lead that the rep `by` sourced, at SQL, or at opportunity with its deal.

    `deal` has `amount`, `currency`, `closes_on`. SAL and SQL are reached at the same moment,
    MQL never. Raises Refused when the person is known already, Incomplete when something is missing.
    """
    check(by, "lead.source")
    if stage not in (SQL, OPPORTUNITY):
        raise Incomplete("A self-sourced lead starts at SQL or at opportunity.", "stage")
    if told := set(facts) & HISTORY:
        raise Incomplete(f"{min(told)!r} is kept by the product itself.", min(told))
    arrival = clean({"source": "Self-sourced", **facts}, at=at)
    require_key(arrival)
    Attributes().settle(arrival)
    arrival.origin, arrival.stage, arrival.owner_id = Origin.SALES, stage, by.pk
    with leads_changed.as_one_batch():
        _refuse_known(People([arrival]).find(arrival))
        lead, moves = _enter(Person(None, {}, arrival), by=by, at=at)
        leads_changed.send(Lead, events=moves)
        if stage == OPPORTUNITY:
            terms = {"amount": None, "currency": settings.BASE_CURRENCY, "closes_on": None} | dict(deal or {})
            Opportunity.objects.open_for(lead, **terms, by=by, at=at)
    return lead


def _refuse_known(person: Person | None) -> None:
    if person:
        lead = Lead.objects.select_related("owner").get(pk=person.id)
        where = f"at {lead.get_stage_display()}" + (f" with {lead.owner}" if lead.owner else "")
        raise Refused(f"{lead} is known already, {where}; work with that lead.")


def _enter(person: Person, *, by: User, at: datetime) -> tuple[Lead, list[Model]]:
    """The lead and the move that made it."""
    companies = Companies([person.arrival])
    person.company = companies.place(person.arrival)
    campaigns = ids_of_campaigns([person.arrival.campaign])
    changed = store_companies(companies.all, at=at)
    moves = store_leads([person], campaigns, at=at, history=False, by=by)
    colleagues = Lead.objects.filter(company__in=changed).values_list("pk", flat=True)
    known_facts.snapshot(sorted({person.id, *colleagues}), at=at)
    scoring.mark(sorted({person.id, *colleagues}), fresh=True)
    return Lead.objects.get(pk=person.id), list(moves)
