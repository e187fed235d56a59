"""What is still to come in a period, as a distribution. Plain arithmetic without chance: the same in, the same out.

What comes is taken to be spread as a gamma distribution with the mean and the variance reckoned here; its shares are
Wilson and Hilferty's (1931): the cube root of a gamma variable is as good as normal. How each part is
reckoned, and how far it may err, stands in docs/goals.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, variance

LEVEL = 0.9  # a band holds the truth nine times out of ten
PRIOR = 20  # cases: how much the plan's own win rate weighs beside what was won and lost


@dataclass(frozen=True)
class Ahead:
    """What is still to come: its mean and variance, in the figure's own unit."""

    mean: float
    variance: float = 0.0

    def __add__(self, other: Ahead) -> Ahead:
        """Both together, as two things that know nothing of each other."""
        return Ahead(self.mean + other.mean, self.variance + other.variance)

    def quantile(self, share: float) -> float:
        """The amount that is not exceeded with this chance, above 0 and below 1."""
        if not self.mean or not self.variance:
            return self.mean
        ninth = self.variance / (9 * self.mean**2)
        return self.mean * max(1 - ninth + NormalDist().inv_cdf(share) * sqrt(ninth), 0.0) ** 3

    def chance_of(self, amount: float, *, whole: bool = False) -> float:
        """The chance that at least `amount` comes; `whole` where it is counted in whole ones."""
        if amount <= 0:
            return 1.0
        if not self.mean or not self.variance:
            return float(self.mean >= amount)
        ninth = self.variance / (9 * self.mean**2)
        least = amount - 0.5 if whole else amount
        return 1 - NormalDist().cdf(((least / self.mean) ** (1 / 3) - 1 + ninth) / sqrt(ninth))


@dataclass(frozen=True)
class Odds:
    """How often a deal is won: won and lost ones, the plan's rate counting as PRIOR cases more (FORMULAS 4.3)."""

    won: float
    lost: float

    @classmethod
    def of(cls, rate: float, measured: float | None, cases: int) -> Odds:
        """From the plan's rate and what was measured in so many cases."""
        known = measured or 0.0
        return cls(PRIOR * rate + known * cases, PRIOR * (1 - rate) + (1 - known) * cases)

    @property
    def mean(self) -> float:
        return self.won / (self.won + self.lost)

    @property
    def variance(self) -> float:
        """That of the rate itself, which is not known exactly (a beta distribution's)."""
        return self.mean * (1 - self.mean) / (self.won + self.lost + 1)


def by_rate(days: Sequence[float], left: int, *, counted: bool, share: float = 1.0) -> Ahead:
    """What as many working days as are `left` will bring, by what recent ones brought; at least two of them.

    A sum of `left` days like those seen, whose mean is known from so many days only. What is `counted` scatters at
    least as a Poisson process does, and half a case is added (Jeffreys), so that nothing seen is not nothing ever.
    `share` is the part that counts of what comes.
    """
    mean = fmean(days) + (0.5 / len(days) if counted else 0)
    spread = max(variance(days), mean) if counted else variance(days)
    sure = spread * left * share + spread * (left * share) ** 2 / len(days)
    return Ahead(mean * left * share, sure)


def by_deals(total: float, squares: float, odds: Odds) -> Ahead:
    """What open deals will bring, each won whole or not at all, by amounts that add up to `total`.

    `squares` is the sum of their squared amounts. All share one win rate that is not known exactly.
    """
    rate = odds.mean
    each = (rate * (1 - rate) - odds.variance) * squares
    return Ahead(total * rate, each + odds.variance * total**2)
