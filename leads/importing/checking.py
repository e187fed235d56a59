"""The second step: every row read as it would be imported, and nothing written. What it finds is the preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from common.conditions import Type
from common.errors import Refused
from leads.importing.files import Line
from leads.importing.mapping import Meaning
from leads.importing.reading import data_lines
from leads.importing.rows import Rows, contradicts
from leads.importing.values import read_yes
from leads.intake.arrival import Arrival
from leads.intake.matching import People
from leads.lifecycle import Stage
from leads.models.importing import CHECKING, PREVIEW, Import

BATCH = 5000
SHOWN_ROWS = 20
SHOWN_PROBLEMS = 200
SHOWN_OWNERS = 20


@dataclass
class Found:
    """What the check found so far. `problems` are the first refused rows; `reasons` counts all of them by sentence."""

    new: int = 0
    known: int = 0
    repeats: int = 0
    refused: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    contradictions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: int, sentence: str) -> None:
        self.refused += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append((line, sentence))
        if sentence in self.reasons or len(self.reasons) < SHOWN_PROBLEMS:
            self.reasons[sentence] += 1

    def to_json(self) -> dict[str, Any]:
        kept = asdict(self)
        kept["reasons"] = self.reasons.most_common(SHOWN_OWNERS)
        kept["stages"] = [(str(Stage(stage).label), count) for stage, count in self.stages.most_common()]
        kept["contradictions"] = [(*what, count) for what, count in self.contradictions.most_common()]
        kept["strangers"] = self.strangers.most_common(SHOWN_OWNERS)
        return kept


def check(found: Import, *, clock: Callable[[], datetime]) -> None:
    """Read every row as it would be imported; the preview says what is new, known, wrong and doubtful."""
    preview = look(found, Meaning.from_json(found.meaning), at=clock(), tick=lambda row: _tick(found, row, clock))
    found.advance(since=(CHECKING, found.next_row), at=clock(), state=PREVIEW, next_row=0, preview=preview.to_json())


def _tick(found: Import, row: int, clock: Callable[[], datetime]) -> None:
    found.advance(since=(CHECKING, found.next_row), at=clock(), next_row=row)


def look(found: Import, meaning: Meaning, *, at: datetime, tick: Callable[[int], None] = lambda row: None) -> Found:
    """What an import would do with this meaning. `tick` hears how many rows are read."""
    result, seen = Found(), _Seen()
    rows = Rows(meaning, at=at)
    lines = data_lines(found)
    done = 0
    while batch := list(islice(lines, BATCH)):
        arrivals = _arrivals(batch, rows, result)
        _tell_apart(arrivals, seen, meaning, result)
        done += len(batch)
        tick(done)
    return result


def _arrivals(batch: list[Line], rows: Rows, result: Found) -> list[tuple[Line, Arrival]]:
    """The rows of a batch that can be read, with what is doubtful about them counted."""
    arrivals = []
    for line in batch:
        try:
            arrivals.append((line, rows.read(line)))
        except Refused as refusal:
            result.refuse(line.number, str(refusal))
        _count_doubts(line, rows, result)
    return arrivals


def _count_doubts(line: Line, rows: Rows, result: Found) -> None:
    """Contradictions between status and converted, whichever wins, and owners nobody here is called."""
    status, converted, owner = rows.told("stage", line), rows.told("converted", line), rows.told("owner", line)
    if owner and rows.owner(owner) is None:
        result.strangers[owner] += 1
    if status and converted:
        stage = rows.meaning.stage_of(status)
        try:
            opposed = contradicts(stage, converted=read_yes(converted))
        except ValueError:
            return
        if opposed:
            result.contradictions[status, converted, str(Stage(stage).label)] += 1


@transaction.atomic
def _tell_apart(arrivals: list[tuple[Line, Arrival]], seen: _Seen, meaning: Meaning, result: Found) -> None:
    """Which of them are new, known here, or on a person whom an earlier row spoke of."""
    people = People(arrival for _, arrival in arrivals)
    for line, arrival in arrivals:
        try:
            person = people.find(arrival)
        except Refused as refusal:
            result.refuse(line.number, str(refusal))
            continue
        again = seen.spoke_of(arrival)
        verdict = "again" if again else "known" if person else "new"
        result.repeats += again
        result.known += bool(person) and not again
        result.new += verdict == "new"
        if verdict == "new":
            result.stages[arrival.stage] += 1
        if len(result.rows) < SHOWN_ROWS:
            result.rows.append(_shown(line, arrival, verdict, meaning))


class _Seen:
    """The keys of all rows so far."""

    def __init__(self) -> None:
        self.keys: set[Any] = set()

    def spoke_of(self, arrival: Arrival) -> bool:
        keys = {arrival.email, arrival.external} - {"", None}
        again = bool(keys & self.keys)
        self.keys |= keys
        return again


def _shown(line: Line, arrival: Arrival, verdict: str, meaning: Meaning) -> dict[str, Any]:
    """A row as it will be, for the preview. Stage and date are of new people only: those of known ones stay."""
    lead, labels = arrival.lead, {choice.key: choice.label for choice in meaning.columns}
    own = arrival.attributes | arrival.company_attributes
    return {
        "line": line.number,
        "verdict": verdict,
        "name": " ".join(filter(None, [lead.get("first_name"), lead.get("last_name")])),
        "email": arrival.email,
        "id": lead.get("external_id", ""),
        "company": arrival.company.get("name", ""),
        "title": lead.get("title", ""),
        "stage": str(Stage(arrival.stage).label) if verdict == "new" else "",
        "since": arrival.created_at.astimezone(meaning.tz).date().isoformat() if verdict == "new" else "",
        "own": [(labels[key], _in_words(value)) for key, value in own.items() if value is not None],
    }


def _in_words(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def attribute_types(meaning: Meaning) -> list[tuple[str, str]]:
    """The fields of one's own that it would make, each with its type in words."""
    words = {Type.TEXT: "text", Type.NUMBER: "number", Type.DATE: "date", Type.BOOLEAN: "yes or no"}
    return [(choice.label, words[Type(choice.type)]) for choice in meaning.columns if choice.is_attribute]
