"""A definition from the first change to the second signature, in a real browser and with a real worker."""

from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from accounts.models import User
from leads.models import Handoff, Lead
from tests.browser.test_story import both_sign, is_told, opens, settles
from tests.builders import a_lead, criteria_in_force
from tests.processes import Running, wait_until

DAY = timedelta(days=1)


def test_a_definition_is_changed_replayed_run_in_shadow_asked_about_and_signed(
    all_clocks_show: Callable[[datetime], None],
    at: datetime,
    workers: Running,
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    maya: User,
    theo: User,
    sam: User,
    nora: User,
) -> None:
    all_clocks_show(at)
    criteria_in_force(theo=theo, nora=nora, at=at - 60 * DAY)
    for name, title in (("Ann", "Planner"), ("Ben", "Clerk")):
        a_lead(at=at - 9 * DAY, first_name=name, last_name="Lowe", title=title)
    marketer, marketing, sales = (sign_in(new_page(), who) for who in (maya, theo, nora))

    begins_the_next_version(marketer)
    adds_points_for_planners(marketer)
    replays_the_past(marketer)
    runs_in_shadow(marketer, at)
    asks_both_to_sign(marketer)
    asks_for_fewer_points(sales)
    changes_it_as_asked(marketer)
    both_sign("MQL criteria", marketing, sales)
    becomes_an_mql(sales, "Ann Lowe")


def begins_the_next_version(page: Page) -> None:
    opens(page, "MQL criteria")
    page.get_by_role("button", name="Start a new version").click()
    expect(page.get_by_role("heading", name="MQL criteria, version 2")).to_be_visible()


def adds_points_for_planners(page: Page) -> None:
    """In place: the page is never loaded anew, and the count follows."""
    counted = page.get_by_role("region", name="Who would be an MQL now")
    expect(counted.locator(".figure")).to_have_text("0")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("link", name="Add to Who they are", exact=True).click()
    form = page.locator("form.rule-form")
    settles(page)
    form.get_by_label("Field").select_option(label="Title")
    settles(page)
    form.get_by_label("Question").select_option(label="is any of")
    settles(page)
    form.get_by_label("Planner (1)").check()
    form.get_by_label("Points").fill("70")
    form.get_by_role("button", name="Add it").click()
    settles(page)
    expect(counted.locator(".figure")).to_have_text("1")
    assert page.evaluate("window.isTheSamePage") is True


def replays_the_past(page: Page) -> None:
    page.get_by_role("button", name="Replay the past year").click()
    figures = page.get_by_role("region", name="What it would have done")
    expect(figures.get_by_role("row", name="MQLs a week")).to_contain_text("1 in all")
    expect(page.get_by_role("main")).to_contain_text("Not ready")
    expect(page.get_by_role("main")).to_contain_text("0 past decisions are too few to tell; it takes 200.")


def runs_in_shadow(page: Page, at: datetime) -> None:
    """A planner who comes meanwhile would be an MQL: the page says so, and nobody is moved."""
    page.goto("/criteria/2/")
    page.get_by_role("link", name="Run in shadow").click()
    page.get_by_role("button", name="Run in shadow").click()
    expect(page.get_by_role("main")).to_contain_text("Day 1 of 14 beside version 1")
    wait_until(lambda: bool(page.reload() and page.get_by_role("row", name="MQLs of both versions").count()), every=0.5)
    a_lead(at=at + timedelta(minutes=1), first_name="Cas", last_name="Moor", title="Planner")
    alone = page.get_by_role("row", name="MQLs of version 2 alone").get_by_role("link").first
    wait_until(lambda: bool(page.reload() and alone.inner_text() == "1"), every=0.5)
    expect(page.get_by_role("region", name="MQLs of version 2 alone")).to_contain_text("Cas Moor")
    assert not Handoff.objects.exists()
    assert set(Lead.objects.values_list("stage", flat=True)) == {"lead"}


def asks_both_to_sign(page: Page) -> None:
    page.goto("/criteria/2/")
    page.get_by_role("button", name="Ask both to sign").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask both to sign").click()
    is_told(page, "Both heads can sign it now.")


def asks_for_fewer_points(page: Page) -> None:
    """Beside the rule that is meant, where the other side finds it."""
    page.goto("/criteria/2/")
    rule = page.locator(".rule", has_text="Planner")
    rule.get_by_text("Ask for a change").click()
    rule.get_by_label("What would have to change?").fill("65 would do.")
    rule.get_by_role("button", name="Ask").click()
    settles(page)
    expect(page.locator(".rule", has_text="Planner")).to_contain_text("65 would do.")


def changes_it_as_asked(page: Page) -> None:
    page.goto("/criteria/2/")
    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("heading", name="MQL criteria, version 3")).to_be_visible()
    rule = page.locator(".rule", has_text="Planner")
    expect(rule).to_contain_text("65 would do.")
    rule.get_by_role("link", name="Change").click()
    settles(page)
    page.locator("form.rule-form").get_by_label("Points").fill("65")
    page.get_by_role("button", name="Change it", exact=True).click()
    settles(page)
    expect(rule).to_contain_text("+65")
    rule.get_by_role("button", name="Settled").click()
    settles(page)
    page.get_by_role("button", name="Ask both to sign").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask both to sign").click()
    is_told(page, "Both heads can sign it now.")


def becomes_an_mql(page: Page, name: str) -> None:
    """The version that both signed scores everybody; who meets it says why, and by which version."""
    lead = Lead.objects.get(first_name=name.split(maxsplit=1)[0])
    page.goto(f"/leads/{lead.pk}/")
    ledger = page.get_by_role("region", name="Score").get_by_role("link", name="criteria v3")
    wait_until(lambda: bool(page.reload() and ledger.count()), every=0.5)
    expect(ledger).to_have_attribute("href", "/criteria/3/")
    expect(page.get_by_role("main")).to_contain_text("Title is Planner")
    wait_until(lambda: Lead.objects.get(pk=lead.pk).stage == "mql", every=0.5)
