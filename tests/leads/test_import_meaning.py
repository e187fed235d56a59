"""From a file to leads: what the columns are taken for, and what becomes of their values."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from common.errors import IllegalMove, Incomplete
from leads.importing.mapping import Meaning
from leads.intake import receive
from leads.models import (
    Attribute,
    Company,
    DueLead,
    Episode,
    Lead,
    Opportunity,
    Touch,
)
from leads.models.importing import DONE, MAPPING
from tests.leads.files import HEADER, JANE, JOE, checked, imported, stepped, table, uploaded


def test_columns_are_recognised_by_name_and_content(db, maya, at):
    found = uploaded(table(HEADER, JANE, JOE), by=maya, at=at, name="Export March.csv")
    meaning = Meaning.from_json(found.meaning)
    assert (found.state, found.rows, found.columns[7]["samples"]) == (MAPPING, 2, ["12", "7.5"])
    assert [(choice.field, choice.type) for choice in meaning.columns] == [
        ("external_id", "text"),
        ("email", "text"),
        ("first_name", "text"),
        ("last_name", "text"),
        ("company", "text"),
        ("stage", "text"),
        ("created_at", "date"),
        ("attribute", "number"),
        ("attribute", "boolean"),
        ("attribute", "date"),
    ]
    assert meaning.stages == {"Open": "lead", "Qualified": "sql"}
    assert (meaning.zone, meaning.system, meaning.day_first) == ("Europe/Amsterdam", "export-march", True)


@pytest.mark.parametrize(
    ("headers", "fields", "system"),
    [
        (
            "Record ID|First Name|Email|Lifecycle Stage|Create Date",
            "external_id|first_name|email|stage|created_at",
            "hubspot",
        ),
        (
            "Id|FirstName|Email|Title|IsConverted|LeadSource",
            "external_id|first_name|email|title|converted|source",
            "salesforce",
        ),
        ("Person - Name|Person - Email - Work|Person - Phone - Work", "name|email|phone", "pipedrive"),
        (
            "Id|Email Address|Job Title|Acquisition Program|Company Name",
            "external_id|email|title|campaign|company",
            "marketo",
        ),
        ("Vorname|Nachname|E-Mail|Firma|Telefon", "first_name|last_name|email|company|phone", "leads"),
    ],
)
def test_the_headers_of_the_known_systems_are_understood(db, maya, at, headers, fields, system):
    cells = {"email": "a@x.example", "created_at": "2026-01-01", "converted": "true"}
    row = [cells.get(field, "1") for field in fields.split("|")]
    meaning = Meaning.from_json(uploaded(table(headers.split("|"), row), by=maya, at=at).meaning)
    assert "|".join(choice.field for choice in meaning.columns) == fields
    assert meaning.system == system


def test_addresses_are_found_where_no_header_tells(db, maya, at):
    meaning = Meaning.from_json(uploaded(table(("A", "B"), ("x", "a@x.example")), by=maya, at=at).meaning)
    assert [choice.field for choice in meaning.columns] == ["attribute", "email"]


def test_history_comes_in_with_its_dates_and_starts_nothing(db, maya, at, events):
    found = imported(table(HEADER, JANE, JOE), by=maya, at=at)
    assert (found.state, found.created, found.refused) == (DONE, 2, 0)
    created = datetime(2026, 1, 6, 9, tzinfo=UTC)
    joe = Lead.objects.get(email="joe@bolt.example")
    assert (joe.stage, joe.stage_at, joe.created_at, joe.company.name) == ("sql", created, created, "Bolt")
    assert (joe.external_source, joe.external_id) == ("leads", "00Q6")
    assert joe.attributes == {"seats": 7.5, "partner": False}
    moves = joe.transitions.order_by("pk").values_list("from_stage", "to_stage", "at", "imported", "by")
    assert list(moves) == [
        ("", "lead", created, True, maya.pk),
        ("lead", "mql", created, True, maya.pk),
        ("mql", "sal", created, True, maya.pk),
        ("sal", "sql", created, True, maya.pk),
    ]
    assert (joe.episodes.get().imported, joe.episodes.get().sql_at) == (True, created)
    assert (joe.versions.get().from_at, joe.versions.get().facts["attributes"]["seats"]) == (created, 7.5)
    assert not joe.handoffs.exists()
    assert set(DueLead.objects.values_list("fresh", flat=True)) == {False}
    assert events == []
    assert sorted(Attribute.objects.values_list("key", "type", "label")) == [
        ("partner", "boolean", "Partner"),
        ("seats", "number", "Seats"),
        ("since", "date", "Since"),
    ]


def test_a_plain_list_makes_leads_of_now(db, maya, at, events):
    imported(table(("Email", "City"), ("jane@acme.example", "Ulm")), by=maya, at=at)
    lead = Lead.objects.get()
    assert (lead.created_at, lead.stage, lead.transitions.get().imported) == (at, "lead", False)
    assert [[event.to_stage for event in batch] for batch in events] == [["lead"]]


def test_the_date_of_the_status_dates_the_moves(db, maya, at):
    rows = (("Email", "Status", "Created", "Close Date"), ("a@x.example", "Closed Won", "2025-05-01", "2025-09-30"))
    imported(table(*rows), by=maya, at=at, zone="UTC")
    episode = Episode.objects.get()
    assert episode.lead_at == datetime(2025, 5, 1, tzinfo=UTC)
    assert episode.mql_at == episode.customer_at == datetime(2025, 9, 30, tzinfo=UTC)
    assert Company.objects.get().customer_since == datetime(2025, 9, 30, tzinfo=UTC)


def test_amounts_make_the_deals_of_history_and_the_undo_takes_them_back(db, maya, at):
    rows = [
        ("Email", "Status", "Created", "Close Date", "Amount"),
        ("a@x.example", "Closed Won", "2025-05-01", "2025-09-30", "12,500.50"),
        ("b@y.example", "Closed Lost", "2025-05-01", "2025-08-31", "900"),
        ("c@z.example", "Negotiation", "2025-05-01", "2025-10-31", "4000"),
        ("d@z.example", "Qualified", "2025-05-01", "2025-10-31", "4000"),
    ]
    found = imported(table(*rows), by=maya, at=at, zone="UTC")
    deals = Opportunity.objects.order_by("lead__email").values_list("state", "amount", "closed_at", "closes_on")
    assert list(deals) == [
        ("won", Decimal("12500.50"), datetime(2025, 9, 30, tzinfo=UTC), date(2025, 9, 30)),
        ("lost", Decimal("900.00"), datetime(2025, 8, 31, tzinfo=UTC), date(2025, 8, 31)),
        ("open", Decimal("4000.00"), None, date(2025, 10, 31)),
    ]
    found.undo(by=maya, at=at)
    assert stepped(found, at).state == "undone"
    assert (Lead.objects.count(), Opportunity.objects.count()) == (0, 0)


def test_both_orders_of_day_and_month(db, maya, at):
    proven = table(("Email", "Created"), ("a@x.example", "04/13/2025"), ("b@x.example", "03/04/2025"))
    found = uploaded(proven, by=maya, at=at)
    assert found.meaning["day_first"] is False
    imported(proven, by=maya, at=at, zone="UTC")
    assert Lead.objects.get(email="b@x.example").created_at == datetime(2025, 3, 4, tzinfo=UTC)
    unclear = table(("Email", "Created"), ("c@x.example", "03/04/2025"))
    assert uploaded(unclear, by=maya, at=at).columns[1]["dates"] == {"unclear": 1}
    imported(unclear, by=maya, at=at, zone="UTC", day_first=True)
    assert Lead.objects.get(email="c@x.example").created_at == datetime(2025, 4, 3, tzinfo=UTC)


def test_a_date_that_does_not_exist_refuses_its_row(db, maya, at):
    rows = (
        ("Email", "Created"),
        ("a@x.example", "2025-01-01"),
        ("b@x.example", "2025-02-01"),
        ("c@x.example", "31/02/2025"),
    )
    content = table(*rows)
    found = imported(content, by=maya, at=at, columns={"Created": "created_at"})
    assert found.refusals.get().reason == "Created: “31/02/2025” is not a date that exists."
    assert found.created == 2


def test_owners_are_matched_by_address_or_name_and_strangers_are_named(db, maya, sam, rita, at):
    rows = [
        ("Email", "Owner"),
        ("a@x.example", "SAM@acme.test"),
        ("b@x.example", "Rita  Kok"),
        ("c@x.example", "David Love"),
    ]
    found = imported(table(*rows), by=maya, at=at)
    owners = Lead.objects.order_by("email").values_list("owner", flat=True)
    assert list(owners) == [sam.pk, rita.pk, None]
    assert found.preview["strangers"] == [["David Love", 1]]


def test_known_people_are_updated_and_keep_owner_and_stage(db, maya, sam, at):
    receive({"email": "jane@acme.example", "last_name": "Doe", "title": "CFO"}, at=at)
    Lead.objects.update(owner=sam, stage="sal")
    rows = [
        ("Email", "Last Name", "Title", "Status", "Owner"),
        ("jane@acme.example", "Doe-Roe", "", "Closed Won", "Maya Peters"),
    ]
    found = imported(table(*rows), by=maya, at=at)
    lead = Lead.objects.get()
    assert (found.preview["known"], found.created, found.updated) == (1, 0, 1)
    assert (lead.last_name, lead.title, lead.stage, lead.owner) == ("Doe-Roe", "CFO", "sal", sam)
    assert lead.transitions.count() == 1


@pytest.mark.parametrize(
    ("rule", "stages", "refused"),
    [
        ("status", ["disqualified", "sql", "customer"], 0),
        ("converted", ["opportunity", "sql", "sql"], 0),
        ("refuse", ["sql"], 2),
    ],
)
def test_status_and_converted_may_contradict_and_a_person_chooses_who_wins(db, maya, at, rule, stages, refused):
    rows = [
        ("Email", "Status", "Converted"),
        ("a@x.example", "Junk Lead", "Yes"),
        ("b@x.example", "Qualified", "No"),
        ("c@x.example", "Closed Won", "No"),
    ]
    found = imported(table(*rows), by=maya, at=at, rule=rule)
    assert list(Lead.objects.order_by("email").values_list("stage", flat=True)) == stages
    assert sorted(found.preview["contradictions"]) == [
        ["Closed Won", "No", "Customer", 1],
        ["Junk Lead", "Yes", "Disqualified", 1],
    ]
    assert found.refused == refused
    if refused:
        assert found.refusals.get(line=2).reason == "Its status “Junk Lead” and converted “Yes” contradict each other."


def test_a_first_touch_is_recorded_only_where_a_column_is_mapped_to_it(db, maya, at):
    rows = [("Email", "First Touch", "Campaign", "Source"), ("a@x.example", "2026-02-01", "Spring", "Webinar")]
    imported(table(*rows), by=maya, at=at, zone="UTC")
    touch = Touch.objects.get()
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    assert (touch.kind, touch.occurred_at, touch.campaign.name, touch.detail) == (
        "first_touch",
        moment,
        "Spring",
        "Webinar",
    )
    assert (touch.lead.created_at, touch.lead.campaign, touch.lead.source) == (moment, touch.campaign, "Webinar")
    imported(table(("Email", "Created", "Campaign"), ("b@x.example", "2026-02-01", "Spring")), by=maya, at=at)
    assert Touch.objects.count() == 1


def test_who_opted_out_elsewhere_is_left_alone_here(db, maya, at):
    receive({"email": "known@x.example"}, at=at)
    rows = [
        ("Email", "Email Opt Out"),
        ("new@x.example", "true"),
        ("known@x.example", "true"),
        ("other@x.example", "false"),
    ]
    imported(table(*rows), by=maya, at=at)
    assert list(Lead.objects.order_by("email").values_list("opted_out_at", flat=True)) == [at, at, None]


def test_numbers_with_a_decimal_comma_are_read_as_such(db, maya, at):
    rows = [("Email", "Annual Revenue", "Employees", "Score"), ("a@x.example", "1.200.000,00", "51-200", "3,5")]
    imported(table(*rows, delimiter=";"), by=maya, at=at)
    company = Company.objects.get()
    assert (company.revenue, company.employees) == (1_200_000, 51)
    assert Lead.objects.get().attributes == {"score": 3.5}


def test_a_field_of_ones_own_keeps_the_type_it_has(db, maya, at):
    Attribute.objects.create(key="seats", label="Seats", type="text", created_at=at)
    found = imported(table(HEADER, JANE), by=maya, at=at)
    assert Lead.objects.get().attributes["seats"] == "12"
    assert "seats" not in Attribute.objects.filter(pk__in=found.new_attributes).values_list("key", flat=True)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"Note": "email"}, "Two columns are chosen as E-mail address. Choose one, and keep the other apart."),
        ({"Note": "shoe"}, "A column cannot mean 'shoe'."),
        ({"Email": "ignore"}, "No column holds an e-mail address or an id"),
    ],
)
def test_a_meaning_that_cannot_be_is_refused(db, maya, at, columns, sentence):
    found = uploaded(table(("Email", "Note"), ("a@x.example", "b@x.example")), by=maya, at=at)
    with pytest.raises(Incomplete, match=sentence):
        checked(found, by=maya, at=at, columns=columns)
    found.refresh_from_db()
    assert found.state == MAPPING


def test_a_transition_of_history_is_no_move_that_can_be_repeated(db, maya, at):
    imported(table(HEADER, JOE), by=maya, at=at)
    lead = Lead.objects.get()
    with pytest.raises(IllegalMove):
        lead.restore(to="mql", note="mistake", by=None, at=at)
