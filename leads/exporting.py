"""Leads as a table for spreadsheets, with headers that our own import understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from leads.models import Attribute, Lead
from leads.models.lead import LeadQuerySet

MOST = 100_000
AT_ONCE = 2000

COLUMNS: dict[str, Callable[[Lead], Any]] = {
    "Number": lambda lead: lead.pk,
    "E-mail address": lambda lead: lead.email,
    "First name": lambda lead: lead.first_name,
    "Last name": lambda lead: lead.last_name,
    "Job title": lambda lead: lead.title,
    "Phone": lambda lead: lead.phone,
    "City": lambda lead: lead.city,
    "Country": lambda lead: lead.country,
    "Company": lambda lead: lead.company and lead.company.name,
    "Website": lambda lead: lead.company and lead.company.domain,
    "Industry": lambda lead: lead.company and lead.company.industry,
    "Employees": lambda lead: lead.company and lead.company.employees,
    "Stage": lambda lead: lead.get_stage_display(),
    "Stage date": lambda lead: lead.stage_at,
    "Owner": lambda lead: lead.owner and lead.owner.email,
    "Source": lambda lead: lead.source,
    "Campaign": lambda lead: lead.campaign and lead.campaign.name,
    "Created": lambda lead: lead.created_at,
    "Opted out": lambda lead: lead.opted_out_at is not None,
    "Points": lambda lead: (score := getattr(lead, "score", None)) and score.total,
    "Fit": lambda lead: (score := getattr(lead, "score", None)) and score.grade,
}


def is_too_long(leads: LeadQuerySet) -> bool:
    """Whether there are more than one file holds."""
    return leads.order_by()[MOST : MOST + 1].exists()


def table(leads: LeadQuerySet, *, zone: tzinfo) -> Iterator[list[str]]:
    """The headers, then the newest `MOST` leads, moments in the reader's zone."""
    added = list(Attribute.objects.filter(on=Attribute.On.LEAD).order_by("label"))
    yield [*COLUMNS, *(attribute.label for attribute in added)]
    rows = leads.select_related("company", "owner", "campaign", "score").order_by("-created_at", "-pk")[:MOST]
    for lead in rows.iterator(chunk_size=AT_ONCE):
        values = [value(lead) for value in COLUMNS.values()]
        values += [lead.attributes.get(attribute.key) for attribute in added]
        yield [_text(value, zone) for value in values]


def _text(value: Any, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
