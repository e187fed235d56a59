"""A second opinion on scores: the rules of scoring written again, in plain Python, one person at a time.

Nothing here is shared with the product except the rows of a definition, of the personas it asks for, and
the tables of words in titles, which it reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from agreements.models import PersonaVersion
from common.titles import FUNCTION, SENIORITY

HUNDREDTH = Decimal("0.01")
PRIVATE = {"gmail.com", "web.de"}
BLANKS = " \t\n\r\f\v\u00a0"


@dataclass
class Act:
    """A touch."""

    kind: str
    at: datetime
    responded: bool = True
    campaign: int | None = None
    content: int | None = None
    about: str = ""


@dataclass
class Firm:
    name: str = "Firm"
    industry: str = ""
    employees: int | None = None
    revenue: int | None = None
    country: str = ""
    named_account: bool = False
    customer_since: datetime | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Person:
    created_at: datetime
    email: str = ""
    title: str = ""
    phone: str = ""
    city: str = ""
    country: str = ""
    source: str = ""
    opted_out_at: datetime | None = None
    counts_from: datetime | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    firm: Firm | None = None
    acts: list[Act] = field(default_factory=list)
    deals: list[tuple[datetime, datetime | None]] = field(default_factory=list)


def fact(person: Person, key: str, as_of: datetime, zone: ZoneInfo) -> Any:
    """The value of a fact at a moment, or None where it is unknown."""
    firm = person.firm
    about_firm = {"industry", "employees", "revenue"}
    if key.startswith("lead:"):
        return tidy(person.attributes.get(key[5:]))
    if key.startswith("company:"):
        return tidy(firm.attributes.get(key[8:])) if firm else None
    if key in about_firm:
        return tidy(getattr(firm, key)) if firm else None
    if key.startswith("persona:"):
        return fits(person, PersonaVersion.objects.get(pk=key[8:]))
    match key:
        case "seniority":
            return told_by_title(person, SENIORITY)
        case "function":
            return told_by_title(person, FUNCTION)
        case "business_email":
            return person.email.split("@")[1] not in PRIVATE if person.email else None
        case "email_domain":
            return person.email.split("@")[1] if person.email else None
        case "country":
            return tidy(person.country) or (tidy(firm.country) if firm else None)
        case "company":
            return tidy(firm.name) if firm else None
        case "created":
            return person.created_at.astimezone(zone).date()
        case "opted_out":
            return person.opted_out_at is not None and person.opted_out_at <= as_of
        case "named_account":
            return bool(firm and firm.named_account)
        case "customer":
            return bool(firm and firm.customer_since and firm.customer_since <= as_of)
        case "open_deal":
            return any(opened <= as_of and (closed is None or closed > as_of) for opened, closed in person.deals)
    return tidy(getattr(person, key))


def told_by_title(person: Person, table: dict[str, tuple[str, ...]]) -> str | None:
    """The first row of the table of which a word stands in the title."""
    words = " ".join(["", *re.findall(r"\w+", person.title.lower()), ""])
    return next((name.lower() for name, any_of in table.items() if any(f" {word} " in words for word in any_of)), None)


def fits(person: Person, persona: PersonaVersion) -> bool:
    """Whether all that a persona says of firm and person is so; what is unknown is not so."""
    firm = person.firm
    lists = [
        (persona.industries, tidy(firm.industry) if firm else None),
        (persona.countries, tidy(person.country) or (tidy(firm.country) if firm else None)),
        (persona.seniority, told_by_title(person, SENIORITY)),
        (persona.functions, told_by_title(person, FUNCTION)),
    ]
    if any(wanted and value not in [word.lower() for word in wanted] for wanted, value in lists):
        return False
    title = tidy(person.title) or ""
    if persona.titles and not any(word.lower() in title for word in persona.titles):
        return False
    people = firm.employees if firm else None
    if persona.people_from is not None and (people is None or people < persona.people_from):
        return False
    return persona.people_to is None or (people is not None and people <= persona.people_to)


def tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip(BLANKS).lower() or None
    return value


def holds(value: Any, operator: str, given: list[Any], today: date) -> bool:
    """Whether a condition holds for a value."""
    opposite = {"is_not": "is", "is_none_of": "is_any_of", "does_not_contain": "contains", "is_unknown": "is_known"}
    opposite |= {"not_within_days": "within_days"}
    if operator in opposite:
        return not holds(value, opposite[operator], given, today)
    if value is None:
        return False
    match operator:
        case "is_known":
            return True
        case "within_days":
            return 0 <= (today - as_date(value)).days < int(given[0])
        case "before":
            return as_date(value) < date.fromisoformat(given[0])
        case "after":
            return as_date(value) > date.fromisoformat(given[0])
    if isinstance(value, str):
        words = [word.lower() for word in given]
        tests = {
            "is": lambda: value == words[0],
            "is_any_of": lambda: value in words,
            "contains": lambda: any(word in value for word in words),
            "starts_with": lambda: any(value.startswith(word) for word in words),
        }
        return tests[operator]()
    if isinstance(value, bool):
        return value == given[0]
    numbers = [Decimal(word) for word in given]
    value = Decimal(str(value))
    return {
        "is": lambda: value == numbers[0],
        "between": lambda: numbers[0] <= value <= numbers[1],
        "at_least": lambda: value >= numbers[0],
        "at_most": lambda: value <= numbers[0],
        "greater_than": lambda: value > numbers[0],
        "less_than": lambda: value < numbers[0],
    }[operator]()


def as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@dataclass
class Said:
    """What one rule says."""

    hit: bool
    points: Decimal = Decimal(0)
    changes_on: date | None = None
    becomes: Decimal = Decimal(0)
    count: int | None = None
    latest: datetime | None = None
    matched: list[str] = field(default_factory=list)


def say(rule: Any, person: Person, as_of: datetime, zone: ZoneInfo, today: date) -> Said:
    """One rule on one person. `today` is the day it is asked of, as_of the last moment that is known."""
    if rule.field:
        return about_fact(rule, fact(person, rule.field, as_of, zone), today)
    live, window = living(rule, person, as_of, zone, today)
    said = Said(bool(live), count=len(live), latest=max((act.at for _, act in live), default=None))
    newest_first = sorted((act for _, act in live if act.about), key=lambda act: (as_of - act.at, act.about))
    said.matched = list(dict.fromkeys(act.about for act in newest_first))[:3]
    if rule.section == "scored":
        said.points = worth(rule, [age for age, _ in live])
    if live and rule.halves_days:
        said.changes_on = today + timedelta(days=min(rule.halves_days - age % rule.halves_days for age, _ in live))
    elif live and window is not None:
        age = min(age for age, _ in live) if rule.section == "fast_track" else max(age for age, _ in live)
        said.changes_on = today + timedelta(days=window - age)
    return said


def living(
    rule: Any, person: Person, as_of: datetime, zone: ZoneInfo, today: date
) -> tuple[list[tuple[int, Act]], int | None]:
    """The acts that still count, each with its age in days, and the days in which they do."""
    ages = [((today - act.at.astimezone(zone).date()).days, act) for act in counted(rule, person, as_of)]
    if rule.halves_days:
        return [(age, act) for age, act in ages if age // rule.halves_days < 12], None
    window = rule.window_days or (14 if rule.section == "fast_track" else None)
    return [(age, act) for age, act in ages if window is None or age < window], window


def counted(rule: Any, person: Person, as_of: datetime) -> list[Act]:
    return [
        act
        for act in person.acts
        if act.responded
        and act.at <= as_of
        and (person.counts_from is None or act.at >= person.counts_from)
        and rule.touch_kind in ("", act.kind)
        and rule.campaign_id in (None, act.campaign)
        and rule.content_id in (None, act.content)
    ]


def worth(rule: Any, ages: list[int]) -> Decimal:
    if rule.halves_days:
        total = sum((rule.points / 2 ** (age // rule.halves_days) for age in ages), Decimal(0))
    else:
        total = rule.points * len(ages)
    total = total.quantize(HUNDREDTH, ROUND_HALF_UP)
    if rule.cap is not None:
        total = max(min(total, rule.cap), -rule.cap)
    return total


def about_fact(rule: Any, value: Any, today: date) -> Said:
    hit = holds(value, rule.operator, rule.values, today)
    said = Said(hit, rule.points if hit and rule.section == "scored" else Decimal(0))
    said.matched = [] if value is None or isinstance(value, bool) else [str(value)]
    if rule.operator in ("within_days", "not_within_days") and value is not None:
        begins, ends = as_date(value), as_date(value) + timedelta(days=int(rule.values[0]))
        said.changes_on = begins if today < begins else ends if today < ends else None
    return said


def score(criteria: Any, rules: list[Any], person: Person, as_of: datetime) -> dict[str, Any]:
    """Everything LeadScore keeps, and the points of every rule."""
    zone = ZoneInfo(criteria.zone)
    today = as_of.astimezone(zone).date()
    said = {rule.pk: say(rule, person, as_of, zone, today) for rule in rules}
    by = {section: [(r, said[r.pk]) for r in rules if r.section == section] for section in SECTIONS}
    fit = sum((s.points for r, s in by["scored"] if r.axis == "fit"), Decimal(0))
    engagement = sum((s.points for r, s in by["scored"] if r.axis == "engagement"), Decimal(0))
    total = max(fit + engagement, Decimal(0))
    allowed = all(s.hit for _, s in by["must"]) and not any(s.hit for _, s in by["never"])
    fast = any(s.hit for _, s in by["fast_track"])
    enough = (
        total >= criteria.threshold
        and (criteria.min_fit is None or fit >= criteria.min_fit)
        and (criteria.min_engagement is None or engagement >= criteria.min_engagement)
    )
    earning = [s.latest for r, s in by["scored"] if r.axis == "engagement" and r.points > 0 and s.latest]
    grades = [("A", criteria.grade_a), ("B", criteria.grade_b), ("C", criteria.grade_c)]
    return {
        "fit": fit,
        "engagement": engagement,
        "total": total,
        "grade": next((grade for grade, least in grades if fit >= least), "D"),
        "qualifies": allowed and (fast or enough),
        "fast_track": fast,
        "hot": (allowed and fast) or (criteria.hot_at is not None and total >= criteria.hot_at),
        "engaged_at": max(earning, default=None),
        "fast_track_at": max((s.latest for _, s in by["fast_track"] if s.latest), default=None),
        "changes_on": min((s.changes_on for s in said.values() if s.changes_on), default=None),
    }


SECTIONS = ("must", "never", "fast_track", "scored")


def ledger(criteria: Any, rules: list[Any], person: Person, as_of: datetime) -> dict[int, tuple]:
    """By rule that counts: its points, how many touches, when time changes it and to what, and what matched."""
    zone = ZoneInfo(criteria.zone)
    today = as_of.astimezone(zone).date()
    found = {}
    for rule in rules:
        said = say(rule, person, as_of, zone, today)
        if said.hit == (rule.section == "must"):
            continue
        if rule.section == "scored" and not said.points:
            continue
        later = say(rule, person, as_of, zone, said.changes_on).points if said.changes_on else None
        tells = said.hit and (rule.section != "scored" or later != said.points)
        changes = said.changes_on if tells else None
        found[rule.pk] = (said.points, said.count, changes, later if changes else None, said.matched)
    return found
