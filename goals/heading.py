"""Where each target of a plan is heading, by our own last weeks and by the deals that are open (docs/goals.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from common import metrics
from common.metrics import Unit
from common.periods import Period, between, local_day
from common.templatetags.words import SPACE, percent
from common.worktime import working_days_between
from goals.days import Known, by_day, known, to_keep
from goals.deals import DEALS, Deals, deals_of
from goals.history import ENOUGH, FEW
from goals.models import Plan
from goals.projection import LEVEL, Ahead, Odds, by_deals, by_rate
from leads.models import Lead

RECENT = timedelta(weeks=13)


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

    def to_keep(self) -> dict[str, list[int]]:
        """What a page about it asks for, reckoned anew, to be kept by key."""
        deals = deals_of(self.span, self.recent, at=self.at) if self.recent else {}
        return to_keep(self.looked_at, deals)

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
        now, cases = float(reached), int(sum(seen.values())) if counted else self._deals[metric].cases
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
        deals = self._deals[metric]
        open_ones = by_deals(deals.total, deals.squares, self.odds)
        return open_ones + by_rate(days, self.left, counted=counted, share=deals.share)

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
    def _deals(self) -> dict[str, Deals]:
        return self._known.deals or deals_of(self.span, self.recent, at=self.at)
