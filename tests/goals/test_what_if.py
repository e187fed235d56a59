"""Variants of a plan side by side: the address keeps them, one click takes one over."""

from datetime import timedelta
from decimal import Decimal

import pytest

from goals.models import Plan
from tests.asked import queries_asked
from tests.goals.test_goals_page import text_of

DAY = timedelta(days=1)
AS_IT_IS = {
    "revenue": "1000000", "marketing_share": "50", "average_deal": "25000", "win_rate": "25",
    "sal_to_opportunity": "40", "acceptance": "80", "lead_to_mql": "10", "reps": "1",
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(clock_shows, at):
    clock_shows(at)


def variant(name: str, **changes: str) -> dict[str, str]:
    return {f"{name}-{key}": value for key, value in (AS_IT_IS | changes).items()}


def table(response) -> dict[str, list[str]]:
    """Each row of what the columns take: (words, difference)."""
    return {row.name: [f"{cell.more} {cell.words}".strip() for cell in row.cells] for row in response.context["rows"]}


def test_variants_stand_beside_the_plan_with_their_differences(client_of, draft, maya):
    asked = variant("A", win_rate="50") | variant("B", acceptance="100", reps="3")
    seen = client_of(maya).get(f"/goals/plans/{draft.pk}/what-if/", asked)
    rows = table(seen)
    assert rows["MQLs"] == ["250", "−125 125", "−50 200"]
    assert rows["Customers"] == ["20", "20", "20"]
    assert rows["Hours of sales needed"] == ["317", "−158 159", "−33 284"]
    assert rows["Hours of sales there"] == ["156", "156", "+312 468"]
    assert [bool(each.doubts) for each in seen.context["variants"]] == [True, True, False]
    assert Plan.objects.get().win_rate == Decimal("0.25")


def test_a_variant_may_take_fewer_days_and_more_hours_a_week(client_of, draft, maya):
    asked = {"A-opportunity_to_customer_days": "30", "B-weekly_hours": "24", "B-attempts_per_mql": "2"}
    rows = table(client_of(maya).get(f"/goals/plans/{draft.pk}/what-if/", asked))
    assert rows["Last day for an MQL"] == ["6 May", "15 days later 21 May", "6 May"]
    assert rows["Hours of sales there"] == ["156", "156", "+156 312"]
    assert rows["Hours of sales needed"] == ["317", "317", "−83 234"]


def test_an_address_that_names_one_change_leaves_the_rest_as_the_plan_is(client_of, draft, maya):
    seen = client_of(maya).get(f"/goals/plans/{draft.pk}/what-if/", {"A-win_rate": "50"})
    assert table(seen)["MQLs"] == ["250", "−125 125", "250"]
    assert [each.differs for each in seen.context["variants"]] == [False, True, False]


def test_without_a_variant_all_columns_are_the_plan(client_of, draft, maya):
    rows = table(client_of(maya).get(f"/goals/plans/{draft.pk}/what-if/"))
    assert rows["MQLs"] == ["250", "250", "250"]


def test_what_the_plan_says_is_grouped_to_be_read(client_of, draft, maya):
    groups = client_of(maya).get(f"/goals/plans/{draft.pk}/what-if/").context["inputs"]
    assert [label for label, _, _ in groups["Sales’ time"]] == ["Reps", "Hours a week", "Attempts an MQL"]
    assert {label: now for label, now, _ in groups["Goal and rates"]}["Revenue target, in EUR"] == "1,000,000"


def test_a_variant_that_cannot_be_is_named_and_the_others_are_reckoned(client_of, draft, maya):
    asked = variant("A", win_rate="0") | variant("B", win_rate="50")
    seen = client_of(maya).get(f"/goals/plans/{draft.pk}/what-if/", asked)
    assert seen.status_code == 422
    assert "Variant A is not reckoned." in text_of(seen)
    assert table(seen)["MQLs"] == ["250", "250", "−125 125"]


def taken_over(response, name: str) -> dict[str, str]:
    """What the button of a variant sends."""
    (chosen,) = [each for each in response.context["variants"] if each.name == name]
    return {field.html_name: "" if field.value() is None else field.value() for field in chosen.whole}


def test_one_click_takes_a_variant_over_into_the_draft(client_of, draft, nora):
    browser = client_of(nora)
    seen = browser.get(f"/goals/plans/{draft.pk}/what-if/", variant("A", win_rate="31", reps="3"))
    assert "Take over A" in text_of(seen)
    assert "Take over B" not in text_of(seen)
    answer = browser.post(f"/goals/plans/{draft.pk}/edit/", taken_over(seen, "A"))
    assert (answer.status_code, answer["Location"]) == (302, f"/goals/plans/{draft.pk}/")
    plan = Plan.objects.get()
    assert (plan.win_rate, plan.reps, plan.visit_to_lead) == (Decimal("0.31"), 3, Decimal("0.02"))


@pytest.mark.parametrize("state", ["draft", "in_force"])
def test_only_a_head_takes_over_and_only_into_a_draft(client_of, request, state, nora, maya):
    plan = request.getfixturevalue(state)
    page, asked = f"/goals/plans/{plan.pk}/what-if/", variant("A", win_rate="31")
    assert "Take over" not in text_of(client_of(maya).get(page, asked))
    assert ("Take over" in text_of(client_of(nora).get(page, asked))) == (state == "draft")


def test_variants_ask_the_database_no_more_than_to_check_them(client_of, draft, maya):
    browser, page = client_of(maya), f"/goals/plans/{draft.pk}/what-if/"
    with queries_asked() as none:
        browser.get(page)
    with queries_asked() as two:
        browser.get(page, variant("A", win_rate="50") | variant("B", reps="2"))
    assert len(two) <= len(none) + 6  # the constraints, for each variant
