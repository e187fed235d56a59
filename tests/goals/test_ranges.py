"""How far the MQLs needed may reach: against drawing the rates themselves, thousands of times."""

from fractions import Fraction
from random import Random
from statistics import quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.estimates import interval
from goals.funnel import Assumptions, backwards
from goals.history import Measured
from goals.ranges import mqls_needed

PLAN = Assumptions(1_000_000, Fraction(1, 2), 25_000, Fraction(1, 4), Fraction(2, 5), Fraction(4, 5), Fraction(1, 10))
TRIED = 4_000


def rate(yes: int, cases: int) -> Measured:
    return Measured(yes / cases, cases, *interval(yes, cases))


def drawn(known: dict[str, tuple[int, int]], seed: int) -> tuple[float, float]:
    """The 5th and the 95th percentile of the need when each rate is drawn from what its cases leave open."""
    chance, needs = Random(seed), []
    for _ in range(TRIED):
        won = 1.0
        for yes, cases in known.values():
            won *= chance.betavariate(yes + 0.5, cases - yes + 0.5)
        needs.append(20 / won)
    cuts = quantiles(needs, n=20)
    return cuts[0], cuts[-1]


cases = st.integers(60, 400).flatmap(lambda n: st.tuples(st.integers(n // 5, 4 * n // 5), st.just(n)))


@settings(max_examples=15, deadline=None)
@given(cases, cases, cases, st.integers(0, 1000))
def test_the_range_is_that_of_rates_drawn_by_chance(win, opportunity, acceptance, seed):
    counts = {"win_rate": win, "sal_to_opportunity": opportunity, "acceptance": acceptance}
    found = mqls_needed(PLAN, {name: rate(*each) for name, each in counts.items()})
    low, high = drawn(counts, seed)
    assert found.low == pytest.approx(low, rel=0.06)
    assert found.high == pytest.approx(high, rel=0.06)
    assert found.low < found.likely < found.high


def test_what_is_not_measured_stays_as_it_is_assumed():
    known = {"win_rate": rate(25, 100), "acceptance": None}
    found = mqls_needed(PLAN, known)
    assert found.likely == 250
    low, high = interval(25, 100)
    assert (found.low, found.high) == (pytest.approx(250 * 0.25 / high), pytest.approx(250 * 0.25 / low))


def test_without_enough_cases_nothing_is_said():
    assert mqls_needed(PLAN, {}) is None
    assert mqls_needed(PLAN, {"win_rate": rate(3, 9)}) is None


def test_more_cases_make_it_narrower():
    few, many = (mqls_needed(PLAN, {"win_rate": rate(n // 4, n)}) for n in (40, 400))
    assert few.low < many.low < 250 < many.high < few.high


def test_where_the_pipeline_may_bring_all_of_it_the_range_begins_at_nothing():
    covered = Assumptions(
        500_000, 1, 25_000, Fraction(1, 4), Fraction(2, 5), Fraction(4, 5), Fraction(1, 10), open_opportunities=75
    )
    found = mqls_needed(covered, {"win_rate": rate(25, 100)})
    assert backwards(covered).new_deals == Fraction(5, 4)
    assert (found.low, found.likely) == (0, pytest.approx(15.625))
    none = mqls_needed(Assumptions(**{**vars(covered), "open_opportunities": 90}), {"win_rate": rate(25, 100)})
    assert (none.low, none.likely) == (0, 0)
    assert none.high > 0
