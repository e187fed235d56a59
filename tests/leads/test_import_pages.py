"""Importing in the browser's way: upload, columns, preview, import, refusals, undo."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.importing.working import run_imports
from leads.intake import receive
from leads.models import Import, Lead
from leads.models.importing import MAPPING, PREVIEW
from tests.leads.files import imported, table, uploaded

ROWS = [
    ("Email", "Lead Status", "Created", "Seats"),
    ("a@x.example", "Open", "03/04/2025", "3"),
    ("nobody", "Won", "", "4"),
]


def upload(browser, content: bytes, name: str = "leads.csv") -> Import:
    answer = browser.post("/imports/new/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content
    run_imports()
    return Import.objects.latest("pk")


def fields(browser, found: Import) -> dict[str, str]:
    """The form of the columns as it stands."""
    form = browser.get(found.get_absolute_url()).context["form"]
    return {bound.html_name: bound.value() if bound.value() is not None else "" for bound in form}


def test_from_upload_to_leads_and_back(db, maya, client_of):
    browser = client_of(maya)
    assert "Nothing imported yet" in browser.get("/imports/").text
    found = upload(browser, table(*ROWS))
    page = browser.get(found.get_absolute_url()).text
    assert "What do the columns mean?" in page
    assert "In Created nothing tells the day from the month. Please choose." in page
    assert "Which stage is each status?" in page
    answer = browser.post(f"/imports/{found.pk}/check/", fields(browser, found) | {"day_first": "no"})
    assert answer.url == found.get_absolute_url()
    run_imports()
    page = browser.get(found.get_absolute_url()).text
    assert "Import 1 lead</button>" in page
    assert "&#x27;nobody&#x27; is not an e-mail address." in page
    assert Lead.objects.count() == 0
    browser.post(f"/imports/{found.pk}/run/")
    run_imports()
    page = browser.get(found.get_absolute_url()).text
    assert "1 row refused" in page
    assert f"{Lead.objects.get().created_at:%Y-%m-%d}" == "2025-03-03"
    refused = browser.get(f"/imports/{found.pk}/refused.csv")
    assert refused["Content-Disposition"] == 'attachment; filename="leads-refused.csv"'
    assert (
        refused.getvalue().decode("utf-8-sig").splitlines()[1]
        == '"nobody","Won","","4","3","\'nobody\' is not an e-mail address."'
    )
    browser.post(f"/imports/{found.pk}/undo/")
    run_imports()
    assert "Taken back" in browser.get(found.get_absolute_url()).text
    assert Lead.objects.count() == 0


def test_while_a_worker_is_on_it_the_page_shows_progress_and_survives_a_reload(db, maya, at, client_of):
    found = uploaded(table(*ROWS), by=maya, at=at)
    Import.objects.update(state="running", rows=10_000, next_row=5_000, refused=3, leased_until=at)
    page = client_of(maya).get(found.get_absolute_url()).text
    assert '<progress value="5000" max="10000" aria-label="Importing">' in page
    assert "5,000 of 10,000 rows done, 3 refused" in page
    assert f'hx-get="{found.get_absolute_url()}" hx-trigger="every 1s"' in page
    part = client_of(maya).get(found.get_absolute_url(), headers={"HX-Request": "true"}).text
    assert part.startswith('\n<div id="import"') or part.lstrip().startswith('<div id="import"')


def test_choosing_another_status_column_asks_for_its_values(db, maya, at, client_of):
    found = uploaded(
        table(("Email", "Status", "Phase"), ("a@x.example", "x", "Won"), ("b@x.example", "y", "Junk")), by=maya, at=at
    )
    browser = client_of(maya)
    told = fields(browser, found) | {"field_1": "ignore", "field_2": "stage"}
    part = browser.post(f"/imports/{found.pk}/note/", told, headers={"HX-Request": "true"}).text
    assert ">Won</label>" in part
    found.refresh_from_db()
    assert found.state == MAPPING
    assert found.meaning["columns"][2]["field"] == "stage"


def test_a_choice_that_cannot_be_says_why_and_keeps_the_rest(db, maya, at, client_of):
    found = uploaded(table(*ROWS), by=maya, at=at)
    browser = client_of(maya)
    answer = browser.post(
        f"/imports/{found.pk}/check/", fields(browser, found) | {"field_0": "ignore", "zone": "Asia/Tokyo"}
    )
    assert answer.status_code == 422
    assert "No column holds an e-mail address or an id" in answer.text
    assert '<option value="Asia/Tokyo" selected>' in answer.text
    found.refresh_from_db()
    assert found.state == MAPPING


def test_the_columns_can_be_changed_after_the_preview(db, maya, at, client_of):
    browser = client_of(maya)
    found = upload(browser, table(*ROWS))
    browser.post(f"/imports/{found.pk}/check/", fields(browser, found))
    run_imports()
    browser.post(f"/imports/{found.pk}/back/")
    found.refresh_from_db()
    assert found.state == MAPPING
    browser.post(f"/imports/{found.pk}/check/", fields(browser, found) | {"field_3": "ignore"})
    run_imports()
    found.refresh_from_db()
    assert (found.state, found.meaning["columns"][3]["field"]) == (PREVIEW, "ignore")


def test_a_file_is_read_again_in_another_encoding(db, maya, client_of):
    browser = client_of(maya)
    found = upload(browser, table(("Email", "City"), ("a@x.example", "Zürich"), encoding="cp1252"))
    browser.post(f"/imports/{found.pk}/read-again/", {"encoding": "mac-roman"})
    run_imports()
    found.refresh_from_db()
    assert (found.encoding, found.columns[1]["samples"]) == ("mac-roman", ["Z¸rich"])


@pytest.mark.parametrize(("content", "sentence"), [(b"", "The file is empty."), (None, "This field is required.")])
def test_without_a_file_the_form_says_so(db, maya, client_of, content, sentence):
    data = {} if content is None else {"file": SimpleUploadedFile("a.csv", content)}
    answer = client_of(maya).post("/imports/new/", data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert Import.objects.count() == 0


def test_a_file_over_the_limit_is_refused_with_413(db, maya, client_of, settings):
    settings.IMPORT_MAX_BYTES = 10
    answer = client_of(maya).post("/imports/new/", {"file": SimpleUploadedFile("a.csv", b"Email\n" * 100)})
    assert answer.status_code == 413
    assert "Split it, or leave columns out." in answer.text
    assert Import.objects.count() == 0


def test_a_broken_file_says_what_is_wrong_and_can_be_discarded(db, maya, client_of):
    browser = client_of(maya)
    found = upload(browser, b"\x89PNG\r\n\x1a\n....")
    page = browser.get(found.get_absolute_url()).text
    assert "This is a picture. Export the leads as CSV or as an Excel workbook (.xlsx)." in page
    assert "Nothing was written." in page
    answer = browser.post(f"/imports/{found.pk}/discard/", follow=True)
    assert "is gone; nothing of it was imported." in answer.text
    assert Import.objects.count() == 0


def test_everyone_reads_imports_and_only_marketing_and_admins_import(db, maya, sam, nora, otto, at, client_of):
    found = imported(table(*ROWS), by=maya, at=at)
    for reader in (sam, nora):
        page = client_of(reader).get(found.get_absolute_url())
        assert (page.status_code, "Undo the import" in page.text) == (200, False)
        for verb in ("new", f"{found.pk}/run", f"{found.pk}/undo", f"{found.pk}/discard", f"{found.pk}/check"):
            assert client_of(reader).post(f"/imports/{verb}/").status_code == 403
    assert client_of(otto).get("/imports/").status_code == 403
    assert Lead.objects.count() == 1


def test_no_page_of_an_import_changes_anything_by_being_read(db, maya, at, client_of):
    found = imported(table(*ROWS), by=maya, at=at)
    for verb in ("note", "check", "read-again", "back", "run", "undo", "discard"):
        assert client_of(maya).get(f"/imports/{found.pk}/{verb}/").status_code == 405


def test_the_list_and_the_page_cost_few_queries(db, maya, at, client_of, django_assert_max_num_queries):
    receive({"email": "a@x.example"}, at=at)
    for _ in range(3):
        found = imported(table(*ROWS), by=maya, at=at)
    browser = client_of(maya)
    browser.get("/imports/")
    with django_assert_max_num_queries(14):
        browser.get("/imports/")
    with django_assert_max_num_queries(16):
        browser.get(found.get_absolute_url())
