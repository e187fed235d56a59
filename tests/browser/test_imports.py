"""Importing a file in a real browser, without reloading: columns that answer, progress, preview, undo."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from leads.importing.working import run_imports
from leads.models import Import, Lead
from tests.leads.files import table

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ROWS = [
    ("Email", "Last name", "Company", "Lead Status", "Converted", "Created", "Seats"),
    ("jane@acme.example", "Doe", "Acme", "Contacted", "Yes", "03/04/2025", "12"),
    ("joe@bolt.example", "Roe", "Bolt", "Junk", "No", "04/04/2025", "3"),
    ("nobody", "Poe", "Coil", "New", "No", "05/04/2025", "1"),
]


@pytest.fixture
def leads_csv(tmp_path: Path) -> Path:
    (tmp_path / "leads.csv").write_bytes(table(*ROWS))
    return tmp_path / "leads.csv"


def is_accessible(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in violations] == []
    assert page.evaluate(SIDEWAYS) == 0
    page.reload()  # pictures and the checker leave style attributes behind, which htmx would copy


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (375, "dark")])
def test_a_marketer_imports_a_file_and_takes_it_back(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], Page],
    screenshot: Callable[[Page, str], object],
    maya: User,
    leads_csv: Path,
    width: int,
    scheme: str,
) -> None:
    page = sign_in(new_page(width=width, scheme=scheme, reduced_motion="reduce"), maya)
    page.goto("/imports/")
    expect(page.get_by_role("heading", name="Nothing imported yet")).to_be_visible()
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("File").set_input_files(leads_csv)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Reading the file")).to_be_visible()

    run_imports()
    expect(page.get_by_role("heading", name="What do the columns mean?")).to_be_visible()
    expect(page.get_by_text("In Created nothing tells the day from the month.")).to_be_visible()
    screenshot(page, f"import-columns-{scheme}-{width}")
    is_accessible(page)
    page.get_by_label("What Seats means").select_option("ignore")
    expect(page.locator("#id_label_6")).not_to_be_visible()
    page.get_by_label("3 April").check()
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text("Checking every row; nothing is written")).to_be_visible()

    run_imports()
    expect(page.get_by_role("heading", name="Status and converted contradict each other")).to_be_visible()
    expect(page.get_by_text("'nobody' is not an e-mail address.")).to_be_visible()
    screenshot(page, f"import-preview-{scheme}-{width}")
    is_accessible(page)
    page.get_by_role("button", name="Import 2 leads").click()
    expect(page.get_by_text("0 of 3 rows done")).to_be_visible()
    page.reload()
    expect(page.get_by_text("0 of 3 rows done")).to_be_visible()

    run_imports()
    expect(page.get_by_role("link", name="See the leads")).to_be_visible()
    is_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows").click()
    assert "'nobody' is not an e-mail address." in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("Undoing the import")).to_be_visible()

    run_imports()
    expect(page.get_by_role("heading", name="Taken back")).to_be_visible()
    assert (Lead.objects.count(), Import.objects.get().state) == (0, "undone")
