"""What would bring a goal back: each way by itself, and no more than it takes."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from goals.funnel import Assumptions
from goals.recovery import Shortfall, ways_back, ways_to_mqls

RATES = Assumptions(1_000_000, Fraction(1, 2), 25_000, Fraction(1, 4), Fraction(2, 5), Fraction(4, 5), Fraction(1, 10))
SHORT = Shortfall(deals=4, wins=16, mqls=200, days=25, last_on=date(2026, 2, 20))


def ways(short: Shortfall) -> list[str]:
    return [way.replace("\N{NO-BREAK SPACE}", " ") for way in ways_back(RATES, short)]


def test_four_deals_are_fifty_mqls_ten_a_week_or_better_rates():
    assert ways(SHORT) == [
        "10 more MQLs a week until 20 February",
        "acceptance from 80 to 100 %",
        "opportunities won from 25 to 32 %",
    ]


def test_a_rate_that_would_have_to_exceed_all_is_no_way():
    assert ways(replace(SHORT, mqls=100)) == [
        "10 more MQLs a week until 20 February",
        "opportunities won from 25 to 32 %",
    ]


def test_when_new_mqls_come_too_late_only_winning_more_helps():
    assert ways(replace(SHORT, days=0)) == ["opportunities won from 25 to 32 %"]
    assert ways(replace(SHORT, days=0, wins=0)) == []


def test_mqls_that_are_missing_come_by_the_week_or_from_more_of_the_leads():
    def ways(**left) -> list[str]:
        known = {"expected": 60.0, "days": 20, "last_on": date(2026, 3, 31)} | left
        return [way.replace("\N{NO-BREAK SPACE}", " ") for way in ways_to_mqls(RATES, 30.0, **known)]

    # 30 are missing in four weeks; with 60 expected at 10 % it takes 15 %.
    assert ways() == ["8 more MQLs a week until 31 March", "lead to MQL from 10 to 15 %"]
    # Within a week they all have to come in it, and without leads no rate brings them.
    assert ways(days=2, expected=0.0) == ["30 more MQLs a week until 31 March"]
    assert ways(days=0) == []


@given(st.integers(1, 40), st.integers(1, 60))
def test_the_mqls_a_week_suffice_and_one_less_does_not(deals, days):
    first = ways(replace(SHORT, deals=deals, days=days))[0]
    a_week, weeks = int(first.split()[0].replace(",", "")), max(Fraction(days, 5), 1)
    brings = Fraction(4, 5) * Fraction(2, 5) * Fraction(1, 4)
    assert a_week * weeks * brings >= deals > (a_week - 1) * weeks * brings


@given(st.integers(1, 40), st.integers(1, 60))
def test_the_win_rate_suffices_and_a_point_less_does_not(deals, wins):
    wanted = Fraction(1, 4) * (wins + deals) / wins
    last = ways(replace(SHORT, deals=deals, wins=wins))[-1]
    assert (f"won from 25 to {ceil(wanted * 100)} %" in last) == (wanted <= 1)
