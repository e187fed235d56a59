"""Taking an import back within 24 hours."""

from datetime import timedelta

import pytest

from common.errors import NotAllowed, Refused
from leads.draining import score_due
from leads.handover import hand_over
from leads.intake import receive, record_touches
from leads.models import Attempt, Attribute, Company, Episode, Handoff, Import, Lead, LeadVersion, Touch, Transition
from leads.models.attempt import Channel, Outcome
from leads.models.importing import DONE, UNDONE
from leads.promotion import qualify_by_hand
from notifications import threads
from tests.builders import criteria_in_force
from tests.leads.files import imported, stepped, table

ROWS = [
    ("Email", "Company", "Seats", "Status"),
    *((f"p{n}@firm{n}.example", f"Firm {n}", n, "Open") for n in range(1, 7)),
]


def undone(found: Import, by, at) -> Import:
    found.undo(by=by, at=at)
    return stepped(found, at)


def test_what_an_import_made_is_gone_without_a_trace(db, maya, theo, at):
    receive({"email": "old@x.example"}, at=at)
    found = undone(imported(table(*ROWS), by=maya, at=at), theo, at + timedelta(hours=23))
    assert (found.state, found.undone_by, found.next_row) == (UNDONE, theo, 12)
    assert [lead.email for lead in Lead.objects.all()] == ["old@x.example"]
    for model, left in ((Company, 1), (Episode, 1), (Transition, 1), (LeadVersion, 1), (Attribute, 0)):
        assert model.objects.count() == left, model


def test_what_an_import_changed_is_as_it_was_unless_changed_since(db, maya, at):
    Attribute.objects.create(key="seats", label="Seats", type="number", created_at=at)
    jane = receive(
        {"email": "jane@acme.example", "title": "CFO", "city": "Ulm", "attributes": {"seats": 3}, "employees": 50},
        at=at,
    )
    rows = [
        ("Email", "Title", "City", "Seats", "Phone", "Employees"),
        ("jane@acme.example", "CEO", "Bonn", "9", "1", "70"),
    ]
    found = imported(table(*rows), by=maya, at=at + timedelta(hours=1))
    jane.refresh_from_db()
    assert (jane.title, jane.city, jane.attributes, jane.phone) == ("CEO", "Bonn", {"seats": 9}, "1")
    jane.edit({"city": "Kiel"}, by=maya, at=at + timedelta(hours=2))
    undone(found, maya, at + timedelta(hours=3))
    jane.refresh_from_db()
    assert (jane.title, jane.city, jane.attributes, jane.phone) == ("CFO", "Kiel", {"seats": 3}, "")
    assert jane.company.employees == 50
    assert found.leads.get().kept == "changed since: city"
    assert jane.versions.order_by("from_at").last().facts["title"] == "CFO"


def test_what_somebody_has_worked_on_stays_and_says_why(db, maya, sam, at):
    later = at + timedelta(hours=1)
    found = imported(table(*ROWS), by=maya, at=at)
    called, moved, did, edited, commented, untouched = Lead.objects.order_by("email")
    qualify_by_hand(called, note="Met her", by=None, at=later)
    Attempt.objects.log(called.handoffs.get(), channel=Channel.CALL, outcome=Outcome.SPOKE, by=sam, at=later)
    qualify_by_hand(moved, note="Met him", by=maya, at=later)
    record_touches([{"lead": did.pk, "kind": "form", "occurred_at": later}], at=later)
    edited.edit({"city": "Ulm"}, by=maya, at=later)
    threads.post(commented, "Who is this?", by=maya, at=later)
    undone(found, maya, later)
    assert dict(found.leads.values_list("lead__email", "kept")) == {
        "p1@firm1.example": "sales has worked on it",
        "p2@firm2.example": "somebody has moved it",
        "p3@firm3.example": "the person has done something since",
        "p4@firm4.example": "it was changed since",
        "p5@firm5.example": "people wrote about it",
    }
    assert not Lead.objects.filter(pk=untouched.pk).exists()
    assert Company.objects.count() == 5
    assert Attribute.objects.filter(key="seats").exists()


def test_hand_offs_that_nobody_decided_are_withdrawn_with_their_leads(db, maya, sam, at, events):
    found = imported(table(*ROWS), by=maya, at=at)
    ids = list(Lead.objects.values_list("pk", flat=True))
    Lead.objects.update(stage="mql")
    hand_over(ids, at=at)
    assert Handoff.objects.count() == 6
    events.clear()
    undone(found, maya, at)
    assert [len(batch) for batch in events] == [6]
    assert all(handoff.withdrawn and handoff.withdrawn_because == "The import was undone" for handoff in events[0])
    assert (Lead.objects.count(), Handoff.objects.count()) == (0, 0)


def test_scored_leads_go_with_their_scores(db, maya, theo, nora, at):
    criteria_in_force(theo=theo, nora=nora, at=at)
    found = imported(table(*ROWS), by=maya, at=at)
    score_due(at=at)
    undone(found, maya, at)
    assert Lead.objects.count() == 0


def test_a_company_that_others_use_by_now_stays(db, maya, at):
    found = imported(table(*ROWS[:3]), by=maya, at=at)
    receive({"email": "new@firm1.example"}, at=at)
    undone(found, maya, at)
    assert [company.name for company in Company.objects.all()] == ["Firm 1"]


def test_a_first_touch_of_the_file_itself_keeps_nobody(db, maya, at):
    rows = [("Email", "First Touch"), ("a@x.example", "2026-02-01")]
    undone(imported(table(*rows), by=maya, at=at), maya, at)
    assert (Lead.objects.count(), Touch.objects.count()) == (0, 0)


def test_after_24_hours_it_stays(db, maya, at):
    found = imported(table(*ROWS), by=maya, at=at)
    with pytest.raises(Refused, match="An import can be undone for 24 hours"):
        found.undo(by=maya, at=at + timedelta(hours=24))
    found.refresh_from_db()
    assert (found.state, Lead.objects.count()) == (DONE, 6)


def test_only_who_imported_it_a_head_or_an_admin_may_undo(db, maya, theo, ada, sam, at):
    found = imported(table(*ROWS), by=ada, at=at)
    for other in (maya, sam):
        with pytest.raises(NotAllowed):
            found.undo(by=other, at=at)
    assert undone(found, theo, at).state == UNDONE


def test_an_undo_of_hundreds_costs_few_queries(db, maya, at, django_assert_max_num_queries):
    rows = [("Email", "Company"), *((f"p{n}@firm{n}.example", f"Firm {n}") for n in range(500))]
    found = imported(table(*rows), by=maya, at=at)
    found.undo(by=maya, at=at)
    with django_assert_max_num_queries(100):
        stepped(found, at)
    assert Lead.objects.count() == 0
