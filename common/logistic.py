"""Logistic regression in plain Python: the chance that a case is good, from columns of numbers.

Small on purpose: some ten thousand cases and some thirty columns take seconds. The log-likelihood
is penalised by half the squared weights (a normal prior of mean 0 and variance 1 on each, the
intercept apart), so that there is one finite best point however well the columns tell the cases apart;
Newton's method finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, sqrt
from operator import mul, sub
from statistics import NormalDist

ROUNDS = 50
CLOSE = 1e-8
STEPS = tuple(0.5**n for n in range(12))  # of the whole step: the first that goes uphill is taken

Column = Sequence[float]
Matrix = list[list[float]]


@dataclass(frozen=True)
class Score:
    """Rao's score test of a further column: `z` is its sign and size in standard deviations, `effect` the
    weight it would get to first order, in log-odds.
    """

    z: float
    effect: float

    @property
    def p(self) -> float:
        """The chance of so large a score, in either direction, had the column nothing to do with it."""
        return 2 * NormalDist().cdf(-abs(self.z))


@dataclass(frozen=True)
class Fit:
    """A fitted regression over its cases: `weights` of the intercept and of each column, the chance of each case."""

    columns: list[Column]
    good: Sequence[bool]
    weights: list[float]
    chances: list[float]

    def chance(self, columns: Sequence[Column]) -> list[float]:
        """The chance of other cases, given by the same columns. There is at least one."""
        return _chances(columns, self.weights, len(columns[0]))

    def test(self, column: Column) -> Score:
        """What a further column would add, given those that are in."""
        weighted = list(map(mul, self._spread, column))
        shared = [_dot(weighted, each) for each in self.columns]
        shared.insert(0, sum(weighted))
        explained = sum(map(mul, shared, solve(self.information, shared)))
        information = _dot(weighted, column) - explained
        if information <= CLOSE * len(self.chances):
            return Score(0.0, 0.0)
        slope = _dot(self.left, column)
        return Score(slope / sqrt(information), slope / (information + 1))

    @cached_property
    def likelihood(self) -> float:
        """The penalised log-likelihood."""
        told = sum(log(p if is_good else 1 - p) for is_good, p in zip(self.good, self.chances, strict=True))
        return told - sum(weight * weight for weight in self.weights[1:]) / 2

    @cached_property
    def left(self) -> list[float]:
        """What the fit does not explain of each case."""
        return [is_good - p for is_good, p in zip(self.good, self.chances, strict=True)]

    @cached_property
    def information(self) -> Matrix:
        """Fisher's, of the intercept and the columns, without the penalty."""
        return _information(self.columns, self._spread)

    @cached_property
    def _spread(self) -> list[float]:
        return [p * (1 - p) for p in self.chances]


def fit(columns: Sequence[Column], good: Sequence[bool]) -> Fit:
    """Fit the chance of being good. Columns are as long as `good`, at least one case, and of a size around 1."""
    columns = list(columns)
    fitted = _fit(columns, good, [_odds((sum(good) + 0.5) / (len(good) + 1)), *(0.0 for _ in columns)])
    for _ in range(ROUNDS):
        step = _newton(fitted)
        tried = (_moved(fitted, step, length) for length in STEPS)
        further = next((each for each in tried if each.likelihood >= fitted.likelihood), fitted)
        if further is fitted or max(map(abs, step)) < CLOSE:
            break
        fitted = further
    return fitted


def solve(matrix: Matrix, right: Sequence[float]) -> list[float]:
    """The solution of a linear system, by elimination; what a singular one leaves open is 0."""
    size = len(right)
    rows = [[*matrix[n], right[n]] for n in range(size)]
    for n in range(size):
        pivot = max(range(n, size), key=lambda row: abs(rows[row][n]))
        rows[n], rows[pivot] = rows[pivot], rows[n]
        for row in range(n + 1, size):
            if abs(rows[n][n]) > CLOSE and (factor := rows[row][n] / rows[n][n]):
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[n], strict=True)]
    found = [0.0] * size
    for n in reversed(range(size)):
        if abs(rows[n][n]) > CLOSE:
            found[n] = (rows[n][size] - sum(map(mul, rows[n][n + 1 : size], found[n + 1 :]))) / rows[n][n]
    return found


def _fit(columns: list[Column], good: Sequence[bool], weights: list[float]) -> Fit:
    return Fit(columns, good, weights, _chances(columns, weights, len(good)))


def _moved(fitted: Fit, step: list[float], length: float) -> Fit:
    weights = [weight + length * part for weight, part in zip(fitted.weights, step, strict=True)]
    return _fit(fitted.columns, fitted.good, weights)


def _newton(fitted: Fit) -> list[float]:
    """Newton's step uphill."""
    slopes = [_dot(fitted.left, each) for each in fitted.columns]
    slope = [sum(fitted.left), *map(sub, slopes, fitted.weights[1:])]
    information = [row[:] for row in fitted.information]
    for n in range(1, len(slope)):
        information[n][n] += 1
    return solve(information, slope)


def _information(columns: list[Column], spread: list[float]) -> Matrix:
    every = [[1.0] * len(spread), *columns]
    found = [[0.0] * len(every) for _ in every]
    for n, column in enumerate(every):
        weighted = list(map(mul, spread, column))
        for k in range(n, len(every)):
            found[n][k] = found[k][n] = _dot(weighted, every[k])
    return found


def _chances(columns: Sequence[Column], weights: Sequence[float], cases: int) -> list[float]:
    odds = [weights[0]] * cases
    for weight, column in zip(weights[1:], columns, strict=True):
        if weight:
            odds = [so_far + weight * value for so_far, value in zip(odds, column, strict=True)]
    return [_chance(each) for each in odds]


def _chance(odds: float) -> float:
    """Kept off 0 and 1, whose logarithm there is none."""
    return 1 / (1 + exp(-min(30.0, max(-30.0, odds))))


def _odds(chance: float) -> float:
    return log(chance / (1 - chance))


def _dot(a: Column, b: Column) -> float:
    return sum(map(mul, a, b))
