"""The whole product in one run, in a real browser and with real workers: from a file of leads to both sides' figures.

Five people of one company, each in a window of their own, who have never been here before. What a
worker has to do is done by a worker, woken by a beat that ticks each second.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from common import clock as db_clock
from tests.leads.files import table
from tests.processes import Running, wait_until

HEADER = ("Email", "First Name", "Last Name", "Title", "Phone", "Account", "Trade", "Staff", "Country", "Memo")
IN_TIME, RETURNED, LATE = "Lotte Smit", "Tom Okafor", "Priya Raman"
ROWS = [
    # These two are all that the definition wants: 20 for the title, 15 for size, 5 for the phone, 15 for software.
    ("priya@north.test", "Priya", "Raman", "Director", "+31 20 1", "North", "Software", 250, "Netherlands", ""),
    ("tom@lake.test", "Tom", "Okafor", "Head of IT", "+32 2 1", "Lake", "Software", 120, "Belgium", "met in May"),
    # As good, but abroad; nearly as good; and the same as one above.
    ("uwe@berg.test", "Uwe", "Berg", "Director of IT", "+49 30 1", "Berg", "Software", 300, "Germany", ""),
    ("kim@field.test", "Kim", "Veld", "IT Manager", "+31 10 1", "Field", "Software", 200, "Netherlands", ""),
    ("tom@lake.test", "Tom", "Okafor", "Head of IT", "+32 2 1", "Lake", "Software", 120, "Belgium", ""),
    # Starts a trial, and so does somebody whose address is a private one.
    ("lotte@quay.test", "Lotte", "Smit", "Planner", "", "Quay", "Logistics", 60, "Netherlands", ""),
    ("gus@gmail.com", "Gus", "Home", "Planner", "", "", "Logistics", 60, "Netherlands", ""),
    ("nobody", "No", "Body", "Clerk", "", "Shop", "Retail", 30, "Belgium", ""),
    *(
        (f"p{n}@shop{n}.test", "Pat", f"Doe {n}", "Clerk", "", f"Shop {n}", "Retail", 30, "Belgium", "")
        for n in range(32)
    ),
]

COMPANY = {IN_TIME: "Quay", RETURNED: "Lake", LATE: "North"}
# What stands on the scorecard in the end: a promise, of how many cases, the figure, and the leads behind it.
SCORECARD = [
    ("Deliver 20 MQLs", "in March 2026", "2", [LATE, IN_TIME]),
    ("At least 80 % accepted", "of 2 decided", "50 %", [IN_TIME, RETURNED]),
    ("Hot leads within 1 working hour", "for 80 % of 1 case", "100 %", [IN_TIME]),
    ("First attempt or return within 8 working hours", "for 85 % of 2 cases", "50 %", [LATE, RETURNED]),
    ("A reason on every return", "1 return", "100 %", [RETURNED]),
]
A_DAY_LATER = timedelta(days=1, hours=2)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """What a CRM gives out: forty rows, one of them twice and one of no use."""
    assert len(ROWS) == 40
    (tmp_path / "crm-export.csv").write_bytes(table(HEADER, *ROWS))
    return tmp_path / "crm-export.csv"


def test_two_teams_agree_on_a_lead_hand_it_over_and_see_how_both_kept_their_word(
    all_clocks_show: Callable[[datetime], None],
    at: datetime,
    workers: Running,
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    export: Path,
    maya: User,
    theo: User,
    sam: User,
    nora: User,
) -> None:
    all_clocks_show(at)
    marketer, marketing, rep, sales = (sign_in(new_page(), who) for who in (maya, theo, sam, nora))

    imports_a_file(marketer, export)
    drafts_the_agreement(sales)
    both_sign("Agreement", marketing, sales)
    drafts_the_definition(marketer)
    both_sign("MQL criteria", marketing, sales)

    two_wait_for(rep)
    starts_a_trial(marketer, "lotte@quay.test", "gus@gmail.com")
    accepts_and_calls(rep)
    returns(rep)
    expect(row_of(rep, LATE)).to_be_visible()
    settles(rep)  # the clocks are put forward under every connection

    all_clocks_show(at + A_DAY_LATER)
    is_told_of_the_breach(sales)
    for head in (marketing, sales):
        shows_what_was_kept(head)


@pytest.mark.shared_data
def test_what_a_crm_really_gives_out_comes_in_as_it_is(
    workers: Running,
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    shared_data: Path,
    maya: User,
) -> None:
    page = sign_in(new_page(), maya)
    uploads(page, shared_data / "zoho_crm_sample" / "Leads.csv")
    page.get_by_role("button", name="Check every row").click()
    would_do(page, "3,900", "0", "0", "0")
    page.get_by_role("button", name="Import 3,900 leads").click()
    has_done(page, "3,900", "0", "0", "0")


def opens(page: Page, entry: str) -> None:
    """Choose from the menu."""
    if page.url == "about:blank":
        page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name=entry).click()


def is_told(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(words)


def settles(page: Page) -> None:
    """What was asked for has come, and listens to whoever uses it."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-added, .htmx-settling")).to_have_count(0)


