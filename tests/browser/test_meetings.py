"""The meeting in a real browser: two people who write at once, what is added in place, without a fault of access."""

from collections.abc import Callable
from datetime import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from common import clock as db_clock
from meetings.models import Action, Decision, Meeting, Series
from tests.processes import wait_until

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def coming(nora: User) -> Meeting:
    terms = {"weekday": 0, "time": time(10), "zone": "Europe/Amsterdam", "minutes": 30}
    Series.objects.set_up(**terms, by=nora, at=db_clock.now())
    return Meeting.objects.get()


@pytest.fixture
def under_way(coming: Meeting, nora: User) -> Meeting:
    coming.open(by=nora, at=db_clock.now())
    return coming


def test_the_weekly_meeting_is_set_in_one_form_opened_and_closed(
    page: Page, sign_in: Callable[[Page, User], Page], nora: User
) -> None:
    sign_in(page, nora).goto("/meetings/")
    page.get_by_role("button", name="Set it").click()
    page.get_by_role("link", name="Look at its page").click()
    page.get_by_label("What to talk about").fill("Company size on fair leads")
    page.get_by_role("button", name="Put it on the agenda").click()
    expect(page.locator("#toasts")).to_contain_text("It is on Monday’s agenda.")
    page.get_by_role("button", name="Open the meeting").click()
    expect(page.locator("h1 + small")).to_contain_text("opened today")
    expect(page.get_by_role("heading", name="Company size on fair leads")).to_be_visible()
    page.get_by_role("button", name="Close the meeting").click()
    expect(page.locator("#toasts")).to_contain_text("The next one is on Monday")
    assert Meeting.objects.count() == 2


def test_minutes_are_saved_while_they_are_typed(
    page: Page, sign_in: Callable[[Page, User], Page], maya: User, under_way: Meeting
) -> None:
    sign_in(page, maya).goto(under_way.get_absolute_url())
    minutes = page.get_by_role("textbox", name="Minutes", exact=True)
    minutes.press_sequentially("Late attempts", delay=20)
    expect(page.locator("#saved")).to_contain_text("by Maya Peters")
    minutes.press_sequentially(" after four.", delay=120)  # several savings, each over the version before
    expect(page.locator("#saved input")).not_to_have_value("1")
    wait_until(lambda: Meeting.objects.get().minutes == "Late attempts after four.")
    expect(minutes).to_have_value("Late attempts after four.")
    expect(page.locator("#minutes [role=alert]")).to_have_count(0)


def test_of_two_who_write_at_once_neither_overwrites_the_other_unseen(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], maya: User, sam: User, under_way: Meeting
) -> None:
    hers, his = sign_in(new_page(), maya), sign_in(new_page(), sam)
    for page in (hers, his):
        page.goto(under_way.get_absolute_url())
    hers.get_by_role("textbox", name="Minutes", exact=True).fill("Maya was here")
    expect(hers.locator("#saved")).to_contain_text("by Maya Peters")
    his.get_by_role("textbox", name="Minutes", exact=True).fill("Sam was here")
    expect(his.locator("#minutes [role=alert]")).to_contain_text("Somebody saved the minutes while you were writing")
    expect(his.get_by_role("region", name="The minutes of Maya Peters")).to_have_text("Maya was here")
    expect(his.get_by_role("textbox", name="Minutes", exact=True)).to_have_value("Sam was here")
    assert Meeting.objects.get().minutes == "Maya was here"
    his.get_by_role("textbox", name="Minutes", exact=True).fill("Maya and Sam were here")
    expect(his.locator("#saved")).to_contain_text("by Sam de Wit")
    assert Meeting.objects.get().minutes == "Maya and Sam were here"


def test_decisions_and_actions_are_added_in_place(
    page: Page, sign_in: Callable[[Page, User], Page], maya: User, sam: User, under_way: Meeting
) -> None:
    sign_in(page, maya).goto(under_way.get_absolute_url())
    page.get_by_label("What was decided").fill("Keep the 8 hours")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("#decisions table")).to_contain_text("Keep the 8 hours")
    page.get_by_label("What is to be done").fill("Second person on Tuesday")
    page.get_by_label("By", exact=True).select_option(label="Sam de Wit")
    page.get_by_label("Due").fill("2000-01-01")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#tasks .errors")).to_contain_text("due before the next meeting")
    page.get_by_label("Due").fill(under_way.next_on.isoformat())
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#tasks table")).to_contain_text("Second person on Tuesday")
    expect(page.get_by_label("What is to be done")).to_have_value("")
    assert (Decision.objects.count(), Action.objects.get().owner) == (1, sam)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 375])
def test_the_pages_are_accessible_and_fit(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    nora: User,
    maya: User,
    coming: Meeting,
    width: int,
    scheme: str,
) -> None:
    page = sign_in(new_page(width=width, scheme=scheme, reduced_motion="reduce"), nora)
    at = db_clock.now()

    def look(path: str, name: str) -> None:
        page.goto(path)
        assert page.evaluate(SIDEWAYS) == 0
        screenshot(page, f"{name}-{scheme}-{width}")
        violations = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in violations] == []

    coming.put_on_agenda("Company size on fair leads", by=maya, at=at)
    look(coming.get_absolute_url(), "meeting-before")
    coming.open(by=nora, at=at)
    coming.decide("Keep the 8 hours", by=nora, at=at, document="agreement")
    coming.give("Second person on Tuesday", owner=nora, due_on=coming.next_on, metric="returns", by=nora, at=at)
    look(coming.get_absolute_url(), "meeting-open")
    coming.write_minutes("# Late attempts", version=0, by=nora, at=at)
    coming.close(by=nora, at=at)
    look(coming.get_absolute_url(), "meeting-held")
    look("/meetings/", "meetings")
    look("/actions/", "actions")
