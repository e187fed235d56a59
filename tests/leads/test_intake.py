"""Leads and touches coming in."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from common.errors import Incomplete, NotAllowed, Refused
from leads.intake import receive, receive_many, receive_touches, record_touches, source_lead
from leads.lifecycle import Stage, leads_changed
from leads.models import Attribute, Company, DueLead, Episode, Lead, LeadVersion, Opportunity, Touch, Transition

JANE = {"email": " Jane.Doe@Acme.example ", "first_name": "Jane", "last_name": "Doe", "company": "Acme", "title": "CFO"}


@pytest.fixture
def told(db) -> Iterator[list[list[Any]]]:
    """The batches that `leads_changed` told."""
    batches: list[list[Any]] = []

    def hear(sender: Any, events: list[Any], **kwargs: Any) -> None:
        batches.append(events)

    leads_changed.connect(hear)
    yield batches
    leads_changed.disconnect(hear)


def test_a_new_person_becomes_a_lead_with_an_episode_a_move_and_a_snapshot(db, maya, at, told):
    lead = receive(JANE, by=maya, at=at)
    assert (lead.email, lead.stage, lead.stage_at, lead.owner) == ("jane.doe@acme.example", "lead", at, None)
    assert (lead.company.name, lead.company.domain) == ("Acme", "acme.example")
    episode = lead.episodes.get()
    assert (episode.number, episode.lead_at, episode.mql_at, episode.imported) == (1, at, None, False)
    move = lead.transitions.get()
    assert (move.from_stage, move.to_stage, move.at, move.by, move.imported) == ("", "lead", at, maya, False)
    version = lead.versions.get()
    assert (version.from_at, version.facts["title"], version.facts["company"]) == (at, "CFO", "Acme")
    assert DueLead.objects.get().fresh is True
    assert told == [[move]]


def test_newer_facts_overwrite_but_empty_ones_owner_and_stage_do_not(db, sam, at):
    lead = receive(JANE | {"phone": "020 123"}, at=at)
    Lead.objects.update(owner=sam, stage=Stage.SAL)
    later = at + timedelta(days=2)
    again = receive({"email": "jane.doe@acme.example", "title": "CEO", "phone": "", "city": "Utrecht"}, at=later)
    assert again.pk == lead.pk
    assert (again.title, again.phone, again.city, again.owner, again.stage) == ("CEO", "020 123", "Utrecht", sam, "sal")
    versions = again.versions.order_by("from_at")
    assert [(v.from_at, v.facts["title"]) for v in versions] == [(at, "CFO"), (later, "CEO")]
    assert Transition.objects.count() == 1


def test_what_says_nothing_new_writes_nothing(db, at):
    receive(JANE, at=at)
    DueLead.objects.all().delete()
    receive(JANE, at=at + timedelta(days=1))
    assert (Lead.objects.count(), LeadVersion.objects.count(), DueLead.objects.count()) == (1, 1, 0)


def test_the_external_id_finds_a_person_whose_address_changed(db, at):
    lead = receive(JANE | {"external_source": "hubspot", "external_id": "51"}, at=at)
    again = receive({"email": "jane@new.example", "external_source": "hubspot", "external_id": "51"}, at=at)
    assert (again.pk, again.email, again.company.domain) == (lead.pk, "jane@new.example", "new.example")


def test_an_external_id_that_is_known_stays(db, at):
    receive(JANE | {"external_source": "hubspot", "external_id": "51"}, at=at)
    lead = receive(JANE | {"external_source": "salesforce", "external_id": "00Q1"}, at=at)
    assert (lead.external_source, lead.external_id) == ("hubspot", "51")


def test_two_keys_of_two_people_are_refused(db, at):
    receive(JANE, at=at)
    receive({"email": "joe@acme.example", "external_source": "hubspot", "external_id": "52"}, at=at)
    with pytest.raises(Refused) as refusal:
        receive(JANE | {"title": "CEO", "external_source": "hubspot", "external_id": "52"}, at=at)
    assert str(refusal.value) == (
        "jane.doe@acme.example and the id 52 belong to two different leads. Merge them first."
    )
    assert list(Lead.objects.order_by("email").values_list("email", "title")) == [
        ("jane.doe@acme.example", "CFO"),
        ("joe@acme.example", ""),
    ]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"email": "jane(at)acme"}, "'jane(at)acme' is not an e-mail address."),
        ({"email": "jane@acme"}, "'jane@acme' is not an e-mail address."),
        ({"email": "jane..doe@acme.example"}, "'jane..doe@acme.example' is not an e-mail address."),
        (
            {"last_name": "Doe"},
            "Neither an e-mail address nor an external id is given, so nobody can tell who this is.",
        ),
        (JANE | {"shoe_size": 38}, "There is no field called 'shoe_size'."),
        (JANE | {"stage": "customer"}, "'stage' is kept by the product itself."),
        (JANE | {"title": "x" * 201}, "Title has 201 characters; 200 fit."),
        (JANE | {"city": "a\0b"}, "City contains a NUL character, which is no text."),
        (JANE | {"employees": "many"}, "'many' is not a number of employees."),
        (JANE | {"employees": -1}, "-1 cannot be a number of employees."),
        (JANE | {"attributes": {"size": "L"}}, "There is no attribute called 'size'. Importing a column adds one."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_leaves_nothing(db, at, facts, sentence):
    with pytest.raises(Incomplete) as refusal:
        receive(facts, at=at)
    assert str(refusal.value) == sentence
    assert (Lead.objects.count(), Company.objects.count(), Touch.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("MAILTO:Jane@Acme.example", "jane@acme.example"),
        ("Jane Doe <jane@acme.example>", "jane@acme.example"),
        ("jane+news@acme.example", "jane+news@acme.example"),
        ("jane@bücher.example", "jane@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_kept_in_one_form(db, at, written, kept):
    assert receive({"email": written}, at=at).email == kept


def test_colleagues_meet_at_the_domain_of_their_addresses_and_free_mailboxes_do_not(db, at):
    rows = [
        {"email": "a@acme.example", "company": "Acme"},
        {"email": "b@acme.example", "company": "ACME Inc."},
        {"email": "c@gmail.com"},
        {"email": "d@cuvox.de"},
        {"email": "e@gmail.com", "company": "acme"},
        {"email": "f@gmail.com", "website": "https://www.acme.example/about"},
        {"email": "g@gmail.com", "website": "www.linkedin.com", "company": "Bolt"},
    ]
    received = receive_many(rows, at=at)
    named = dict(Lead.objects.values_list("email", "company__name"))
    assert [named[row["email"]] for row in rows] == ["Acme", "Acme", None, None, "Acme", "Acme", "Bolt"]
    assert len(received.companies_created) == 2


def test_a_company_known_by_name_alone_learns_its_domain(db, at):
    receive({"email": "a@gmail.com", "company": "Acme"}, at=at)
    receive({"email": "b@acme.example", "company": "ACME"}, at=at)
    assert [(c.name, c.domain) for c in Company.objects.all()] == [("Acme", "acme.example")]


def test_newer_facts_of_a_company_are_snapshotted_for_all_its_leads(db, at):
    first = receive({"email": "a@acme.example", "industry": "Retail", "employees": 80}, at=at)
    later = at + timedelta(hours=1)
    receive({"email": "b@acme.example", "company": "Acme", "employees": "120"}, at=later)
    company = Company.objects.get()
    assert (company.name, company.industry, company.employees) == ("Acme", "Retail", 120)
    versions = first.versions.order_by("from_at")
    assert [(v.from_at, v.facts["employees"]) for v in versions] == [(at, 80), (later, 120)]


def test_touches_come_with_the_person_and_their_campaign_is_made_on_sight(db, at):
    form = {"kind": "Demo request", "occurred_at": at, "campaign": "Spring", "content": "Price guide", "channel": "web"}
    lead = receive(JANE | {"campaign": "spring"}, [form], at=at)
    touch = lead.touches.get()
    assert (touch.kind, touch.responded, touch.occurred_at, touch.channel) == ("demo_request", True, at, "web")
    assert (touch.campaign, touch.content.title, lead.campaign.name) == (lead.campaign, "Price guide", "spring")


def test_a_touch_still_to_come_is_refused(db, at):
    with pytest.raises(Incomplete, match="A touch cannot have happened on 13 March 2026: that is still to come"):
        receive(JANE, [{"kind": "form", "occurred_at": at + timedelta(days=2)}], at=at)
    assert Lead.objects.count() == 0


def test_touches_are_recorded_once_by_their_external_id(db, at):
    lead = receive(JANE, at=at)
    click = {"kind": "email_click", "occurred_at": at, "external_source": "mailer", "external_id": "77"}
    rows = [
        click | {"lead": lead.pk},
        click | {"email": "JANE.DOE@acme.example"},
        {"lead": lead.pk, "kind": "sent", "occurred_at": at},
    ]
    assert record_touches(rows, at=at) == 2
    assert record_touches(rows[:1], at=at) == 0
    assert sorted(lead.touches.values_list("kind", "responded")) == [("email_click", True), ("sent", False)]


def test_touches_of_strangers_are_refused_and_stop_no_others(db, at):
    lead = receive(JANE | {"external_source": "zoho", "external_id": "9"}, at=at)
    rows = [
        {"email": "nobody@acme.example", "kind": "form", "occurred_at": at},
        {"lead_source": "zoho", "lead_id": "9", "kind": "form", "occurred_at": at},
        {"lead": lead.pk + 1, "kind": "form", "occurred_at": at},
        {"kind": "form", "occurred_at": at},
    ]
    received = receive_touches(rows, at=at)
    assert received.recorded == 1
    assert {index: str(refusal) for index, refusal in received.refused.items()} == {
        0: "We know nobody as nobody@acme.example; import the lead first.",
        2: f"There is no lead {lead.pk + 1}.",
        3: "Neither an e-mail address nor an id says whose touch this is.",
    }
    with pytest.raises(Refused, match=r"We know nobody as nobody@acme\.example"):
        record_touches(rows, at=at)
    assert Touch.objects.count() == 1


def test_an_opt_out_touch_opts_the_person_out(db, at):
    lead = receive(JANE, at=at)
    record_touches([{"lead": lead.pk, "kind": "opted_out", "occurred_at": at}], at=at)
    lead.refresh_from_db()
    assert lead.opted_out_at == at
    assert lead.touches.get().responded is False


def test_custom_attributes_take_their_types(db, at):
    for key, kind in {"seats": "number", "renewal": "date", "partner": "boolean", "note": "text"}.items():
        Attribute.objects.create(key=key, label=key, type=kind, created_at=at)
    attributes = {"seats": "12.5", "renewal": date(2026, 5, 1), "partner": "Yes", "note": " hello "}
    lead = receive(JANE | {"attributes": attributes}, at=at)
    assert lead.attributes == {"seats": 12.5, "renewal": "2026-05-01", "partner": True, "note": "hello"}
    lead = receive(JANE | {"attributes": {"seats": 13, "note": ""}}, at=at)
    assert lead.attributes == {"seats": 13, "renewal": "2026-05-01", "partner": True, "note": "hello"}
    with pytest.raises(Incomplete, match="'many' in seats is not a number"):
        receive(JANE | {"attributes": {"seats": "many"}}, at=at)


def test_one_batch_may_speak_of_a_person_twice(db, at):
    received = receive_many([JANE, JANE | {"title": "CEO"}, {"email": "no"}], at=at)
    assert (received.repeats, list(received.refused), received.leads[2]) == ([1], [2], None)
    assert received.leads[0] == received.leads[1] == Lead.objects.get(title="CEO").pk


def test_a_lead_of_history_keeps_its_dates_and_fills_the_stages_it_passed(db, sam, at, told):
    created, won = at - timedelta(days=90), at - timedelta(days=20)
    row = JANE | {"created_at": created, "stage": "customer", "stage_at": won, "owner": sam}
    receive_many([row], at=at, history=True, fresh=False)
    lead = Lead.objects.get()
    assert (lead.stage, lead.stage_at, lead.created_at, lead.owner) == ("customer", won, created, sam)
    assert lead.company.customer_since == won
    episode = lead.episodes.get()
    assert (episode.imported, episode.lead_at, episode.mql_at, episode.customer_at) == (True, created, won, won)
    moves = lead.transitions.order_by("pk").values_list("from_stage", "to_stage", "at", "imported")
    assert list(moves) == [
        ("", "lead", created, True),
        ("lead", "mql", won, True),
        ("mql", "sal", won, True),
        ("sal", "sql", won, True),
        ("sql", "opportunity", won, True),
        ("opportunity", "customer", won, True),
    ]
    assert lead.versions.get().from_at == created
    assert DueLead.objects.get().fresh is False
    assert told == []


@pytest.mark.parametrize(
    ("stage", "passed"),
    [
        ("disqualified", ["lead", "disqualified"]),
        ("recycled", ["lead", "recycled"]),
        ("lost", ["lead", "mql", "sal", "sql", "opportunity", "lost"]),
        ("sal", ["lead", "mql", "sal"]),
    ],
)
def test_history_claims_no_stage_that_was_not_passed(db, at, stage, passed):
    receive_many([JANE | {"stage": stage}], at=at, history=True)
    assert list(Transition.objects.order_by("pk").values_list("to_stage", flat=True)) == passed
    episode = Episode.objects.get()
    assert {s for s in Stage.values if getattr(episode, f"{s}_at")} == set(passed)


def test_a_rep_enters_a_lead_of_their_own_at_sql(db, sam, at, told):
    lead = source_lead(JANE, by=sam, at=at)
    assert (lead.stage, lead.owner, lead.origin) == ("sql", sam, "sales")
    episode = lead.episodes.get()
    assert (episode.self_sourced, episode.sal_at, episode.sql_at, episode.mql_at, episode.lead_at) == (
        True,
        at,
        at,
        None,
        None,
    )
    move = lead.transitions.get()
    assert (move.move, move.from_stage, move.to_stage, move.by) == ("source", "", "sql", sam)
    assert told == [[move]]


def test_a_rep_enters_a_lead_of_their_own_with_its_deal(db, sam, at):
    deal = {"amount": Decimal("12000"), "currency": "EUR", "closes_on": date(2026, 6, 1)}
    lead = source_lead(JANE, stage="opportunity", deal=deal, by=sam, at=at)
    assert lead.stage == "opportunity"
    opportunity = Opportunity.objects.get()
    assert (opportunity.lead, opportunity.amount, opportunity.owner) == (lead, Decimal("12000"), sam)


def test_a_rep_cannot_source_who_is_known_nor_a_deal_without_an_amount(db, sam, maya, at):
    receive(JANE, at=at)
    with pytest.raises(Refused, match="Jane Doe is known already, at Lead; work with that lead"):
        source_lead(JANE, by=sam, at=at)
    with pytest.raises(Incomplete, match="A deal has an amount, of nought or more"):
        source_lead({"email": "joe@acme.example"}, stage="opportunity", by=sam, at=at)
    with pytest.raises(NotAllowed):
        source_lead({"email": "joe@acme.example"}, by=maya, at=at)
    assert Lead.objects.count() == 1


def test_a_rep_may_not_bring_leads_in_for_marketing(db, sam, at):
    with pytest.raises(NotAllowed):
        receive(JANE, by=sam, at=at)
    assert Lead.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_doors_that_bring_the_same_new_person_at_once_make_one_lead(at):
    barrier, found = Barrier(8), []

    def bring(n: int) -> None:
        try:
            barrier.wait()
            found.append(receive(JANE | {"title": f"Title {n}"}, at=at).pk)
        finally:
            connection.close()

    threads = [Thread(target=bring, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {Lead.objects.get().pk}
    assert (Episode.objects.count(), Transition.objects.count(), Company.objects.count()) == (1, 1, 1)


def test_one_person_in_costs_few_queries_and_a_thousand_no_more(db, at, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        receive(JANE, at=at)
    rows = [
        {"email": f"p{n}@firm{n % 300}.example", "last_name": "Doe", "company": f"Firm {n % 300}"} for n in range(1000)
    ]
    with django_assert_max_num_queries(18):
        receive_many(rows, at=at)
    assert (Lead.objects.count(), Company.objects.count()) == (1001, 301)
