"""How well a score tells good cases from others, beside published values and sums over every pair."""

from fractions import Fraction
from itertools import product
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.discrimination import Area, Bin, area, bins, brier, difference

CASES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), min_size=4, max_size=40).filter(
    lambda rows: 2 <= sum(good for *_, good in rows) <= len(rows) - 2
)


def beats(mine, other):
    return Fraction(1) if mine > other else Fraction(1, 2) if mine == other else Fraction(0)


def by_pairs(scores, good):
    """The area, and for each case the share of pairs it is on the right side of: every pair looked at."""
    mine = [score for score, is_good in zip(scores, good, strict=True) if is_good]
    others = [score for score, is_good in zip(scores, good, strict=True) if not is_good]
    won = [beats(a, b) for a, b in product(mine, others)]
    of_mine = [fmean(beats(a, b) for b in others) for a in mine]
    of_others = [fmean(beats(a, b) for a in mine) for b in others]
    return sum(won) / len(won), of_mine, of_others


@given(CASES)
def test_the_area_is_the_share_of_pairs_in_the_right_order(rows):
    scores, good = [row[0] for row in rows], [row[2] for row in rows]
    found = area(scores, good)
    value, mine, others = by_pairs(scores, good)
    assert found.value == pytest.approx(float(value))
    assert found.variance == pytest.approx(float(variance(mine) / len(mine) + variance(others) / len(others)))


@given(CASES)
def test_two_areas_over_the_same_cases_are_compared_case_by_case(rows):
    first, second, good = map(list, zip(*rows, strict=True))
    found = difference(first, second, good)
    one, mine_one, others_one = by_pairs(first, good)
    two, mine_two, others_two = by_pairs(second, good)
    assert found.value == pytest.approx(float(one - two))
    apart = [[a - b for a, b in zip(*pair, strict=True)] for pair in ((mine_one, mine_two), (others_one, others_two))]
    assert found.variance == pytest.approx(float(sum(variance(each) / len(each) for each in apart)))


def test_delongs_variance_of_the_published_example():
    """Outcome by WFNS grade of 113 patients after aneurysmal subarachnoid haemorrhage (N. Turck et al. 2010).

    The R package pROC prints an area of 0.8237 for them, a variance of 0.00146991470882363 and, on the plain scale, a
    95 % interval of 0.7485 to 0.8988.
    """
    poor, well = (2, 12, 1, 8, 18), (37, 20, 3, 8, 4)
    scores = [grade for counts in (poor, well) for grade, count in enumerate(counts, 1) for _ in range(count)]
    found = area(scores, [True] * 41 + [False] * 72)
    assert found.value == pytest.approx(2431.5 / (41 * 72), abs=1e-12)
    assert found.variance == pytest.approx(0.00146991470882363, abs=1e-15)
    low, high = found.interval(0.95)
    assert (round(low, 3), round(high, 3)) == (0.736, 0.887)
    assert found.value - 1.959964 * found.variance**0.5 == pytest.approx(0.7485, abs=5e-5)


def test_a_perfect_score_a_worthless_one_and_too_few_cases():
    good = [False, False, True, True]
    assert area([1, 2, 3, 4], good) == Area(1.0, 0.0)
    assert area([1, 2, 3, 4], good).interval() == (1.0, 1.0)
    assert area([5, 5, 5, 5], good) == Area(0.5, 0.0)
    assert area([1, 2, 3, 4], [True, False, False, False]) is None
    assert difference([1, 2, 3, 4], [1, 2, 3, 4], [False] * 4) is None
    assert not difference([1, 2, 3, 4], [1, 2, 3, 4], good).is_sure
    assert difference([1, 2, 3, 4], [4, 3, 2, 1], good).is_sure


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60), st.integers(1, 10))
def test_bins_hold_every_case_once_and_never_part_equal_scores(rows, most):
    found = bins([score for score, _ in rows], [good for _, good in rows], most)
    assert len(found) <= most
    assert (sum(each.of for each in found), sum(each.good for each in found)) == (len(rows), sum(g for _, g in rows))
    assert [each.score for each in found] == sorted(each.score for each in found)
    apart = sorted(score for score, _ in rows)
    ends = [sum(each.of for each in found[: n + 1]) for n in range(len(found) - 1)]
    assert all(apart[end - 1] < apart[end] for end in ends)


def test_bins_are_of_about_equal_size():
    assert bins([1, 2, 3, 4, 5, 6], [False, False, False, True, True, True], 3) == [
        Bin(1.5, 0, 2), Bin(3.5, 1, 2), Bin(5.5, 2, 2),
    ]  # fmt: skip


def test_the_brier_score_of_sure_of_half_sure_and_of_wrong():
    assert brier([1.0, 0.0], [True, False]) == 0
    assert brier([0.5, 0.5], [True, False]) == 0.25
    assert brier([0.0, 1.0], [True, False]) == 1
