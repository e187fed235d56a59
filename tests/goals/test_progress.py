"""How a plan goes: what was reached against the pace in working days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from common import metrics
from common.periods import parse
from goals.heading import Outlook
from goals.progress import progress, revenue_chart
from leads.intake import source_lead
from leads.models import Opportunity
from leads.models.opportunity import DealType
from tests.builders import a_handoff

DAY = timedelta(days=1)
MAY = datetime(2026, 5, 4, 10, tzinfo=UTC)  # Monday; 23 of the quarter's 65 working days are over
QUARTER = parse("2026-Q2", "Europe/Amsterdam")

pytestmark = pytest.mark.django_db


def lines(plan, at):
    return {line.metric: line for line in progress(plan, at=at)}


def test_each_target_stands_beside_what_is_due_by_this_morning(in_force, sam, a_win):
    for days in (1, 2):
        a_handoff(at=MAY - days * DAY, owner=sam)
    a_win(at=MAY - 3 * DAY, amount=30_000)
    found = lines(in_force, MAY)
    assert list(found) == ["mqls_delivered", "customers", "revenue_won_from_marketing", "revenue_won"]
    mqls = found["mqls_delivered"]
    # The won deal was handed over on 30 March, before the quarter.
    assert (mqls.value, mqls.wanted, round(mqls.due_number, 2)) == (2, 250, 88.46)
    assert mqls.sentence == "89 due by this morning, 250 in all"
    assert (mqls.state, mqls.standing) == ("risk", "behind")
    revenue = found["revenue_won_from_marketing"]
    assert (revenue.value, revenue.wanted, revenue.words) == (30_000, 500_000, "€\N{NO-BREAK SPACE}30k")
    assert found["customers"].value == 1


def test_on_the_first_morning_everyone_is_on_pace(in_force):
    first = datetime(2026, 4, 1, 7, tzinfo=UTC)
    assert {line.standing for line in progress(in_force, at=first)} == {"on pace"}


def test_a_target_is_missed_only_when_its_period_is_over(in_force, a_win):
    a_win(at=MAY, amount=1_000_000)
    over = QUARTER.end
    found = lines(in_force, over)
    assert (found["mqls_delivered"].state, found["mqls_delivered"].standing) == ("missed", "missed")
    assert (found["revenue_won"].state, found["revenue_won"].standing) == ("", "met")
    assert lines(in_force, over - timedelta(seconds=1))["mqls_delivered"].standing == "behind"


def test_the_chart_adds_up_what_was_won_day_by_day(in_force, a_win):
    a_win(at=datetime(2026, 4, 1, 12, tzinfo=UTC), amount=20_000)
    a_win(at=datetime(2026, 4, 30, 21, 59, tzinfo=UTC), amount=30_000)
    a_win(at=datetime(2026, 4, 30, 22, 1, tzinfo=UTC), amount=1_000)  # already May in Amsterdam
    chart = revenue_chart(Outlook(in_force, at=MAY), progress(in_force, at=MAY))
    rows = {row[0]: row[1] for row in chart.rows}
    euro = "€\N{NO-BREAK SPACE}"
    assert len(chart.rows) == 91
    assert (rows["1 Apr"], rows["29 Apr"], rows["30 Apr"], rows["1 May"]) == (
        f"{euro}20k", f"{euro}20k", f"{euro}50k", f"{euro}51k"
    )  # fmt: skip
    assert (rows["4 May"], rows["5 May"]) == (f"{euro}51k", "")
    assert chart.rows[-1][2] == f"{euro}500k"


def test_before_the_period_begins_the_chart_shows_the_pace_alone(in_force, at):
    chart = revenue_chart(Outlook(in_force, at=at), progress(in_force, at=at))
    assert {row[1] for row in chart.rows} == {""}
    assert "no revenue yet" in chart.sentence


# The figures


def test_revenue_is_the_sum_of_its_rows_in_the_base_currency(sam, a_win):
    a_win(at=MAY, amount=20_000)
    a_win(at=MAY - DAY, amount=500, currency="USD")
    a_win(at=datetime(2026, 7, 1, tzinfo=UTC), amount=7_000)
    for key in ("revenue_won", "revenue_won_from_marketing"):
        rows = metrics.rows(key, QUARTER)
        assert metrics.value(key, QUARTER) == sum(deal.amount for deal in rows) == 20_000
    assert metrics.value("customers_won", QUARTER) == metrics.rows("customers_won", QUARTER).count() == 2


def test_what_sales_found_or_expanded_is_revenue_but_not_marketings(sam, a_win):
    own = source_lead({"email": "own@find.test"}, by=sam, at=MAY - 9 * DAY)
    terms = {"amount": Decimal(9_000), "currency": "EUR", "closes_on": date(2026, 6, 1), "by": sam}
    Opportunity.objects.open_for(own, **terms, at=MAY - 8 * DAY).win(by=sam, at=MAY)
    customer = a_win(at=MAY - DAY, amount=20_000).lead
    Opportunity.objects.open_for(customer, **terms, type=DealType.EXPANSION, at=MAY).win(by=sam, at=MAY)
    assert metrics.value("revenue_won", QUARTER) == 38_000
    assert metrics.value("revenue_won_from_marketing", QUARTER) == 20_000
    assert metrics.value("customers_won", QUARTER) == 2


def test_nothing_won_is_nought(db):
    assert metrics.value("revenue_won", QUARTER) == 0
    assert metrics.value("customers_won", QUARTER) == 0
