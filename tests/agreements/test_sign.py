"""How a text becomes what both sides agreed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from accounts.access import Role
from agreements.models import Revision, Signature, State
from common.errors import Incomplete, NotAllowed, Refused
from leads.models import Criteria, Rescore, Rule
from tests.builders import criteria_in_force

DAY = timedelta(days=1)


@pytest.fixture
def draft(maya, at):
    """The definition to start from, as a draft."""
    return Criteria.objects.draft_from(None, by=maya, at=at)


def state(criteria):
    return Revision.objects.get(pk=criteria.revision_id).state


def test_it_is_in_force_once_both_heads_signed_the_same_text(draft, maya, theo, nora, at):
    draft.propose(by=maya, at=at)
    assert draft.sign(by=theo, at=at) is False
    assert state(draft) == State.PROPOSED
    assert draft.sign(by=nora, at=at + DAY) is True
    assert state(draft) == State.IN_FORCE
    draft.revision.refresh_from_db()
    assert draft.revision.in_force_at == at + DAY
    assert set(Signature.objects.values_list("side", "sha256")) == {
        ("marketing", draft.revision.sha256),
        ("sales", draft.revision.sha256),
    }
    assert Rescore.objects.get().criteria == draft


def test_one_side_cannot_sign_twice(draft, maya, theo, at):
    draft.propose(by=maya, at=at)
    draft.sign(by=theo, at=at)
    with pytest.raises(Refused, match="signed already"):
        draft.sign(by=theo, at=at)
    assert Signature.objects.count() == 1


def test_one_person_who_heads_both_sides_signs_for_both(draft, maya, theo, at):
    theo.roles = [Role.HEAD_OF_MARKETING, Role.HEAD_OF_SALES]
    theo.save()
    draft.propose(by=maya, at=at)
    assert draft.sign(by=theo, at=at) is True
    assert Signature.objects.filter(user=theo).count() == 2


@pytest.mark.parametrize("who", ["ada", "maya", "sam", "otto"])
def test_nobody_else_signs_the_admin_neither(draft, maya, at, who, request):
    draft.propose(by=maya, at=at)
    with pytest.raises(NotAllowed):
        draft.sign(by=request.getfixturevalue(who), at=at)
    assert not Signature.objects.exists()


def test_to_change_what_waits_withdraws_it_and_its_signatures_count_for_nothing(draft, maya, theo, nora, at):
    draft.propose(by=maya, at=at)
    draft.sign(by=theo, at=at)
    following = draft.amend(by=maya, at=at)
    assert (state(draft), state(following), following.revision.number) == (State.WITHDRAWN, State.DRAFT, 2)
    assert following.sentences() == draft.sentences()
    following.propose(by=maya, at=at)
    assert following.sign(by=nora, at=at) is False
    assert state(following) == State.PROPOSED


def test_what_was_proposed_can_no_longer_be_edited(draft, maya, at):
    rule = draft.rules.first()
    draft.propose(by=maya, at=at)
    for change in (
        lambda: draft.edit(by=maya, threshold=70),
        lambda: draft.add_rule(by=maya, section="must", field="phone", operator="is_known"),
        lambda: rule.edit(by=maya, values=[False]),
        lambda: rule.remove(by=maya),
        lambda: rule.move(up=True, by=maya),
    ):
        with pytest.raises(Refused, match="no longer be changed"):
            change()
    assert draft.rules.count() == 17


def test_the_database_itself_refuses_to_rewrite_what_was_proposed(draft, maya, theo, at):
    draft.propose(by=maya, at=at)
    draft.sign(by=theo, at=at)
    rule, revision = draft.rules.first(), Revision.objects.filter(pk=draft.revision_id)
    for rewrite in (
        lambda: revision.update(text="Everybody is an MQL."),
        lambda: revision.update(sha256="0" * 64),
        lambda: Rule.objects.filter(pk=rule.pk).update(position=9),
        lambda: Rule.objects.filter(pk=rule.pk).delete(),
        lambda: Rule.objects.create(criteria=draft, section="must", field="phone", operator="is_known"),
        lambda: Criteria.objects.filter(pk=draft.pk).update(threshold=1),
        lambda: Signature.objects.update(sha256="0" * 64),
        lambda: Signature.objects.all().delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            rewrite()
    draft.refresh_from_db()
    assert (draft.rules.count(), draft.threshold, Signature.objects.count()) == (17, 50, 1)


def test_a_change_is_asked_for_with_its_reason(draft, maya, nora, at):
    draft.propose(by=maya, at=at)
    with pytest.raises(Incomplete):
        draft.decline(by=nora, because="  ", at=at)
    assert state(draft) == State.PROPOSED
    draft.decline(by=nora, because="Twenty people are too few.", at=at)
    assert state(draft) == State.DECLINED
    with pytest.raises(Refused):
        draft.sign(by=nora, at=at)


def test_a_signed_version_waits_for_its_day(draft, maya, theo, nora, at):
    draft.propose(by=maya, at=at, effective_at=at + 3 * DAY)
    draft.sign(by=theo, at=at)
    assert draft.sign(by=nora, at=at) is False
    assert state(draft) == State.SIGNED
    assert Criteria.objects.take_effect(at=at + 2 * DAY) == 0
    assert Criteria.objects.take_effect(at=at + 3 * DAY) == 1
    assert state(draft) == State.IN_FORCE
    assert Criteria.objects.take_effect(at=at + 4 * DAY) == 0


def test_the_next_version_supersedes_the_one_before(theo, nora, at):
    first = criteria_in_force(theo=theo, nora=nora, at=at)
    second = Criteria.objects.draft_from(first, by=theo, at=at + DAY)
    second.edit(by=theo, threshold=60)
    second.propose(by=theo, at=at + DAY)
    second.sign(by=theo, at=at + DAY)
    second.sign(by=nora, at=at + 2 * DAY)
    assert (state(first), state(second)) == (State.SUPERSEDED, State.IN_FORCE)
    assert Criteria.objects.ruling() == second
    assert Revision.objects.of("criteria").in_force_at(at + DAY).get() == first.revision


def test_a_trial_runs_only_while_nothing_is_in_force_and_ends_by_itself(draft, theo, nora, at):
    draft.try_out(by=theo, at=at)
    assert Criteria.objects.ruling() == draft
    assert Criteria.objects.end_trials(at=at + 29 * DAY) == 0
    assert Criteria.objects.end_trials(at=at + 30 * DAY) == 1
    assert (state(draft), Criteria.objects.ruling()) == (State.WITHDRAWN, None)
    criteria_in_force(theo=theo, nora=nora, at=at + 31 * DAY)
    late = Criteria.objects.draft_from(None, by=theo, at=at + 31 * DAY)
    with pytest.raises(Refused, match="in force already"):
        late.try_out(by=theo, at=at + 31 * DAY)
    assert state(late) == State.DRAFT


def test_a_trial_goes_on_while_its_definition_waits_for_signatures(draft, theo, nora, at):
    draft.try_out(by=theo, at=at)
    asked = draft.propose(by=theo, at=at + DAY)
    assert (state(draft), state(asked), asked.revision.number) == (State.TRIAL, State.PROPOSED, 2)
    asked.sign(by=theo, at=at + DAY)
    asked.sign(by=nora, at=at + DAY)
    assert (state(draft), state(asked)) == (State.SUPERSEDED, State.IN_FORCE)


def test_a_marketer_proposes_but_does_not_try_out(draft, maya, at):
    with pytest.raises(NotAllowed):
        draft.try_out(by=maya, at=at)
    assert state(draft) == State.DRAFT


def test_two_versions_never_wait_at_the_same_time(draft, maya, at):
    draft.propose(by=maya, at=at)
    other = Criteria.objects.draft_from(draft, by=maya, at=at)
    with pytest.raises(Refused, match="already waits"):
        other.propose(by=maya, at=at)
    assert state(other) == State.DRAFT


def test_a_definition_nobody_could_meet_is_not_proposed(draft, maya, at):
    for rule in draft.rules.filter(section="fast_track") | draft.rules.filter(axis="engagement"):
        rule.remove(by=maya)
    draft.edit(by=maya, threshold=80, hot_at=None)
    with pytest.raises(Incomplete, match="the rules add up to 50 at most"):
        draft.propose(by=maya, at=at)
    assert state(draft) == State.DRAFT


def test_the_same_definition_always_reads_the_same(draft):
    assert draft.sentences() == [
        "A lead is an MQL when it has a business e-mail and it reaches 50 points with at least 15 for fit.",
        "Never when its company is a customer, its company has an open deal or the person has opted out.",
        "At once when the person asked for a demo or asked for a price within the last 14 days.",
        "Who they are: Title contains VP, Vice President, Director, Head, Chief, CEO, Owner or Founder: +20 points.",
        "Who they are: Title contains Manager or Lead: +10 points.",
        "Who they are: Title contains Student, Intern or Trainee: −20 points.",
        "Who they are: People between 50 and 2,000: +15 points.",
        "Who they are: People less than 20: −20 points.",
        "Who they are: Phone is known: +5 points.",
        "What they did: Attended a webinar, each in 30 days, at most 30: +15 points.",
        "What they did: Viewed the pricing page, each in 14 days, at most 24: +8 points.",
        "What they did: Downloaded, each in 30 days, at most 20: +10 points.",
        "What they did: Filled in a form, each in 30 days, at most 20: +10 points.",
        "What they did: Any touch, halves every 21 days, at most 10: +2 points.",
        "A lead is hot when it came by the fast track or reaches 90 points.",
        "Grades by fit: A from 40, B from 25, C from 10, D under that.",
        "Days begin at midnight in Europe/Amsterdam.",
        "An accepted lead becomes an SQL when sales has answered the checklist.",
        "SQL checklist: What problem do they want to solve?",
        "SQL checklist: Who decides, and who else has a say?",
        "SQL checklist: Is there a budget, or a way to one?",
        "SQL checklist: When do they want it to work?",
    ]
