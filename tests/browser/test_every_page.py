"""Every page of the URLconf in a real browser, as each role sees it: sound, within a phone, and open to everybody.

A new page is covered by being an address; a new word in an address is told to `tests/living.py`.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Error, Page, Response, expect

from accounts.access import Role
from accounts.models import User
from tests.addresses import Address, addresses
from tests.living import NOW, Company, a_living_company

# What a page fetches to put it in its place, and what programs read.
NO_PAGES = {"agreement_pdf", "reckon_plan", "schema", "health_live", "health_ready"}
# What somebody sees who is not signed in; from everywhere else they are sent to the first of these.
DOORS = {"sign_in", "forgot_password", "set_password", "api_docs", "by_link", "return_by_link"}
PAGES = [address for address in addresses() if not address.is_api and address.name not in NO_PAGES]
WHO = {
    "marketer": "maya",
    "rep": "sam",
    "head of marketing": "theo",
    "head of sales": "nora",
    "admin": "ada",
}

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

# Said by the browser of the page itself, whose status is looked at anyway.
LOADED = "Failed to load resource: the server responded with a status of"
# What a page is made of; one that is built like another has no faults of access of its own.
MADE_OF = "[...new Set([...document.querySelectorAll('*')].map(e => `${e.tagName}.${e.className}`))].sort().join()"
SHEETS = Path(settings.BASE_DIR, "static", "css")
STYLED = sorted(
    {name for sheet in SHEETS.glob("*.css") for name in re.findall(r"\.([a-zA-Z_][\w-]*)", sheet.read_text())}
)
# Of some classes, those in use for which no sheet of the page has a rule.
WITHOUT_RULE = """styled => {
  const ruled = new Set();
  const read = rules => [...rules].forEach(rule => {
    for (const [, name] of (rule.selectorText || "").matchAll(/\\.([a-zA-Z_][\\w-]*)/g)) ruled.add(name);
    read(rule.cssRules || []);
  });
  [...document.styleSheets].forEach(sheet => read(sheet.cssRules));
  return styled.filter(name => !ruled.has(name) && document.getElementsByClassName(name).length);
}"""
LONG_LINES = "[...document.querySelectorAll('main pre')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def company(transactional_db, django_db_serialized_rollback, settings, tmp_path, all_clocks_show) -> Company:
    settings.MEDIA_ROOT = tmp_path
    company = a_living_company()
    all_clocks_show(NOW)
    return company


@pytest.fixture
def sam_of_all_trades(company: Company) -> User:
    """The rep with every other role besides: his queue, and every button that there is."""
    company.sam.roles = [*Role]
    company.sam.save()
    return company.sam


@pytest.fixture
def looked_at(company: Company, client_of: Callable[[User], Client]) -> list[Address]:
    """The addresses that take a GET; those of verbs take a POST alone."""
    client = client_of(company.nora)
    allowed = {each: client.options(each.path(company.things)).headers.get("Allow", "GET") for each in PAGES}
    return [address for address in PAGES if "GET" in allowed[address]]


def visits(page: Page, wanted: list[Address], company: Company) -> Iterator[tuple[Address, str, Response]]:
    """Go to every page, once for each thing that it can be about."""
    for address in wanted:
        for path in address.paths(company.things):
            if answer := visit(page, path):
                yield address, path, answer


def visit(page: Page, path: str) -> Response | None:
    """The answer, once everything that the page fetches has come; None for a file."""
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" in error.message:
            return None
        raise
    expect(page.locator(".htmx-request")).to_have_count(0)
    return answer


def faults_of(page: Page, answer: Response, complaints: list[str]) -> list[str]:
    """What is wrong with the page as it stands, in words; takes the complaints away."""
    own = (f"({page.url})", f"({answer.url})")
    faults = [said for said in complaints if not (said.startswith(LOADED) and said.endswith(own))]
    complaints.clear()
    headings = page.locator("h1").count()
    if answer.status >= 500:
        faults.append(f"answers {answer.status}")
    if not page.evaluate("document.doctype"):
        faults.append("is no whole page")
    if headings != 1:
        faults.append(f"has {headings} first headings")
    if wider := page.evaluate(WIDER):
        faults.append(f"is {wider} px wider than the window")
    faults += [f"has no rule for .{name}" for name in page.evaluate(WITHOUT_RULE, STYLED)]
    if texts := page.evaluate(LONG_LINES):
        faults.append(f"has {texts} texts whose lines are cut off")
    return faults


def violations(page: Page, options: dict[str, Any] = WCAG) -> list[str]:
    """What the checker of access finds, each with the places."""
    found = Axe().run(page, options=options).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:5]}" for fault in found]


def listed(faults: list[tuple[str, str]]) -> str:
    """One a line."""
    return "\n" + "\n".join(f"{path} {fault}" for path, fault in faults)


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_sound_and_fits_a_phone(
    who: str,
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    company: Company,
    looked_at: list[Address],
    complaints: list[str],
) -> None:
    page, faults = sign_in(new_page(width=375, height=812), getattr(company, WHO[who])), []
    for _, path, answer in visits(page, looked_at, company):
        faults += [(path, fault) for fault in faults_of(page, answer, complaints)]
    assert not faults, listed(faults)


def test_every_door_is_sound_and_accessible(
    new_page: Callable[..., Page], company: Company, looked_at: list[Address], complaints: list[str]
) -> None:
    page, faults = new_page(width=375, height=812, reduced_motion="reduce"), []
    doors = [address for address in looked_at if address.name in DOORS]
    for _, path, answer in visits(page, doors, company):
        faults += [(path, fault) for fault in faults_of(page, answer, complaints) + violations(page)]
    assert not faults, listed(faults)


def test_every_page_is_accessible_light_and_dark(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    sam_of_all_trades: User,
    company: Company,
    looked_at: list[Address],
    complaints: list[str],
) -> None:
    page, faults, seen = sign_in(new_page(reduced_motion="reduce"), sam_of_all_trades), [], set()
    for address, path, answer in visits(page, looked_at, company):
        faults += [(path, fault) for fault in faults_of(page, answer, complaints)]
        if (made_of := page.evaluate(MADE_OF)) in seen:
            continue
        faults += [(path, fault) for fault in violations(page)]
        if address not in seen:
            page.emulate_media(color_scheme="dark")
            faults += [(f"{path} in the dark", fault) for fault in violations(page, CONTRAST)]
            page.emulate_media(color_scheme="light")
        seen |= {made_of, address}
    assert not faults, listed(faults)


def test_a_fault_of_any_kind_would_be_noticed(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], Page], sam: User, complaints: list[str]
) -> None:
    page = sign_in(new_page(width=375), sam)
    answer = visit(page, "/queue/")
    assert faults_of(page, answer, complaints) + violations(page) == []
    seeded = "<h1>Again</h1><hr width=700 class=over-group><img src=/x.png style=color:red>"
    seeded += f"<pre>{'Agreed. ' * 99}</pre>"
    page.evaluate("seeded => document.querySelector('main').innerHTML += seeded", seeded)
    expect(page.locator("main img")).to_have_js_property("complete", True)
    faults = "\n".join(faults_of(page, answer, complaints) + violations(page))
    noticed = ("violates", "404", "2 first headings", "px wider than the window", "1 texts", ".over-group", "image-alt")
    for fault in noticed:
        assert fault in faults
