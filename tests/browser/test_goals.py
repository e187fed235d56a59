"""The goal in a real browser: calculated while it is typed, proposed as it was seen, without a fault of access."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User, WorkCalendar
from common import clock as db_clock
from common.periods import quarter_of
from goals.models import Plan

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def draft(theo: User, nora: User, calendar: WorkCalendar) -> Plan:
    at = db_clock.now()
    period = quarter_of(at, calendar.zone).next().key
    return Plan.objects.draw_up(period, Decimal(1_000_000), calendar, by=theo, at=at)


def test_what_is_typed_is_calculated_at_once_and_kept_on_saving(
    page: Page, sign_in: Callable[[Page, User], Page], nora: User, draft: Plan
) -> None:
    sign_in(page, nora).goto(f"/goals/plans/{draft.pk}/")
    mqls = page.locator("#chain li", has_text="MQLs").locator(".n")
    expect(mqls).to_have_text("250")
    field = page.get_by_label("Opportunities won, in %")
    field.fill("50")
    expect(mqls).to_have_text("125")
    expect(page.locator("#words")).to_contain_text("125 MQLs of 1,250 leads")
    expect(field).to_be_focused()
    field.fill("0")
    expect(page.locator("#doubts")).to_contain_text("The win rate must be more than 0")
    expect(mqls).to_have_text("125")
    field.fill("40")
    expect(mqls).to_have_text("157")
    expect(page.locator("#doubts")).not_to_contain_text("must be")
    assert Plan.objects.get().win_rate == Decimal("0.25")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("#toasts")).to_contain_text("The draft is saved.")
    assert Plan.objects.get().win_rate == Decimal("0.4")


def test_a_slider_moves_its_number_and_the_chain(
    page: Page, sign_in: Callable[[Page, User], Page], nora: User, draft: Plan
) -> None:
    sign_in(page, nora).goto(f"/goals/plans/{draft.pk}/")
    slider, field = page.get_by_label("Opportunities won, slider"), page.get_by_label("Opportunities won, in %")
    expect(slider).to_have_value("25")
    slider.fill("50")
    expect(field).to_have_value("50")
    expect(page.locator("#chain li", has_text="MQLs").locator(".n")).to_have_text("125")
    field.fill("40")
    expect(slider).to_have_value("40")


def test_both_heads_sign_what_stood_in_the_form(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], theo: User, nora: User, draft: Plan
) -> None:
    marketing, sales = sign_in(new_page(), theo), sign_in(new_page(), nora)
    marketing.goto(f"/goals/plans/{draft.pk}/")
    marketing.get_by_label("Accepted by sales, in %").fill("100")
    marketing.get_by_role("button", name="Propose it").click()
    marketing.get_by_role("button", name="Sign for your side").click()
    expect(marketing.locator("#toasts")).to_contain_text("Signed for your side.")
    sales.goto("/goals/")
    expect(sales.locator("#chain li", has_text="MQLs").locator(".n")).to_have_text("200")
    sales.get_by_role("button", name="Sign for your side").click()
    expect(sales.locator("h1 + small")).to_contain_text("signed by both")
    assert Plan.objects.get().counts


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 375])
def test_the_pages_are_accessible_and_fit(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    theo: User,
    nora: User,
    draft: Plan,
    width: int,
    scheme: str,
) -> None:
    page = sign_in(new_page(width=width, scheme=scheme, reduced_motion="reduce"), nora)

    def look(path: str, name: str) -> None:
        page.goto(path)
        assert page.evaluate(SIDEWAYS) == 0
        screenshot(page, f"{name}-{scheme}-{width}")
        violations = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in violations] == []

    look(f"/goals/plans/{draft.pk}/", "goal-draft")
    look("/goals/plans/new/", "goal-new")
    at = db_clock.now()
    draft.propose(by=theo, at=at)
    look("/goals/", "goal-proposed")
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    look("/goals/", "goal-in-force")
