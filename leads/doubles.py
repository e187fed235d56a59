"""Doubles: two records of what may be one person, side by side, before marketing decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from leads.merge import ahead_first, older_first
from leads.models import HandoffReturn, Lead
from leads.models.returns import Result

FACTS = ("email", "first_name", "last_name", "title", "phone", "city", "country", "company", "source", "campaign")
ALIKE = 5


@dataclass(frozen=True)
class Line:
    """One thing both records say, and what the one record says after a merge. `lost`: it is kept nowhere then."""

    label: str
    kept: Any
    goes: Any
    after: Any

    @property
    def lost(self) -> bool:
        return bool(self.goes) and self.goes != self.after


@dataclass(frozen=True)
class Pair:
    """The older record, which is kept; the one that goes into it; and whose stage and hand-off go on."""

    kept: Lead
    goes: Lead
    ahead: Lead
    facts: list[Line]
    story: list[Line]


def pair(one: Lead, other: Lead) -> Pair:
    """What a merge of the two would make of them; it changes nothing."""
    kept, goes = older_first(one, other)
    ahead = ahead_first(kept, goes)[0]
    return Pair(kept, goes, ahead, [*_facts(kept, goes), *_attributes(kept, goes)], _story(kept, goes, ahead))


def _facts(kept: Lead, goes: Lead) -> list[Line]:
    lines = []
    for name in FACTS:
        said = [getattr(kept, name), getattr(goes, name)]
        label = str(Lead._meta.get_field(name).verbose_name).capitalize()
        lines.append(Line(label, *said, said[0] or said[1]))
    return [line for line in lines if line.after]


def _attributes(kept: Lead, goes: Lead) -> list[Line]:
    both = goes.attributes | kept.attributes
    return [Line(key, kept.attributes.get(key), goes.attributes.get(key), value) for key, value in both.items()]


def _story(kept: Lead, goes: Lead, ahead: Lead) -> list[Line]:
    counts = {"Touches": "touches", "Attempts": "attempts", "Deals": "opportunities"}
    summed = []
    for label, rows in counts.items():
        said = [getattr(lead, rows).count() for lead in (kept, goes)]
        summed.append(Line(label, *said, sum(said)))
    return [
        Line("Stage", kept.get_stage_display(), goes.get_stage_display(), ahead.get_stage_display()),
        Line("Owner", kept.owner, goes.owner, ahead.owner),
        *summed,
    ]


def called_a_double(lead: Lead) -> HandoffReturn | None:
    """The return in which sales said that this lead is recorded twice, while it waits for an answer."""
    waiting = HandoffReturn.objects.awaiting_marketing().filter(handoff__lead=lead, result=Result.MERGE)
    return waiting.select_related("by", "handoff__owner").order_by("at").first()


def lookalikes(lead: Lead) -> QuerySet[Lead]:
    """Leads of the same name, to be looked at."""
    if not lead.last_name:
        return Lead.objects.none()
    named = Lead.objects.alias(lower_last=Lower("last_name"), lower_first=Lower("first_name"))
    same = named.filter(lower_last=lead.last_name.lower(), lower_first=lead.first_name.lower())
    return same.exclude(pk=lead.pk).select_related("company").order_by("-created_at")[:ALIKE]
