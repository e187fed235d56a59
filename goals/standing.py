"""How a plan in force stands: its targets, how likely the goal is, and what would bring it when it is not."""

from datetime import date, datetime
from typing import Any

from common.worktime import working_days_between
from goals.heading import Outlook
from goals.models import Plan
from goals.progress import REVENUE, Line, progress
from goals.recovery import Shortfall, ways_back, ways_to_mqls


def standing(plan: Plan, *, at: datetime) -> dict[str, Any]:
    """The lines of a plan, that of marketing's revenue, and the ways back to it."""
    outlook = Outlook(plan, at=at)
    lines = progress(plan, at=at, outlook=outlook)
    goal = next((line for line in lines if line.metric == REVENUE), None)
    return {
        "outlook": outlook,
        "going": lines,
        "goal": goal,
        "ways": ways(plan, goal, outlook),
        "late": outlook.today > _last_mql(plan),
    }


def ways(plan: Plan, line: Line | None, outlook: Outlook) -> list[str]:
    """What would bring what a target misses at this pace; empty while it misses nothing, or that cannot be said."""
    if line is None or line.heading is None or line.heading.likely >= line.wanted:
        return []
    missing, expected = float(line.wanted) - line.heading.likely, line.heading.likely - float(line.value)
    if line.metric == "mqls_delivered":
        left = {"days": outlook.left, "last_on": plan.span.last_on}
        return ways_to_mqls(plan.assumptions, missing, expected=expected, **left)
    a_deal = 1.0 if line.metric == "customers" else float(plan.assumptions.average_deal)
    last_on = min(_last_mql(plan), plan.span.last_on)
    days = max(working_days_between(outlook.today, last_on, plan.hours), 0)
    whole = working_days_between(plan.span.start_on, plan.span.end_on, plan.hours) or 1
    mqls = float(plan.needs.mql) * days / whole
    short = Shortfall(deals=missing / a_deal, wins=expected / a_deal, mqls=mqls, days=days, last_on=last_on)
    return ways_back(plan.assumptions, short)


def _last_mql(plan: Plan) -> date:
    return plan.needed_by["mql"]
