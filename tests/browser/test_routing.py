"""Giving what nobody owns in a real browser: ticked by keyboard, given together; and a rep's capacity in their row."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from common import clock as db_clock
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Handoff, Transition
from tests.builders import a_lead

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def nobodys(nora: User, sam: User, rita: User) -> list[Handoff]:
    """Three that wait, made while nobody had any capacity."""
    at = db_clock.now()
    User.objects.update(daily_capacity=0)
    leads = [a_lead(at=at - timedelta(hours=1), first_name=name, last_name="Doe").pk for name in ("Ann", "Bea", "Cas")]
    Transition.objects.make(PROMOTE, leads=leads, at=at)
    found = hand_over(leads, at=at)
    User.objects.update(daily_capacity=8)
    return found


def is_accessible(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in violations] == []
    assert page.evaluate(SIDEWAYS) == 0
    page.reload()  # the checker leaves style attributes behind, which htmx would copy


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (375, "dark")])
def test_the_head_of_sales_gives_by_keyboard_and_says_what_a_rep_takes_on(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    nobodys: list[Handoff],
    nora: User,
    rita: User,
    width: int,
    scheme: str,
) -> None:
    page = sign_in(new_page(width=width, scheme=scheme, reduced_motion="reduce"), nora)
    page.goto("/routing/")
    page.get_by_role("heading", name="Sales").scroll_into_view_if_needed()
    expect(page.get_by_text("here · next")).to_be_visible()
    screenshot(page, f"routing-{scheme}-{width}")
    is_accessible(page)

    page.keyboard.press("t")
    page.keyboard.press("1")  # all but the first
    expect(page.get_by_label("Give Ann Doe")).not_to_be_checked()
    page.keyboard.press("g")
    page.keyboard.type(str(rita)[:4])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"2 hand-offs went to {rita}.")).to_be_visible()
    expect(page.get_by_text("1 hand-off, and the clock runs")).to_be_visible()
    assert [Handoff.objects.get(pk=each.pk).owner for each in nobodys] == [None, rita, rita]

    page.get_by_label(f"Change the 8 a day of {rita}").click()
    expect(page.get_by_label(f"Hand-offs a day for {rita}")).to_be_focused()
    page.get_by_label(f"Hand-offs a day for {rita}").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{rita} takes on 12 a day.")).to_be_visible()
    expect(page.get_by_label(f"Change the 12 a day of {rita}")).to_be_focused()
    is_accessible(page)
