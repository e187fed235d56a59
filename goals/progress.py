"""How a plan goes: what was reached of each target, against its pace in working days, and where it is heading."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import accumulate
from math import ceil

from common import charts, metrics
from common.metrics import Unit
from common.periods import DAY, Period, local_day
from common.templatetags.words import money_short, number
from goals.heading import Heading, Outlook
from goals.models import Plan, Target
from goals.models.plan import REVENUE
from goals.spread import share_gone, spread, weeks

Say = Callable[[Decimal | float], str]

LONGEST_BY_DAY = 100  # days; a longer period is drawn week by week


@dataclass(frozen=True)
class Line:
    """One target of a plan: what was reached, what was due by this morning, and what is wanted in the end.

    Money is in the plan's currency. `heading` says where it ends, where that was asked and can be said.
    """

    metric: str
    side: str
    value: Decimal
    due: Fraction
    wanted: Decimal
    currency: str
    is_closed: bool
    target: int | None = None
    heading: Heading | None = None

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
    def wanted_words(self) -> str:
        return self._said(self.wanted)

    @property
    def sentence(self) -> str:
        """What was to be reached: "178 of 250 due by this morning"."""
        if self.is_closed:
            return f"of {self._said(self.wanted)}"
        return f"{self._said(ceil(self.due))} due by this morning, {self._said(self.wanted)} in all"

    @property
    def ahead(self) -> str:
        """How likely it is and where it is heading: "38 % likely; heading for 231, 214 to 249"."""
        if not self.heading:
            return ""
        small = "; small sample" if self.heading.is_small else ""
        return f"{self.chance_words}; {self.band_words}{small}"

    @property
    def chance_words(self) -> str:
        """How likely it is to be reached, where that can be said."""
        return "reached" if self.value >= self.wanted else f"{self.heading.chance_words} likely"

    @property
    def band_words(self) -> str:
        low, likely, high = (self._said(round(each)) for each in self.heading.band)
        return f"heading for {likely}, {low} to {high}"

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
        return how_said(self.metric, self.currency)(value)


def how_said(metric: str, currency: str) -> Say:
    """How a figure's values are written."""
    is_money = metrics.metric(metric).unit == Unit.MONEY
    return partial(money_short, currency=currency) if is_money else number


def progress(plan: Plan, *, at: datetime, outlook: Outlook | None = None) -> list[Line]:
    """Every target of a plan in force, over its whole period; with an outlook also where it ends."""
    targets = plan.targets.filter(period=plan.period)
    return [line(each, plan, at=at, outlook=outlook) for each in targets]


def line(target: Target, plan: Plan, *, at: datetime, outlook: Outlook | None = None) -> Line:
    """One target over the whole period of its plan; with an outlook also where it ends."""
    value = sum(outlook.brought(target.metric).values()) if outlook else metrics.value(target.metric, plan.span)
    reached = Decimal(value or 0)
    return Line(
        metric=target.metric,
        side=target.side,
        value=reached,
        due=Fraction(target.value) * share_gone(plan.span, plan.hours, at),
        wanted=target.value,
        currency=plan.currency,
        is_closed=plan.span.end <= at,
        target=target.pk,
        heading=outlook.heading(target.metric, reached, target.value) if outlook else None,
    )


@dataclass(frozen=True)
class Part:
    """A week or month of a target: what it asks and what it brought, by itself and added up.

    `reached` and `so_far` are None before it begins.
    """

    period: Period
    asked: Decimal
    due: Decimal
    reached: Decimal | None
    so_far: Decimal | None
    is_over: bool
    say: Say

    @property
    def words(self) -> list[str]:
        """What it asks and brought, what both come to by its end; a dash before it begins."""
        said = (self.asked, self.reached, self.due, self.so_far)
        return [number(None) if each is None else self.say(each) for each in said]

    @property
    def state(self) -> str:
        return "risk" if self.is_over and self.so_far < self.due else ""


def parts(
    target: Target, plan: Plan, divided: Iterable[Period], days: dict[date, Decimal], *, at: datetime
) -> list[Part]:
    """A target in weeks or in months; `days` is what each day of the plan's period brought."""
    say, today = how_said(target.metric, plan.currency), local_day(at, plan.span.zone)
    due, so_far, found = Decimal(0), Decimal(0), []
    for part, asked in spread(target.value, divided, plan.span, plan.hours):
        brought = sum((each for on, each in days.items() if part.start_on <= on < part.end_on), Decimal(0))
        due, so_far, begun = due + asked, so_far + brought, part.start_on <= today
        is_over = min(part.end_on, plan.span.end_on) <= today
        found.append(Part(part, asked, due, brought if begun else None, so_far if begun else None, is_over, say))
    return found


def chart(line: Line, plan: Plan, days: dict[date, Decimal], *, at: datetime) -> charts.Chart:
    """One target, cumulative, against its pace and with where it is heading; by day, or by week in a long period."""
    span = plan.span
    steps = _steps(span)
    pace = list(accumulate(float(value) for _, value in spread(line.wanted, steps, span, plan.hours)))
    return charts.pace_line(
        _so_far(days, [step.end_on for step in steps], span, at),
        pace,
        [_label(min(step.last_on, span.last_on)) for step in steps],
        title=line.name,
        side=line.side or "sales",
        unit="revenue" if metrics.metric(line.metric).unit == Unit.MONEY else "reached",
        say=how_said(line.metric, line.currency),
        ahead=line.heading and line.heading.band,
    )


def revenue_chart(outlook: Outlook, lines: Iterable[Line]) -> charts.Chart | None:
    """Revenue won from marketing's leads; None for a plan without that target."""
    line = next((line for line in lines if line.metric == REVENUE), None)
    return line and chart(line, outlook.plan, outlook.brought(REVENUE), at=outlook.at)


def _steps(span: Period) -> list[Period]:
    if len(span.days()) > LONGEST_BY_DAY:
        return weeks(span)
    return [Period(span.kind, day, day + DAY, span.zone) for day in span.days()]


def _so_far(days: dict[date, Decimal], ends: list[date], span: Period, at: datetime) -> list[float]:
    """What was reached by the end of each step that has begun."""
    today, brought = local_day(at, span.zone), [0.0] * len(ends)
    for on, each in days.items():
        brought[bisect_left(ends, on + DAY)] += float(each)
    if today < span.start_on:
        return []
    begun = min(bisect_left(ends, today + DAY) + 1, len(ends))
    return list(accumulate(brought[:begun]))


def _label(on: date) -> str:
    return f"{on.day} {on:%b}"
