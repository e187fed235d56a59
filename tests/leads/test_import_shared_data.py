"""Exports of real systems, from the sample files: every count was verified apart from this code."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count, Q

from common.errors import Incomplete
from leads.models import (
    Attribute,
    Company,
    DueLead,
    Episode,
    Handoff,
    Lead,
    LeadVersion,
    Opportunity,
    Touch,
    Transition,
)
from tests.leads.files import checked, imported, stepped, uploaded

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db]


def by_stage() -> dict[str, int]:
    return dict(Counter(Lead.objects.values_list("stage", flat=True)))


@pytest.fixture
def zoho(shared_data: Path) -> bytes:
    return (shared_data / "zoho_crm_sample" / "Leads.csv").read_bytes()


def test_zoho_leads_with_their_contradictions(zoho, maya, at):
    found = imported(zoho, by=maya, at=at, name="Leads.csv")
    assert " ".join(choice["field"] for choice in found.meaning["columns"]) == (
        "external_id last_name company owner email phone website industry source stage created_at converted attribute"
    )
    assert (found.meaning["system"], found.rows, found.created, found.refused) == ("zoho", 3900, 3900, 0)
    assert by_stage() == {"recycled": 781, "sal": 780 + 391, "mql": 776, "lead": 392, "disqualified": 388 + 392}
    contradicted = {row[0]: row[-1] for row in found.preview["contradictions"]}
    assert contradicted == {
        "Pre Qualified": 726,
        "Contact in Future": 720,
        "Contacted": 718,
        "Lost Lead": 371,
        "Not Contacted": 367,
        "Junk Lead": 366,
        "Attempted to Contact": 364,
    }
    assert sum(contradicted.values()) == 3632
    assert len(found.preview["strangers"]) == 11
    assert Company.objects.count() == 1008
    assert Company.objects.annotate(people=Count("leads")).get(name="Chargepal").people == 11
    first = Lead.objects.get(external_id="4563")
    assert (first.email, first.stage, first.external_source) == ("garyldenson@cuvox.de", "sal", "zoho")
    assert first.created_at == datetime(2021, 4, 14, 22, 3, tzinfo=UTC)
    assert (first.source, first.company.industry, first.phone) == ("Employee Referral", "Education", "660-485-0224")


def test_zoho_history_starts_nothing_and_every_lead_has_a_snapshot(zoho, maya, at, events):
    imported(zoho, by=maya, at=at)
    assert Transition.objects.filter(imported=False).count() == 0
    # A lead made, then one step each to recycled and disqualified, one to MQL, two to SAL.
    assert Transition.objects.count() == 3900 + 781 + 780 + 776 + 2 * 1171
    assert Episode.objects.filter(imported=True, lead_at__isnull=False).count() == 3900
    assert Episode.objects.filter(mql_at__isnull=False).count() == 776 + 1171
    assert LeadVersion.objects.count() == LeadVersion.objects.values("lead").distinct().count() == 3900
    assert (Handoff.objects.count(), Opportunity.objects.count(), events) == (0, 0, [])
    assert Lead.objects.to_hand_over().count() == 776
    assert DueLead.objects.filter(fresh=True).count() == 0


def test_zoho_where_converted_wins_or_contradictions_are_left_out(zoho, maya, at):
    found = checked(uploaded(zoho, by=maya, at=at), by=maya, at=at, rule="refuse")
    assert (found.preview["new"], found.preview["refused"]) == (268, 3632)
    found = imported(zoho, by=maya, at=at, rule="converted")
    assert by_stage()["opportunity"] == 3632


def test_zoho_is_recognised_the_second_time_and_gone_after_the_undo(zoho, maya, at):
    first = imported(zoho, by=maya, at=at)
    again = imported(zoho, by=maya, at=at + timedelta(minutes=1))
    assert (again.created, again.updated + again.unchanged) == (0, 3900)
    first.undo(by=maya, at=at + timedelta(hours=1))
    assert stepped(first, at + timedelta(hours=1)).state == "undone"
    assert (Lead.objects.count(), Company.objects.count(), Transition.objects.count()) == (0, 0, 0)


def test_zoho_campaign_members_become_touches_where_their_name_is_unique(zoho, shared_data, maya, at, capsys):
    imported(zoho, by=maya, at=at)
    call_command("import_touches", str(shared_data / "zoho_crm_sample" / "Campaign_Lead_Status.csv"), "--by-name")
    unique = Lead.objects.values("last_name").annotate(times=Count("pk")).filter(times=1)
    assert unique.count() == 1720
    assert "Recorded: 1,604 touches, 2,296 rows refused." in capsys.readouterr().out
    assert Touch.objects.count() == 1604
    acts = Touch.objects.filter(responded=True).values_list("kind", flat=True)
    assert set(acts) == {"email_open", "reply"}
    assert Lead.objects.filter(opted_out_at__isnull=False).count() == 318


def test_extraalearn_labels_become_customers_and_lost(shared_data, maya, at):
    content = (shared_data / "extraalearn_leads" / "ExtraaLearn.csv").read_bytes()
    found = imported(content, by=maya, at=at, name="ExtraaLearn.csv", stages={"1": "customer", "0": "lost"})
    assert (found.created, found.refused, by_stage()) == (4612, 0, {"customer": 1377, "lost": 3235})
    types = dict(Attribute.objects.values_list("key", "type"))
    assert Counter(types.values()) == {"number": 4, "text": 4, "boolean": 5}
    assert types["page_views_per_visit"] == "number"
    first = Lead.objects.get(external_source="extraalearn", external_id="EXT001")
    assert first.attributes["page_views_per_visit"] == 1.861
    assert (first.attributes["current_occupation"], first.attributes["print_media_type1"]) == ("Unemployed", True)
    professionals = Lead.objects.filter(attributes__current_occupation="Professional")
    assert professionals.count() == 2616
    assert Lead.objects.filter(attributes__referral=True, stage="customer").count() == 63


def test_datablist_leads_with_two_phones_and_ten_stages(shared_data, maya, at):
    content = (shared_data / "datablist_leads_sample" / "leads-100.csv").read_bytes()
    found = imported(content, by=maya, at=at, name="leads-100.csv")
    assert (found.created, found.refused, Company.objects.count()) == (100, 0, 99)
    assert by_stage() == {
        "opportunity": 16 + 11,
        "recycled": 13 + 5,
        "disqualified": 12,
        "lead": 9,
        "customer": 9,
        "lost": 9,
        "sql": 9,
        "sal": 7,
    }
    maureen = Lead.objects.get(email="bshelton@wilkins.org")
    assert (maureen.phone, maureen.attributes["phone_2"]) == ("001-672-799-2170x5610", "+1-887-577-1205x5686")
    assert Company.objects.filter(~Q(domain="")).count() == 99
    assert Company.objects.filter(customer_since__isnull=False).count() == 9
    assert Lead.objects.get(email="hatkinson@mclaughlin.com").company.name == "Grimes, Madden and Huff"


@pytest.mark.parametrize(
    ("name", "shape", "rows"),
    [
        ("plugin-data_backquote", "UTF-8, separated by backquotes", 10),
        ("plugin-data_caret", "UTF-8, separated by carets", 10),
        ("plugin-data_pipe", "UTF-8, separated by pipes", 10),
        ("plugin-data_semicolon", "UTF-8, separated by semicolons", 10),
        ("plugin-data_tab", "UTF-8, separated by tabs", 10),
        ("plugin-data_comma_wrapped_values", "UTF-8, separated by commas", 10),
        ("jsforce_Account_bulk1_test", "UTF-8, separated by commas", 100),
    ],
)
def test_salesforce_account_exports_are_read_but_hold_no_leads(shared_data, maya, at, name, shape, rows):
    content = (shared_data / "vendor_payloads" / "salesforce_bulk_csv" / f"{name}.csv").read_bytes()
    found = uploaded(content, by=maya, at=at)
    assert (found.rows, found.problem) == (rows, "")
    with pytest.raises(Incomplete, match="No column holds an e-mail address or an id"):
        checked(found, by=maya, at=at)
    assert Lead.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "created", "repeats", "keys"),
    [
        ("bulk2_01_unprocessed_or_query", 2, 2, [("", "contact1@example.com"), ("", "contact2@example.com")]),
        (
            "bulk2_02_successfulResults",
            2,
            0,
            [("a011s00000DML8XAAX", "contact1@example.com"), ("a011s00000DML8YAAX", "contact2@example.com")],
        ),
        ("bulk2_04_successfulResults", 2, 0, [("a011s00000DTU9zAAH", ""), ("a011s00000DTUA0AAP", "")]),
        ("bulk2_06_unprocessed_or_query", 1, 0, [("CustomID2", "contact2@example.com")]),
    ],
)
def test_salesforce_bulk_results_of_contacts(shared_data, maya, at, name, created, repeats, keys):
    path = shared_data / "vendor_payloads" / "salesforce_bulk_csv" / f"simple-salesforce_{name}.csv"
    found = imported(path.read_bytes(), by=maya, at=at, name=path.name)
    assert (found.created, found.repeats, found.refused) == (created, repeats, 0)
    assert sorted(Lead.objects.values_list("external_id", "email")) == keys
