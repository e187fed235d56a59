"""One person as they were told to us, cleaned: what intake accepts, and what it says no to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices

from accounts.models import User
from common.errors import Incomplete
from leads.intake.addresses import host_of, normal_email
from leads.lifecycle import LEAD, Stage
from leads.models import Company, Lead
from leads.models.lead import Origin
from leads.models.touch import NOT_ACTS, Touch

OPTED_OUT = "opted_out"  # the kind of touch
LATEST_CLOCK = timedelta(hours=1)  # how far another machine's clock may be ahead of ours

LEAD_TEXTS = (
    "first_name",
    "last_name",
    "title",
    "phone",
    "city",
    "country",
    "source",
    "external_source",
    "external_id",
)
COMPANY_TEXTS = {"company": "name", "industry": "industry", "company_country": "country"}
LABELS = {"company": "Company", "industry": "Industry", "company_country": "Company's country"} | {
    name: str(Lead._meta.get_field(name).verbose_name).capitalize() for name in LEAD_TEXTS
}
LONGEST = {name: Lead._meta.get_field(name).max_length for name in LEAD_TEXTS} | {
    name: Company._meta.get_field(column).max_length for name, column in COMPANY_TEXTS.items()
}


@dataclass(slots=True)
class Arrival:
    """A person as told: only what was given, empty values left out. `lead` and `company` are columns."""

    lead: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    company_attributes: dict[str, Any] = field(default_factory=dict)
    website: str = ""
    campaign: str = ""
    opted_out: bool = False
    created_at: datetime | None = None
    origin: str = Origin.MARKETING
    stage: str = LEAD
    stage_at: datetime | None = None
    owner_id: int | None = None
    amount: Decimal | None = None
    touches: list[dict[str, Any]] = field(default_factory=list)

    @property
    def email(self) -> str:
        return self.lead.get("email", "")

    @property
    def opts_out(self) -> bool:
        """Whether they told us, in whatever way, to leave them alone."""
        return self.opted_out or any(touch["kind"] == OPTED_OUT for touch in self.touches)

    @property
    def external(self) -> tuple[str, str] | None:
        """The key in the system this came from."""
        number = self.lead.get("external_id")
        return (self.lead.get("external_source", ""), number) if number else None

    def followed_by(self, later: Arrival) -> Arrival:
        """What both rows say of one person: the later one's values win, nothing is emptied."""
        return replace(
            self,
            lead=self.lead | later.lead,
            company=self.company | later.company,
            attributes=self.attributes | later.attributes,
            company_attributes=self.company_attributes | later.company_attributes,
            website=later.website or self.website,
            campaign=self.campaign or later.campaign,
            opted_out=self.opted_out or later.opted_out,
            touches=self.touches + later.touches,
        )


def clean(told: Mapping[str, Any], *, at: datetime) -> Arrival:
    """Read one row of intake: `{field: value}`, empty values meaning "not said".

    Fields are those in `TAKE`. Raises Incomplete, with a sentence for the sender, for an unknown
    field, a value that cannot be, or a person without an e-mail address or external id.
    """
    arrival = Arrival()
    for name, value in told.items():
        if value is None or value == "":
            continue
        if name not in TAKE:
            raise Incomplete(f"There is no field called {name!r}.", name)
        TAKE[name](arrival, name, value)
    _settle_dates(arrival, at)
    arrival.touches = [clean_touch(touch, at=at) for touch in arrival.touches]
    return arrival


def _settle_dates(arrival: Arrival, at: datetime) -> None:
    """Nobody becomes a lead in the future, or reaches a stage before having become a lead."""
    if not arrival.created_at and not arrival.stage_at:
        arrival.created_at = arrival.stage_at = at
        return
    for moment in (arrival.created_at, arrival.stage_at):
        if moment and moment > at + LATEST_CLOCK:
            raise Incomplete(f"{moment:%d %B %Y} is still to come, so it cannot be a date of this lead's history.")
    arrival.created_at = arrival.created_at or at
    arrival.stage_at = max(arrival.stage_at or arrival.created_at, arrival.created_at)


def require_key(arrival: Arrival) -> None:
    """Raise Incomplete unless the person can be told apart from others."""
    if not arrival.email and not arrival.external:
        raise Incomplete(
            "Neither an e-mail address nor an external id is given, so nobody can tell who this is.", "email"
        )


def one_line(name: str, value: Any) -> str:
    """A text on one line, trimmed. Raises Incomplete when it is too long or cannot be stored."""
    text = " ".join(str(value).split())
    if len(text) > LONGEST[name]:
        raise Incomplete(f"{LABELS[name]} has {len(text)} characters; {LONGEST[name]} fit.", name)
    if "\0" in text:
        raise Incomplete(f"{LABELS[name]} contains a NUL character, which is no text.", name)
    return text


