"""Logistic regression beside closed forms, its own conditions for the best point, and Pearson's test."""

from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.logistic import fit, solve

YES_NO = st.booleans()
CASES = st.lists(st.tuples(YES_NO, st.integers(-3, 3), YES_NO), min_size=6, max_size=60).filter(
    lambda rows: 0 < sum(good for *_, good in rows) < len(rows)
)


def of(rows):
    first, second, good = zip(*rows, strict=True)
    return [list(map(int, first)), list(second)], list(good)


def test_without_columns_everybody_has_the_overall_chance():
    fitted = fit([], [True, False, False, False])
    assert fitted.chances == pytest.approx([0.25] * 4)


@given(CASES)
def test_at_the_best_point_nothing_is_left_in_any_direction(rows):
    """What is left unexplained along a column is its weight, for that is the slope of half its square; along the
    intercept, which has no prior, nothing is.
    """
    columns, good = of(rows)
    fitted = fit(columns, good)
    left = [is_good - p for is_good, p in zip(good, fitted.chances, strict=True)]
    assert sum(left) == pytest.approx(0, abs=1e-5)
    for column, weight in zip(columns, fitted.weights[1:], strict=True):
        assert sum(a * b for a, b in zip(left, column, strict=True)) == pytest.approx(weight, abs=1e-5)
    assert fitted.chance(columns) == fitted.chances


@given(CASES)
def test_no_point_near_is_likelier(rows):
    columns, good = of(rows)
    best = fit(columns, good)
    for n in range(3):
        for step in (-0.05, 0.05):
            weights = [weight + step * (n == k) for k, weight in enumerate(best.weights)]
            near = type(best)(columns, good, weights, _chances(columns, weights))
            assert near.likelihood <= best.likelihood + 1e-6


def _chances(columns, weights):
    odds = [
        weights[0] + sum(w * x for w, x in zip(weights[1:], row, strict=True)) for row in zip(*columns, strict=True)
    ]
    return [1 / (1 + 2.718281828459045**-each) for each in odds]


def test_a_column_that_tells_all_has_a_finite_weight():
    fitted = fit([[0] * 50 + [1] * 50], [False] * 50 + [True] * 50)
    assert 3 < fitted.weights[1] < 10
    assert fitted.chances[0] < 0.1 < 0.9 < fitted.chances[-1]


def test_with_many_cases_the_weight_is_the_difference_of_log_odds():
    column = [0] * 8_000 + [1] * 8_000
    good = [n % 5 == 0 for n in range(8_000)] + [n % 2 == 0 for n in range(8_000)]
    fitted = fit([column], good)
    assert fitted.weights[1] == pytest.approx(log(1) - log(0.2 / 0.8), rel=0.01)


@given(st.lists(st.tuples(YES_NO, YES_NO), min_size=8, max_size=80))
def test_the_score_of_one_column_is_pearsons_of_two_by_two(rows):
    """For one yes or no the square of Rao's score is Pearson's chi-squared of the table of four."""
    column, good = [int(x) for x, _ in rows], [y for _, y in rows]
    both, ones, goods, all_ = sum(x and y for x, y in rows), sum(column), sum(good), len(rows)
    if not 0 < ones < all_ or not 0 < goods < all_:
        return
    expected = ones * goods / all_
    pearson = (both - expected) / sqrt(ones * (all_ - ones) * goods * (all_ - goods) / all_**3)
    assert fit([], good).test(column).z == pytest.approx(pearson, abs=1e-6)


def test_pearsons_published_p_of_the_physicians_health_study():
    """Heart attacks under aspirin, 104 of 11,037, and under placebo, 189 of 11,034: chi-squared 25.01 (NEJM 1989)."""
    column = [1] * 11_037 + [0] * 11_034
    good = [n < 104 for n in range(11_037)] + [n < 189 for n in range(11_034)]
    found = fit([], good).test(column)
    assert found.z**2 == pytest.approx(25.01, abs=0.01)
    assert found.z < 0
    assert found.p == pytest.approx(5.7e-7, rel=0.02)


def test_what_is_in_already_adds_nothing_and_a_constant_neither():
    column = [1, 0, 1, 1, 0, 0, 1, 0] * 10
    good = [True, False, True, True, False, True, False, False] * 10
    fitted = fit([column], good)
    for known in (column, [1] * 80, [2 * x + 3 for x in column]):
        assert fitted.test(known).z == 0


def test_a_column_beside_another_is_tested_for_what_it_adds():
    """Who is B is mostly A; only A matters."""
    a = [1] * 200 + [0] * 200
    b = [1] * 150 + [0] * 50 + [1] * 20 + [0] * 180
    good = [n % 4 != 0 for n in range(200)] + [n % 4 == 0 for n in range(200)]
    assert abs(fit([], good).test(b).z) > 5
    assert abs(fit([a], good).test(b).z) < 1.5


@given(st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=3, max_size=3), st.data())
def test_a_linear_system_is_solved_where_it_can_be(matrix, data):
    wanted = data.draw(st.lists(st.integers(-9, 9), min_size=3, max_size=3))
    right = [sum(a * x for a, x in zip(row, wanted, strict=True)) for row in matrix]
    (a, b, c), (d, e, f), (g, h, i) = matrix
    if a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g):
        assert solve(matrix, right) == pytest.approx(wanted, abs=1e-6)
    else:
        assert len(solve(matrix, right)) == 3
