"""What the columns of a file mean: first a guess, then what a person made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.text import slugify

from common.conditions import Type
from common.errors import Incomplete
from leads.importing.fields import ATTRIBUTE, COMPANY_ATTRIBUTE, FIELDS, IGNORE, MANY, Kind, field_of, plain
from leads.importing.profile import Column
from leads.importing.stages import guess_stage
from leads.intake.attributes import NO, YES
from leads.lifecycle import Stage
from leads.models import Attribute
from leads.models.lead import Origin

STATUS_WINS, CONVERTED_WINS, NEITHER = "status", "converted", "refuse"
RULES = {
    STATUS_WINS: "The status tells the stage",
    CONVERTED_WINS: "Converted makes it an opportunity",
    NEITHER: "Leave these rows out, with the contradiction as their reason",
}
# Where people write the month before the day.
MONTH_FIRST = (
    *("US/", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix"),
    *("America/Detroit", "America/Boise", "America/Anchorage", "America/Indiana", "America/Kentucky"),
    "Pacific/Honolulu",
)
SALESFORCE_ID = re.compile(r"(00Q|003|a0)[0-9A-Za-z]{12}([0-9A-Za-z]{3})?")
SYSTEMS = (
    ("salesforce", {"sfid", "leadownerid", "isconverted", "hasoptedoutofemail"}),
    ("hubspot", {"recordid", "recordidcontact", "lifecyclestage", "hsobjectid", "vid"}),
    ("zoho", {"leadid", "zohoid", "emailoptout"}),
    ("pipedrive", {"personname", "personemailwork", "personorganization"}),
    ("marketo", {"marketoid", "munchkinid", "acquisitionprogram"}),
)


@dataclass
class Choice:
    """What one column means. `key`, `label` and `type` are of the attribute, where it becomes one."""

    header: str
    field: str
    key: str = ""
    label: str = ""
    type: str = Type.TEXT
    decimal_comma: bool = False

    @property
    def is_attribute(self) -> bool:
        return self.field in (ATTRIBUTE, COMPANY_ATTRIBUTE)


@dataclass
class Meaning:
    """How a whole file is to be understood. `stages` tells each status in a stage."""

    columns: list[Choice]
    stages: dict[str, str] = field(default_factory=dict)
    rule: str = STATUS_WINS
    day_first: bool = True
    zone: str = "UTC"
    system: str = ""
    origin: str = Origin.MARKETING

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Meaning:
        return cls(**{**kept, "columns": [Choice(**column) for column in kept["columns"]]})

    def column(self, key: str) -> int | None:
        """Where the column with that meaning stands, or None."""
        return next((index for index, choice in enumerate(self.columns) if choice.field == key), None)

    @property
    def tells_history(self) -> bool:
        """Whether the file says what happened before today."""
        return any(self.column(key) is not None for key in ("stage", "converted", "created_at", "stage_at"))

    def stage_of(self, status: str) -> str:
        return self.stages.get(status) or guess_stage(status)

    def check(self) -> None:
        """Raise Incomplete unless leads can be imported like this."""
        chosen = [choice.field for choice in self.columns if choice.field not in MANY]
        if unknown := {choice.field for choice in self.columns} - set(FIELDS):
            raise Incomplete(f"A column cannot mean {min(unknown)!r}.", "columns")
        for key in chosen:
            if chosen.count(key) > 1:
                raise Incomplete(
                    f"Two columns are chosen as {FIELDS[key].label}. Choose one, and keep the other apart."
                )
        if "email" not in chosen and "external_id" not in chosen:
            raise Incomplete(
                "No column holds an e-mail address or an id, so nobody could tell the leads apart. Choose one of them."
            )
        if "external_id" in chosen and not self.system.strip():
            raise Incomplete("Say which system the ids are from, such as salesforce.", "system")
        if self.zone not in available_timezones():
            raise Incomplete(f"{self.zone!r} is not a time zone; one looks like Europe/Amsterdam.", "zone")
        if self.rule not in RULES or self.origin not in Origin.values or set(self.stages.values()) - set(Stage.values):
            raise Incomplete("One of the choices is not on the list. Choose again.")
        self._check_attributes()

    def _check_attributes(self) -> None:
        keys = [(choice.field, choice.key) for choice in self.columns if choice.is_attribute]
        for choice in self.columns:
            if choice.is_attribute and (not choice.key or choice.type not in set(Type)):
                raise Incomplete(f"{choice.header} needs a name of letters or digits and a type.", "columns")
            if choice.is_attribute and keys.count((choice.field, choice.key)) > 1:
                raise Incomplete(f"Two columns would become the field {choice.key!r}. Name one differently.", "columns")

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def attribute_key(label: str) -> str:
    """The key under which an attribute of that name is kept."""
    return slugify(label).replace("-", "_")[:60]


def guess(columns: list[Column], *, name: str, zone: str) -> Meaning:
    """What the columns most likely mean, by their names and by what they hold; `name` is the file's."""
    known = {(a.on, a.key): a.type for a in Attribute.objects.all()}
    meanings = _meanings(columns)
    choices = [_choice(column, meaning, known) for column, meaning in zip(columns, meanings, strict=True)]
    _tell_apart(choices)
    meaning = Meaning(choices, zone=zone, system=_system(columns, choices, name))
    status = meaning.column("stage")
    if status is not None:
        meaning.stages = {value: str(guess_stage(value)) for value, _ in columns[status].values}
    meaning.day_first = day_first(columns, zone)
    return meaning


