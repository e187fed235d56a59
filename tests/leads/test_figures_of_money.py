"""Deals, what they are worth, what campaigns cost and what came back for it, to the cent."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Content
from common import metrics
from common.periods import parse
from leads.breakdown import DIMENSIONS, breakdown
from leads.models import Lead, Opportunity, Touch
from tests.builders import a_handoff, a_lead, an_accepted_handoff

DAY = timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
pytestmark = pytest.mark.django_db


def value(key: str, period=MARCH):
    return metrics.value(key, period)


def a_deal(sam, *, at: datetime, amount: int, currency: str = "EUR", campaign: Campaign | None = None) -> Opportunity:
    handoff = an_accepted_handoff(at=at, owner=sam)
    Lead.objects.filter(pk=handoff.lead_id).update(campaign=campaign)
    return handoff.open_deal(amount=Decimal(amount), currency=currency, closes_on=at.date(), by=sam, at=at)


@pytest.fixture
def deals(sam, theo, nora, at: datetime, clock_shows) -> list[Opportunity]:
    """Won after ten days and after twenty, lost, open still; one more won in dollars."""
    won, slowly, lost, still, dollars = (
        a_deal(sam, at=at, amount=amount, currency=currency)
        for amount, currency in ((9000, "EUR"), (3000, "EUR"), (5000, "EUR"), (2000, "EUR"), (7000, "USD"))
    )
    won.win(by=sam, at=at + 10 * DAY)
    slowly.win(by=sam, at=at + 20 * DAY)
    dollars.win(by=sam, at=at + 18 * DAY)
    lost.lose(because="Chose another", by=sam, at=at + 5 * DAY)
    clock_shows(MARCH.end + DAY)
    return [won, slowly, lost, still, dollars]


def test_deals_of_marketings_leads(deals):
    assert value("pipeline_created") == 9000 + 3000 + 5000 + 2000  # dollars are left out
    assert value("win_rate") == 3 / 4
    assert value("average_deal") == 6000
    assert value("sales_cycle") == 18 * DAY
    assert value("deals_open") == 1


def test_pipeline_velocity_is_reckoned_from_figures_that_open_their_rows(deals):
    assert value("pipeline_velocity") == pytest.approx(1 * 0.75 * 6000 / 18)
    parts = metrics.rows("pipeline_velocity", MARCH)
    assert [part.metric.key for part in parts] == ["deals_open", "win_rate", "average_deal", "sales_cycle"]
    assert value("pipeline_velocity", MARCH.next()) is None  # nothing was won


def test_what_sales_found_itself_is_no_pipeline_of_marketings(deals):
    Lead.objects.filter(pk=deals[0].lead_id).update(origin="sales")

    assert value("pipeline_created") == 3000 + 5000 + 2000
    assert value("win_rate") == 2 / 3


def test_what_was_closed_later_was_open_at_the_end_of_the_period(deals, sam):
    deals[3].win(by=sam, at=MARCH.end + timedelta(hours=1))

    assert value("deals_open") == 1
    assert value("deals_open", MARCH.next()) == 0


def test_an_mql_is_worth_its_chances_times_the_average_deal(deals, sam, at):
    a_handoff(at=at, owner=sam)  # undecided: counts neither way

    assert [part.value for part in metrics.rows("mql_value", MARCH)] == [1.0, 1.0, 0.75, 6000]
    assert value("mql_value") == 4500
    [accepted, *_] = metrics.rows("mql_value", MARCH)
    assert (accepted.period.start_on, accepted.period.end_on) == (date(2025, 4, 1), date(2026, 4, 1))


def campaign(name: str, first: str, last: str, cost: int | str) -> Campaign:
    return Campaign.objects.create(name=name, starts_on=first or None, ends_on=last or None, cost=Decimal(cost))


def test_a_cost_is_spread_over_the_days_of_the_campaign(at, clock_shows):
    clock_shows(at + 25 * DAY)  # 5 April
    campaign("Half", "2026-03-22", "2026-04-10", 1000)  # ten of twenty days
    campaign("Runs still", "2026-03-31", "", 300)  # one day of six so far
    campaign("Before", "2026-01-01", "2026-02-28", 900)
    campaign("Undated", "", "", 700)

    assert value("campaign_cost") == 550
    assert [(str(row), row.spent) for row in metrics.rows("campaign_cost", MARCH)] == [
        ("Half", 500),
        ("Runs still", 50),
    ]


def test_the_parts_of_a_cost_add_up_to_the_cent(db):
    campaign("Odd", "2026-01-15", "2026-05-02", "1000.01")
    months = [parse(f"2026-{month:02}", "Europe/Amsterdam") for month in range(1, 7)]

    assert sum(value("campaign_cost", month) for month in months) == Decimal("1000.01")
    assert value("campaign_cost", months[1]) == Decimal("259.26")  # 28 of 108 days


def test_what_a_lead_an_mql_and_a_customer_cost(deals, at):
    a_lead(at=at)
    campaign("All of March", "2026-03-01", "2026-03-31", 1200)

    assert value("cost_per_lead") == 200  # six came
    assert value("cost_per_mql") == 240
    assert value("cost_per_customer") == value("cac_marketing") == 400
    assert value("cost_per_sql") == 240


def test_what_cost_nothing_has_neither_cost_nor_return(deals):
    assert value("campaign_cost") == 0
    for key in ("cost_per_lead", "cost_per_mql", "cost_per_customer", "cac_marketing", "campaign_roi"):
        assert value(key) is None


def test_the_return_is_what_was_credited_beyond_the_cost(sam, theo, nora, at, clock_shows):
    spring = campaign("Spring", "2026-03-01", "2026-03-31", 2000)
    deal = a_deal(sam, at=at, amount=9000, campaign=spring)
    Touch.objects.create(lead=deal.lead, kind="download", occurred_at=at - DAY, campaign=spring)
    deal.win(by=sam, at=at + DAY)
    clock_shows(at + 2 * DAY)

    assert value("revenue_attributed") == 9000
    assert value("campaign_roi") == 3.5
    [group] = breakdown(DIMENSIONS["campaign"], [metrics.metric("campaign_roi")], MARCH, at=at)
    assert (group.label, group.readings[0].value) == ("Spring", 3.5)


def test_by_campaign_a_lead_costs_what_its_own_campaign_cost(at):
    spring, fair = (
        campaign("Spring", "2026-03-01", "2026-03-31", 300),
        campaign("Fair", "2026-03-05", "2026-03-05", 500),
    )
    for each in (spring, spring, spring, fair):
        a_lead(at=at, campaign=each.name)

    groups = breakdown(DIMENSIONS["campaign"], [metrics.metric("cost_per_lead")], MARCH, at=at)
    assert {group.label: group.readings[0].value for group in groups} == {"Spring": 100, "Fair": 500}
    assert not DIMENSIONS["source"].suits(metrics.metric("cost_per_lead"))  # a cost has no source


def test_content_counts_where_people_used_it_themselves(sam, at):
    guide, _ = Content.objects.create(title="Guide"), Content.objects.create(title="Never opened")
    used, sent, before = (a_handoff(at=at, owner=sam).lead for _ in range(3))
    Touch.objects.create(lead=used, kind="download", occurred_at=at - DAY, content=guide)
    Touch.objects.create(lead=sent, kind="email_sent", occurred_at=at - DAY, content=guide, responded=False)
    Touch.objects.create(lead=before, kind="download", occurred_at=at - 91 * DAY, content=guide)

    assert metrics.metric("content_use").reading(MARCH).part == 1
    assert value("content_use") == pytest.approx(1 / 3)
    assert value("content_touched") == 0.5
