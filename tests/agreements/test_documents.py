"""Every kind of document that both sides sign says itself what is signed and where it is read."""

import pytest

from agreements.models import Focus, StageMap, TypedDocument
from agreements.models.versions import Version
from common.periods import quarter_of
from leads.models import Criteria
from tests.builders import a_persona


def kinds(of: type[TypedDocument]) -> list[type[TypedDocument]]:
    found = [each for kind in of.__subclasses__() for each in [kind, *kinds(kind)]]
    return [kind for kind in found if kind is not Version]


def test_agreement_credit_criteria_focus_persona_plan_roles_and_stage_map_are_what_both_sides_sign():
    assert sorted(kind.__name__ for kind in kinds(TypedDocument)) == [
        "Agreement", "Credit", "Criteria", "Focus", "PersonaVersion", "Plan", "Responsibilities", "StageMap",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", kinds(TypedDocument))
def test_a_kind_has_its_sentences_and_its_page(kind):
    assert kind.sentences is not TypedDocument.sentences
    assert kind.get_absolute_url is not TypedDocument.get_absolute_url
    assert (kind.EDIT, kind.PROPOSE) != ("", "")


def test_the_menu_names_each_version_that_is_drafted_or_waits_and_of_personas_the_most_urgent(
    client_of, maya, sam, nora, at, clock_shows
):
    clock_shows(at)
    a_persona("Fleet manager", maya=maya, sam=sam, at=at)
    assert badges(client_of(nora)) == {"Personas": "draft"}
    a_persona("Head of operations", maya=maya, sam=sam, at=at).propose(by=maya, at=at)
    StageMap.objects.start(by=nora, at=at)
    Focus.objects.start(quarter_of(at, "UTC"), by=nora, at=at)
    Criteria.objects.draft_from(None, by=maya, at=at).propose(by=maya, at=at)
    assert badges(client_of(nora)) == {
        "Personas": "to sign", "Sales focus": "draft", "MQL criteria": "v1 to sign", "Stage map": "v1 draft",
    }  # fmt: skip


def badges(browser) -> dict[str, str]:
    """The words beside the entries of the menu under "Agreed"."""
    groups = {group.title: group.entries for group in browser.get("/stages/").context["navigation"]()}
    return {entry.label: entry.badge for entry in groups["Agreed"] if entry.badge}
