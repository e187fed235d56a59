"""Leads, touches and attempts through the API."""

from accounts.models import Scope
from leads.lifecycle import SAL
from leads.models import Attempt, Lead, Touch
from tests.builders import a_handoff, a_lead, criteria_in_force, everything


def test_a_person_is_received_and_a_repeat_completes_the_same_lead(program_of, maya):
    program = program_of(maya)
    first = program.post("/api/v1/leads/", {"email": "Priya@Halden.test", "company": "Halden"}, format="json")
    again = program.post("/api/v1/leads/", {"email": "priya@halden.test", "title": "VP Operations"}, format="json")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert (again.json()["title"], again.json()["company"]["name"]) == ("VP Operations", "Halden")


def test_the_same_key_does_its_work_once(program_of, maya):
    program = program_of(maya)
    body = {"email": "priya@halden.test", "touches": [{"kind": "form", "occurred_at": "2026-03-11T08:00:00Z"}]}
    answers = [
        program.post("/api/v1/leads/", body, format="json", headers={"Idempotency-Key": "form-17"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert (Lead.objects.count(), Touch.objects.count()) == (1, 1)


def test_an_unknown_field_is_refused_by_name_and_nothing_is_kept(program_of, maya):
    program = program_of(maya)
    before = everything()
    answer = program.post("/api/v1/leads/", {"email": "priya@halden.test", "stage": "customer"}, format="json")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == {"stage": ["There is no such field."]}
    assert everything() == before


def test_a_body_that_is_no_json_is_a_400(program_of, maya):
    answer = program_of(maya).post("/api/v1/leads/", "{", content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_without_a_token_nobody_comes_in(client, db):
    answer = client.get("/api/v1/leads/")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Smarketing"')


def test_a_token_that_may_only_read_does_not_write(program_of, maya):
    program = program_of(maya, Scope.LEADS_READ)
    before = everything()
    assert program.get("/api/v1/leads/").status_code == 200
    assert program.post("/api/v1/leads/", {"email": "x@halden.test"}, format="json").status_code == 403
    assert everything() == before


def test_the_tokens_owner_needs_the_role_as_on_the_page(program_of, sam):
    program = program_of(sam)
    before = everything()
    answer = program.post("/api/v1/leads/", {"email": "x@halden.test"}, format="json")
    assert (answer.status_code, answer.json()["title"]) == (403, "Not allowed")
    assert everything() == before


def test_the_list_goes_on_by_its_own_addresses(program_of, sam, now):
    made = [a_lead(at=now).pk for _ in range(5)]
    program, seen, address = program_of(sam), [], "/api/v1/leads/?page_size=2"
    while address:
        page = program.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == sorted(made, reverse=True)


def test_facts_are_edited_but_the_stage_never(program_of, maya, now):
    lead = a_lead(at=now)
    program = program_of(maya)
    assert program.patch(f"/api/v1/leads/{lead.pk}/", {"city": "Ghent"}, format="json").json()["city"] == "Ghent"
    assert program.patch(f"/api/v1/leads/{lead.pk}/", {"stage": "mql"}, format="json").status_code == 422


def test_the_score_comes_with_its_ledger_and_what_is_missing(program_of, sam, theo, nora, now):
    criteria_in_force(theo=theo, nora=nora, at=now)
    lead = a_lead(at=now)
    told = program_of(sam).get(f"/api/v1/leads/{lead.pk}/score/").json()
    assert told["criteria"] == 1
    assert told["gap"]["qualifies"] is False


def test_touches_are_recorded_in_bulk_and_a_stranger_stops_no_other(program_of, maya, now):
    lead = a_lead(at=now, email="priya@halden.test")
    moment = "2026-03-11T08:30:00Z"
    body = {
        "touches": [
            {"email": "priya@halden.test", "kind": "pricing_page", "occurred_at": moment},
            {"email": "nobody@nowhere.test", "kind": "pricing_page", "occurred_at": moment},
            {"lead": lead.pk, "kind": "webinar_attended", "occurred_at": moment},
        ]
    }
    told = program_of(maya).post("/api/v1/touches/", body, format="json").json()
    assert told["recorded"] == 2
    assert [row["index"] for row in told["refused"]] == [1]


def test_an_attempt_that_a_telephone_system_logs_is_marked_synced(program_of, sam, now):
    handoff = a_handoff(at=now, owner=sam)
    answer = program_of(sam).post(f"/api/v1/leads/{handoff.lead_id}/attempts/", {"outcome": "voicemail"}, format="json")
    handoff.lead.refresh_from_db()
    assert (answer.status_code, handoff.lead.stage) == (201, SAL)
    assert Attempt.objects.get().synced


def test_a_lead_that_is_not_there_is_not_found(program_of, sam):
    answer = program_of(sam).get("/api/v1/leads/999/")
    assert (answer.status_code, answer.json()["title"]) == (404, "Not found")
