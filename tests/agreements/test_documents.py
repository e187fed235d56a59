"""Every kind of document that both sides sign says itself what is signed and where it is read."""

import pytest

from agreements.models import TypedDocument
from agreements.models.versions import Version


def kinds(of: type[TypedDocument]) -> list[type[TypedDocument]]:
    found = [each for kind in of.__subclasses__() for each in [kind, *kinds(kind)]]
    return [kind for kind in found if kind is not Version]


def test_criteria_agreement_plan_persona_roles_focus_and_stage_map_are_what_both_sides_sign():
    assert sorted(kind.__name__ for kind in kinds(TypedDocument)) == [
        "Agreement", "Criteria", "Focus", "PersonaVersion", "Plan", "Responsibilities", "StageMap",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", kinds(TypedDocument))
def test_a_kind_has_its_sentences_and_its_page(kind):
    assert kind.sentences is not TypedDocument.sentences
    assert kind.get_absolute_url is not TypedDocument.get_absolute_url
    assert (kind.EDIT, kind.PROPOSE) != ("", "")
