"""The forms of the queue in a real browser: fetched by their key, typed in at once, and kept when they are refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from common import clock as db_clock
from leads.models import Handoff
from tests.builders import an_accepted_handoff


@pytest.fixture
def accepted(sam: User) -> Handoff:
    return an_accepted_handoff(at=db_clock.now() - timedelta(hours=1), owner=sam, first_name="Ann", last_name="Lee")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_key_opens_a_form_to_type_in_at_once(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    accepted: Handoff,
    sam: User,
    scheme: str,
) -> None:
    page = sign_in(new_page(scheme=scheme, reduced_motion="reduce"), sam)
    dialog = page.get_by_role("dialog", name="Next step")
    page.goto(f"/queue/{accepted.pk}/")
    page.keyboard.press("n")
    expect(dialog.get_by_label("What")).to_be_focused()
    screenshot(page, f"queue-next-step-{scheme}")
    assert Axe().run(page, "dialog[open]").response["violations"] == []

    page.reload()  # the checker leaves style attributes behind, which htmx would copy
    page.keyboard.press("n")
    expect(dialog.get_by_label("What")).to_be_focused()
    page.keyboard.type("Send the offer")
    dialog.get_by_label("When").fill("2020-01-01T10:00")
    dialog.get_by_role("button", name="Plan it").click()
    expect(dialog.get_by_text("That moment has passed.")).to_be_visible()
    expect(dialog.get_by_label("What")).to_have_value("Send the offer")
    dialog.get_by_label("When").fill("2030-01-01T10:00")
    dialog.get_by_role("button", name="Plan it").click()
    expect(dialog).to_be_hidden()
    accepted.refresh_from_db()
    assert accepted.next_step == "Send the offer"


def test_on_a_phone_every_form_is_at_hand_and_takes_the_place_of_the_one_before(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    accepted: Handoff,
    sam: User,
) -> None:
    page = sign_in(new_page(width=375, reduced_motion="reduce"), sam)
    page.goto(f"/queue/{accepted.pk}/")
    page.get_by_role("link", name="Call back").click()
    expect(page.get_by_role("dialog", name="Call back").get_by_label("Call back on")).to_be_focused()
    screenshot(page, "queue-call-back-375")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="E-mail, meeting").click()
    expect(page.get_by_role("dialog").get_by_label("Outcome")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("a[data-key=n]").click()
    expect(page.get_by_role("dialog", name="Next step").get_by_label("What")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Deal").click()
    expect(page.get_by_role("dialog", name="Open a deal")).to_be_visible()
    screenshot(page, "queue-deal-375")


def test_without_scripts_a_form_is_a_page_that_leads_back(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], accepted: Handoff, sam: User
) -> None:
    page = sign_in(new_page(java_script_enabled=False), sam)
    page.goto(f"/queue/{accepted.pk}/")
    page.locator("a[data-key=n]").click()
    page.get_by_label("What").fill("Send the offer")
    page.get_by_label("When").fill("2030-01-01T10:00")
    page.get_by_role("button", name="Plan it").click()
    page.wait_for_url(f"**/queue/{accepted.pk}/")
    expect(page.get_by_text("Next step with Ann Lee: Send the offer.")).to_be_visible()