def _meanings(columns: list[Column]) -> list[str]:
    taken: dict[str, str] = {}
    meanings = []
    for column in columns:
        key = field_of(column.header)
        if not column.filled:
            key = IGNORE
        elif key in taken or not _fits(column, key):
            key = ""
        taken[key] = column.header
        meanings.append(key or ATTRIBUTE)
    if "email" not in taken:
        most = max(range(len(columns)), key=lambda index: columns[index].emails, default=None)
        if most is not None and columns[most].emails > 0.5:
            meanings[most] = "email"
    return meanings


def _fits(column: Column, key: str) -> bool:
    """Whether what a column holds can be what its name says."""
    if not key:
        return False
    kind = FIELDS[key].kind
    if key == "external_id":
        return column.is_key
    return {
        Kind.EMAIL: column.emails >= 0.2,
        Kind.MOMENT: column.type == Type.DATE,
        Kind.YES: all(value.lower() in YES | NO for value, _ in column.values) and bool(column.values),
        Kind.NUMBER: column.type == Type.NUMBER,
    }.get(kind, True)


def _choice(column: Column, key: str, known: dict[tuple[str, str], str]) -> Choice:
    label = column.header.replace("_", " ").strip()[:120]
    own = attribute_key(column.header)
    on = ATTRIBUTE if ("lead", own) in known or ("company", own) not in known else COMPANY_ATTRIBUTE
    type_ = known.get(("lead" if on == ATTRIBUTE else "company", own), str(column.type))
    return Choice(column.header, on if key == ATTRIBUTE else key, own, label, type_, column.decimal_comma)


def _tell_apart(choices: list[Choice]) -> None:
    """Different headers may make the same key; a header of signs alone makes none."""
    seen: set[str] = set()
    for index, choice in enumerate(choices):
        base = choice.key or f"column_{index + 1}"
        choice.key = base if base not in seen else f"{base[:56]}_{index + 1}"
        seen.add(choice.key)


def _system(columns: list[Column], choices: list[Choice], name: str) -> str:
    """The system an export comes from, told by its headers and ids; else the file's own name."""
    names = {plain(column.header) for column in columns}
    for column, choice in zip(columns, choices, strict=True):
        if choice.field == "external_id" and column.samples and all(map(SALESFORCE_ID.fullmatch, column.samples)):
            return "salesforce"
    for system, telling in SYSTEMS:
        if names & telling:
            return system
    return slugify(name.rpartition(".")[0] or name)[:60] or "file"


def day_first(columns: Iterable[Column], zone: str) -> bool:
    """Whether 03/04 is 3 April: what the columns prove, else what is usual in the zone."""
    days = sum(column.dates.get("day", 0) for column in columns)
    months = sum(column.dates.get("month", 0) for column in columns)
    return days > months if days != months else not zone.startswith(MONTH_FIRST)
