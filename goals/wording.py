"""A plan in sentences that both sides understand: what they sign, and what versions are compared by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from common.periods import MONTHS
from common.templatetags.words import money, number, percent, plural
from goals.funnel import backwards
from goals.spread import months, spread

if TYPE_CHECKING:
    from goals.models.plan import Plan
    from goals.segments import Segment


def sentences(plan: Plan) -> list[str]:
    """The whole plan, one sentence a line."""
    needs, hours, given = plan.needs.shown(), f"{plan.weekly_hours.normalize():f} hours", plan.assumptions
    goal, part = money(plan.revenue, plan.currency), money(plan.marketing_revenue, plan.currency)
    average = average_deal(plan)
    said = [
        f"The goal for {plan.span.label} is {goal} of revenue; marketing’s leads bring {rate(plan.marketing_share)} of "
        f"it, {part}.",
        f"An average deal is {average}, so that takes {plural(needs['deals'], 'deal')}.",
        *_of_the_pipeline(plan),
        *_of_segments(plan),
        f"We win {rate(given.win_rate)} of opportunities; {rate(given.sal_to_opportunity)} of accepted leads become "
        f"opportunities; sales accepts {rate(given.acceptance)} of MQLs; {rate(given.lead_to_mql)} of leads qualify.",
        f"So marketing delivers {number(needs['mql'])} MQLs of {number(needs['leads'])} leads, and sales makes "
        f"{plural(needs['sal'], 'accepted lead')}, {plural(needs['opportunities'], 'opportunity,opportunities')} and "
        f"{plural(needs['new_deals'], 'customer')} of them.",
        f"By the working days of “{plan.calendar.name}”, that is {_by_month(plan)}.",
        _in_time(plan),
        f"Sales has {plural(plan.reps, 'rep')} with {hours} a week each for these leads.",
    ]
    if plan.visit_to_lead:
        visits = f"{rate(plan.visit_to_lead)} of visits leave their data, which takes {number(needs['visits'])} visits."
        said.insert(-3, visits)
    return said


def rate(share: Decimal | Fraction) -> str:
    """A share with a digit more only where there is one: "25 %", "8.5 %"."""
    return percent(float(share), 0 if share * 100 == int(share * 100) else 1)


def average_deal(plan: Plan) -> str:
    """The average deal in whole money; of a divided plan that of all its segments."""
    average = round(plan.assumptions.average_deal) if plan.segments else plan.average_deal
    return money(average, plan.currency)


def _of_segments(plan: Plan) -> list[str]:
    """A sentence for each segment of a divided plan: its part, its terms and what it needs."""
    return [_of_segment(plan, part) for part in plan.parts]


def _of_segment(plan: Plan, part: Segment) -> str:
    given = part.within(plan.given)
    needs = backwards(given).shown()
    brings = money(round(given.revenue * given.marketing_share), plan.currency)
    return (
        f"“{part.name}” brings {rate(part.share)} of it, {brings}, in {plural(needs['deals'], 'deal')} of "
        f"{money(round(given.average_deal), plan.currency)}: {number(needs['mql'])} MQLs of {number(needs['leads'])} "
        f"leads, of which {rate(given.lead_to_mql)} qualify, {rate(given.acceptance)} are accepted, "
        f"{rate(given.sal_to_opportunity)} become opportunities and {rate(given.win_rate)} are won."
    )


def _of_the_pipeline(plan: Plan) -> list[str]:
    if not plan.open_opportunities:
        return []
    count, wins = plan.open_opportunities, plan.assumptions.pipeline_wins
    said = f"{plural(count, 'open opportunity,open opportunities')} should bring {float(wins):.3g} of them"
    return [f"{said}; {plural(ceil(plan.needs.new_deals), 'deal')} must come from new leads."]


def _by_month(plan: Plan) -> str:
    asked = spread(plan.needs.shown()["mql"], months(plan.span), plan.span, plan.hours)
    *parts, last = [f"{plural(value, 'MQL')} in {MONTHS[month.start_on.month - 1]}" for month, value in asked]
    return f"{', '.join(parts)} and {last}" if parts else last


def _in_time(plan: Plan) -> str:
    """By when it has to begin, for its deals to fall into the period."""
    last = plan.needed_by
    said = f"A new lead becomes a customer in {plural(plan.days_to_customer, 'day')}: to count, one has to come in by"
    return f"{said} {_day(last['leads'])}, and be an MQL by {_day(last['mql'])}."


def _day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
