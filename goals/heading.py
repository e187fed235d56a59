"""Where each target of a plan is heading, by our own last weeks and by the deals that are open (docs/goals.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Avg, Count, F, FloatField, Q, Sum, Value
from django.db.models.functions import Cast, Extract, Greatest

from common import metrics
from common.metrics import Unit
from common.periods import Period, between, local_day
from common.templatetags.words import SPACE, percent
from common.worktime import working_days_between
from goals.days import Known, by_day, known
from goals.history import ENOUGH, FEW
from goals.models import Plan
from goals.projection import LEVEL, Ahead, Odds, by_deals, by_rate
from leads.models import Lead, Opportunity
from leads.models.lead import Origin
from leads.models.opportunity import DealState, DealType
from leads.models.rate import newest_rate

RECENT = timedelta(weeks=13)

# Which deals bring a figure forward; the rest comes by the day.
OURS = Q(type=DealType.NEW, lead__origin=Origin.MARKETING)
DEALS = {"customers": OURS, "revenue_won_from_marketing": OURS, "revenue_won": Q()}
MONEY = ("revenue_won_from_marketing", "revenue_won")


@dataclass(frozen=True)
class Heading:
    """Where a target ends when things go on as they do: nine times out of ten between `low` and `high`.

    `chance` is that of reaching it, 0 to 1; `cases` are those seen in the last weeks.
    """

    low: float
    likely: float
    high: float
    chance: float
    cases: int

    @property
    def band(self) -> tuple[float, float, float]:
        """Low, likely, high."""
        return self.low, self.likely, self.high

    @property
    def chance_words(self) -> str:
        """The chance in whole percent; nothing that is still open is said to be certain."""
        if self.chance < 0.01:
            return f"under 1{SPACE}%"
        return f"over 99{SPACE}%" if self.chance > 0.99 else percent(self.chance)

    @property
    def is_small(self) -> bool:
        return self.cases < FEW


class Outlook:
    """What is ahead of a plan in force at a moment; each question is asked of the database once."""

    def __init__(self, plan: Plan, *, at: datetime) -> None:
        self.plan, self.at, self.span = plan, at, plan.span
        self.today = local_day(at, self.span.zone)

    @property
    def runs(self) -> bool:
        return self.span.contains(self.at)

    @property
    def left(self) -> int:
        """The working days that are left, today among them."""
        return working_days_between(self.today, self.span.end_on, self.plan.hours)

    @cached_property
    def recent(self) -> Period | None:
        """The last weeks until yesterday, or since there are leads; None before ten working days of them."""
        first = Lead.objects.order_by("created_at").values_list("created_at", flat=True).first()
        if first is None:
            return None
        since = max(local_day(first, self.span.zone), self.today - RECENT)
        if working_days_between(since, self.today, self.plan.hours) < ENOUGH:
            return None
        return between(since, self.today, self.span.zone)

    @cached_property
    def looked_at(self) -> Period:
        """The last weeks and the plan's period in one, so that each figure is asked for by day once."""
        if not self.runs or self.recent is None:
            return self.span
        return between(min(self.recent.start_on, self.span.start_on), self.span.end_on, self.span.zone)

    def brought(self, metric: str, period: Period | None = None) -> dict[date, Decimal]:
        """What each day brought, of the plan's period or of another that was looked at."""
        within = period or self.span
        kept = self._known.days
        days = kept[metric] if metric in kept else by_day(metric, self.looked_at)
        return {on: each for on, each in days.items() if within.start_on <= on < within.end_on}

    @cached_property
    def _known(self) -> Known:
        return known(self.looked_at, at=self.at)

    @property
    def counted_at(self) -> datetime | None:
        """When what the days brought was counted; None where it was just now."""
        return self._known.at

    def heading(self, metric: str, reached: Decimal, wanted: Decimal) -> Heading | None:
        """Where a target is heading; None outside its period and without enough history to say so."""
        if not self.runs or self.recent is None:
            return None
        counted = metrics.metric(metric).unit == Unit.COUNT
        seen = self.brought(metric, self.recent)
        ahead = self._ahead(metric, seen, counted=counted)
        now, cases = float(reached), int(sum(seen.values())) if counted else self._won[metric][1]
        return Heading(
            low=now + ahead.quantile((1 - LEVEL) / 2),
            likely=now + ahead.mean,
            high=now + ahead.quantile((1 + LEVEL) / 2),
            chance=ahead.chance_of(float(wanted) - now, whole=counted),
            cases=cases,
        )

    def _ahead(self, metric: str, seen: dict[date, Decimal], *, counted: bool) -> Ahead:
        days = self._working_days(seen)
        if metric not in DEALS:
            return by_rate(days, self.left, counted=counted)
        new, _ = self._won[metric]
        return self._open[metric] + by_rate(days, self.left, counted=counted, share=new)

    def _working_days(self, seen: dict[date, Decimal]) -> list[float]:
        """What each working day brought; what came on a day off counts for the next working day."""
        days, waiting = [], 0.0
        for on in self.recent.days():
            waiting += float(seen.get(on, 0))
            if self.plan.hours.is_working_day(on):
                days.append(waiting)
                waiting = 0.0
        days[-1] += waiting
        return days

    @cached_property
    def odds(self) -> Odds:
        """How often we win, by the plan and by the year before it was drawn up."""
        known = self.plan.measured("win_rate")
        return Odds.of(float(self.plan.win_rate), known and known.value, known.cases if known else 0)

    @cached_property
    def _open(self) -> dict[str, Ahead]:
        """What the open deals will bring that should close by the period's end, those that are late among them.

        One in another currency counts at the newest rate there is, and brings no money without any.
        """
        amount = Cast("amount", FloatField()) * newest_rate(on=self.today)
        asked = {"count": Count("pk", filter=OURS)}
        for name in MONEY:
            ours = DEALS[name]
            asked |= {name: Sum(amount, filter=ours), f"{name}_squares": Sum(amount * amount, filter=ours)}
        row = Opportunity.objects.open().filter(closes_on__lt=self.span.end_on).aggregate(**asked)
        sums = {name: (row[name] or 0.0, row[f"{name}_squares"] or 0.0) for name in MONEY}
        sums["customers"] = (row["count"], row["count"])
        return {name: by_deals(*sums[name], self.odds) for name in DEALS}

    @cached_property
    def _won(self) -> dict[str, tuple[float, int]]:
        """Of the deals won lately: the share that would be opened and won within the days left, and how many they are.

        In a steady flow a deal that took a part of those days has the rest of them in which to begin.
        """
        took = Extract(F("closed_at") - F("opened_at"), "epoch")
        within = Greatest(Value(0.0), 1 - Cast(took, FloatField()) / (self.span.end - self.at).total_seconds())
        won = Opportunity.objects.filter(state=DealState.WON, closed_at__gte=self.recent.start, closed_at__lt=self.at)
        asked = {}
        for name, which in DEALS.items():
            asked |= {name: Avg(within, filter=which), f"{name}_cases": Count("pk", filter=which)}
        row = won.aggregate(**asked)
        return {name: (row[name] or 0.0, row[f"{name}_cases"]) for name in DEALS}
