"""The text of the agreement: questions both sides ask, answered with what is known, and frozen by proposing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from agreements.models import Revision, State
from goals.models import Plan
from leads.models import Handoff
from sla.drafting import SECTIONS
from sla.models import Agreement, Clock, Commitment
from sla.references import NAME, filled
from tests.builders import criteria_in_force

DAY = timedelta(days=1)


@pytest.fixture
def draft(theo, nora, sam, at, clock_shows) -> Agreement:
    clock_shows(at)
    return Agreement.objects.draft_from(None, by=theo, at=at)


def said(agreement: Agreement, key: str) -> str:
    fresh = Agreement.objects.with_terms().get(pk=agreement.pk)
    return next(part.text for part in fresh.parts if part.key == key)


def test_every_section_asks_a_question_and_its_references_are_known(draft):
    for section in SECTIONS:
        assert section.asks.endswith("?")
        assert set(NAME.findall(section.text)) <= set(draft.said)
    assert {name for section in SECTIONS for name in NAME.findall(section.text)} == set(draft.said)


def test_nothing_signed_yet_is_said_so(draft):
    assert "the MQL criteria, once they are signed" in said(draft, "passing")
    assert said(draft, "quota").startswith("How many MQLs sales needs follows from the goal, once it is signed.")


def test_the_figures_of_the_goal_and_of_its_own_promises_stand_in_the_text(draft, theo, nora, calendar, at):
    criteria_in_force(theo=theo, nora=nora, at=at)
    plan = Plan.objects.draw_up("2026-Q1", Decimal(1_000_000), calendar, by=theo, at=at)
    plan.edit(
        by=theo, at=at, marketing_share=Decimal("0.5"), average_deal=Decimal(25_000), win_rate=Decimal("0.25"),
        sal_to_opportunity=Decimal("0.4"), acceptance=Decimal("0.8"),
    )  # fmt: skip
    plan.propose(by=theo, at=at)
    plan.sign(by=theo, at=at)
    plan.sign(by=nora, at=at)
    draft.edit(by=theo, promises={"first_attempt_attainment": {"allowed": timedelta(hours=4)}})

    assert said(draft, "quota").startswith(
        "For 20 deals in Q1 2026 sales needs 250 MQLs, of which it accepts 200 and makes 80 opportunities, "
        "as the signed goal has it."
    )
    assert "meets the MQL criteria, version 1, and says" in said(draft, "marketing")
    assert "follows up within 4 working hours, hot leads within 1 working hour, and" in said(draft, "sales")
    assert said(draft, "signers").startswith("Theo Blom for marketing and Nora Vos for sales.")


def test_proposing_freezes_what_the_references_say(draft, theo, nora, at):
    draft.propose(by=theo, at=at)
    frozen = Revision.objects.get(document="agreement").text
    criteria_in_force(theo=theo, nora=nora, at=at + DAY)

    proposed = Agreement.objects.with_terms().get(pk=draft.pk)

    assert "once they are signed" in said(proposed, "passing")
    assert proposed.text(at=at + DAY) == frozen


def test_the_next_draft_reads_them_anew(draft, theo, nora, at):
    draft.propose(by=theo, at=at)
    draft.decline(by=nora, because="First the criteria.", at=at)
    criteria_in_force(theo=theo, nora=nora, at=at + DAY)

    again = Agreement.objects.draft_from(draft, by=nora, at=at + DAY)

    assert "meets the MQL criteria, version 1," in said(again, "passing")


def test_what_stands_for_nothing_stays_as_it_was_typed():
    assert filled("{criteria} and {whatever} and {Criteria}", {"criteria": "C"}) == "C and {whatever} and {Criteria}"


def test_a_promise_about_grades_runs_clocks_on_hand_offs_of_those_alone(agreement, hand_over, clock_of, theo, nora, at):
    """The grade is the one frozen on the hand-off; one without a grade is not meant."""
    second = Agreement.objects.draft_from(agreement, by=theo, at=at)
    second.edit(by=theo, promises={"disposition_attainment": {"grades": "AB"}})
    signed = Agreement.objects.with_terms().get(pk=second.pk)
    promise = signed.commitments.get(metric="disposition_attainment")
    signed.propose(by=theo, at=at)
    signed.sign(by=theo, at=at)
    signed.sign(by=nora, at=at)

    ungraded = hand_over(at + DAY)

    assert promise.sentence.endswith(" This is about hand-offs of grade A or B alone.")
    assert not clocks_of(promise, ungraded)
    ungraded.grade = "B"
    ungraded.save(update_fields=["grade"])
    Clock.objects.settle([ungraded.pk])
    assert len(clocks_of(promise, ungraded)) == 1


def clocks_of(promise: Commitment, handoff: Handoff) -> list[Clock]:
    return list(Clock.objects.filter(commitment=promise, handoff=handoff))


def test_grades_that_do_not_exist_are_refused(draft, theo):
    with pytest.raises(ValidationError):
        draft.edit(by=theo, promises={"disposition_attainment": {"grades": "BX"}})
    assert not draft.commitments.exclude(grades="")


def test_the_form_saves_period_grades_and_text(draft, client_of, theo, at):
    page = client_of(theo).get("/sla/agreement/1/")
    fields = _sent(page.context)

    answer = client_of(theo).post(
        "/sla/agreement/1/edit/",
        fields | {"mqls_delivered-period": "week", "disposition_attainment-grades": ["A", "B"], "talking": "By {x}."},
    )

    assert answer.status_code == 302
    changed = Agreement.objects.with_terms().get()
    assert changed.commitments.get(metric="mqls_delivered").sentence.startswith("Deliver 20 MQLs a week")
    assert changed.commitments.get(metric="disposition_attainment").grades == "AB"
    assert said(changed, "talking") == "By {x}."
    assert changed.revision.state == State.DRAFT


def _sent(context: Any) -> dict[str, Any]:
    """What the browser sends of the forms as they are shown."""
    sent = {}
    for form in [context["text"], *context["promises"]]:
        for field in form:
            if field.value() not in (None, False, []):
                sent[field.html_name] = getattr(field.value(), "pk", field.value())
    return sent
