"""The definition of an MQL through the API: read whole, replayed, signed, and changes asked for."""

from datetime import timedelta

import pytest

from common import clock as db_clock
from leads import backtest
from leads.models import Backtest, ChangeRequest, Criteria
from tests.builders import a_lead, a_touch, criteria_in_force, everything

DAY = timedelta(days=1)
OURS = ("leads", "agreements", "notifications")


@pytest.fixture
def ruling(theo, nora, now) -> Criteria:
    return criteria_in_force(theo=theo, nora=nora, at=now - 20 * DAY)


@pytest.fixture
def proposed(theo, now, ruling) -> Criteria:
    """The next version, which waits for both signatures."""
    draft = Criteria.objects.draft_from(ruling, by=theo, at=now)
    draft.edit(by=theo, threshold=40)
    return draft.propose(by=theo, at=now)


def test_a_version_is_read_with_its_rules_in_words_and_all_that_is_signed(program_of, sam, ruling):
    told = program_of(sam).get("/api/v1/criteria/1/").json()
    assert told["sentences"] == ruling.sentences()
    assert told["revision"]["text"] == "\n".join(["MQL criteria, version 1", *told["sentences"]])
    assert (told["threshold"], told["checklist"]) == ("50.00", ruling.checklist)
    assert len(told["rules"]) == ruling.rules.count()
    pricing = next(rule for rule in told["rules"] if rule["touch_kind"] == "pricing_page")
    assert pricing["says"].startswith("Viewed the pricing page")


def test_reading_a_version_asks_once_for_what_its_rules_share(program_of, sam, ruling, django_assert_max_num_queries):
    program = program_of(sam)
    program.get("/api/v1/criteria/1/")
    with django_assert_max_num_queries(9):
        program.get("/api/v1/criteria/1/")


def test_the_version_that_rules_has_an_address_of_its_own(program_of, sam, proposed):
    program = program_of(sam)
    assert program.get("/api/v1/criteria/ruling/").json()["number"] == 1
    assert [row["number"] for row in program.get("/api/v1/criteria/").json()["results"]] == [2, 1]
    assert [row["number"] for row in program.get("/api/v1/criteria/?state=proposed").json()["results"]] == [2]


def test_without_a_definition_nothing_rules(program_of, sam):
    assert program_of(sam).get("/api/v1/criteria/ruling/").status_code == 404


def test_a_backtest_is_started_once_and_its_figures_are_those_of_the_page(program_of, maya, now, proposed, client_of):
    for n in range(3):
        a_lead(at=now - 5 * DAY, touches=[a_touch("demo_request", at=now - 5 * DAY)], first_name=f"No {n}")
    program, address = program_of(maya), "/api/v1/criteria/2/backtest/"
    assert program.get(address).json()["backtest"] is None
    started = [program.post(address) for _ in range(2)]
    assert [answer.status_code for answer in started] == [202, 202]
    assert sorted(job["criteria"] for job in started[0].json()["running"]) == [1, 2]
    assert Backtest.objects.count() == 2
    backtest.go_on(clock=db_clock.now)
    told, page = program.get(address).json(), client_of(maya).get("/criteria/2/backtest/").context
    assert (told["running"], told["stale"], told["in_force"]["criteria"]) == ([], False, 1)
    assert told["figures"]["counts"] == page["found"].counts
    assert told["figures"]["counts"]["mqls"] == 3
    assert told["figures"]["recall"] == {"count": 0, "of": 0, "value": None, "low": 0.0, "high": 1.0, "small": True}
    assert (told["verdict"]["state"], told["verdict"]["reasons"]) == (page["verdict"].state, page["verdict"].reasons)


def test_a_rep_starts_no_backtest(program_of, sam, proposed):
    program = program_of(sam)
    before = everything(*OURS)
    assert program.post("/api/v1/criteria/2/backtest/").status_code == 403
    assert everything(*OURS) == before


def test_both_heads_sign_and_the_next_version_rules(program_of, theo, nora, proposed):
    assert program_of(theo).post("/api/v1/criteria/2/sign/").json()["state"] == "proposed"
    assert program_of(nora).post("/api/v1/criteria/2/sign/").json()["state"] == "in_force"
    assert Criteria.objects.ruling() == proposed
    assert proposed.rescores.count() == 1


@pytest.mark.parametrize(
    ("who", "number", "status"), [("sam", 2, 403), ("maya", 2, 403), ("theo", 3, 404), ("theo", 1, 409)]
)
def test_a_signature_that_is_refused_changes_nothing(program_of, request, proposed, who, number, status):
    program = program_of(request.getfixturevalue(who))
    before = everything(*OURS)
    assert program.post(f"/api/v1/criteria/{number}/sign/").status_code == status
    assert everything(*OURS) == before


def test_a_no_takes_along_what_was_asked_beside_the_rules(program_of, nora, proposed):
    program = program_of(nora)
    rule = proposed.rules.filter(touch_kind="pricing_page").first()
    asked = program.post("/api/v1/criteria/2/changes/", {"text": "Too many", "rule": rule.pk}, format="json")
    assert (asked.status_code, asked.json()["about"].split(",")[0]) == (201, "Viewed the pricing page")
    told = program.post("/api/v1/criteria/2/decline/", {"because": "See there"}, format="json").json()
    assert told["declined_because"].splitlines()[0] == "See there"
    assert told["declined_because"].endswith("Too many")


def test_the_changes_asked_for_are_listed_with_what_they_are_about(program_of, sam, now, proposed):
    ChangeRequest.objects.ask(proposed, "Lower", rule=None, by=sam, at=now)
    [row] = program_of(sam).get("/api/v1/criteria/2/changes/").json()["results"]
    assert (row["about"], row["text"], row["by"]) == ("Points, grades and steps", "Lower", sam.pk)


@pytest.mark.parametrize(
    ("number", "body", "status"),
    [
        (2, {"text": ""}, 422),
        (2, {"text": "Lower", "points": 3}, 422),
        (2, {"text": "Lower", "rule": 0}, 422),
        (2, {"text": "Lower", "rule": 2_000_000_000}, 404),
        (1, {"text": "Lower"}, 409),
    ],
)
def test_a_change_that_cannot_be_asked_for_leaves_everything_as_it_was(program_of, sam, proposed, number, body, status):
    program = program_of(sam)
    before = everything(*OURS)
    assert program.post(f"/api/v1/criteria/{number}/changes/", body, format="json").status_code == status
    assert everything(*OURS) == before
