"""A plan's doubts turned into what would have to be true, in words, and judged by what we measured ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common.templatetags.words import SPACE, money, number
from goals import levers
from goals.levers import Stand, Way
from goals.models import Plan
from goals.wording import rate

NAMES = {
    "win_rate": "Opportunities won",
    "sal_to_opportunity": "Accepted leads that become deals",
    "acceptance": "Accepted by sales",
    "average_deal": "Average deal",
    "marketing_share": "Marketing’s share of revenue",
    "revenue": "Revenue target",
    "reps": "Reps",
}
MONEY = ("average_deal", "revenue")


@dataclass(frozen=True)
class Needed:
    """One change that alone would do: its words, and whether our own history allows it ("" where that says nothing)."""

    name: str
    now: str
    needed: str
    verdict: str
    state: str = ""


def what_would_have_to_be_true(plan: Plan, *, at: datetime) -> list[Needed]:
    """Each single change that takes away every doubt about a plan at a moment; empty where there is none."""
    stand = plan.stand(at=at)
    if stand.holds():
        return []
    later = plan.span.next()
    next_one = Stand(stand.assumptions, stand.staff, stand.lag, later.end - at)
    found = [_said(plan, way) for way in levers.ways(stand)]
    if next_one.holds():
        found.append(Needed("Period", plan.span.label, later.label, "the same goal a period later"))
    return found


def _said(plan: Plan, way: Way) -> Needed:
    say = {**dict.fromkeys(MONEY, lambda value: money(value, plan.currency)), "reps": number}.get(way.name, rate)
    return Needed(NAMES[way.name], say(way.now), say(way.needed), *_judged(plan, way))


def _judged(plan: Plan, way: Way) -> tuple[str, str]:
    """Whether a value lies where our own last year does, nine times out of ten."""
    if way.name in ("marketing_share", "revenue", "reps"):
        return "for both heads to decide", ""
    known = plan.measured(way.name)
    if known is None or known.high is None:
        return "not measured yet", ""
    high = money(round(known.high, -2), plan.currency) if way.name in MONEY else f"{known.high * 100:.0f}{SPACE}%"
    small = ", a small sample" if known.is_small else ""
    if way.needed <= known.high:
        return f"within reach: last year reaches to {high}{small}", ""
    return f"beyond last year, which reaches to {high}{small}", "risk"