def clean_touch(told: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Read one touch. Raises Incomplete for an unknown field, no kind, no time, or one still to come."""
    if unknown := set(told) - TOUCH_FIELDS:
        raise Incomplete(f"A touch has no field called {min(unknown)!r}.", "touches")
    kind = re.sub(r"[^a-z0-9]+", "_", str(told.get("kind") or "").lower()).strip("_")
    if not kind or len(kind) > 40:
        raise Incomplete("A touch needs a kind, such as form or webinar_attended, of at most 40 characters.", "kind")
    happened = told.get("occurred_at")
    if not isinstance(happened, datetime) or happened.tzinfo is None:
        raise Incomplete("A touch needs the moment it happened, with its time zone.", "occurred_at")
    if happened > at + LATEST_CLOCK:
        raise Incomplete(f"A touch cannot have happened on {happened:%d %B %Y}: that is still to come.", "occurred_at")
    texts = {
        name: _touch_text(name, told.get(name)) for name in ("channel", "detail", "external_source", "external_id")
    }
    responded = told.get("responded")
    return texts | {
        "kind": kind,
        "occurred_at": happened,
        "responded": kind not in NOT_ACTS if responded is None else bool(responded),
        "campaign": " ".join(str(told.get("campaign") or "").split()),
        "content": " ".join(str(told.get("content") or "").split()),
    }


TOUCH_FIELDS = {
    "kind",
    "occurred_at",
    "responded",
    "campaign",
    "content",
    "channel",
    "detail",
    "external_source",
    "external_id",
}


def _touch_text(name: str, value: Any) -> str:
    text = " ".join(str(value or "").split())
    longest = Touch._meta.get_field(name).max_length
    if len(text) > longest or "\0" in text:
        raise Incomplete(f"A touch's {name.replace('_', ' ')} holds text of at most {longest} characters.", name)
    return text


def _email(arrival: Arrival, name: str, value: Any) -> None:
    arrival.lead["email"] = normal_email(value)


def _lead_text(arrival: Arrival, name: str, value: Any) -> None:
    if text := one_line(name, value):
        arrival.lead[name] = text


def _company_text(arrival: Arrival, name: str, value: Any) -> None:
    if text := one_line(name, value):
        arrival.company[COMPANY_TEXTS[name]] = text


def _full_name(arrival: Arrival, name: str, value: Any) -> None:
    """A name in one field: "Peters, Maya" or "Maya Peters"; parts given in fields of their own win."""
    text = " ".join(str(value).split())
    last, comma, first = text.partition(", ")
    if not comma:
        first, _, last = text.rpartition(" ")
    for part, words in (("first_name", first), ("last_name", last)):
        if words:
            arrival.lead.setdefault(part, one_line(part, words))


def _count(arrival: Arrival, name: str, value: Any) -> None:
    try:
        amount = int(Decimal(str(value)))
    except (InvalidOperation, OverflowError, ValueError):
        raise Incomplete(f"{str(value)[:40]!r} is not a number of {name}.", name) from None
    if not 0 <= amount < (2**31 if name == "employees" else 10**15):
        raise Incomplete(f"{value} cannot be a number of {name}.", name)
    arrival.company[name] = amount


def _website(arrival: Arrival, name: str, value: Any) -> None:
    arrival.website = host_of(value)


def _campaign(arrival: Arrival, name: str, value: Any) -> None:
    arrival.campaign = " ".join(str(value).split())[:120]


def _moment(arrival: Arrival, name: str, value: Any) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Incomplete(f"{str(value)[:40]!r} is not a moment with a time zone.", name)
    setattr(arrival, name, value)


def _choice(choices: type[TextChoices]) -> Callable[[Arrival, str, Any], None]:
    values = tuple(choices.values)

    def take(arrival: Arrival, name: str, value: Any) -> None:
        if value not in values:
            raise Incomplete(f"{value!r} is not one of {', '.join(values)}.", name)
        setattr(arrival, name, value)

    return take


def _owner(arrival: Arrival, name: str, value: Any) -> None:
    arrival.owner_id = value.pk if isinstance(value, User) else value


def _amount(arrival: Arrival, name: str, value: Any) -> None:
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Incomplete(f"{str(value)[:40]!r} is not an amount.", name) from None
    if not 0 <= amount < 10**12:
        raise Incomplete(f"{value} cannot be the amount of a deal.", name)
    arrival.amount = amount


def _as_it_is(arrival: Arrival, name: str, value: Any) -> None:
    setattr(arrival, name, value)


# What intake understands. The fields of HISTORY are for the import of what happened elsewhere.
TAKE: dict[str, Callable[[Arrival, str, Any], None]] = {
    "email": _email,
    "name": _full_name,
    "website": _website,
    "employees": _count,
    "revenue": _count,
    "campaign": _campaign,
    "attributes": _as_it_is,
    "company_attributes": _as_it_is,
    "opted_out": _as_it_is,
    "touches": _as_it_is,
    "created_at": _moment,
    "origin": _choice(Origin),
    "stage": _choice(Stage),
    "stage_at": _moment,
    "owner": _owner,
    "amount": _amount,
}
TAKE |= dict.fromkeys(LEAD_TEXTS, _lead_text) | dict.fromkeys(COMPANY_TEXTS, _company_text)
HISTORY = frozenset({"created_at", "origin", "stage", "stage_at", "owner", "amount"})
