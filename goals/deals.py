"""What our deals say of what is still to come in a period: those that are open, and those that were won lately."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Avg, Count, F, FloatField, Q, Sum, Value
from django.db.models.functions import Cast, Extract, Greatest

from common.periods import Period, local_day
from leads.models import Opportunity, Rate
from leads.models.opportunity import FROM_MARKETING, DealState

# Which deals bring a figure forward; the others come by the day.
MONEY = {"revenue_won_from_marketing": FROM_MARKETING, "revenue_won": Q()}
DEALS = {"customers": FROM_MARKETING} | MONEY

HUNDREDTHS, MILLIONTHS = 100, 1_000_000


class Deals(NamedTuple):
    """What deals say of one figure, in whole numbers, so that it can be kept.

    `hundredths` is what the open deals that should close in time come to, in hundredths of the figure's unit;
    `squares` the sum of their squares, in whole units. `in_time` of a million deals won lately would be opened and won
    within the time left; `cases` are those won lately.
    """

    hundredths: int
    squares: int
    in_time: int
    cases: int

    @property
    def total(self) -> float:
        """What the open deals come to."""
        return self.hundredths / HUNDREDTHS

    @property
    def share(self) -> float:
        """The part that counts of what is won day by day, 0 to 1."""
        return self.in_time / MILLIONTHS


def deals_of(span: Period, recent: Period, *, at: datetime) -> dict[str, Deals]:
    """What deals say, by figure, of what is left of a period; won lately are those of `recent` and of today."""
    is_open, won = _open(span, at), _won(span, recent, at)
    return {name: Deals(*is_open[name], *won[name]) for name in DEALS}


def _open(span: Period, at: datetime) -> dict[str, tuple[int, int]]:
    """The deals that should close by the period's end, those that are late among them: their sum and its squares.

    One in another currency counts at the newest rate there is, and brings no money without any.
    """
    amount, due = Cast("amount", FloatField()), Opportunity.objects.open().filter(closes_on__lt=span.end_on)
    asked = {"customers": Count("pk", filter=FROM_MARKETING)}
    for name, which in MONEY.items():
        asked |= {name: Sum(amount, filter=which), f"{name}_squares": Sum(amount * amount, filter=which)}
    rows = list(due.order_by().values("currency").annotate(**asked))
    rates = Rate.objects.newest({row["currency"] for row in rows}, on=local_day(at, span.zone))

    def together(name: str, power: int) -> float:
        return sum((row[name] or 0) * float(rates.get(row["currency"], 0)) ** power for row in rows)

    count = sum(row["customers"] for row in rows)
    money = {name: (round(together(name, 1) * HUNDREDTHS), round(together(f"{name}_squares", 2))) for name in MONEY}
    return {"customers": (count * HUNDREDTHS, count)} | money


def _won(span: Period, recent: Period, at: datetime) -> dict[str, tuple[int, int]]:
    """How many of a million deals won lately would be opened and won within the time left, and how many they are.

    In a steady flow a deal that took a part of that time has the rest of it in which to begin.
    """
    won = Opportunity.objects.filter(state=DealState.WON, closed_at__gte=recent.start, closed_at__lt=at)
    took = Extract(F("closed_at") - F("opened_at"), "epoch")
    within = Greatest(Value(0.0), 1 - Cast(took, FloatField()) / (span.end - at).total_seconds())
    asked = {}
    for name, which in DEALS.items():
        asked |= {name: Avg(within, filter=which), f"{name}_cases": Count("pk", filter=which)}
    row = won.aggregate(**asked)
    return {name: (round((row[name] or 0) * MILLIONTHS), row[f"{name}_cases"]) for name in DEALS}