# Marketing brings its leads


def imports_a_file(page: Page, file: Path) -> None:
    uploads(page, file)
    expect(page.get_by_label("What Staff means")).to_have_value("employees")
    page.get_by_label("What Trade means").select_option(label="Industry")
    settles(page)
    page.get_by_label("What Memo means").select_option(label="Leave this column out")
    settles(page)
    page.get_by_role("button", name="Check every row").click()
    would_do(page, "38", "0", "1", "1")
    expect(page.get_by_text("'nobody' is not an e-mail address.")).to_be_visible()
    page.get_by_role("button", name="Import 38 leads").click()
    has_done(page, "38", "0", "1", "1")
    page.get_by_role("link", name="See the leads").click()
    expect(page.get_by_role("link", name="Uwe Berg")).to_be_visible()


def uploads(page: Page, file: Path) -> None:
    opens(page, "Imports")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What do the columns mean?")).to_be_visible()


def would_do(page: Page, *figures: str) -> None:
    """How many are new, known already, twice in the file, and refused."""
    preview = page.get_by_role("region", name="What the import would do")
    expect(preview.locator(".figure")).to_have_text(list(figures))


def has_done(page: Page, *figures: str) -> None:
    """How many are new, brought up to date, said nothing new, and were refused."""
    done = page.get_by_role("region", name="What was imported")
    expect(done.locator(".figure")).to_have_text(list(figures))


# Both sides agree


def drafts_the_agreement(page: Page) -> None:
    """The product's own proposal, with no weeks in which misses are only measured."""
    opens(page, "Agreement")
    page.get_by_role("button", name="Start from our proposal").click()
    page.get_by_label("Baseline, in days").fill("0")
    page.get_by_role("button", name="Save").first.click()
    is_told(page, "The draft is saved.")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("dialog").get_by_role("button", name="Propose").click()
    is_told(page, "Both heads can sign it now.")


def drafts_the_definition(page: Page) -> None:
    """The definition to start from, with a must, points for who they are, a fast track and another threshold."""
    opens(page, "MQL criteria")
    page.get_by_role("button", name="Begin with a good definition").click()
    adds_a_fact(page, "Must", "Country", "Belgium (33)", "Netherlands (4)")
    adds_a_fact(page, "Who they are", "Industry", "Software (4)", points="15")
    adds_a_fast_track(page, "Started a trial")
    page.get_by_label("Points for an MQL").fill("55")
    page.get_by_label("Points for an MQL").press("Tab")  # what was changed is kept at once
    expect(page.get_by_role("region", name="The definition", exact=True)).to_contain_text("reaches 55 points")

    counted = page.get_by_role("region", name="Who would be an MQL now")
    expect(counted.get_by_role("row", name="Would become MQLs")).to_contain_text("2")
    expect(counted).to_contain_text("of 38 leads")
    page.get_by_role("button", name="Ask both to sign").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask both to sign").click()
    expect(page.get_by_role("main")).to_contain_text("Signatures")


def adds_a_fact(page: Page, to: str, field: str, *values: str, points: str = "") -> None:
    page.get_by_role("link", name=f"Add to {to}", exact=True).click()
    form = page.locator("form.rule-form")
    settles(page)
    form.get_by_label("Field").select_option(label=field)
    settles(page)
    for value in values:
        form.get_by_label(value).check()
    if points:
        form.get_by_label("Points").fill(points)
    form.get_by_role("button", name="Add it").click()
    settles(page)
    expect(form).to_have_count(0)


