"""Personas: written by both sides in turn, signed, revised; and their pages."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from agreements.models import Persona, PersonaVersion, Revision, State
from common.conditions import Condition
from common.errors import Incomplete, NotAllowed, Refused
from leads.facts import FACTS
from tests.builders import a_persona, everything, persona_in_force

DAY = timedelta(days=1)


def state(version):
    return Revision.objects.get(pk=version.revision_id).state


@pytest.fixture
def draft(maya, sam, at):
    """A fleet manager, written by Maya and Sam, not yet proposed."""
    return a_persona("Fleet manager", maya=maya, sam=sam, at=at)


def test_it_reads_as_sentences_that_both_sides_understand(draft, at):
    assert draft.text(at=at).splitlines() == [
        "Fleet manager, version 1",
        "Plans sixty trucks by hand.",
        "The company is in Road freight or Logistics.",
        "It is in Belgium, Netherlands or Luxembourg.",
        "The title contains fleet or transport.",
        "The seniority is Director or Manager.",
        "The company has between 50 and 2,000 people.",
        "They want: Fewer empty miles",
        "They begin to look when: A new hub",
        "It hurts them: Drivers leave",
        "They object: We have a system already",
        "They ask: Does it know about tolls?",
    ]


def test_its_traits_are_conditions_on_facts_that_leads_have(draft):
    assert draft.conditions == (
        Condition("industry", "is_any_of", ("Road freight", "Logistics")),
        Condition("country", "is_any_of", ("Belgium", "Netherlands", "Luxembourg")),
        Condition("title", "contains", ("fleet", "transport")),
        Condition("seniority", "is_any_of", ("Director", "Manager")),
        Condition("employees", "between", ("50", "2000")),
    )
    assert {each.field for each in draft.conditions} <= set(FACTS)


def test_it_counts_once_both_heads_signed_and_the_version_before_is_superseded(draft, maya, theo, nora, at):
    draft.propose(by=maya, at=at)
    assert draft.sign(by=theo, at=at) is False
    assert draft.sign(by=nora, at=at + DAY) is True
    second = draft.persona.revise(by=maya, at=at + 2 * DAY)
    assert second.revision.number == 2
    assert second.sentences() == draft.sentences()
    assert second.written == draft.written
    second.edit("story", by=maya, at=at + 2 * DAY, story="Plans a hundred trucks by hand.")
    second.propose(by=maya, at=at + 2 * DAY)
    second.sign(by=theo, at=at + 3 * DAY)
    second.sign(by=nora, at=at + 3 * DAY)
    assert (state(draft), state(second)) == (State.SUPERSEDED, State.IN_FORCE)
    assert Revision.objects.get(pk=draft.revision_id).ended_at == at + 3 * DAY


def test_who_wrote_which_part_is_kept(draft, maya, sam, at):
    assert draft.written == {
        "companies": {"user": maya.pk, "at": at.isoformat()},
        "people": {"user": sam.pk, "at": at.isoformat()},
        "wants": {"user": maya.pk, "at": at.isoformat()},
        "doubts": {"user": sam.pk, "at": at.isoformat()},
        "story": {"user": maya.pk, "at": at.isoformat()},
    }


@pytest.mark.parametrize(
    ("part", "gone", "why"),
    [
        ("wants", {"goals": [], "triggers": [], "channels": []}, "Marketing has yet to say something"),
        ("doubts", {"pains": [], "objections": [], "questions": []}, "Sales has yet to say something"),
        ("story", {"story": ""}, "in one line"),
    ],
)
def test_it_is_not_proposed_while_a_side_has_said_nothing(draft, maya, at, part, gone, why):
    draft.edit(part, by=maya, at=at, **gone)
    before = everything("agreements")
    with pytest.raises(Incomplete, match=why):
        draft.propose(by=maya, at=at)
    assert everything("agreements") == before


def test_a_persona_that_would_fit_everybody_is_not_proposed(maya, at):
    draft = Persona.objects.draw_up("Anybody", by=maya, at=at)
    before = everything("agreements")
    with pytest.raises(Incomplete, match="fit everybody"):
        draft.propose(by=maya, at=at)
    assert everything("agreements") == before


def test_what_was_proposed_changes_no_more_by_any_door(draft, maya, at):
    draft.propose(by=maya, at=at)
    before = everything("agreements")
    with pytest.raises(Refused, match="can no longer be changed"):
        draft.edit("story", by=maya, at=at, story="Somebody else")
    with pytest.raises(IntegrityError, match="no draft any more"), transaction.atomic():
        PersonaVersion.objects.filter(pk=draft.pk).update(story="Somebody else")
    with pytest.raises(IntegrityError, match="no draft any more"), transaction.atomic():
        PersonaVersion.objects.filter(pk=draft.pk).delete()
    assert everything("agreements") == before


def test_two_personas_have_two_names(draft, maya, at):
    before = everything("agreements")
    with pytest.raises(Refused, match="“FLEET manager” already"):
        Persona.objects.draw_up("FLEET manager", by=maya, at=at)
    assert everything("agreements") == before


def test_one_new_version_at_a_time(draft, maya, at):
    before = everything("agreements")
    with pytest.raises(Refused, match="on its way already"):
        draft.persona.revise(by=maya, at=at)
    assert everything("agreements") == before


@pytest.mark.parametrize("who", ["ada", "otto"])
def test_who_belongs_to_no_side_writes_nothing(draft, at, who, request):
    somebody = request.getfixturevalue(who)
    before = everything("agreements")
    with pytest.raises(NotAllowed):
        draft.edit("story", by=somebody, at=at, story="Mine")
    with pytest.raises(NotAllowed):
        Persona.objects.draw_up("Mine", by=somebody, at=at)
    assert everything("agreements") == before


def test_a_rep_writes_but_does_not_propose(draft, sam, at):
    before = everything("agreements")
    with pytest.raises(NotAllowed):
        draft.propose(by=sam, at=at)
    assert everything("agreements") == before


# Its pages


def test_the_worksheet_leads_both_sides_through_it(maya, client_of, at, clock_shows):
    clock_shows(at)
    browser = client_of(maya)
    answer = browser.post("/personas/new/", {"name": "Head of operations"})
    persona = Persona.objects.get()
    assert answer.url == f"/personas/{persona.pk}/worksheet/companies/"
    answer = browser.post(
        answer.url, {"industries": "Road freight\n\n Retail \nretail", "people_from": "50", "countries": "DACH"}
    )
    assert answer.url == f"/personas/{persona.pk}/worksheet/people/"
    draft = persona.versions.get()
    assert (draft.industries, draft.people_from, draft.people_to) == (["Road freight", "retail"], 50, None)
    assert draft.countries == ["Germany", "Austria", "Switzerland"]
    answer = browser.post(answer.url, {"titles": "operations", "seniority": ["Director"], "stay": "1"})
    assert answer.url == f"/personas/{persona.pk}/versions/1/"
    page = browser.get(answer.url).text
    assert "Marketing’s part" in page
    assert "Sales’ part" in page
    assert "written by Maya Peters" in page


def test_from_has_to_be_less_than_to(draft, maya, client_of):
    before = everything("agreements")
    url = reverse("persona_worksheet", args=[draft.persona_id, "companies"])
    answer = client_of(maya).post(url, {"people_from": "50", "people_to": "50"})
    assert answer.status_code == 422
    assert "Has to be more than “from”." in answer.text
    assert 'value="50"' in answer.text
    assert everything("agreements") == before


def test_the_page_says_what_changed_against_the_version_before(maya, sam, theo, nora, client_of, at, clock_shows):
    clock_shows(at)
    first = persona_in_force("Fleet manager", maya=maya, sam=sam, theo=theo, nora=nora, at=at - DAY)
    second = first.persona.revise(by=maya, at=at)
    second.edit("story", by=maya, at=at, story="Plans a hundred trucks by hand.")
    page = client_of(sam).get(second.get_absolute_url()).text
    assert "<del>Plans sixty trucks by hand.</del>" in page
    assert "<ins>Plans a hundred trucks by hand.</ins>" in page


def test_it_is_signed_where_everything_is_signed(draft, maya, theo, nora, client_of, at):
    draft.propose(by=maya, at=at)
    assert "Fleet manager, version 1" in client_of(nora).get("/agreements/").text
    for head in (theo, nora):
        answer = client_of(head).post(f"/agreements/{draft.revision_id}/sign/")
    assert answer.url == f"/personas/{draft.persona_id}/versions/1/"
    assert state(draft) == State.IN_FORCE


def test_an_empty_list_teaches(ada, client_of):
    page = client_of(ada).get("/personas/").text
    assert "Nobody has said yet whom you sell to" in page
    assert "Write the first together" not in page


def test_proposing_by_the_page_is_for_who_may(draft, sam, client_of):
    before = everything("agreements")
    url = reverse("propose_persona", args=[draft.persona_id, 1])
    assert client_of(sam).post(url).status_code == 403
    assert everything("agreements") == before
