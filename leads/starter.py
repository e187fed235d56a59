"""A definition to start from: plain enough to be understood at once, good enough to be tried."""

from decimal import Decimal
from typing import Any

from leads.definition import Section

POINTS: dict[str, Any] = {
    "threshold": Decimal(50),
    "min_fit": Decimal(15),
    "hot_at": Decimal(90),
    "grade_a": Decimal(40),
    "grade_b": Decimal(25),
    "grade_c": Decimal(10),
}

CHECKLIST = [
    "What problem do they want to solve?",
    "Who decides, and who else has a say?",
    "Is there a budget, or a way to one?",
    "When do they want it to work?",
]


def _when(section: Section, field: str, operator: str, *values: Any, points: int | None = None) -> dict[str, Any]:
    return {
        "section": section,
        "field": field,
        "operator": operator,
        "values": list(values),
        "points": points and Decimal(points),
    }


def _did(points: int, kind: str, cap: int, **lasts: int) -> dict[str, Any]:
    return {
        "section": Section.SCORED,
        "touch_kind": kind,
        "points": Decimal(points),
        "cap": Decimal(cap),
        **lasts,
    }


DECIDES = ("VP", "Vice President", "Director", "Head", "Chief", "CEO", "Owner", "Founder")

RULES: list[dict[str, Any]] = [
    _when(Section.MUST, "business_email", "is", True),
    _when(Section.NEVER, "customer", "is", True),
    _when(Section.NEVER, "open_deal", "is", True),
    _when(Section.NEVER, "opted_out", "is", True),
    {"section": Section.FAST_TRACK, "touch_kind": "demo_request", "window_days": 14},
    {"section": Section.FAST_TRACK, "touch_kind": "price_request", "window_days": 14},
    _when(Section.SCORED, "title", "contains", *DECIDES, points=20),
    _when(Section.SCORED, "title", "contains", "Manager", "Lead", points=10),
    _when(Section.SCORED, "title", "contains", "Student", "Intern", "Trainee", points=-20),
    _when(Section.SCORED, "employees", "between", "50", "2000", points=15),
    _when(Section.SCORED, "employees", "less_than", "20", points=-20),
    _when(Section.SCORED, "phone", "is_known", points=5),
    _did(15, "webinar_attended", 30, window_days=30),
    _did(8, "pricing_page", 24, window_days=14),
    _did(10, "download", 20, window_days=30),
    _did(10, "form", 20, window_days=30),
    _did(2, "", 10, halves_days=21),
]
