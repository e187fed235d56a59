"""The list of leads as a file."""

import csv
import io

import pytest

from leads import exporting
from leads.importing.fields import field_of
from leads.models import Attribute, Lead
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_what_the_list_shows_newest_first(now, sam, client_of):
    a_lead(at=now, first_name="Priya", last_name="Raman", company="Halden Freight", campaign="Autumn")
    Attribute.objects.create(on="lead", key="plan", label="Plan", type="text", created_at=now)
    handed = a_handoff(at=now, owner=sam, first_name="Tom", attributes={"plan": "pro"}).lead
    answer = client_of(sam).get("/leads/export/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="leads-2026-03-11.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    priya, tom = sorted(rows_of(answer), key=lambda row: row["First name"])
    assert (priya["Last name"], priya["Company"], priya["Campaign"], priya["Stage"], priya["Created"]) == (
        "Raman",
        "Halden Freight",
        "Autumn",
        "Lead",
        "2026-03-11 10:00",
    )
    assert (tom["Stage"], tom["Owner"], tom["Plan"], tom["Opted out"], tom["Number"]) == (
        "MQL",
        "sam@acme.test",
        "pro",
        "no",
        str(handed.pk),
    )


def test_the_filters_of_the_list_count_and_one_that_is_unknown_is_refused(now, sam, client_of):
    a_lead(at=now, last_name="Raman")
    a_lead(at=now, last_name="Okafor")
    client = client_of(sam)
    assert [row["Last name"] for row in rows_of(client.get("/leads/export/", {"q": "oka", "stage": "lead"}))] == [
        "Okafor"
    ]
    assert rows_of(client.get("/leads/export/", {"stage": "customer"})) == []
    refusal = client.get("/leads/export/", {"stage": "sold"})
    assert refusal.status_code == 422
    assert "There is no such stage to filter by" in refusal.text
    assert client.get("/leads/export/", {"owner": "999"}).status_code == 422


@pytest.mark.parametrize("dangerous", ["=1+1", "+31 20", "-cmd", "@SUM(A1)"])
def test_a_cell_that_would_be_a_formula_stays_text(now, sam, client_of, dangerous):
    a_lead(at=now, title=dangerous)
    (row,) = rows_of(client_of(sam).get("/leads/export/"))
    assert row["Job title"] == f"'{dangerous}"


def test_a_file_that_does_not_hold_all_says_so_in_its_name(now, sam, client_of, monkeypatch):
    for _ in range(4):
        a_lead(at=now)
    monkeypatch.setattr(exporting, "MOST", 3)
    monkeypatch.setattr("leads.views.export.MOST", 3)
    answer = client_of(sam).get("/leads/export/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="leads-2026-03-11-first-3.csv"'
    assert [int(row["Number"]) for row in rows_of(answer)] == list(
        Lead.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)[:3]
    )


def test_the_list_has_the_button_with_its_filters(now, maya, client_of):
    a_lead(at=now, last_name="Raman")
    assert "/leads/export/?q=ram" in client_of(maya).get("/leads/", {"q": "ram"}).text


def test_more_leads_ask_the_database_no_more(now, sam, client_of):
    client = client_of(sam)
    a_lead(at=now, campaign="Autumn")
    with queries_asked() as few:
        rows_of(client.get("/leads/export/"))
    for _ in range(20):
        a_lead(at=now, campaign="Autumn")
    with queries_asked() as many:
        assert len(rows_of(client.get("/leads/export/"))) == 21
    assert len(many) == len(few)


def test_our_own_import_understands_the_headers():
    ours = {header: field_of(header) for header in exporting.COLUMNS}
    assert [header for header, field in ours.items() if not field] == ["Number", "Points", "Fit"]
    assert len(set(ours.values())) == len(ours) - 2
