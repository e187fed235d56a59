"""The oracle's people written down as rows, and definitions made of plain dicts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from agreements.models import Persona, PersonaVersion, Revision
from leads import facts
from leads.models import Company, Criteria, Lead, Opportunity, Rule, Touch
from tests.oracles.scoring import Person


def definition(*rules: dict[str, Any], at: datetime, **terms: Any) -> Criteria:
    """A draft with these rows."""
    revision = Revision.objects.draft("criteria", by=None, at=at)
    criteria = Criteria.objects.create(revision=revision, **{"zone": "UTC", "checklist": [], **terms})
    for position, row in enumerate(rules):
        rule = Rule.draw_up(criteria, **row)
        rule.position = position
        rule.save()
    criteria.refresh_from_db()
    return criteria


def signed_persona(traits: dict[str, Any], *, at: datetime) -> PersonaVersion:
    """A version in force that says nothing but these traits."""
    persona = Persona.objects.create(name=f"Persona {Persona.objects.count()}", created_at=at)
    revision = persona.open_draft(by=None, at=at)
    version = PersonaVersion.objects.create(persona=persona, revision=revision, **traits)
    Revision.objects.filter(pk=revision.pk).update(state="in_force", sha256="signed", in_force_at=at)
    version.revision.refresh_from_db()
    return version


def write(people: Iterable[Person]) -> list[Lead]:
    """The people as leads, in their order, with firms, touches and deals."""
    return [_write(person) for person in people]


def _write(person: Person) -> Lead:
    firm = person.firm
    company = firm and Company.objects.create(
        name=firm.name,
        industry=firm.industry,
        employees=firm.employees,
        revenue=firm.revenue,
        country=firm.country,
        named_account=firm.named_account,
        customer_since=firm.customer_since,
        attributes=firm.attributes,
        created_at=person.created_at,
    )
    lead = Lead.objects.create(
        email=person.email,
        title=person.title,
        phone=person.phone,
        city=person.city,
        country=person.country,
        source=person.source,
        company=company,
        opted_out_at=person.opted_out_at,
        engagement_from=person.counts_from,
        attributes=person.attributes,
        created_at=person.created_at,
        stage_at=person.created_at,
    )
    Touch.objects.bulk_create(
        Touch(
            lead=lead,
            kind=act.kind,
            occurred_at=act.at,
            recorded_at=act.at,
            responded=act.responded,
            campaign_id=act.campaign,
            content_id=act.content,
            detail="" if act.content else act.about,
        )
        for act in person.acts
    )
    for opened, closed in person.deals:
        Opportunity.objects.create(
            lead=lead,
            company=company,
            amount=1000,
            currency="EUR",
            type="expansion",
            state="won" if closed else "open",
            closes_on=opened.date(),
            opened_at=opened,
            closed_at=closed,
        )
    return lead


def keep(leads: Iterable[Lead], *, at: datetime) -> None:
    """Keep what is known of them at a moment."""
    facts.snapshot([lead.pk for lead in leads], at=at)


DAY = timedelta(days=1)
