"""A plan as its page draws it: the chain of what it takes, and the rows of what it assumes."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from accounts.access import Side
from common.charts import Step
from common.templatetags.words import money, number
from goals.funnel import backwards
from goals.history import LAGS
from goals.models import Plan
from goals.ranges import MOVES_MQLS, mqls_needed
from goals.said import said_by_history
from goals.segments import Segment
from goals.spread import months, spread
from goals.wording import average_deal, rate

MARKETING, SALES = Side.MARKETING, Side.SALES


@dataclass(frozen=True)
class Row:
    """One assumption: its name and value in words, its place on a scale from 0 to `top`, and what our history says."""

    name: str
    label: str
    words: str
    value: float
    top: float
    note: str
    is_money: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def slides_to(self) -> str:
        """Where its slider ends, in what is typed: percent, or money."""
        return f"{self.top:.0f}" if self.is_money else "100"

    @property
    def slides_by(self) -> str:
        return "100" if self.is_money else "0.5"


LABELS = {
    "marketing_share": "Marketing’s share of revenue",
    "average_deal": "Average deal",
    "win_rate": "Opportunities won",
    "sal_to_opportunity": "Accepted leads that become deals",
    "acceptance": "Accepted by sales",
    "lead_to_mql": "Leads that qualify",
    "visit_to_lead": "Visits that leave their data",
}


def chain(plan: Plan) -> list[Step]:
    """What the plan takes, from visits to revenue, each count rounded up to whole ones."""
    needs, given = plan.needs.shown(), plan.assumptions
    rates = [
        ("Leads", "leads", f"{rate(given.lead_to_mql)} qualify", MARKETING),
        ("MQLs", "mql", f"{rate(given.acceptance)} accepted", MARKETING),
        ("SALs", "sal", f"{rate(given.sal_to_opportunity)} become deals", SALES),
        ("Opportunities", "opportunities", f"{rate(given.win_rate)} won", SALES),
        ("Customers", "new_deals", f"{average_deal(plan)} each", SALES),
    ]
    steps = [Step(name, number(needs[key]), said, side, needs[key]) for name, key, said, side in rates]
    steps.append(_revenue(plan, needs))
    if plan.visit_to_lead:
        left = f"{rate(plan.visit_to_lead)} leave their data"
        steps.insert(0, Step("Visits", number(needs["visits"]), left, MARKETING, needs["visits"]))
    return steps


def _revenue(plan: Plan, needs: dict[str, int | None]) -> Step:
    words = money(plan.marketing_revenue, plan.currency)
    part = f"{rate(plan.marketing_share)} of {money(plan.revenue, plan.currency)}"
    from_pipeline = needs["deals"] - needs["new_deals"]
    if from_pipeline:
        part += f", with {number(from_pipeline)} of the open deals"
    return Step("Revenue", words, part, SALES)


def assumptions(plan: Plan) -> list[Row]:
    """What the plan assumes of money and rates, each beside where our own last year lies."""
    return [_row(plan, name) for name in LABELS if getattr(plan, name) is not None]


@dataclass(frozen=True)
class HoursThere:
    """The selling hours that a plan takes of those there are."""

    needed: int
    there: int

    @property
    def state(self) -> str:
        return "risk" if self.needed > self.there else ""


def hours(plan: Plan) -> HoursThere:
    """What a plan takes of sales' time."""
    return HoursThere(ceil(plan.staff.hours_for(plan.needs)), int(plan.staff.hours()))


@dataclass(frozen=True)
class OneSegment:
    """A segment of a plan and what it needs, each count rounded up by itself."""

    name: str
    share: str
    average_deal: str
    won: str
    deals: int
    mqls: int
    leads: int


def segments(plan: Plan) -> list[OneSegment]:
    """The segments of a divided plan."""
    return [_segment(plan, part) for part in plan.parts]


def _segment(plan: Plan, part: Segment) -> OneSegment:
    given = part.within(plan.given)
    needs, deal = backwards(given).shown(), money(round(given.average_deal), plan.currency)
    won, share = rate(given.win_rate), rate(part.share)
    return OneSegment(part.name, share, deal, won, needs["deals"], needs["mql"], needs["leads"])


def by_own_rates(plan: Plan) -> str:
    """How many MQLs it takes by our own measured rates, as a range; empty where nothing was measured well enough."""
    found = mqls_needed(plan.assumptions, {name: plan.measured(name) for name in MOVES_MQLS})
    if found is None:
        return ""
    low, high = number(floor(found.low)), number(ceil(found.high))
    return f"By our own rates it takes {low} to {high} MQLs, nine times out of ten"


@dataclass(frozen=True)
class MonthsTargets:
    """What a plan asks for in one month; money in the plan's currency."""

    month: str
    mqls: Decimal
    customers: Decimal
    revenue: Decimal


def targets(plan: Plan) -> list[MonthsTargets]:
    """What the plan asks for month by month, spread by working days: what takes effect when both have signed."""
    span, hours, needs = plan.span, plan.hours, plan.needs.shown()
    asked = zip(
        *(
            spread(Decimal(total), months(span), span, hours)
            for total in (needs["mql"], needs["deals"], plan.marketing_revenue)
        ),
        strict=True,
    )
    return [MonthsTargets(month.label, mqls, won, revenue) for (month, mqls), (_, won), (_, revenue) in asked]


def _row(plan: Plan, name: str) -> Row:
    value, known = getattr(plan, name), plan.measured(name)
    is_money = name == "average_deal"
    words = money(value, plan.currency) if is_money else rate(value)
    low, high = (known.low, known.high) if known else (None, None)
    top = _top(float(value), high or 0.0) if is_money else 1.0
    return Row(
        name, LABELS[name], words, float(value), top, said_by_history(known, is_money=is_money), is_money, low, high
    )


def _top(value: float, high: float) -> float:
    """Where the scale of an amount ends: a round number that stays where it is while the amount moves a little."""
    least = max(value, high) * 1.5
    step = 10 ** floor(log10(least))
    return float(ceil(least / step) * step)


def lags_note(plan: Plan) -> str:
    """What our own last year says of the days from stage to stage."""
    known = [plan.measured(name) for name in LAGS]
    if not all(known):
        return "assumed; not measured yet"
    return f"own history, median: {', '.join(number(round(each.value)) for each in known)}"
