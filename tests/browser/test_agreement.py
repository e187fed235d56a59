"""An agreement from the first draft to the signed copy, in a real browser, as both heads."""

from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from accounts.models import User
from leads.models import Attempt
from sla.models import Agreement
from tests.browser.test_story import both_sign, is_told, opens, settles
from tests.builders import a_handoff, agreement_in_force

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = "First attempt or return within {} working hours"


def test_an_agreement_is_drafted_tried_on_the_past_asked_about_signed_and_printed(
    all_clocks_show: Callable[[datetime], None],
    at: datetime,
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    theo: User,
    sam: User,
    nora: User,
) -> None:
    all_clocks_show(at)
    agreement_in_force(theo=theo, nora=nora, at=at - 90 * DAY)
    called_after(1, 3, 6, 8, by=sam, on=at - 16 * DAY)
    marketing, sales = (sign_in(new_page(), who) for who in (theo, nora))

    drafts_four_hours(sales)
    tries_it_on_the_past(sales)
    proposes(sales)
    asks_for_six_beside_the_clause(marketing)
    changes_it_as_asked(sales)
    both_sign("Agreement", marketing, sales)
    is_in_force(sales)
    is_printed(sales)
    comes_as_a_pdf(sales)


def called_after(*hours: int, by: User, on: datetime) -> None:
    """Hand-offs of a Monday at ten, each called so many working hours later; nobody called the last one."""
    for wait in hours:
        handoff = a_handoff(at=on, owner=by)
        Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=by, at=on + wait * HOUR)
    a_handoff(at=on, owner=by)


def drafts_four_hours(page: Page) -> None:
    opens(page, "Agreement")
    page.get_by_role("button", name="Start a new version").click()
    clause = page.get_by_role("group", name=FIRST.format(8))
    clause.get_by_label("Working hours", exact=True).fill("4")
    page.get_by_label("How we talk").fill("On the lead, and by phone when it burns.")
    page.get_by_role("button", name="Save").first.click()
    is_told(page, "The draft is saved.")
    expect(page.get_by_role("region", name="Against version 1")).to_contain_text("within 4 working hours")


def tries_it_on_the_past(page: Page) -> None:
    """The slider recalculates its promise in place, and each figure opens its hand-offs."""
    expect(page.get_by_role("region", name="You would have met")).to_contain_text("40 %")
    page.get_by_role("link", name="Backtest", exact=True).click()
    tried = page.get_by_role("region", name=FIRST.format(4))
    expect(tried).to_contain_text("40 %")
    page.evaluate("window.isTheSamePage = true")
    tried.get_by_role("slider").fill("9")
    settles(page)
    expect(tried).to_contain_text("80 %")
    expect(tried).to_contain_text("the draft says 4 working hours")
    assert page.evaluate("window.isTheSamePage") is True
    tried.get_by_role("link", name="4 kept").click()
    expect(page.get_by_role("row")).to_have_count(5)


def proposes(page: Page) -> None:
    page.goto("/sla/agreement/2/")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("dialog").get_by_role("button", name="Propose").click()
    is_told(page, "Both heads can sign it now.")


def asks_for_six_beside_the_clause(page: Page) -> None:
    page.goto("/sla/agreement/2/")
    expect(page.get_by_role("region", name="You would have met")).to_contain_text("40 %")
    promise = page.locator(".cut", has=page.get_by_role("heading", name=FIRST.format(4)))
    promise.get_by_text("Ask for a change").click()
    promise.get_by_label("What would have to change?").fill("Six would do.")
    promise.get_by_role("button", name="Ask", exact=True).click()
    is_told(page, "Whoever proposed it reads that.")


def changes_it_as_asked(page: Page) -> None:
    page.goto("/sla/agreement/2/")
    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Change it").click()
    asked = page.get_by_role("region", name="Changes that were asked for")
    expect(asked).to_contain_text("Six would do.")
    asked.get_by_role("button", name="Settled").click()
    is_told(page, "Settled.")
    page.get_by_role("group", name=FIRST.format(4)).get_by_label("Working hours", exact=True).fill("6")
    page.get_by_role("button", name="Save").first.click()
    is_told(page, "The draft is saved.")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("dialog").get_by_role("button", name="Propose").click()
    is_told(page, "Both heads can sign it now.")


def is_in_force(page: Page) -> None:
    opens(page, "Agreement")
    expect(page.get_by_role("heading", name=FIRST.format(6))).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("version 3, in force")
    assert Agreement.objects.ruling().revision.number == 3


def is_printed(page: Page) -> None:
    """Paper has no menu and no buttons, and says which text the signatures are given to."""
    sha256 = page.get_by_text(f"The text both sign has the SHA-256 {Agreement.objects.ruling().revision.sha256}")
    expect(sha256).to_be_hidden()
    page.emulate_media(media="print")
    expect(sha256).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("link", name="PDF")).to_be_hidden()
    page.emulate_media(media="screen")


def comes_as_a_pdf(page: Page) -> None:
    with page.expect_download() as begun:
        page.get_by_role("link", name="PDF").click()
    assert begun.value.suggested_filename == "agreement-v3.pdf"
    assert begun.value.path().read_bytes().startswith(b"%PDF-1.7")
