"""The three definitions of an MQL: too loose, signed anew in summer, and one that waits for a signature."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from agreements.models import PersonaVersion
from leads import rescoring
from leads.definition import Section
from leads.facts import persona_fact
from leads.models import Attribute, Criteria, ShadowRun
from leads.models.attribute import AttributeType
from smarketing.demo.cast import Cast
from smarketing.demo.personas import HEAD_OF_OPERATIONS
from smarketing.demo.story import SCRIPT, ZONE, Year, at

COUNTRIES = ["Netherlands", "Belgium", "Germany", "Austria", "Switzerland"]
CHECKLIST = [
    "Which part of planning costs them most?",
    "Who decides, and who else has a say?",
    "Is there money for it, or a way to it?",
    "When should it work?",
]
TERMS: dict[str, Any] = {
    "threshold": Decimal(56), "min_fit": Decimal(12), "hot_at": Decimal(90), "grade_a": Decimal(45),
    "grade_b": Decimal(30), "grade_c": Decimal(15), "zone": ZONE.key, "checklist": CHECKLIST,
}  # fmt: skip


def _fact(section: Section, field: str, operator: str, *values: Any, points: int | None = None) -> dict[str, Any]:
    return {"section": section, "field": field, "operator": operator, "values": list(values), "points": points}


def _touch(kind: str, points: int, cap: int | None = None, **lasts: int) -> dict[str, Any]:
    return {"section": Section.SCORED, "touch_kind": kind, "points": points, "cap": cap, **lasts}


FIRST = [
    _fact(Section.MUST, "business_email", "is", True),
    _fact(Section.MUST, "country", "is_any_of", *COUNTRIES),
    _fact(Section.NEVER, "customer", "is", True),
    _fact(Section.NEVER, "open_deal", "is", True),
    _fact(Section.NEVER, "opted_out", "is", True),
    {"section": Section.FAST_TRACK, "touch_kind": "demo_request", "window_days": 14},
    {"section": Section.FAST_TRACK, "touch_kind": "price_request", "window_days": 14},
    _fact(Section.SCORED, "title", "contains", "VP", "Director", "Head", "COO", points=20),
    _fact(Section.SCORED, "title", "contains", "Manager", "Lead", points=12),
    _fact(
        Section.SCORED, "industry", "is_any_of", "Road freight", "Logistics", "Wholesale", "Food", "Retail", points=15
    ),
    _touch("webinar_attended", 15, 30, window_days=30),
    _touch("pricing_page", 8, 16, window_days=14),
    _touch("download", 10, 10, window_days=30),
    _touch("event", 8, 8, window_days=60),
    _touch("", 3, 12, halves_days=21),
]
SIZE = [
    _fact(Section.SCORED, "employees", "between", "200", "2000", points=15),
    _fact(Section.SCORED, "employees", "less_than", "20", points=-20),
]
FLEET = _fact(Section.SCORED, "company:vehicles", "at_least", "25", points=10)


def add_vehicles(since: datetime) -> None:
    """The company's own field: how many vehicles a firm plans for."""
    Attribute.objects.create(
        key="vehicles", label="Vehicles", type=AttributeType.NUMBER, on=Attribute.On.COMPANY, created_at=since
    )


def sign_first(year: Year, cast: Cast) -> Criteria:
    """Drafted by marketing, signed by both three weeks into the year: nothing in it asks for a firm's size."""
    day = year.working_day(SCRIPT.definition_drafted)
    draft = Criteria.objects.draft_from(None, by=cast.maya, at=at(day, "10:20"))
    for rule in draft.rules.all():
        rule.remove(by=cast.maya)
    draft.edit(by=cast.maya, **TERMS)
    for rule in FIRST:
        draft.add_rule(by=cast.maya, **rule)
    draft.propose(by=cast.maya, at=at(day, "16:05"))
    signed = year.working_day(SCRIPT.definition_signed)
    draft.sign(by=cast.theo, at=at(year.working_day_before(signed), "11:15"))
    draft.sign(by=cast.nora, at=at(signed, "08:55"))
    return draft


def draft_second(year: Year, cast: Cast) -> Criteria:
    """What the returns taught: people between 200 and 2,000 count, under 20 count against."""
    day = year.working_day(SCRIPT.second_definition_drafted)
    draft = Criteria.objects.draft_from(Criteria.objects.ruling(), by=cast.maya, at=at(day, "14:10"))
    for rule in SIZE:
        draft.add_rule(by=cast.maya, **rule)
    draft.edit(by=cast.maya, threshold=Decimal(62))
    draft.propose(by=cast.theo, at=at(day, "16:40"))
    return draft


def sign_second(draft: Criteria, year: Year, cast: Cast) -> None:
    signed = year.working_day(SCRIPT.second_definition_signed)
    draft.sign(by=cast.nora, at=at(year.working_day_before(signed), "15:30"))
    draft.sign(by=cast.theo, at=at(signed, "08:50"))


def propose_third(year: Year, cast: Cast) -> None:
    """It waits for sales and runs in shadow: vehicles count, so does whom both want to win, and a stand counts less."""
    day = year.working_day_before(year.last_day, SCRIPT.third_definition_proposed_before_the_end)
    draft = Criteria.objects.draft_from(Criteria.objects.ruling(), by=cast.maya, at=at(day, "10:35"))
    draft.add_rule(by=cast.maya, **FLEET)
    persona = PersonaVersion.objects.ruling().get(persona__name=HEAD_OF_OPERATIONS)
    draft.add_rule(by=cast.maya, **_fact(Section.SCORED, persona_fact(persona).key, "is", True, points=6))
    draft.rules.get(touch_kind="event").edit(by=cast.maya, points=Decimal(4), cap=Decimal(4))
    draft.propose(by=cast.maya, at=at(day, "11:50"))
    draft.sign(by=cast.theo, at=at(day, "13:20"))
    ShadowRun.objects.start(draft, days=14, by=cast.maya, at=at(day, "13:20"))
    rescoring.go_on(clock=lambda: at(day, "13:20"))
