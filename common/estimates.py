"""What a few observations allow one to say: a rate with its uncertainty, a median of what is not over yet, which
of many findings to believe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, erfc, floor, sqrt
from statistics import NormalDist

Value = float | timedelta


@dataclass(frozen=True)
class AtLeast:
    """An observation that is not over: a lead that has waited this long and waits still."""

    value: Value


@dataclass(frozen=True)
class Quantile:
    """A quantile; with `at_least` it is a lower bound, because what is not over may yet raise it."""

    value: Value
    at_least: bool = False


def interval(successes: int, trials: int, level: float = 0.9) -> tuple[float, float]:
    """Return the rates, 0 to 1, that are plausible after `successes` in `trials`: Wilson's score interval.

    Without a trial every rate is. Unlike the textbook's p ± z·s it stays within 0 and 1 and is
    honest for few trials (E. B. Wilson 1927). Raises ValueError for more successes than trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"There cannot be {successes} successes in {trials} trials.")
    if not 0 < level < 1:
        raise ValueError("The level of an interval lies between 0 and 1.")
    if not trials:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate, weight = successes / trials, z * z / trials
    centre = (rate + weight / 2) / (1 + weight)
    reach = z * sqrt(rate * (1 - rate) / trials + weight / (4 * trials)) / (1 + weight)
    low = 0.0 if not successes else centre - reach
    high = 1.0 if successes == trials else centre + reach
    return low, high


def quantile(values: Iterable[Value | AtLeast], q: float) -> Quantile | None:
    """Return the q-quantile, 0.5 for the median, of numbers or lengths of time; None of nothing.

    Between two values it is interpolated, as PostgreSQL's percentile_cont does. A value that is
    not over counts with what it has reached, and the answer is marked `at_least` unless it
    would be the same had each of them no end.
    """
    if not 0 <= q <= 1:
        raise ValueError("A quantile lies between 0 and 1.")
    values = list(values)
    if not values:
        return None
    reached = sorted(_reached(each) for each in values)
    over = sorted(each for each in values if not isinstance(each, AtLeast))
    place = q * (len(values) - 1)
    low, high = floor(place), ceil(place)
    certain = high < len(over) and reached[low] == over[low] and reached[high] == over[high]
    return Quantile(reached[low] + (reached[high] - reached[low]) * (place - low), at_least=not certain)


FEWEST_EXPECTED = 5  # cases in each cell of two shares that are compared; with fewer the test below says too much


def by_luck(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The chance that two equal rates show shares at least this far apart; each is (successes, trials).

    The pooled two-sided score test, which is the root of Pearson's chi-square of the four counts. 1.0 where
    fewer than FEWEST_EXPECTED cases would be expected in one of them: so few cannot be told from luck.
    """
    (hits, of), (others, other_of) = one, other
    trials, successes = of + other_of, hits + others
    if not trials or min(of, other_of) * min(successes, trials - successes) < FEWEST_EXPECTED * trials:
        return 1.0
    pooled = successes / trials
    apart = abs(hits / of - others / other_of) / sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return erfc(apart / sqrt(2))


def kept(chances: Sequence[float], share: float) -> set[int]:
    """Of many tests at once, the places of those to believe, so that on average at most a `share` of them is wrong.

    `chances` are their p-values (Y. Benjamini, Y. Hochberg 1995).
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    passing = [n for n, place in enumerate(order, start=1) if chances[place] <= share * n / len(order)]
    return set(order[: passing[-1]]) if passing else set()


def _reached(value: Value | AtLeast) -> Value:
    return value.value if isinstance(value, AtLeast) else value


@dataclass(frozen=True)
class Concordance:
    """Of pairs that differ in both rankings, the share ranked alike: half is chance, `low` to `high` plausible."""

    share: float
    low: float
    high: float


def concordance(table: Sequence[Sequence[int]], level: float = 0.9) -> Concordance | None:
    """How far two rankings of the same things agree. `table[i][j]` counts those of rank i in the one, j in the other.

    The share is (1 + γ) / 2 of Goodman and Kruskal's γ, its interval from their asymptotic variance
    (Goodman and Kruskal 1963). Where all pairs agree, or none, that variance is nought and says nothing;
    then it is Wilson's interval with the things counted as trials. None where no pair differs in both.
    """
    cells = [(i, j, count) for i, row in enumerate(table) for j, count in enumerate(row) if count]
    alike, unlike = ([_pairs(cells, i, j, sign) for i, j, _ in cells] for sign in (1, -1))
    agree, differ = (sum(n * pairs for (_, _, n), pairs in zip(cells, of, strict=True)) for of in (alike, unlike))
    if not agree + differ:
        return None
    share = agree / (agree + differ)
    if not agree or not differ:
        things = sum(count for _, _, count in cells)
        return Concordance(share, *interval(things if agree else 0, things, level))
    spread = sum(n * (differ * a - agree * d) ** 2 for (_, _, n), a, d in zip(cells, alike, unlike, strict=True))
    reach = NormalDist().inv_cdf((1 + level) / 2) * 2 * sqrt(spread) / (agree + differ) ** 2
    return Concordance(share, max(share - reach, 0.0), min(share + reach, 1.0))


def _pairs(cells: Iterable[tuple[int, int, int]], i: int, j: int, sign: int) -> int:
    """How many things stand on the same side of cell (i, j) in both rankings, or with sign −1 on opposite sides."""
    return sum(n for k, m, n in cells if (k - i) * (m - j) * sign > 0)
