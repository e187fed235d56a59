"""Reading a backtest: the sizes of its groups at some points asked for, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from django.db.models import Count, Q

from common.conditions import number_words
from leads import release
from leads.models.backtest import BANDS, Backtest, edges, groups
from leads.models.routing import RoutingRule
from leads.verdict import Band, Figures, Share, lift

STEPS = 4  # thresholds to choose from on either side


@dataclass(frozen=True)
class Step:
    """What another threshold would do: leads a week, wins missed, hours of sales."""

    points: Decimal
    figures: Figures

    @property
    def missed(self) -> int:
        return self.figures.counts["missed"]


@dataclass(frozen=True)
class Reason:
    """Why sales sent leads back that would have qualified, and how often a month."""

    label: str
    pk: int
    returns: int
    a_month: float


def figures(backtest: Backtest, *, points: Decimal, minutes: int, room: int) -> Figures:
    """The figures of a backtest, were `points` asked for."""
    found = backtest.leads.aggregate(**{f"n_{name}": Count("pk", filter=of) for name, of in groups(points).items()})
    counts = {name.removeprefix("n_"): count for name, count in found.items()}
    return Figures(counts, weeks(backtest), room, minutes)


def weeks(backtest: Backtest) -> float:
    """How long the period was, counted from the first lead that came in it; at least one week."""
    first = backtest.leads_from
    begun = max(backtest.since, first) if first else backtest.since
    return max((backtest.until - begun) / timedelta(weeks=1), 1.0)


def room_a_week() -> int:
    """Hand-offs that the reps whom routing goes to can take in an ordinary week, by the week of the last row's pool."""
    pools = RoutingRule.objects.last_row().pools
    if not pools:
        return 0
    return release.a_day() * sum(1 for windows in pools[0].calendar.hours().week if windows)


def bands(found: Figures, backtest: Backtest, points: Decimal) -> list[Band]:
    """The decided leads by their points, the most first, each with its lift."""
    of = groups(points)
    asked = {f"band_{n}": Count("pk", filter=of[f"band_{n}"] & Q(sql_at__isnull=False)) for n in range(len(BANDS) + 2)}
    good = backtest.leads.aggregate(**asked)
    overall = Share(found.counts["good"], found.counts["decided"])
    shares = [Share(good[name], found.counts[name]) for name in asked]
    rows = zip(asked, labels(points), shares, strict=True)
    return [Band(name, label, share, lift(share, overall)) for name, label, share in reversed(list(rows))]


def labels(points: Decimal) -> list[str]:
    """The bands of points in words, from the fewest."""
    ends = [number_words(edge) for edge in edges(points)]
    between = [f"{low} to {high} points" for low, high in pairwise(ends)]
    return [f"Under {ends[0]} points", *between, f"From {ends[-1]} points", "At once, by the fast track"]


def steps(backtest: Backtest, *, asked: Decimal, minutes: int, room: int) -> list[Step]:
    """What thresholds around the one asked for would do, the lowest first; one reading of the leads."""
    wide = max(Decimal(1), Decimal(round(asked / 12)))
    choices = [asked + wide * n for n in range(-STEPS, STEPS + 1) if asked + wide * n > 0]
    names = ("mqls", "known", "accepted", "wins", "kept", "missed")
    found = backtest.leads.aggregate(
        **{f"{name}_{n}": Count("pk", filter=groups(each)[name]) for n, each in enumerate(choices) for name in names}
    )
    return [
        Step(each, Figures({name: found[f"{name}_{n}"] for name in names}, weeks(backtest), room, minutes))
        for n, each in enumerate(choices)
    ]


def returned_most(backtest: Backtest, *, points: Decimal) -> list[Reason]:
    """The reasons for which sales sent back most of those that would have qualified."""
    rows = backtest.leads.group("known", points=points).filter(reason__isnull=False)
    counted = rows.values_list("reason__label", "reason").annotate(n=Count("pk")).order_by("-n", "reason__label")[:3]
    months = weeks(backtest) * 12 / 52
    return [Reason(label, pk, n, n / months) for label, pk, n in counted]
