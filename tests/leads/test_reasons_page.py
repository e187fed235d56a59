"""Return reasons: an admin edits them, everyone reads them, and the past stays as it was counted."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from common.errors import Incomplete, NotAllowed, Refused
from leads.models import HandoffReturn, ReturnReason
from tests.asked import queries_asked
from tests.builders import a_handoff, everything, reason, refused

HOUR = timedelta(hours=1)
OWN = {
    "label": "Wants another language",
    "cause": "procedural",
    "evidence": "note",
    "prompt": "Which language?",
    "result": "reroute",
    "result_after_acceptance": "reroute",
    "cool_down_days": 0,
    "is_active": True,
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def test_everyone_reads_them_in_the_order_of_the_rep_and_only_the_admin_has_buttons(now, sam, maya, ada, client_of):
    a_handoff(at=now, owner=sam).send_back(reason("low_intent"), by=sam, at=now)
    for person in (sam, maya, ada):
        page = client_of(person).get("/settings/reasons/")
        shown = list(page.context["reasons"])
        assert [each.code for each in shown[:3]] == ["wrong_company", "wrong_role", "low_intent"]
        assert [each.given for each in shown[:3]] == [0, 0, 1]
        assert ("/settings/reasons/new/" in page.text) is (person == ada)
        assert "Return reasons" in client_of(person).get("/settings/").text


def test_an_admin_adds_one_and_a_rep_can_give_it(now, sam, rita, ada, client_of):
    assert client_of(ada).post("/settings/reasons/new/", OWN | {"is_active": "on"}).status_code == 302
    own = ReturnReason.objects.last()
    assert (own.code, own.position, own.label, own.is_active) == (
        "wants_another_language",
        16,
        "Wants another language",
        True,
    )
    handoff = a_handoff(at=now, owner=sam)
    with refused(Incomplete, "Which language"):
        handoff.send_back(own, by=sam, at=now)
    handoff.send_back(own, note="Frisian", by=sam, at=now)
    handoff.refresh_from_db()
    assert handoff.owner == rita


def test_two_reasons_of_the_same_words_have_codes_of_their_own(ada):
    codes = [ReturnReason.objects.add(by=ada, **OWN).code for _ in range(3)]
    assert codes == ["wants_another_language", "wants_another_language_2", "wants_another_language_3"]


def test_what_makes_no_reason_is_asked_for_again_and_changes_nothing(now, ada, client_of):
    client, before = client_of(ada), everything()
    for wrong, sentence in (
        ({"label": " "}, "required"),
        ({"evidence": "lead"}, "go together"),
        ({"result": "merge"}, "go together"),
        ({"result_after_acceptance": "repair"}, "not one of the available choices"),
        ({"cool_down_days": "-1"}, "greater than or equal to 0"),
    ):
        answer = client.post("/settings/reasons/new/", OWN | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "Which language?" in answer.text
    assert everything() == before


def test_the_verb_holds_the_same_line(ada):
    with refused(Incomplete, "marketing cannot"):
        ReturnReason.objects.add(by=ada, **OWN | {"result_after_acceptance": "repair"})
    with refused(Incomplete, "'position'"):
        ReturnReason.objects.add(by=ada, **OWN, position=1)
    with refused(Incomplete, "words reps use"):
        reason("spam").edit(by=ada, label=" ")
    before = everything()
    with pytest.raises(ValidationError):
        ReturnReason.objects.add(by=ada, **OWN | {"cause": "weather"})
    assert everything() == before


def test_edited_it_counts_from_the_next_return_on(now, sam, ada, client_of):
    first = a_handoff(at=now, owner=sam)
    first.send_back(reason("low_intent"), by=sam, at=now)
    low = reason("low_intent")
    given = {
        "label": "Only curious",
        "cause": low.cause,
        "evidence": "note",
        "prompt": "What did they say?",
        "result": "disqualified",
        "result_after_acceptance": "recycled",
        "cool_down_days": 45,
        "is_active": "on",
    }
    assert client_of(ada).post(f"/settings/reasons/{low.pk}/", given).status_code == 302
    low.refresh_from_db()
    assert (low.label, low.code, low.result, low.cool_down_days) == ("Only curious", "low_intent", "disqualified", 45)
    assert low.counts_against_quality is True  # it was given, so what it counts as stays
    assert HandoffReturn.objects.get().result == "recycled"
    assert first.lead.stage == "recycled"


def test_a_reason_that_was_given_never_counts_the_past_anew(now, sam, ada):
    a_handoff(at=now, owner=sam).send_back(reason("low_intent"), by=sam, at=now)
    with refused(Refused, "add another"):
        reason("low_intent").edit(by=ada, counts_against_quality=False)
    with refused(Refused, "add another"):
        reason("low_intent").edit(by=ada, cause="circumstance")
    reason("spam").edit(by=ada, counts_against_quality=False)
    assert reason("spam").counts_against_quality is False


def test_out_of_use_reps_choose_it_no_more_and_the_last_one_stays(now, sam, ada, client_of):
    handoff = a_handoff(at=now, owner=sam)
    reason("spam").edit(by=ada, is_active=False)
    assert "Spam, a test or a fake" not in client_of(sam).get(f"/handoffs/{handoff.pk}/return/").text
    with refused(Incomplete, "no longer in use"):
        handoff.send_back(reason("spam"), by=sam, at=now)
    ReturnReason.objects.exclude(code="timing").update(is_active=False)
    with refused(Refused, "only reason in use"):
        reason("timing").edit(by=ada, is_active=False)
    with refused(Refused, "only reason in use"):
        reason("timing").remove(by=ada)


def test_a_reason_that_was_given_cannot_be_deleted_even_if_the_return_was_taken_back(now, sam, ada, client_of):
    a_handoff(at=now, owner=sam).send_back(reason("low_intent"), by=sam, at=now)
    HandoffReturn.objects.update(undone_at=now)
    before = everything()
    answer = client_of(ada).post(f"/settings/reasons/{reason('low_intent').pk}/remove/")
    assert answer.status_code == 409
    assert "Put it out of use instead" in answer.text
    assert everything() == before
    assert client_of(ada).post(f"/settings/reasons/{reason('spam').pk}/remove/").status_code == 302
    assert not ReturnReason.objects.filter(code="spam").exists()


def test_reasons_change_places_and_stay_at_the_ends(ada, client_of):
    client = client_of(ada)
    before = list(ReturnReason.objects.values_list("code", flat=True))
    client.post(f"/settings/reasons/{reason('wrong_company').pk}/move/", {"to": "up"})
    assert list(ReturnReason.objects.values_list("code", flat=True)) == before
    client.post(f"/settings/reasons/{reason('wrong_company').pk}/move/", {"to": "down"})
    assert list(ReturnReason.objects.values_list("code", flat=True)) == [before[1], before[0], *before[2:]]


def test_nobody_but_an_admin_changes_them(now, nora, theo, sam, client_of):
    before, spam = everything(), reason("spam").pk
    for person in (nora, theo, sam):
        client = client_of(person)
        for url in ("new/", f"{spam}/", f"{spam}/move/", f"{spam}/remove/"):
            assert client.post(f"/settings/reasons/{url}", OWN).status_code == 403
        for act in (
            lambda by=person: ReturnReason.objects.add(by=by, **OWN),
            lambda by=person: reason("spam").edit(by=by, label="Junk"),
            lambda by=person: reason("spam").move(up=True, by=by),
            lambda by=person: reason("spam").remove(by=by),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert everything() == before


def test_more_returns_ask_the_database_no_more(now, sam, ada, client_of):
    client = client_of(ada)
    client.get("/settings/reasons/")
    with queries_asked() as few:
        client.get("/settings/reasons/")
    for number in range(3):
        a_handoff(at=now, owner=sam).send_back(reason("low_intent"), by=sam, at=now + number * HOUR)
        ReturnReason.objects.add(by=ada, **OWN)
    with queries_asked() as many:
        client.get("/settings/reasons/")
    assert len(many) == len(few)
