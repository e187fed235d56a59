"""A line of a file as the lead it tells of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from common.conditions import Type
from common.errors import Incomplete, Refused
from leads.importing.fields import ATTRIBUTE, COMPANY_ATTRIBUTE, FIELDS, IGNORE, Kind
from leads.importing.files import NUL, Line
from leads.importing.mapping import CONVERTED_WINS, NEITHER, Choice, Meaning
from leads.importing.values import read_moment, read_number, read_size, read_yes
from leads.intake.arrival import Arrival, clean, require_key
from leads.lifecycle import CUSTOMER, LEAD, LOST, OPPORTUNITY, SQL

BEYOND = (OPPORTUNITY, CUSTOMER, LOST)  # what only a converted lead can have reached


@dataclass(frozen=True)
class Reader:
    """How one column is read: where it stands, what turns its text into a value, and what that text should be."""

    index: int
    choice: Choice
    value: Callable[[str], Any]
    wanted: str = ""

    def read(self, cells: list[str]) -> Any:
        """The value, or None where the cell is empty. Raises Incomplete."""
        text = cells[self.index]
        if not text:
            return None
        try:
            return self.value(text)
        except ValueError:
            raise Incomplete(f"{self.choice.header}: “{text[:60]}” is not {self.wanted}.", self.choice.header) from None


class Rows:
    """Reads the lines of one file as a person said they are meant."""

    def __init__(self, meaning: Meaning, *, at: datetime) -> None:
        self.meaning, self.at = meaning, at
        self.owners = people_by_name()
        self.places = {choice.field: index for index, choice in enumerate(meaning.columns)}
        readers = [self._reader(index, choice) for index, choice in enumerate(meaning.columns)]
        self.story = {reader.choice.field: reader for reader in readers if reader.choice.field in STORY}
        self.plain = [reader for reader in readers if reader.choice.field not in {*STORY, *APART, IGNORE}]
        self.own = [(APART[r.choice.field], r.choice.key, r) for r in readers if r.choice.field in APART]

    def read(self, line: Line) -> Arrival:
        """The lead a line tells of. Raises Refused with a sentence about the first thing that is wrong."""
        cells, width = line.cells, len(self.meaning.columns)
        if NUL in "".join(cells):
            raise Refused("It contains a NUL character, which is no text.")
        if any(cells[width:]):
            raise Refused(f"It has {len(cells)} cells, but the header names {width} columns.")
        cells = cells + [""] * (width - len(cells))
        told: dict[str, Any] = {reader.choice.field: reader.read(cells) for reader in self.plain}
        told |= {"attributes": {}, "company_attributes": {}, "origin": self.meaning.origin}
        for document, key, reader in self.own:
            told[document][key] = reader.read(cells)
        if told.get("external_id"):
            told["external_source"] = self.meaning.system
        told["stage"] = self._stage(cells)
        self._add_first_touch(told, cells)
        arrival = clean(told, at=self.at)
        require_key(arrival)
        return arrival

    def told(self, field: str, line: Line) -> str:
        """What a line says in the column of that meaning, as it stands there."""
        place = self.places.get(field)
        return "" if place is None or place >= len(line.cells) else line.cells[place]

    def _stage(self, cells: list[str]) -> str:
        """The stage a line tells of. Raises Refused where status and converted contradict, if neither wins."""
        status = self._told("stage", cells)
        converted = self._told("converted", cells)
        stage = self.meaning.stage_of(status) if status else LEAD
        if converted is None:
            return stage
        if not status:
            return OPPORTUNITY if converted else LEAD
        if not contradicts(stage, converted=converted) or self.meaning.rule not in (NEITHER, CONVERTED_WINS):
            return stage
        if self.meaning.rule == NEITHER:
            said = cells[self.story["converted"].index]
            raise Refused(f"Its status “{status}” and converted “{said}” contradict each other.")
        return OPPORTUNITY if converted else SQL

    def _add_first_touch(self, told: dict[str, Any], cells: list[str]) -> None:
        if moment := self._told("touched_at", cells):
            told["created_at"] = told.get("created_at") or moment
            touch = {"kind": "first_touch", "occurred_at": moment, "campaign": told.get("campaign")}
            told["touches"] = [touch | {"detail": told.get("source")}]

    def _told(self, field: str, cells: list[str]) -> Any:
        reader = self.story.get(field)
        return reader.read(cells) if reader else None

    def _reader(self, index: int, choice: Choice) -> Reader:
        kind = TYPES[Type(choice.type)] if choice.field in APART else FIELDS[choice.field].kind
        comma = choice.decimal_comma
        if choice.field == "owner":
            return Reader(index, choice, self.owner)
        if kind == Kind.MOMENT:
            return Reader(index, choice, self._moment if choice.field not in APART else self._day, "a date that exists")
        if kind == Kind.YES:
            return Reader(index, choice, read_yes, "yes or no")
        if kind in (Kind.NUMBER, Kind.SIZE):
            read = read_size if kind == Kind.SIZE else read_number
            return Reader(index, choice, lambda text: read(text, decimal_comma=comma), "a number")
        return Reader(index, choice, str)

    def owner(self, text: str) -> int | None:
        """The person here whom an export names, by e-mail address or name."""
        return self.owners.get(" ".join(text.lower().split()))

    def _moment(self, text: str) -> datetime:
        return read_moment(text, self.meaning.tz, day_first=self.meaning.day_first)

    def _day(self, text: str) -> Any:
        return self._moment(text).astimezone(self.meaning.tz).date()


STORY = frozenset({"stage", "converted", "touched_at"})
APART = {ATTRIBUTE: "attributes", COMPANY_ATTRIBUTE: "company_attributes"}
TYPES = {Type.TEXT: Kind.TEXT, Type.NUMBER: Kind.NUMBER, Type.DATE: Kind.MOMENT, Type.BOOLEAN: Kind.YES}


def contradicts(stage: str, *, converted: bool) -> bool:
    """Whether a stage and the word "converted" cannot both be true."""
    return converted != (stage in BEYOND)


def people_by_name() -> dict[str, int]:
    """The ids of active people by e-mail address and by name, in lower case; a name that two share tells nobody."""
    people: dict[str, int] = {}
    doubles: set[str] = set()
    for number, name, email in User.objects.active().values_list("pk", "name", "email"):
        for text in {name.lower(), email} - {""}:
            doubles |= {text} if text in people else set()
            people[text] = number
    return {text: number for text, number in people.items() if text not in doubles}
