"""Where a figure is heading, against exact distributions reckoned another way."""

from fractions import Fraction
from itertools import product
from math import exp, factorial, prod
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.projection import PRIOR, Ahead, Odds, by_deals, by_rate

counts = st.lists(st.integers(0, 4), min_size=10, max_size=65)


def erlang_tail(shape: int, x: float) -> float:
    """The chance that a gamma variable of whole shape and scale 1 exceeds x: that of fewer Poisson events."""
    return sum(exp(-x) * x**n / factorial(n) for n in range(shape))


def negative_binomial_tail(k: int, size: Fraction, p: Fraction) -> float:
    """The chance of at least k, by adding up the exact chances of fewer."""
    fewer, coefficient = 0.0, Fraction(1)
    for n in range(k):
        fewer += float(coefficient) * float(p) ** float(size) * float(1 - p) ** n
        coefficient = coefficient * (size + n) / (n + 1)
    return 1 - fewer


def pochhammer(x: Fraction, n: int) -> Fraction:
    return prod((x + i for i in range(n)), start=Fraction(1))


@given(st.integers(2, 80), st.floats(0.05, 3))
def test_chances_are_those_of_a_gamma_distribution(shape, times):
    exact = erlang_tail(shape, shape * times)
    assert Ahead(shape, shape).chance_of(shape * times) == pytest.approx(exact, abs=0.005)


@given(st.integers(1, 80), st.floats(0.05, 0.95))
def test_a_quantile_is_exceeded_with_the_chance_that_is_left(shape, share):
    ahead = Ahead(shape, shape)
    assert ahead.chance_of(ahead.quantile(share)) == pytest.approx(1 - share, abs=1e-9)


@given(counts, st.integers(1, 60))
def test_counts_that_scatter_no_more_than_by_chance_have_the_moments_of_a_negative_binomial(days, left):
    days = sorted(days)[: len(days) // 2] if sum(days) else days
    even = [fmean(days)] * len(days)
    size, p = Fraction(sum(days)) + Fraction(1, 2), Fraction(len(days), len(days) + left)
    ahead = by_rate(even, left, counted=True)
    assert ahead.mean == pytest.approx(float(size * (1 - p) / p))
    assert ahead.variance == pytest.approx(float(size * (1 - p) / p**2))


@given(st.integers(3, 60), st.integers(10, 65), st.integers(1, 60), st.floats(0.3, 2))
def test_the_chance_of_a_count_errs_by_six_points_at_most_once_one_is_expected(seen, days, left, times):
    ahead = by_rate([seen / days] * days, left, counted=True)
    least = max(1, round(ahead.mean * times))
    exact = negative_binomial_tail(least, Fraction(seen) + Fraction(1, 2), Fraction(days, days + left))
    assert ahead.chance_of(least, whole=True) == pytest.approx(exact, abs=0.06 if ahead.mean >= 1 else 0.09)


@given(st.lists(st.integers(1, 9), max_size=7), st.integers(1, 30), st.integers(1, 30))
def test_open_deals_bring_what_every_way_of_winning_them_brings_on_average(amounts, won, lost):
    """All subsets, each with its beta-binomial chance."""
    mean, square = Fraction(0), Fraction(0)
    for taken in product((0, 1), repeat=len(amounts)):
        wins, n = sum(taken), len(taken)
        chance = pochhammer(Fraction(won), wins) * pochhammer(Fraction(lost), n - wins)
        chance /= pochhammer(Fraction(won + lost), n)
        brought = sum(amount for amount, is_won in zip(amounts, taken, strict=True) if is_won)
        mean, square = mean + chance * brought, square + chance * brought**2
    ahead = by_deals(sum(amounts), sum(amount**2 for amount in amounts), Odds(won, lost))
    assert ahead.mean == pytest.approx(float(mean))
    assert ahead.variance == pytest.approx(float(square - mean**2), abs=1e-9)


def test_days_that_scatter_more_make_the_band_wider():
    even, bursts = [2.0] * 20, [0.0, 4.0] * 10
    assert by_rate(even, 10, counted=True).mean == by_rate(bursts, 10, counted=True).mean
    assert by_rate(even, 10, counted=True).variance < by_rate(bursts, 10, counted=True).variance


def test_a_share_of_what_comes_brings_that_share():
    whole, half = by_rate([1, 2, 3], 10, counted=False), by_rate([1, 2, 3], 10, counted=False, share=0.5)
    assert (whole.mean, half.mean) == (20, 10)
    # A day scatters by 1; over ten days, and for not knowing the mean of three better: 10 + 100/3, and 5 + 25/3.
    assert (whole.variance, half.variance) == (pytest.approx(10 + 100 / 3), pytest.approx(5 + 25 / 3))


def test_what_is_reached_is_certain_and_what_nothing_brings_is_not_to_be_had():
    assert Ahead(0).chance_of(0) == 1
    assert Ahead(0).chance_of(1) == 0
    assert (Ahead(5).quantile(0.05), Ahead(5).chance_of(5), Ahead(5).chance_of(6)) == (5, 1, 0)


def test_two_parts_add_up():
    assert Ahead(3, 2) + Ahead(4, 5) == Ahead(7, 7)


def test_the_plans_rate_weighs_as_much_as_twenty_cases():
    assert PRIOR == 20
    assert Odds.of(0.25, None, 0) == Odds(5, 15)
    assert Odds.of(0.25, 0.5, 20) == Odds(15, 25)
