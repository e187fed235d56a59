"""A ledger for people: each entry as a line of words, for the queue, the lead's page and the hand-off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from common.once import once
from leads import scoring
from leads.models import Criteria, Lead
from leads.models.criteria import Axis, Section
from leads.scoring import Gap, Moments, Now, Score, Then, entries_of, gap_of
from leads.wording import Wording

ruling = once(Criteria.objects.ruling)
WORTH = {Section.MUST: "missing", Section.NEVER: "excluded", Section.FAST_TRACK: "fast track"}


@dataclass(frozen=True)
class Line:
    """One rule that counts: its words, its points or what it is instead, and when time changes it.

    What matched are the words that were found; of touches `count` says how many, `at` when the latest was.
    """

    rule: int
    label: str
    points: Decimal | None
    instead: str
    axis: str
    changes_on: date | None
    falls_to: Decimal
    matched: list[str]
    count: int | None
    at: datetime | None


@dataclass(frozen=True)
class Explanation:
    """Why a lead stands where it stands under a definition, and what would make it an MQL."""

    criteria: Criteria
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


def explain_now(lead: Lead, *, at: datetime) -> Explanation | None:
    """Score a lead by the definition that rules and say why; None where none does. Nothing is written."""
    criteria = ruling()
    return criteria and _explanation(criteria, Now(at, leads=[lead.pk]))


def explain_then(lead: Lead, *, at: datetime) -> Explanation | None:
    """What the definition of a past moment said of a lead, from what was known then.

    None where no definition ruled, or the person was no lead yet.
    """
    criteria = Criteria.objects.ruled_at(at) if at >= lead.created_at else None
    return criteria and _explanation(criteria, Then.of([(lead.pk, at)], as_known=True))


def _explanation(criteria: Criteria, moments: Moments) -> Explanation:
    [explained] = scoring.explain(criteria, moments)
    wording = Wording.now()
    return Explanation(
        criteria=criteria,
        score=explained.score,
        lines=lines(entries_of(explained, wording)),
        gap=gap_of(criteria, explained, wording),
    )


def _line(entry: dict[str, Any]) -> Line:
    scored = entry["section"] == Section.SCORED
    return Line(
        rule=entry["rule"],
        label=entry["label"],
        points=Decimal(str(entry["points"])) if scored else None,
        instead="" if scored else WORTH[Section(entry["section"])],
        axis=Axis(entry["axis"]).label.lower() if entry["axis"] else "",
        changes_on=date.fromisoformat(entry["expires_on"]) if entry.get("expires_on") else None,
        falls_to=Decimal(str(entry.get("falls_to", 0))),
        matched=entry.get("matched", []),
        count=entry.get("count"),
        at=datetime.fromisoformat(entry["at"]) if entry.get("at") else None,
    )