def adds_a_fast_track(page: Page, what: str) -> None:
    page.get_by_role("link", name="Add to At once", exact=True).click()
    form = page.locator("form.rule-form")
    settles(page)
    form.get_by_label("What they did").select_option(label=f"{what} (0)")
    form.get_by_role("button", name="Add it").click()
    settles(page)
    expect(form).to_have_count(0)


def both_sign(document: str, *heads: Page) -> None:
    said = ("Signed for your side.", "Signed by both sides: it is in force.")
    for head, words in zip(heads, said, strict=True):
        head.goto("/")
        head.get_by_role("region", name="Waiting for your signature").get_by_role("link", name=document).click()
        head.get_by_role("button", name="Sign for your side").click()
        is_told(head, words)


# Leads come to sales


def row_of(page: Page, lead: str) -> Locator:
    return page.locator("[data-row]", has_text=lead)


def comes(page: Page, *leads: str) -> None:
    """Look again and again until as many wait; these they are, in this order."""
    titles = page.locator("[data-row] h3")
    wait_until(lambda: bool(page.reload()) and titles.count() == len(leads), every=0.5)
    expect(titles).to_have_text(list(leads))


def two_wait_for(page: Page) -> None:
    """Those who meet the definition already are handed over as sales can take them."""
    page.goto("/")
    comes(page, LATE, RETURNED)
    expect(row_of(page, LATE)).to_contain_text("55 points of 55: fit 55, engagement 0.")


def starts_a_trial(page: Page, *emails: str) -> None:
    """The company's web site tells of it, with a token that the marketer makes."""
    page.goto("/account/tokens/")
    page.get_by_label("What it is for").fill("Web site")
    page.get_by_label("Receive and edit leads").check()
    page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("Web site").input_value()
    moment = db_clock.now().isoformat()
    answer = page.request.post(
        "/api/v1/touches/",
        headers={"Authorization": f"Bearer {secret}"},
        data={"touches": [{"email": email, "kind": "trial", "occurred_at": moment} for email in emails]},
    )
    assert answer.json() == {"recorded": 2, "refused": []}


def accepts_and_calls(page: Page) -> None:
    """The hot one stands on top, and is open; two keys are all it takes."""
    comes(page, f"{IN_TIME} hot", LATE, RETURNED)
    detail = page.locator("#detail")
    expect(detail).to_contain_text("Started a trial on 11 March: a fast track.")
    page.keyboard.press("a")
    is_told(page, f"{IN_TIME} is yours.")
    expect(detail.get_by_role("heading", name="How did the attempt go?")).to_be_visible()
    settles(page)
    page.keyboard.press("3")
    is_told(page, f"Call, spoke: logged for {IN_TIME}.")


def returns(page: Page) -> None:
    """A reason by its digit, and the evidence that it asks for."""
    row_of(page, RETURNED).click()
    expect(page.locator("#detail h2").first).to_have_text(RETURNED)
    settles(page)
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.get_by_label("What does not fit?")).to_be_focused()
    page.keyboard.type("Size")
    page.get_by_label("How?").select_option(label="too small")
    page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    is_told(page, f"{RETURNED} returned: disqualified.")
    expect(row_of(page, RETURNED)).to_have_count(0)


# Both see how the other kept their word


def is_told_of_the_breach(page: Page) -> None:
    page.goto("/notifications/?kind=sla.breached")
    notice = page.get_by_role("button", name=f"{LATE} waits too long")
    wait_until(lambda: bool(page.reload() and notice.count()), every=0.5)
    opens(page, "Scorecard")
    page.get_by_role("link", name="What is late").click()
    with_sales = page.get_by_role("region", name="With sales")
    expect(with_sales.get_by_role("heading")).to_have_text(["With sales", f"{LATE}, North"])


def shows_what_was_kept(page: Page) -> None:
    """Each promise with its figure, which opens exactly the leads that it counts."""
    opens(page, "Scorecard")
    for promise, note, figure, counted in SCORECARD:
        line = page.locator(".commit", has_text=promise)
        expect(line).to_contain_text(note)
        link = line.get_by_role("link")
        expect(link).to_have_text(figure)
        link.click()
        rows = page.get_by_role("region", name="What it counts").get_by_role("link")
        expect(rows.locator("h3")).to_have_text([f"{lead}, {COMPANY[lead]}" for lead in counted])
        page.go_back()
