"""What our own last year says of the numbers a plan assumes."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Traffic, Visits
from common.estimates import interval
from common.periods import parse
from goals.drafting import USUAL, first_terms
from goals.history import Measured, measure, pipeline
from goals.models import Plan
from goals.picture import assumptions, lags_note
from goals.said import said_by_history
from leads.intake import source_lead
from leads.models import Opportunity
from tests.builders import a_handoff, a_lead, an_accepted_handoff, reason

DAY = timedelta(days=1)
ZONE = "Europe/Amsterdam"

pytestmark = pytest.mark.django_db


def plain(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_is_measured_where_nothing_happened(at):
    assert measure(at=at) == {}


def test_rates_count_what_was_decided_in_the_year(sam, at, a_deal, a_win):
    a_win(at=at - DAY)
    a_deal(at=at - 3 * DAY).lose(because="Price", by=sam, at=at - 2 * DAY)
    a_deal(at=at - DAY)  # still open: counts for no win rate
    returned = a_handoff(at=at - 5 * DAY, owner=sam)
    returned.send_back(reason("low_intent"), by=sam, at=at - 4 * DAY)
    a_handoff(at=at - DAY, owner=sam)  # undecided
    a_lead(at=at - DAY)
    known = measure(at=at)
    assert (known["win_rate"].value, known["win_rate"].cases) == (0.5, 2)
    assert (known["acceptance"].value, known["acceptance"].cases) == (0.75, 4)
    assert (known["sal_to_opportunity"].value, known["sal_to_opportunity"].cases) == (1, 3)
    assert (known["lead_to_mql"].value, known["lead_to_mql"].cases) == (pytest.approx(5 / 6), 6)
    low, high = known["win_rate"].low, known["win_rate"].high
    assert (round(low, 3), round(high, 3)) == (0.121, 0.879)


def test_what_was_decided_before_the_year_is_left_out(sam, at, a_win):
    a_win(at=at - 366 * DAY)
    assert measure(at=at) == {}


def test_what_sales_found_itself_is_no_rate_of_marketings(sam, at):
    lead = source_lead({"email": "own@find.test"}, by=sam, at=at - 9 * DAY)
    deal = Opportunity.objects.open_for(
        lead, amount=Decimal(9_000), currency="EUR", closes_on=date(2026, 4, 1), by=sam, at=at - 8 * DAY
    )
    deal.win(by=sam, at=at - DAY)
    known = measure(at=at)
    assert set(known) == {"marketing_share"}
    assert (known["marketing_share"].value, known["marketing_share"].cases) == (0, 1)


def test_lags_are_the_medians_of_those_who_made_it(at, a_win):
    a_win(at=at - DAY)
    known = measure(at=at)
    assert known["mql_to_sal_days"].value == 1
    assert known["sal_to_opportunity_days"].value == 10
    assert known["opportunity_to_customer_days"].value == 20
    assert known["lead_to_mql_days"].value == pytest.approx(1 / 24)


def test_the_average_deal_has_a_range_from_two_deals_on(at, a_win):
    a_win(at=at - DAY, amount=20_000)
    assert measure(at=at)["average_deal"] == Measured(20_000, 1)
    a_win(at=at - 2 * DAY, amount=30_000)
    a_win(at=at - 3 * DAY, amount=90_000, currency="USD")
    average = measure(at=at)["average_deal"]
    assert (average.value, average.cases) == (25_000, 2)
    # 25,000 plus or minus 1.645 · 7,071 / √2
    assert (round(average.low), round(average.high)) == (16_776, 33_224)


def test_the_pipeline_is_what_should_close_in_the_period_in_any_currency(at, a_deal):
    a_deal(at=at)
    a_deal(at=at - 30 * DAY)
    a_deal(at=at, currency="USD")
    assert pipeline(parse("2026-Q2", ZONE)) == 2
    assert pipeline(parse("2026-Q1", ZONE)) == 1


def test_a_draft_takes_what_was_measured_on_enough_cases():
    known = {
        "win_rate": Measured(0.31249, 64, 0.23, 0.41),
        "acceptance": Measured(0.9, 9, 0.7, 0.98),
        "sal_to_opportunity": Measured(0.0, 40, 0.0, 0.06),
        "average_deal": Measured(18_233.7, 12, 15_000, 21_000),
        "opportunity_to_customer_days": Measured(38.4, 12),
    }
    terms = first_terms(known)
    assert terms["win_rate"] == Decimal("0.312")
    assert terms["acceptance"] == USUAL["acceptance"]  # nine cases are too few
    assert terms["sal_to_opportunity"] == USUAL["sal_to_opportunity"]  # never is no plan
    assert terms["average_deal"] == 18_234
    assert terms["opportunity_to_customer_days"] == 38


def test_a_small_sample_says_so_and_a_guess_says_so():
    assert said_by_history(None) == "assumed; not measured yet"
    assert plain(said_by_history(Measured(0.25, 212, 0.203, 0.306))) == "own history, 20 to 31 %"
    assert plain(said_by_history(Measured(1 / 3, 9, 0.14, 0.6))) == "own history, 14 to 60 %; small sample, 9 cases"
    assert said_by_history(Measured(25_000, 40, 22_412, 27_861), is_money=True) == "own history, 22,400 to 27,900"
    assert plain(said_by_history(Measured(0.46, 80))) == "last year 46 %"


def test_the_history_beside_a_draft_is_kept_with_it(theo, calendar, at: datetime, a_win):
    a_win(at=at - DAY)
    plan = Plan.objects.draw_up("2026-Q2", Decimal(1_000_000), calendar, by=theo, at=at)
    a_win(at=at)
    plan = Plan.objects.get(pk=plan.pk)
    assert plan.measured("win_rate") == Measured(1.0, 1, pytest.approx(0.27, abs=0.01), 1.0)
    row = next(row for row in assumptions(plan) if row.name == "win_rate")
    assert (plain(row.words), row.value, row.high) == ("25 %", 0.25, 1.0)
    assert lags_note(plan) == "own history, median: 0, 1, 10, 20"


def test_an_accepted_lead_that_is_let_go_counts_against_the_step_after_acceptance(sam, at):
    handoff = an_accepted_handoff(at=at - 2 * DAY, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=at - DAY)
    known = measure(at=at)
    assert (known["acceptance"].value, known["acceptance"].cases) == (1, 1)
    assert (known["sal_to_opportunity"].value, known["sal_to_opportunity"].cases) == (0, 1)


def test_visits_that_leave_their_data_are_counted_on_the_days_whose_visits_are_known(maya, at):
    for days in (1, 1, 2, 5):
        a_lead(at=at - days * DAY)
    yesterday = (at - DAY).date()
    Traffic.objects.tell(
        [Visits(yesterday - DAY, yesterday, 100), Visits(yesterday, yesterday, 50, "search")], by=maya, at=at
    )
    Traffic.objects.tell([Visits(yesterday - 400 * DAY, yesterday - 400 * DAY, 9000)], by=maya, at=at)
    known = measure(at=at, zone="Europe/Amsterdam")["visit_to_lead"]
    assert (known.value, known.cases) == (3 / 150, 150)
    assert (known.low, known.high) == interval(3, 150)


def test_a_draft_takes_the_visits_that_leave_their_data_and_says_where_they_lie(maya, theo, calendar, at):
    for days in (1, 2, 3):
        a_lead(at=at - days * DAY)
    Traffic.objects.tell([Visits((at - 4 * DAY).date(), (at - DAY).date(), 160)], by=maya, at=at)
    plan = Plan.objects.draw_up("2026-Q2", Decimal(500_000), calendar, by=theo, at=at)
    assert plan.visit_to_lead == Decimal("0.0187")
    assert said_by_history(plan.measured("visit_to_lead")) == "own history, 0.8 to 4.6\N{NO-BREAK SPACE}%"


def test_more_leads_than_visits_say_nothing_of_visits(maya, at):
    for _ in range(3):
        a_lead(at=at - DAY)
    Traffic.objects.tell([Visits((at - DAY).date(), (at - DAY).date(), 2)], by=maya, at=at)
    assert "visit_to_lead" not in measure(at=at, zone="Europe/Amsterdam")
