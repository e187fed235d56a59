"""Decisions and deals through the API: the same verbs as the pages, the same refusals."""

from leads.lifecycle import CUSTOMER, LOST, MQL, RECYCLED, SAL
from leads.models import Opportunity
from tests.builders import a_handoff, an_accepted_handoff, an_mql, criteria_in_force, everything

DEAL = {"amount": "24000", "currency": "EUR", "closes_on": "2026-05-01"}


def test_accepting_by_token_is_accepting(program_of, sam, now):
    handoff = a_handoff(at=now, owner=sam)
    told = program_of(sam).post(f"/api/v1/handoffs/{handoff.pk}/accept/").json()
    handoff.lead.refresh_from_db()
    assert (told["state"], handoff.lead.stage) == ("accepted", SAL)


def test_anothers_hand_off_is_refused_and_nothing_changes(program_of, sam, rita, now):
    handoff = a_handoff(at=now, owner=sam)
    program = program_of(rita)
    before = everything()
    assert program.post(f"/api/v1/handoffs/{handoff.pk}/accept/").status_code == 403
    assert everything() == before


def test_deciding_twice_is_a_conflict_and_changes_nothing(program_of, sam, now):
    handoff = an_accepted_handoff(at=now, owner=sam)
    program = program_of(sam)
    before = everything()
    assert program.post(f"/api/v1/handoffs/{handoff.pk}/accept/").status_code == 409
    assert everything() == before


def test_a_return_names_its_reason_and_brings_its_evidence(program_of, sam, now):
    handoff = a_handoff(at=now, owner=sam)
    program, address = program_of(sam), f"/api/v1/handoffs/{handoff.pk}/return/"
    before = everything()
    assert program.post(address, {"reason": "because"}, format="json").status_code == 422
    assert program.post(address, {"reason": "timing"}, format="json").json()["errors"].keys() == {"date"}
    assert everything() == before
    body = {"reason": "timing", "evidence": {"date": "2026-06-01"}, "rating": 2}
    assert program.post(address, body, format="json").json()["state"] == "closed"
    handoff.lead.refresh_from_db()
    assert handoff.lead.stage == RECYCLED


def test_the_list_narrows_to_ones_own_and_pending(program_of, sam, rita, now):
    mine = a_handoff(at=now, owner=sam)
    a_handoff(at=now, owner=rita)
    an_accepted_handoff(at=now, owner=sam)
    rows = program_of(sam).get("/api/v1/handoffs/?owner=me&state=pending").json()["results"]
    assert [row["id"] for row in rows] == [mine.pk]


def test_a_state_that_does_not_exist_is_named(program_of, sam):
    assert program_of(sam).get("/api/v1/handoffs/?state=maybe").status_code == 422


def test_the_head_of_sales_reassigns_and_a_rep_does_not(program_of, sam, rita, nora, now):
    handoff = a_handoff(at=now, owner=sam)
    address, body = f"/api/v1/handoffs/{handoff.pk}/reassign/", {"to": rita.pk, "because": "Knows the company"}
    assert program_of(sam).post(address, body, format="json").status_code == 403
    assert program_of(nora).post(address, body, format="json").json()["owner"] == rita.pk


def test_a_deal_is_opened_and_won(program_of, sam, now):
    handoff = an_accepted_handoff(at=now, owner=sam)
    program = program_of(sam)
    opened = program.post("/api/v1/opportunities/", DEAL | {"lead": handoff.lead_id}, format="json")
    assert opened.status_code == 201
    won = program.post(f"/api/v1/opportunities/{opened.json()['id']}/win/", {"amount": "23500"}, format="json").json()
    assert (won["rate"], won["base_amount"]) == ("1.00000000", "23500.00")
    handoff.lead.refresh_from_db()
    assert (won["state"], won["amount"], handoff.lead.stage) == ("won", "23500.00", CUSTOMER)


def test_a_lost_deal_says_why(program_of, sam, now):
    handoff = an_accepted_handoff(at=now, owner=sam)
    deal = handoff.open_deal(amount=24000, currency="EUR", closes_on=now.date(), by=sam, at=now)
    program = program_of(sam)
    assert program.post(f"/api/v1/opportunities/{deal.pk}/lose/", {}, format="json").status_code == 422
    program.post(f"/api/v1/opportunities/{deal.pk}/lose/", {"because": "Chose another"}, format="json")
    handoff.lead.refresh_from_db()
    assert (Opportunity.objects.get().lost_because, handoff.lead.stage) == ("Chose another", LOST)


def test_a_lead_that_sales_has_not_accepted_has_no_deal(program_of, sam, now):
    handoff = a_handoff(at=now, owner=sam)
    program = program_of(sam)
    before = everything()
    assert program.post("/api/v1/opportunities/", DEAL | {"lead": handoff.lead_id}, format="json").status_code == 409
    handoff.lead.refresh_from_db()
    assert handoff.lead.stage == MQL
    assert everything() == before


def test_a_hand_off_tells_the_version_it_was_made_under_and_its_frozen_ledger(program_of, sam, theo, nora, now):
    criteria_in_force(theo=theo, nora=nora, at=now)
    handoff = an_mql(at=now, title="VP Operations").handoffs.get()
    program = program_of(sam)
    [row] = program.get("/api/v1/handoffs/").json()["results"]
    assert row == program.get(f"/api/v1/handoffs/{handoff.pk}/").json()
    assert (row["criteria"], row["by_hand"], row["rating"]) == (1, False, None)
    assert [entry["matched"] for entry in row["ledger"] if entry["label"].startswith("Title")] == [["VP Operations"]]
    told = program.get(f"/api/v1/leads/{handoff.lead_id}/score/").json()
    assert [line["rule"] for line in told["ledger"]] == [entry["rule"] for entry in row["ledger"]]
    assert {"rule", "label", "points", "matched", "count", "at", "changes_on", "falls_to"} <= told["ledger"][0].keys()
