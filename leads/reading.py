"""A ledger for people: each entry as a line of words, for the queue, the lead's page and the hand-off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from leads.models import Criteria, Lead
from leads.models.criteria import Axis, Section
from leads.scoring import Gap, Now, Score, entries, evaluate, gap

WORTH = {Section.MUST: "missing", Section.NEVER: "excluded", Section.FAST_TRACK: "fast track"}


@dataclass(frozen=True)
class Line:
    """One rule that counts: its words, its points or what it is instead, and when time changes it."""

    label: str
    points: Decimal | None
    instead: str
    axis: str
    changes_on: date | None
    falls_to: Decimal


@dataclass(frozen=True)
class Explanation:
    """Why a lead stands where it stands under a definition, and what would make it an MQL."""

    score: Score
    lines: list[Line]
    gap: Gap

    @property
    def expiring(self) -> Decimal:
        """The points that time takes next, all lines together."""
        return sum((line.points - line.falls_to for line in self.lines if line.points and line.changes_on), Decimal(0))


def lines(ledger: Iterable[dict[str, Any]]) -> list[Line]:
    """The lines of a ledger, live or frozen."""
    return [_line(entry) for entry in ledger]


def explain(criteria: Criteria, lead: Lead, *, at: datetime) -> Explanation:
    """Score one lead now and say why. Three evaluations of one lead; nothing is written."""
    moments = Now(at, leads=[lead.pk])
    return Explanation(
        score=evaluate(criteria, moments)[0],
        lines=lines(entries(criteria, moments)[lead.pk]),
        gap=gap(criteria, [lead.pk], at)[lead.pk],
    )


def _line(entry: dict[str, Any]) -> Line:
    scored = entry["section"] == Section.SCORED
    return Line(
        label=entry["label"],
        points=Decimal(str(entry["points"])) if scored else None,
        instead="" if scored else WORTH[Section(entry["section"])],
        axis=Axis(entry["axis"]).label.lower() if entry["axis"] else "",
        changes_on=date.fromisoformat(entry["expires_on"]) if entry.get("expires_on") else None,
        falls_to=Decimal(str(entry.get("falls_to", 0))),
    )
