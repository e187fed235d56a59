"""What would have to be true: of a plan that cannot be as it stands, the least change of each single assumption
that lets it. Plain arithmetic; the same doubts decide that the plan itself is asked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from goals.funnel import Assumptions, Number, Staff, impossibilities

TENTHS = 1000  # of a percent: the steps of a rate
HUNDRED = 100  # the steps of money
TIMES = 10  # an average deal ten times as large is not looked at
MORE_REPS = 500

RAISED = ("win_rate", "sal_to_opportunity", "acceptance")


@dataclass(frozen=True)
class Stand:
    """What speaks for or against a plan: its assumptions, sales' time, how long a lead takes, how long is left, and
    what marketing's deals have brought in its period so far.
    """

    assumptions: Assumptions
    staff: Staff
    lag: timedelta
    left: timedelta
    won: Number = 0

    def doubts(self) -> list[str]:
        """Everything that stands against it, as sentences."""
        return impossibilities(self.assumptions, lag=self.lag, left=self.left, staff=self.staff, won=self.won)

    def holds(self) -> bool:
        return not self.doubts()

    def assuming(self, **changes: Any) -> Stand:
        return replace(self, assumptions=replace(self.assumptions, **changes))


@dataclass(frozen=True)
class Way:
    """One assumption as it is, and as it would have to be if nothing else changed."""

    name: str
    now: Decimal
    needed: Decimal


def ways(stand: Stand) -> list[Way]:
    """Each single change that alone takes away every doubt, as small as it may be; empty for a plan without any."""
    return [] if stand.holds() else list(_ways(stand))


def _ways(stand: Stand) -> Iterator[Way]:
    given = stand.assumptions
    for name in RAISED:
        steps = range(floor(getattr(given, name) * TENTHS), TENTHS + 1)
        yield from _way(name, steps, TENTHS, lambda share, name=name: stand.assuming(**{name: share}), given)
    dearer = range(floor(given.average_deal / HUNDRED), floor(TIMES * given.average_deal / HUNDRED) + 1)
    yield from _way("average_deal", dearer, Fraction(1, HUNDRED), lambda deal: stand.assuming(average_deal=deal), given)
    for name, unit in (("marketing_share", TENTHS), ("revenue", Fraction(1, HUNDRED))):
        steps = range(ceil(getattr(given, name) * unit), 0, -1)
        yield from _way(name, steps, unit, lambda less, name=name: stand.assuming(**{name: less}), given)
    reps = range(stand.staff.reps, stand.staff.reps + MORE_REPS)
    yield from _way(
        "reps", reps, 1, lambda reps: replace(stand, staff=replace(stand.staff, reps=int(reps))), stand.staff
    )


def _way(name: str, steps: range, unit: Any, made: Callable[[Fraction], Stand], given: Any) -> Iterator[Way]:
    """The first step that holds; a change in its direction never makes a plan harder, so halving finds it."""
    place = bisect_left(steps, True, key=lambda step: made(Fraction(step) / unit).holds())
    if place < len(steps):
        yield Way(name, _decimal(getattr(given, name)), _decimal(Fraction(steps[place]) / unit))


def _decimal(value: Fraction | int) -> Decimal:
    value = Fraction(value)
    return Decimal(value.numerator) / Decimal(value.denominator)
