"""The plan's calculator: backwards from revenue to leads, and what makes a goal impossible."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.funnel import (
    Assumptions,
    Lags,
    Staff,
    backwards,
    earlier,
    impossibilities,
    needed_by,
    overload,
    too_late,
)

DAY = timedelta(days=1)
MILLION = Assumptions(
    revenue=1_000_000,
    marketing_share=Decimal("0.5"),
    average_deal=25_000,
    win_rate=Decimal("0.25"),
    sal_to_opportunity=Decimal("0.4"),
    acceptance=Decimal("0.8"),
    lead_to_mql=Decimal("0.1"),
    visit_to_lead=Decimal("0.02"),
)
LAGS = Lags(
    lead_to_mql=14 * DAY, mql_to_sal=1 * DAY, sal_to_opportunity=9 * DAY, opportunity_to_customer=timedelta(59.5)
)
STAFF = Staff(reps=2, selling_hours=120, attempts_per_mql=6, minutes_per_attempt=10, minutes_per_meeting=45)

RATE = st.fractions(Fraction(1, 1000), 1, max_denominator=1000)
MONEY = st.decimals(1, 10**9, places=2)


def plain(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


# The chain


def test_half_of_a_million_takes_250_mqls():
    needs = backwards(MILLION)
    assert needs.shown() == {
        "deals": 20,
        "new_deals": 20,
        "opportunities": 80,
        "sql": None,
        "sal": 200,
        "mql": 250,
        "leads": 2_500,
        "visits": 125_000,
    }
    assert needs.mql_value == 2_000


def test_seven_customers_at_five_in_a_hundred_take_140_leads():
    direct = Assumptions(
        revenue=7, marketing_share=1, average_deal=1, win_rate=1, sal_to_opportunity=1, acceptance=1, lead_to_mql=0.05
    )
    assert backwards(direct).leads == 140


def test_thirds_stay_thirds_until_they_are_shown():
    thirds = replace(MILLION, win_rate=Fraction(1, 3), average_deal=30_000)
    needs = backwards(thirds)
    assert needs.deals == Fraction(50, 3)
    assert needs.opportunities == 50
    assert (needs.shown()["deals"], needs.shown()["opportunities"]) == (17, 50)


def test_a_rate_written_as_a_float_is_the_tenth_it_looks_like():
    assert backwards(replace(MILLION, lead_to_mql=0.1, acceptance=0.8)) == backwards(MILLION)


def test_sqls_are_told_where_their_rate_is_known():
    assert backwards(replace(MILLION, sal_to_sql=Decimal("0.7"))).sql == 140


def test_visits_are_left_out_where_their_rate_is_unknown():
    needs = backwards(replace(MILLION, visit_to_lead=None))
    assert needs.visits is None
    assert needs.shown()["visits"] is None
    assert needs.leads == 2_500


def test_the_wins_expected_of_the_open_pipeline_are_subtracted_first():
    needs = backwards(replace(MILLION, open_opportunities=24))
    assert (needs.deals, needs.new_deals) == (20, 14)
    assert (needs.mql, needs.leads) == (175, 1_750)
    assert needs.mql_value == 2_000


def test_wins_known_better_than_by_the_win_rate_take_its_place():
    assert backwards(replace(MILLION, open_opportunities=24, expected_wins=10)).new_deals == 10


def test_a_pipeline_that_brings_more_than_the_goal_needs_no_new_leads():
    needs = backwards(replace(MILLION, open_opportunities=200))
    assert (needs.deals, needs.new_deals, needs.leads, needs.visits) == (20, 0, 0, 0)


@given(
    revenue=MONEY, deal=MONEY, share=RATE, win=RATE, opportunity=RATE, acceptance=RATE, mql=RATE, visit=RATE,
    pipeline=st.integers(0, 50),
)  # fmt: skip
def test_what_is_needed_brings_exactly_the_goal_when_it_runs_forward(
    revenue, deal, share, win, opportunity, acceptance, mql, visit, pipeline
):
    assumptions = Assumptions(
        revenue=revenue, marketing_share=share, average_deal=deal, win_rate=win, sal_to_opportunity=opportunity,
        acceptance=acceptance, lead_to_mql=mql, visit_to_lead=visit, open_opportunities=pipeline,
    )  # fmt: skip
    needs = backwards(assumptions)
    mqls = needs.visits * visit * mql
    won = mqls * acceptance * opportunity * win
    goal = Fraction(revenue) * share
    if needs.new_deals:
        assert (won + pipeline * win) * Fraction(deal) == goal
    else:
        assert pipeline * win * Fraction(deal) >= goal
    assert mqls * needs.mql_value == won * Fraction(deal)
    whole = needs.shown()
    assert 0 <= whole["mql"] - needs.mql < 1


# Mistakes


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("revenue", 0, "The revenue target must be more than 0."),
        ("revenue", -1, "The revenue target must be more than 0."),
        ("average_deal", 0, "The average deal must be more than 0."),
        ("marketing_share", 0, "Marketing's share must be more than 0 and at most 100 %."),
        ("win_rate", 0, "The win rate must be more than 0 and at most 100 %."),
        ("acceptance", Decimal("1.01"), "The acceptance rate must be more than 0 and at most 100 %."),
        ("lead_to_mql", 10, "Lead to MQL must be more than 0 and at most 100 %."),
        ("visit_to_lead", 0, "Visit to lead must be more than 0 and at most 100 %."),
        ("open_opportunities", -1, "The number of open opportunities cannot be less than 0."),
        ("expected_wins", -1, "The wins expected of them cannot be less than 0."),
        ("sal_to_sql", Decimal("0.3"), "More SALs cannot become opportunities than become SQLs."),
    ],
)
def test_a_number_that_cannot_be_is_named_and_nothing_is_reckoned(field: str, value, sentence: str):
    wrong = replace(MILLION, **{field: value})
    assert {name: plain(text) for name, text in wrong.mistakes().items()} == {field: sentence}
    assert [plain(text) for text in impossibilities(wrong)] == [sentence]
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        backwards(wrong)
    assert plain(str(refusal.value)) == sentence


@pytest.mark.parametrize("value", ["many", float("nan"), Decimal("Infinity"), True])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="The revenue target must be a number"):
        replace(MILLION, revenue=value)


# Too late


def test_leads_are_needed_a_cycle_before_the_deals():
    assert needed_by(date(2026, 12, 31), LAGS) == {
        "leads": date(2026, 10, 8),
        "mql": date(2026, 10, 22),
        "sal": date(2026, 10, 23),
        "opportunities": date(2026, 11, 1),
    }


def test_a_lag_longer_than_the_time_left_is_too_late_for_the_period():
    sentence = too_late(MILLION, lag=timedelta(83.5), left=timedelta(41.5))
    assert sentence == (
        "Too late for new leads: one becomes a customer in 84 days and 41 are left. Plan 20 deals for the next period."
    )


def test_a_lag_as_long_as_the_time_left_is_in_time():
    assert too_late(MILLION, lag=84 * DAY, left=84 * DAY) is None


def test_when_it_is_too_late_winning_more_of_what_is_open_may_still_help():
    sentence = too_late(replace(MILLION, open_opportunities=60), lag=84 * DAY, left=41 * DAY)
    assert plain(sentence).endswith(
        "Plan 5 deals for the next period, or win 33.4 % instead of 25 % of the 60 open opportunities."
    )


def test_when_too_little_is_open_winning_all_of_it_does_not_help():
    sentence = too_late(replace(MILLION, open_opportunities=10), lag=84 * DAY, left=-DAY)
    assert "and 0 are left" in sentence
    assert sentence.endswith(
        "Plan 18 deals for the next period: winning every open opportunity would not bring the goal."
    )


def test_what_was_won_in_the_period_is_no_longer_too_late():
    sentence = too_late(MILLION, lag=84 * DAY, left=41 * DAY, won=450_000)
    assert sentence.endswith("Plan 2 deals for the next period.")
    assert too_late(MILLION, lag=84 * DAY, left=41 * DAY, won=500_000) is None
    assert too_late(replace(MILLION, open_opportunities=8), lag=84 * DAY, left=41 * DAY, won=450_000) is None


def test_a_goal_that_the_pipeline_brings_is_never_too_late():
    assert too_late(replace(MILLION, open_opportunities=80), lag=84 * DAY, left=DAY) is None


def test_deals_of_the_second_month_need_their_leads_in_the_months_before():
    moved = earlier([0, 10, 20], {1: Decimal("0.5"), 2: Decimal("0.3"), 3: Decimal("0.2")})
    assert moved == {-3: 0, -2: 2, -1: 7, 0: 11, 1: 10}
    assert sum(moved.values()) == 30


def test_shares_of_the_lags_add_up_to_one():
    with pytest.raises(ValueError, match="must add up to 1"):
        earlier([10], {0: Decimal("0.5"), 1: Decimal("0.4")})


# Sales' hours


def test_a_plan_takes_an_hour_of_attempts_for_each_mql_and_a_meeting_for_each_sql():
    assert STAFF.hours() == 240
    assert STAFF.hours_for(backwards(replace(MILLION, sal_to_sql=Decimal("0.5")))) == 250 + 75
    assert STAFF.hours_for(backwards(MILLION)) == 250 + 150


def test_a_plan_that_takes_more_hours_than_sales_has_says_how_many_reps_are_missing():
    assert overload(backwards(MILLION), STAFF) == (
        "Sales needs 400 hours for 250 MQLs and has 240: 2 reps more, or fewer MQLs of a better kind."
    )
    assert overload(backwards(MILLION), replace(STAFF, reps=4)) is None
    assert overload(backwards(MILLION), replace(STAFF, reps=0)) == "Sales needs 400 hours for 250 MQLs and has none."


def test_everything_against_a_plan_is_named_at_once():
    sentences = impossibilities(MILLION, lag=84 * DAY, left=41 * DAY, staff=STAFF)
    assert [sentence.split(" ", maxsplit=1)[0] for sentence in sentences] == ["Too", "Sales"]


def test_nothing_stands_against_a_plan_that_can_be_kept():
    assert impossibilities(MILLION, lag=84 * DAY, left=90 * DAY, staff=replace(STAFF, reps=4)) == []
    assert impossibilities(MILLION) == []
