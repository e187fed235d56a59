"""The agreement: drafted in one click, changed, proposed, signed by both, in force from its day on."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from agreements.models import Revision, State
from common.errors import Incomplete, NotAllowed, Refused
from sla.models import Agreement, Commitment
from sla.tasks import take_effect

DAY = timedelta(days=1)


@pytest.fixture
def draft(theo, nora, sam, at) -> Agreement:
    return Agreement.objects.draft_from(None, by=theo, at=at)


def signed(agreement, theo, nora, at, **more):
    agreement.propose(by=theo, at=at, **more)
    agreement.sign(by=theo, at=at)
    agreement.sign(by=nora, at=at)
    return Agreement.objects.get(pk=agreement.pk)


def test_one_click_gives_a_draft_that_could_be_signed_as_it_is(draft):
    said = [commitment.sentence.replace("\N{NO-BREAK SPACE}", " ") for commitment in draft.commitments.all()]

    assert "First attempt or return within 8 working hours of the hand-off, for 85 % of cases." in said
    assert "First attempt or return within 1 working hour of a hot hand-off, for 80 % of cases." in said
    assert said[1] == "Sales accepts at least 80 % of the hand-offs it decides in a month."
    assert said[2] == (
        "What sales sends back to be completed, or as a double, is settled by marketing within 8 working hours, "
        "for 90 % of cases."
    )
    assert "A deal, or back with a reason, within 20 working days of the hand-off, for 90 % of cases." in said
    assert not draft.commitments.filter(metric="decision_attainment")
    assert draft.baseline_days == 28
    assert len(draft.parts) == 15


def test_the_draft_promises_the_mean_of_the_mqls_of_the_last_three_months(hand_over, agreement, theo, at):
    for months_ago, made in ((1, 3), (2, 6), (3, 0)):
        for _ in range(made):
            hand_over(at - months_ago * 30 * DAY)
    Revision.objects.filter(pk=agreement.revision_id).update(state=State.SUPERSEDED, ended_at=at)

    draft = Agreement.objects.draft_from(None, by=theo, at=at)

    assert draft.commitments.get(metric="mqls_delivered").target == 3


def test_only_heads_draft_and_only_one_at_a_time(draft, sam, nora, at):
    with pytest.raises(NotAllowed):
        Agreement.objects.draft_from(None, by=sam, at=at)
    with pytest.raises(Refused):
        Agreement.objects.draft_from(None, by=nora, at=at)
    assert Agreement.objects.count() == 1


def test_a_draft_is_changed_promise_by_promise(draft, nora):
    draft = Agreement.objects.with_terms().get()
    draft.edit(
        by=nora,
        promises={"first_attempt_attainment": {"allowed": timedelta(hours=4)}, "attempts_attainment": None},
        sections={"talking": "On the lead, and in the hall."},
    )

    titles = [commitment.title for commitment in draft.commitments.all()]
    assert "First attempt or return within 4 working hours" in titles
    assert len(titles) == 8
    assert draft.sections["talking"] == "On the lead, and in the hall."
    assert draft.sections["sales"].startswith("Sales decides")


def test_terms_that_cannot_be_are_refused_and_change_nothing(draft, nora):
    with pytest.raises(ValidationError):
        draft.edit(by=nora, promises={"first_attempt_attainment": {"share": Decimal("1.5")}}, baseline_days=3)

    assert Commitment.objects.get(metric="first_attempt_attainment").share == Decimal("0.85")
    assert Agreement.objects.get().baseline_days == 28


def test_what_was_proposed_can_no_longer_be_changed(draft, theo, nora, at):
    draft.propose(by=theo, at=at)

    with pytest.raises(Refused):
        draft.edit(by=nora, promises={"mqls_delivered": None})
    assert Agreement.objects.get().commitments.count() == 9


def test_both_sides_promise_something_or_neither_does(draft, theo, at):
    draft.edit(
        by=theo, promises=dict.fromkeys(["mqls_delivered", "acceptance_rate", "repair_attainment", "plan_attainment"])
    )

    with pytest.raises(Incomplete):
        Agreement.objects.get().propose(by=theo, at=at)
    assert Revision.objects.get().state == State.DRAFT


def test_signed_by_both_it_is_in_force_with_its_baseline(draft, theo, nora, at):
    draft.propose(by=theo, at=at)
    assert draft.sign(by=theo, at=at) is False
    assert Agreement.objects.ruling() is None

    assert draft.sign(by=nora, at=at + DAY) is True

    ruling = Agreement.objects.ruling()
    assert ruling == draft
    assert ruling.baseline_until == at + 29 * DAY
    assert ruling.is_baseline(at + 28 * DAY)
    assert ruling.revision.text == ruling.text(at=ruling.revision.proposed_at)


def test_reps_do_not_sign(draft, theo, sam, at):
    draft.propose(by=theo, at=at)

    with pytest.raises(NotAllowed):
        draft.sign(by=sam, at=at)
    assert not draft.revision.signatures.exists()


def test_signed_for_later_it_takes_effect_on_its_day(draft, theo, nora, at, clock_shows):
    later = signed(draft, theo, nora, at, effective_at=at + 2 * DAY)
    assert later.revision.state == State.SIGNED

    clock_shows(at + DAY)
    assert take_effect() == 0
    clock_shows(at + 2 * DAY)
    assert take_effect() == 1
    assert take_effect() == 0

    assert Agreement.objects.ruling() == later
    assert later.ruled_at(at) is False


def test_the_next_version_has_no_baseline_and_takes_the_place_of_the_first(draft, theo, nora, at):
    first = signed(draft, theo, nora, at)
    second = Agreement.objects.draft_from(first, by=nora, at=at + DAY)
    assert second.baseline_days == 0
    assert second.commitments.count() == 9

    signed(second, theo, nora, at + 2 * DAY)

    assert Agreement.objects.ruling() == second
    assert Agreement.objects.in_force_at(at + DAY) == first
    assert Agreement.objects.before(second) == first


def test_a_hand_off_keeps_the_terms_it_was_made_under(agreement, hand_over, clock_of, theo, nora, at):
    handoff = hand_over(at)
    second = Agreement.objects.draft_from(agreement, by=theo, at=at)
    second.edit(by=theo, promises={"first_attempt_attainment": {"allowed": timedelta(hours=2)}})
    signed(Agreement.objects.get(pk=second.pk), theo, nora, at + timedelta(hours=1))

    later = hand_over(at + timedelta(hours=2))

    assert clock_of(handoff).commitment.agreement == agreement
    assert clock_of(handoff).due_at - at == timedelta(hours=23, minutes=30)
    assert clock_of(later).due_at == at + timedelta(hours=4)


def test_who_asks_for_a_change_says_which(draft, theo, nora, at):
    draft.propose(by=theo, at=at)

    with pytest.raises(Incomplete):
        draft.decline(by=nora, because=" ", at=at)
    draft.decline(by=nora, because="Eight hours is too short on Fridays.", at=at)

    assert Revision.objects.get().state == State.DECLINED
    assert Agreement.objects.draft_from(draft, by=nora, at=at).commitments.count() == 9
