"""A company with ten months of decisions, drawn by chance, in which somebody planted why leads are sent back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from common.copying import measure
from leads.learning import studying
from leads.learning.edits import Edit
from leads.models import (
    Company,
    Criteria,
    Episode,
    Handoff,
    HandoffReturn,
    Lead,
    LeadVersion,
    Study,
    Suggestion,
    SuggestionLead,
    Touch,
)
from tests.builders import reason
from tests.leads.scored_people import DAY, definition

TITLES = ("Student", "Manager", "Director", "Planner", "Buyer", "Engineer")
INDUSTRIES = ("Freight", "Food", "Retail")
KINDS = ("page_view", "download", "webinar_attended")
MONTHS = 10
RULES = (
    {"section": "scored", "field": "phone", "operator": "is_known", "values": [], "points": 20},
    {"section": "scored", "touch_kind": "page_view", "points": 10, "cap": 50, "window_days": 30},
)

Draw = Callable[[Random, dict[str, Any]], str]


def by_chance(random: Random, lead: dict[str, Any]) -> str:
    """Nothing about a lead has to do with what became of it."""
    return random.choices(("good", "returned", "other"), (40, 30, 30))[0]


def students_return(random: Random, lead: dict[str, Any]) -> str:
    """Sales sends back nine in ten students; of the others what comes comes."""
    if lead["title"] == "Student":
        return "returned" if random.random() < 0.9 else "other"
    return by_chance(random, lead)


def a_definition(*, at: datetime) -> Criteria:
    """Ten points a page and twenty for a telephone number; it asks for twenty."""
    return definition(*RULES, at=at, threshold=20)


def a_company(draw: Draw, *, by: Any, at: datetime, leads: int = 500, seed: int = 1) -> list[Lead]:
    """So many leads, each handed over within the ten months before `at` and decided within a week."""
    random = Random(seed)
    why = reason("wrong_company")
    told = [_person(random, at) for _ in range(leads)]
    companies = Company.objects.bulk_create(
        Company(name=f"Firm {n}", industry=each["industry"], employees=each["employees"], created_at=each["came"])
        for n, each in enumerate(told)
    )
    people = Lead.objects.bulk_create(
        Lead(
            email=f"p{n}@firm{n}.test", title=each["title"], phone=each["phone"], company=company,
            created_at=each["came"], recorded_at=each["came"], stage_at=each["came"],
        )
        for n, (each, company) in enumerate(zip(told, companies, strict=True))
    )  # fmt: skip
    LeadVersion.objects.bulk_create(
        LeadVersion(lead=lead, from_at=each["came"], recorded_at=each["came"], facts=_facts(lead))
        for lead, each in zip(people, told, strict=True)
    )
    Touch.objects.bulk_create(
        Touch(lead=lead, kind=kind, occurred_at=at_, recorded_at=at_)
        for lead, each in zip(people, told, strict=True)
        for kind, at_ in each["acts"]
    )
    ends = [draw(random, each) for each in told]
    Episode.objects.bulk_create(
        Episode(lead=lead, lead_at=each["came"], mql_at=each["got"], sql_at=_if(end == "good", each["decided"]),
                customer_at=_if(end == "good" and n % 5 == 0, each["decided"] + 9 * DAY))
        for n, (lead, each, end) in enumerate(zip(people, told, ends, strict=True))
    )  # fmt: skip
    handoffs = Handoff.objects.bulk_create(
        Handoff(lead=lead, episode=1, made_at=each["got"], decided_at=each["decided"], state="closed",
                closed_at=each["decided"] + 10 * DAY)
        for lead, each in zip(people, told, strict=True)
    )  # fmt: skip
    HandoffReturn.objects.bulk_create(
        HandoffReturn(handoff=handoff, reason=why, by=by, at=each["decided"], result="recycled")
        for handoff, each, end in zip(handoffs, told, ends, strict=True)
        if end == "returned"
    )
    measure(Lead, Company, LeadVersion, Touch, Episode, Handoff, HandoffReturn)
    return people


def studied(criteria: Criteria, *, at: datetime) -> Study:
    """What a worker finds in what was decided up to a moment."""
    study = Study.objects.start(criteria, by=None, at=at)
    studying.go_on(clock=lambda: at)
    study.refresh_from_db()
    return study


def said(study: Study) -> list[str]:
    return [each.says for each in study.suggestions.all()]


def suggested(
    criteria: Criteria, *made: tuple[Edit, str], at: datetime, leads: Iterable[SuggestionLead] = ()
) -> list[Suggestion]:
    """A study with these suggestions in these words, the first one with these leads, as a worker would have left it."""
    study = Study.objects.start(criteria, by=None, at=at)
    some = {"good": 40, "returned": 30, "other": 30, "won": 4, "all": 100}
    about = {name: {"met": some, "rest": some, "z": -2.0, "p": 0.04} for name in ("earlier", "later")}
    effect = {name: {"all": some, "held": some} for name in ("out", "in")} | {"areas": [0.5, 0.6]}
    rows = [
        (Suggestion(kind=edit.kind, given=edit.given, line=edit.line, says=says, evidence=about, effect=effect), [])
        for edit, says in made
    ]
    if rows:
        rows[0][1].extend(leads)
    side = {"area": [0.6, 0.5, 0.7], "brier": 0.2, "slope": 0.9, "calibration": [[0.2, 2, 10], [0.6, 5, 10]],
            "bands": [[20, 2, 10], [60, 5, 10]]}  # fmt: skip
    ordering = {"good": 7, "of": 20, "columns": 9, "definition": side, "learnt": side, "difference": [-0.01, -0.1, 0.1],
                "is_sure": False}  # fmt: skip
    found = {
        "all": some, "held": some, "passing": {"all": some, "held": some}, "is_enough": True, "imported": 3, "fresh": 2,
        "open": 1, "imported_besides": 0, "by_lot": False, "months": ["May 2025", "March 2026", 11],
        "held_months": ["January 2026", "March 2026"], "tried": 99, "ordering": ordering,
        "left_out": [["budget", "Filled only after the hand-off."]],
        "fell": [["City is Ghent: +5 points.", "It did not hold in the months held back."]],
    }  # fmt: skip
    study.finish(found, rows, at=at)
    return list(study.suggestions.all())


def _person(random: Random, at: datetime) -> dict[str, Any]:
    got = at - timedelta(days=30 + random.random() * 30 * MONTHS)
    came = got - timedelta(days=5 + random.random() * 20)
    acts = [(random.choice(KINDS), got - timedelta(days=random.random() * 4)) for _ in range(random.randrange(6))]
    return {
        "title": random.choices(TITLES, (12, 20, 20, 16, 16, 16))[0],
        "industry": random.choice(INDUSTRIES),
        "employees": random.choice((None, *range(10, 500, 7))),
        "phone": "+31 20 1234" if random.random() < 0.8 else "",
        "came": came,
        "got": got,
        "decided": got + timedelta(days=1 + random.random() * 6),
        "acts": acts,
    }


def _facts(lead: Lead) -> dict[str, Any]:
    company = lead.company
    told = {"email": lead.email, "title": lead.title, "phone": lead.phone, "company_id": company.pk}
    firm = {"company": company.name, "industry": company.industry, "employees": company.employees}
    rest = {"named_account": False, "attributes": lead.attributes, "company_attributes": {}}
    return {name: value for name, value in (told | firm | rest).items() if value is not None}


def _if(is_so: bool, value: datetime) -> datetime | None:
    return value if is_so else None
