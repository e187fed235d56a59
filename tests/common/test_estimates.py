"""Rates with their uncertainty, and medians of what is not over yet; known values from the literature."""

from datetime import timedelta
from fractions import Fraction
from math import inf, sqrt
from statistics import NormalDist, median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.estimates import AtLeast, Quantile, by_luck, concordance, interval, kept, quantile

HOUR = timedelta(hours=1)


def test_newcombes_examples_of_wilsons_interval_are_met():
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert interval(81, 263, level=0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval(15, 148, level=0.95) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert interval(0, 20, level=0.95) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert interval(1, 29, level=0.95) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_without_a_trial_every_rate_is_plausible():
    assert interval(0, 0) == (0.0, 1.0)


def test_two_shares_are_compared_by_pearsons_chi_square():
    """Four counts whose chi-square is 4: one in twenty-two."""
    assert by_luck((20, 50), (30, 50)) == pytest.approx(0.0455, abs=5e-5)
    assert by_luck((10, 50), (10, 50)) == 1.0


@given(st.tuples(*[st.integers(0, 400)] * 4))
def test_the_chance_is_that_of_the_root_of_chi_square_and_too_few_tell_nothing(counts):
    a, b, c, d = counts
    of, other_of, hits, misses = a + b, c + d, a + c, b + d
    chance = by_luck((a, of), (c, other_of))
    fewest = min(of, other_of) * min(hits, misses)
    if not of + other_of or fewest < 5 * (of + other_of):
        assert chance == 1.0
    else:
        chi_square = Fraction((of + other_of) * (a * d - b * c) ** 2, of * other_of * hits * misses)
        assert chance == pytest.approx(2 - 2 * NormalDist().cdf(sqrt(chi_square)), abs=1e-9)


@given(trials=st.integers(1, 10_000), data=st.data())
def test_an_interval_holds_its_rate_and_narrows_with_more_trials(trials: int, data):
    successes = data.draw(st.integers(0, trials))
    low, high = interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    assert interval(10 * successes, 10 * trials)[1] - interval(10 * successes, 10 * trials)[0] < high - low
    assert interval(trials - successes, trials) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("successes", "trials"), [(2, 1), (-1, 1), (0, -1)])
def test_more_successes_than_trials_are_refused(successes: int, trials: int):
    with pytest.raises(ValueError, match="successes in"):
        interval(successes, trials)


def test_a_level_of_one_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval(1, 2, level=1)


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle():
    assert quantile([4, 1, 3, 2], 0.5) == Quantile(2.5)


def test_lengths_of_time_have_a_median_and_a_ninetieth_percentile():
    waits = [n * HOUR for n in range(1, 12)]
    assert quantile(waits, 0.5) == Quantile(6 * HOUR)
    assert quantile(waits, 0.9) == Quantile(10 * HOUR)


def test_nothing_has_no_median():
    assert quantile([], 0.5) is None


def test_leads_that_still_wait_longer_than_the_median_leave_it_certain():
    assert quantile([1, 2, 3, AtLeast(30), AtLeast(40)], 0.5) == Quantile(3)


def test_where_the_ninetieth_percentile_still_waits_it_is_at_least_that():
    assert quantile([1, 2, 3, AtLeast(30), AtLeast(40)], 0.9) == Quantile(36, at_least=True)


def test_a_lead_that_has_only_begun_to_wait_may_yet_raise_the_median():
    assert quantile([1, AtLeast(2), 3, 4, 5], 0.5) == Quantile(3, at_least=True)


def test_half_way_between_one_that_waits_and_one_that_is_over_is_a_lower_bound():
    assert quantile([1, AtLeast(2), 3, 3], 0.5) == Quantile(2.5, at_least=True)


def test_a_quantile_outside_of_0_and_1_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile([1], 90)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=50))
def test_what_is_over_has_the_quantiles_of_the_standard_library(values: list[int]):
    assert quantile(values, 0.5) == Quantile(median(values))
    assert quantile(values, 0.9).value == pytest.approx(quantiles(values, n=10, method="inclusive")[-1])


@given(
    over=st.lists(st.integers(0, 20), max_size=20),
    waiting=st.lists(st.integers(0, 20), max_size=20),
    q=st.sampled_from([0.1, 0.5, 0.9]),
)
def test_what_is_certain_stays_so_however_long_the_rest_takes(over: list[int], waiting: list[int], q: float):
    now = quantile([*over, *map(AtLeast, waiting)], q)
    if now is None:
        return
    later = quantile([*over, *[10**6] * len(waiting)], q)
    assert now.value <= later.value < inf
    assert now.at_least == (now.value != later.value)


def test_two_rankings_agree_as_goodman_and_kruskals_gamma_says():
    """Income and job satisfaction, 1984 (Agresti 1996, table 2.13): 1,331 pairs alike, 849 not, γ 0.221 ± 0.117."""
    found = concordance([[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]])
    assert found.share == 1331 / (1331 + 849)
    assert round((found.high - found.low) / 2 / 1.6449 * 2, 3) == 0.117


def test_for_two_by_two_its_interval_is_that_of_yules_q():
    found = concordance([[30, 10], [10, 30]])
    q = 0.8
    error = (1 - q**2) / 2 * (1 / 30 + 1 / 10 + 1 / 10 + 1 / 30) ** 0.5
    assert found.share == (1 + q) / 2
    assert found.high - found.low == pytest.approx(2 * 1.644854 * error / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[3, 0], [0, 4]], (1.0, *interval(7, 7))),
        ([[0, 3], [4, 0]], (0.0, *interval(0, 7))),
    ],
)
def test_a_few_that_all_agree_are_no_certainty(table, expected):
    found = concordance(table)
    assert (found.share, found.low, found.high) == expected


@pytest.mark.parametrize("table", [[], [[5, 7]], [[5], [7]], [[0, 0], [0, 9]]])
def test_where_nothing_differs_twice_there_is_nothing_to_compare(table):
    assert concordance(table) is None


def test_of_many_findings_those_of_the_published_example_are_believed():
    """The fifteen p-values of Benjamini and Hochberg's paper of 1995, of which four are kept at 5 %."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
               0.7590, 1.0]  # fmt: skip
    assert kept(chances, 0.05) == {0, 1, 2, 3}
    assert kept(chances[::-1], 0.05) == {14, 13, 12, 11}
    assert kept([], 0.05) == kept([0.2, 0.6], 0.05) == set()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.01, 0.5))
def test_a_finding_is_believed_when_some_larger_one_passes_its_own_line(chances, share):
    """The definition, taken literally: the largest k whose p stands under k·q/m keeps all up to it."""
    lines = [n for n, p in enumerate(sorted(chances), 1) if p <= share * n / len(chances)]
    assert len(kept(chances, share)) == max(lines, default=0)
    assert all(
        chances[a] <= chances[b] for a in kept(chances, share) for b in set(range(len(chances))) - kept(chances, share)
    )
