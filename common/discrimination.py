"""How well a score tells good cases from the others: the area under the curve, calibration, lift.

A score is any number that should be higher for good cases. The area (AUC) is the chance that of a
good case and another one, taken at random, the good one scores higher; a tie counts half. Its
variance is that of E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988), reckoned
from midranks (X. Sun, W. Xu, IEEE Signal Processing Letters 21, 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist, fmean, variance

LEVEL = 0.9  # as the intervals of `common.estimates`


@dataclass(frozen=True)
class Area:
    """The area under the curve, 0 to 1, and how sure it is."""

    value: float
    variance: float

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Where it plausibly lies: DeLong's variance on the scale of log-odds, so that it stays within 0 and 1."""
        if not 0 < self.value < 1:
            return self.value, self.value
        centre = log(self.value / (1 - self.value))
        reach = _z(level) * sqrt(self.variance) / (self.value * (1 - self.value))
        return _share(centre - reach), _share(centre + reach)


@dataclass(frozen=True)
class Difference:
    """How much larger one area is than another over the same cases."""

    value: float
    variance: float

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        reach = _z(level) * sqrt(self.variance)
        return self.value - reach, self.value + reach

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves no difference out."""
        low, high = self.interval()
        return low > 0 or high < 0


@dataclass(frozen=True)
class Bin:
    """Cases of neighbouring scores: the mean of their scores, how many are good, how many there are."""

    score: float
    good: int
    of: int

    @property
    def share(self) -> float:
        return self.good / self.of


def area(scores: Sequence[float], good: Sequence[bool]) -> Area | None:
    """The area under the curve; None unless there are two good cases and two others."""
    parts = _components(scores, good)
    return parts and Area(fmean(parts[0]), _variance(parts[0]) + _variance(parts[1]))


def difference(first: Sequence[float], second: Sequence[float], good: Sequence[bool]) -> Difference | None:
    """How much better the first score tells the same cases apart than the second; None as for `area`."""
    one, other = _components(first, good), _components(second, good)
    if one is None or other is None:
        return None
    apart = [[a - b for a, b in zip(mine, theirs, strict=True)] for mine, theirs in zip(one, other, strict=True)]
    return Difference(fmean(apart[0]), _variance(apart[0]) + _variance(apart[1]))


def bins(scores: Sequence[float], good: Sequence[bool], most: int) -> list[Bin]:
    """The cases in at most so many bins of about equal size, the lowest scores first; equal scores stay together."""
    rows = sorted(zip(scores, good, strict=True))
    found: list[Bin] = []
    begin = 0
    for number in range(1, most + 1):
        end = max(begin, round(len(rows) * number / most))
        while 0 < end < len(rows) and rows[end][0] == rows[end - 1][0]:
            end += 1
        if number < most and end - begin < len(rows) / most / 2:
            continue
        if end > begin:
            held = rows[begin:end]
            found.append(Bin(fmean(score for score, _ in held), sum(is_good for _, is_good in held), len(held)))
        begin = end
    return found


def brier(predicted: Sequence[float], good: Sequence[bool]) -> float:
    """The mean squared distance of what was predicted (0 to 1) from what came; 0 is perfect (G. W. Brier 1950)."""
    return fmean((p - is_good) ** 2 for p, is_good in zip(predicted, good, strict=True))


def _components(scores: Sequence[float], good: Sequence[bool]) -> tuple[list[float], list[float]] | None:
    """For each good case the share of others that it beats, and for each other the share of good ones that beat it."""
    mine = [score for score, is_good in zip(scores, good, strict=True) if is_good]
    others = [score for score, is_good in zip(scores, good, strict=True) if not is_good]
    if len(mine) < 2 or len(others) < 2:
        return None
    among_all, among_mine, among_others = _midranks([*mine, *others]), _midranks(mine), _midranks(others)
    ranks = among_all[: len(mine)], among_all[len(mine) :]
    return (
        [(all_ - own) / len(others) for all_, own in zip(ranks[0], among_mine, strict=True)],
        [1 - (all_ - own) / len(mine) for all_, own in zip(ranks[1], among_others, strict=True)],
    )


def _midranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1 on; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for place in order[begin:end]:
            ranks[place] = (begin + end + 1) / 2
        begin = end
    return ranks


def _variance(values: Sequence[float]) -> float:
    """Of their mean."""
    return variance(values) / len(values)


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _share(odds: float) -> float:
    return 1 / (1 + exp(-odds))
