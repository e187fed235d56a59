"""What both sides sign, through the API: read by whoever may, signed by the heads, and never by anybody else."""

import pytest

from accounts.models import Scope
from agreements.models import Responsibilities, Revision
from tests.builders import (
    a_persona,
    criteria_in_force,
    everything,
    focus_in_force,
    persona_in_force,
    stage_map_in_force,
)


@pytest.fixture
def fleet_manager(maya, sam, theo, nora, now):
    """A persona in force, and a draft of its next version."""
    signed = persona_in_force("Fleet manager", maya=maya, sam=sam, theo=theo, nora=nora, at=now)
    draft = signed.persona.revise(by=maya, at=now)
    draft.edit("story", by=sam, at=now, story="Plans a hundred trucks by hand.")
    return signed.persona


def test_a_persona_is_read_in_the_version_that_counts(program_of, sam, fleet_manager):
    told = program_of(sam).get(f"/api/v1/personas/{fleet_manager.pk}/").json()
    assert (told["name"], told["shown"]["revision"]["number"]) == ("Fleet manager", 1)
    assert told["shown"]["sentences"][0] == told["shown"]["story"] == "Plans sixty trucks by hand."
    assert {signature["side"] for signature in told["shown"]["revision"]["signatures"]} == {"marketing", "sales"}


def test_every_version_of_a_persona_is_there_the_newest_first(program_of, sam, fleet_manager):
    program, address = program_of(sam), f"/api/v1/personas/{fleet_manager.pk}/versions/"
    rows = program.get(address).json()["results"]
    assert [(row["revision"]["number"], row["revision"]["state"]) for row in rows] == [(2, "draft"), (1, "in_force")]
    assert program.get(f"{address}2/").json()["story"] == "Plans a hundred trucks by hand."
    assert program.get(f"{address}3/").status_code == 404


def test_the_list_of_personas_costs_the_same_for_one_as_for_five(
    program_of, sam, maya, now, fleet_manager, django_assert_max_num_queries
):
    program = program_of(sam)
    program.get("/api/v1/personas/")
    with django_assert_max_num_queries(8) as one:
        program.get("/api/v1/personas/")
    for n in range(4):
        a_persona(f"Somebody {n}", maya=maya, sam=sam, at=now)
    with django_assert_max_num_queries(len(one)):
        assert len(program.get("/api/v1/personas/").json()["results"]) == 5


def test_a_token_without_the_scope_reads_nothing_that_is_signed(program_of, sam, fleet_manager):
    program = program_of(sam, Scope.LEADS_READ)
    for resource in ("personas", "criteria", "roles", "focus", "stages", "agreements"):
        assert program.get(f"/api/v1/{resource}/").status_code == 403


def test_focus_and_stage_map_are_read_as_they_were_signed(program_of, sam, theo, nora, now):
    focus = focus_in_force(theo=theo, nora=nora, at=now, companies=["Halden"])
    stage_map_in_force(theo=theo, nora=nora, at=now)
    program = program_of(sam)
    assert program.get(f"/api/v1/focus/{focus.pk}/").json()["companies"] == ["Halden"]
    assert [row["id"] for row in program.get("/api/v1/focus/?quarter=2026-Q1").json()["results"]] == [focus.pk]
    assert program.get("/api/v1/focus/?quarter=2026-Q2").json()["results"] == []
    assert [stage["key"] for stage in program.get("/api/v1/stages/1/").json()["stages"]][:3] == ["lead", "mql", "sal"]


def test_what_a_side_said_before_both_had_answered_is_not_told(program_of, sam, maya, theo, now):
    draft = Responsibilities.objects.start(by=theo, at=now)
    draft.answer("marketing", {"first_call": "sales"}, by=maya, at=now)
    told = program_of(sam).get("/api/v1/roles/1/")
    assert (told.json()["settled"], "first_call" in told.text) == ({}, False)


@pytest.fixture
def proposed(maya, sam, theo, now) -> Revision:
    """A persona that waits for both signatures."""
    draft = a_persona("Fleet manager", maya=maya, sam=sam, at=now)
    draft.propose(by=theo, at=now)
    return draft.revision


def test_two_heads_sign_by_token_and_it_takes_effect(program_of, theo, nora, proposed):
    address = f"/api/v1/agreements/{proposed.pk}/sign/"
    assert program_of(theo).post(address).json()["state"] == "proposed"
    told = program_of(nora).post(address).json()
    assert (told["state"], told["sha256"]) == ("in_force", proposed.sha256)
    assert {signature["sha256"] for signature in told["signatures"]} == {proposed.sha256}


def test_the_same_signature_sent_twice_is_given_once(program_of, theo, proposed):
    program, address = program_of(theo), f"/api/v1/agreements/{proposed.pk}/sign/"
    sent = [program.post(address, headers={"Idempotency-Key": "sign-1"}) for _ in range(2)]
    assert sent[0].json() == sent[1].json()
    assert proposed.signatures.count() == 1


@pytest.mark.parametrize(
    ("who", "scopes", "body", "status"),
    [
        ("maya", Scope.values, {}, 403),
        ("theo", [Scope.AGREEMENTS_READ], {}, 403),
        ("theo", Scope.values, {"side": "sales"}, 422),
    ],
)
def test_who_may_not_sign_changes_nothing(program_of, request, proposed, who, scopes, body, status):
    program = program_of(request.getfixturevalue(who), *scopes)
    before = everything("agreements", "notifications")
    assert program.post(f"/api/v1/agreements/{proposed.pk}/sign/", body, format="json").status_code == status
    assert everything("agreements", "notifications") == before


def test_signing_twice_is_a_conflict_and_changes_nothing(program_of, theo, now, proposed):
    proposed.sign(by=theo, at=now)
    program = program_of(theo)
    before = everything("agreements")
    assert program.post(f"/api/v1/agreements/{proposed.pk}/sign/").status_code == 409
    assert everything("agreements") == before


def test_a_no_says_what_would_have_to_change(program_of, nora, proposed):
    program, address = program_of(nora), f"/api/v1/agreements/{proposed.pk}/decline/"
    before = everything("agreements")
    assert program.post(address, {}, format="json").json()["errors"].keys() == {"because"}
    assert everything("agreements") == before
    told = program.post(address, {"because": "Smaller companies too"}, format="json").json()
    assert (told["state"], told["declined_because"]) == ("declined", "Smaller companies too")


def test_the_list_narrows_to_what_waits_and_to_one_document(program_of, sam, theo, nora, now, proposed):
    criteria_in_force(theo=theo, nora=nora, at=now)
    program = program_of(sam)
    waits = program.get("/api/v1/agreements/?state=proposed").json()["results"]
    assert [row["id"] for row in waits] == [proposed.pk]
    assert len(program.get("/api/v1/agreements/?document=criteria").json()["results"]) == 1
    assert program.get("/api/v1/agreements/?state=maybe").status_code == 422
