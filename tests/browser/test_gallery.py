"""The look in a real browser: no fault of access, no sideways scrolling, keys, toasts and dialogs that work."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User

pytestmark = pytest.mark.urls("tests.common.gallery")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def gallery(page: Page, sign_in: Callable[[Page, User], Page], sam: User) -> Page:
    sign_in(page, sam).goto("/gallery/")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 375])
def test_every_component_is_accessible_and_fits(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    sam: User,
    width: int,
    scheme: str,
) -> None:
    page = sign_in(new_page(width=width, scheme=scheme, reduced_motion="reduce"), sam)
    page.goto("/gallery/")
    assert page.evaluate(SIDEWAYS) == 0
    screenshot(page, f"gallery-{scheme}-{width}")
    violations = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in violations] == []


def test_a_fault_of_access_would_be_noticed(gallery: Page) -> None:
    gallery.evaluate("document.querySelector('main [data-search]').removeAttribute('aria-label')")
    gallery.evaluate("document.querySelector('.card p').style.color = '#bbb'")
    found = {fault["id"] for fault in Axe().run(gallery).response["violations"]}
    assert found >= {"label", "color-contrast"}


def test_at_twice_the_size_nothing_is_cut_off(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], sam: User
) -> None:
    page = sign_in(new_page(width=680, height=450), sam)  # 1360 by 900 at 200 %
    page.goto("/gallery/")
    assert page.evaluate(SIDEWAYS) == 0


def test_a_key_presses_the_button_that_names_it_and_the_toast_offers_the_undo(gallery: Page) -> None:
    gallery.keyboard.press("a")
    expect(gallery.locator("#decision")).to_have_text("Accepted.")
    expect(gallery.locator("#toasts")).to_contain_text("Priya Raman is yours.")
    gallery.keyboard.press("u")
    expect(gallery.locator("#toasts")).to_contain_text("Taken back.")


def test_no_key_fires_while_someone_types(gallery: Page) -> None:
    gallery.keyboard.press("/")
    expect(gallery.locator("[data-search]").first).to_be_focused()
    gallery.keyboard.type("aria")
    expect(gallery.locator("[data-search]").first).to_have_value("aria")
    expect(gallery.locator("#decision")).to_be_empty()


def test_j_and_k_walk_the_rows(gallery: Page) -> None:
    current = gallery.locator("[data-row][aria-current]")
    expect(current).to_contain_text("Priya Raman")
    gallery.keyboard.press("j")
    expect(current).to_contain_text("Tom Okafor")
    gallery.keyboard.press("k")
    expect(current).to_contain_text("Priya Raman")


def test_the_open_list_of_reasons_is_answered_with_a_digit(gallery: Page) -> None:
    gallery.keyboard.press("r")
    gallery.keyboard.press("2")
    expect(gallery.get_by_label("Size, too small")).to_be_checked()


def test_the_question_mark_lists_the_keys_of_the_page(gallery: Page) -> None:
    gallery.keyboard.press("?")
    keys = gallery.locator("dialog[data-keys]")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Accept")
    gallery.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_a_wall_clock_deadline_goes_on_by_itself(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], sam: User
) -> None:
    page = sign_in(new_page(), sam)
    page.clock.install()
    page.goto("/gallery/")
    deadline = page.locator("[data-due]")
    expect(deadline).to_have_text("3\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05 left")
    page.clock.run_for(6 * 60_000)
    expect(deadline).to_have_text("2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}59 left")


def test_the_readers_choice_of_dark_outlives_a_reload(gallery: Page) -> None:
    gallery.locator(".who").click()
    gallery.get_by_role("button", name="Dark").click()
    gallery.reload()
    assert gallery.evaluate("document.documentElement.dataset.theme") == "dark"


def test_on_a_phone_the_menu_opens_without_script(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], sam: User
) -> None:
    page = sign_in(new_page(width=375, java_script_enabled=False), sam)
    page.goto("/gallery/")
    expect(page.get_by_role("link", name="Scorecard")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Scorecard")).to_be_visible()
