"""How a plan goes: what was reached so far of each target, against its pace in working days."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil

from common import charts, metrics
from common.metrics import Unit
from common.periods import DAY, Period, local_day
from common.templatetags.words import money_short, number
from goals.models import Plan, Target
from goals.spread import share_gone, spread, weeks

LONGEST_BY_DAY = 100  # days; a longer period is drawn week by week


@dataclass(frozen=True)
class Line:
    """One target of a plan: what was reached, what was due by this morning, and what is wanted in the end.

    Money is in the plan's currency.
    """

    metric: str
    side: str
    value: Decimal
    due: Fraction
    wanted: Decimal
    currency: str
    is_closed: bool

    @property
    def name(self) -> str:
        return metrics.metric(self.metric).name

    @property
    def due_number(self) -> float:
        """What is due, for the tick of its bar."""
        return float(self.due)

    @property
    def words(self) -> str:
        """What was reached, as it is read."""
        return self._said(self.value)

    @property
    def sentence(self) -> str:
        """What was to be reached: "178 of 250 due by this morning"."""
        if self.is_closed:
            return f"of {self._said(self.wanted)}"
        return f"{self._said(ceil(self.due))} due by this morning, {self._said(self.wanted)} in all"

    @property
    def state(self) -> str:
        """The chip: empty unless somebody has to look."""
        if self.is_closed:
            return "missed" if self.value < self.wanted else ""
        return "risk" if self.value < self.due else ""

    @property
    def standing(self) -> str:
        if self.is_closed:
            return "missed" if self.value < self.wanted else "met"
        return "behind" if self.value < self.due else "on pace"

    def _said(self, value: Decimal | int) -> str:
        if metrics.metric(self.metric).unit == Unit.MONEY:
            return money_short(value, self.currency)
        return number(value)


def progress(plan: Plan, *, at: datetime) -> list[Line]:
    """Every target of a plan in force, over its whole period."""
    span = plan.span
    gone = share_gone(span, plan.hours, at)
    return [_line(target, plan, gone, is_closed=span.end <= at) for target in plan.targets.filter(period=plan.period)]


def _line(target: Target, plan: Plan, gone: Fraction, *, is_closed: bool) -> Line:
    reached = metrics.value(target.metric, plan.span) or 0
    due = Fraction(target.value) * gone
    return Line(target.metric, target.side, Decimal(reached), due, target.value, plan.currency, is_closed)


def revenue_chart(plan: Plan, *, at: datetime) -> charts.Chart:
    """Revenue won from marketing's leads, cumulative, against its pace; by day, or by week in a long period."""
    span, hours = plan.span, plan.hours
    steps = _steps(span)
    asked = spread(plan.marketing_revenue, steps, span, hours)
    pace = list(accumulate(float(value) for _, value in asked))
    return charts.pace_line(
        _so_far(plan, [step.end_on for step in steps], at=at),
        pace,
        [_label(min(step.last_on, span.last_on)) for step in steps],
        title="Revenue won from marketing’s leads",
        side="sales",
        unit="revenue",
        say=lambda value: money_short(value, plan.currency),
    )


def _steps(span: Period) -> list[Period]:
    if len(span.days()) > LONGEST_BY_DAY:
        return weeks(span)
    return [Period(span.kind, day, day + DAY, span.zone) for day in span.days()]


def _so_far(plan: Plan, ends: list[date], *, at: datetime) -> list[float]:
    """What was won by the end of each step that has begun."""
    won: Counter[int] = Counter()
    for deal in metrics.rows("revenue_won_from_marketing", plan.span):
        closed_on = local_day(deal.closed_at, plan.span.zone)
        won[bisect_left(ends, closed_on + DAY)] += float(deal.amount)
    today = local_day(at, plan.span.zone)
    if today < plan.span.start_on:
        return []
    begun = min(bisect_left(ends, today + DAY) + 1, len(ends))
    return list(accumulate(won[step] for step in range(begun)))


def _label(on: date) -> str:
    return f"{on.day} {on:%b}"
