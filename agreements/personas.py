"""A persona for its page: the parts of its worksheet with who wrote them, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.access import Side
from accounts.models import User
from agreements.models import COMING, PARTS, Part, Persona, PersonaVersion
from agreements.models.revision import RULING
from common.conditions import listed, number_words

LABELS = {
    "industries": "Industries", "people": "People", "revenue": "Yearly revenue", "countries": "Countries",
    "titles": "Title contains", "seniority": "Seniority", "functions": "Function", "goals": "Goals",
    "triggers": "Triggers", "channels": "Channels", "pains": "Pains", "objections": "Objections",
    "questions": "Heard on calls",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One heading of a part: a line of traits, or a list of what they think."""

    label: str
    line: str
    lines: list[str]


@dataclass(frozen=True)
class Answered:
    """One part of the worksheet: what stands in it, and who wrote that when."""

    part: Part
    side: Side | None
    said: list[Said]
    by: User | None
    at: datetime | None


def parts_of(version: PersonaVersion) -> list[Answered]:
    """The parts in the order of the worksheet."""
    ids = {told["user"] for told in version.written.values()}
    people = User.objects.in_bulk(ids) if ids else {}
    return [_answered(version, part, people) for part in PARTS]


def _answered(version: PersonaVersion, part: Part, people: dict[int, User]) -> Answered:
    told: dict[str, Any] = version.written.get(part.key, {})
    return Answered(
        part,
        Side(part.side) if part.side else None,
        [said for name in part.fields if (said := _said(version, name))],
        people.get(told.get("user")),
        datetime.fromisoformat(told["at"]) if told else None,
    )


def _said(version: PersonaVersion, name: str) -> Said | None:
    if name.endswith("_to"):
        return None
    if name.endswith("_from"):
        span = name.removesuffix("_from")
        line = _span(getattr(version, name), getattr(version, f"{span}_to"))
        return Said(LABELS[span], line, []) if line else None
    value = getattr(version, name)
    if not value:
        return None
    if name == "story":
        return Said("", value, [])
    short = name in ("industries", "countries", "titles", "seniority", "functions")
    return Said(LABELS[name], listed(value) if short else "", [] if short else value)


def _span(least: Any, upto: Any) -> str:
    if least is not None and upto is not None:
        return f"{number_words(least)} to {number_words(upto)}"
    if least is not None:
        return f"from {number_words(least)}"
    return "" if upto is None else f"up to {number_words(upto)}"


@dataclass(frozen=True)
class Standing:
    """Where a persona stands: the version that counts, and the one on its way."""

    persona: Persona
    ruling: PersonaVersion | None
    coming: PersonaVersion | None

    @property
    def shown(self) -> PersonaVersion | None:
        """The version to read first: what counts, else what is on its way, else the newest there was."""
        return self.ruling or self.coming or next(iter(self.persona.found), None)


def where_they_stand(personas: Iterable[Persona]) -> list[Standing]:
    """Where each of these personas stands; they come `with_versions`."""
    return [
        Standing(
            persona,
            next((each for each in persona.found if each.revision.state in RULING), None),
            next((each for each in persona.found if each.revision.state in COMING), None),
        )
        for persona in personas
    ]
