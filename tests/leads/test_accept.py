"""Accepting a hand-off, and qualifying what was accepted."""

from datetime import timedelta

import pytest

from common.errors import IllegalMove, Incomplete, NotAllowed, Refused
from leads.lifecycle import WIN
from leads.models import Assignment, Handoff, Transition
from tests.builders import a_handoff, a_lead, an_accepted_handoff, criteria_in_force, reason, refused

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def moves(lead):
    return list(lead.transitions.order_by("pk").values_list("from_stage", "to_stage", "at"))


def test_the_owner_accepts_and_the_lead_is_a_sal(sam, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    handoff.accept(by=sam, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.accepted_at, handoff.accepted_by) == ("accepted", at + HOUR, sam)
    assert (handoff.decided_at, handoff.closed_at) == (at + HOUR, None)
    assert (handoff.lead.stage, handoff.lead.stage_at, handoff.lead.owner) == ("sal", at + HOUR, sam)
    assert handoff.lead.episodes.get().sal_at == at + HOUR
    move = handoff.lead.transitions.latest("pk")
    assert (move.move, move.from_stage, move.to_stage, move.by, move.handoff) == ("accept", "mql", "sal", sam, handoff)
    assert events == [[move]]


def test_where_both_sides_signed_one_step_accepting_qualifies_at_the_same_moment(theo, nora, sam, at):
    criteria_in_force(theo=theo, nora=nora, at=at, one_step=True)
    handoff = a_handoff(at=at, owner=sam)
    handoff.accept(by=sam, at=at + HOUR)
    assert moves(handoff.lead)[-2:] == [("mql", "sal", at + HOUR), ("sal", "sql", at + HOUR)]
    episode = handoff.lead.episodes.get()
    assert (handoff.lead.stage, episode.sal_at, episode.sql_at) == ("sql", at + HOUR, at + HOUR)


def test_what_nobody_owns_belongs_to_whoever_accepts_it(sam, rita, at, events):
    type(sam).objects.update(daily_capacity=0)
    handoff = a_handoff(at=at)
    assert (handoff.owner, handoff.lead.owner) == (None, None)
    events.clear()
    handoff.accept(by=rita, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.owner, handoff.assigned_at, handoff.lead.owner) == (rita, at + HOUR, rita)
    claim = Assignment.objects.get()
    assert (claim.owner, claim.from_at, claim.until_at, claim.by) == (rita, at + HOUR, None, rita)
    assert events == [[claim, handoff.lead.transitions.latest("pk")]]


def test_a_rep_who_saw_it_unowned_is_told_who_was_faster(sam, rita, at):
    type(sam).objects.update(daily_capacity=0)
    handoff = a_handoff(at=at)
    seen_by_rita = Handoff.objects.get(pk=handoff.pk)
    handoff.accept(by=sam, at=at + HOUR)
    with refused(Refused, "Sam de Wit has accepted it now"):
        seen_by_rita.accept(by=rita, at=at + HOUR)


def test_nobody_but_the_owner_or_the_head_of_sales_decides_on_it(sam, rita, maya, otto, at):
    handoff = a_handoff(at=at, owner=sam)
    for outsider in (rita, maya, otto):
        with refused(NotAllowed):
            handoff.accept(by=outsider, at=at + HOUR)


def test_the_head_of_sales_accepts_on_the_owners_behalf_and_the_owner_stays(sam, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.accept(by=nora, at=at + HOUR)
    assert (handoff.owner, handoff.accepted_by, handoff.lead.owner) == (sam, nora, sam)


def test_the_head_of_sales_who_accepts_what_nobody_owns_becomes_its_owner(sam, nora, at):
    type(sam).objects.update(daily_capacity=0)
    handoff = a_handoff(at=at)
    handoff.accept(by=nora, at=at + HOUR)
    assert (handoff.owner, handoff.lead.owner) == (nora, nora)


def test_who_is_away_takes_on_nothing_new(sam, at):
    sam.be_away(at + timedelta(minutes=1), at + 9 * HOUR, cover=None, by=sam, at=at)
    type(sam).objects.update(daily_capacity=0)
    handoff = a_handoff(at=at)
    with refused(Refused, "away"):
        handoff.accept(by=sam, at=at + HOUR)


def test_it_is_accepted_once(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    with refused(Refused):
        handoff.accept(by=sam, at=at + HOUR)


def test_what_marketing_is_completing_waits(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at + HOUR)
    with refused(Refused, "Marketing is completing it"):
        handoff.accept(by=sam, at=at + 2 * HOUR)


def test_confirming_needs_an_answer_to_each_question_both_sides_signed(theo, nora, sam, at):
    criteria = criteria_in_force(theo=theo, nora=nora, at=at, checklist=["Is there a budget?", "Who decides?"])
    handoff = an_accepted_handoff(at=at + HOUR, owner=sam)
    assert handoff.criteria == criteria
    with refused(Incomplete, "Who decides?"):
        handoff.confirm({"Is there a budget?": "Yes", "Who decides?": " "}, by=sam, at=at + 2 * HOUR)
    answers = {"Is there a budget?": "Yes", "Who decides?": "She does"}
    handoff.confirm(answers, by=sam, at=at + 2 * HOUR)
    handoff.refresh_from_db()
    assert (handoff.checklist, handoff.lead.stage) == (answers, "sql")
    assert handoff.lead.episodes.get().sql_at == at + 2 * HOUR


def test_what_is_not_accepted_cannot_be_confirmed(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(Refused):
        handoff.confirm({}, by=sam, at=at + HOUR)


def test_a_lead_that_has_moved_on_meanwhile_cannot_be_confirmed_again(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    handoff.confirm({}, by=sam, at=at + HOUR)
    with refused(IllegalMove, "is at SQL now"):
        handoff.confirm({}, by=sam, at=at + 2 * HOUR)


def test_a_move_for_a_lead_that_stands_elsewhere_is_illegal_and_one_of_a_batch_left_alone(at):
    lead = a_lead(at=at)
    with refused(IllegalMove):
        Transition.objects.make_one(WIN, lead, at=at)
    assert Transition.objects.make(WIN, leads=[lead.pk], at=at) == []
    assert Transition.objects.make(WIN, leads=[], at=at) == []


def test_the_next_step_says_what_and_when(sam, rita, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    handoff.plan_next(step=" Send the offer ", when=at + 24 * HOUR, by=sam, at=at)
    handoff.refresh_from_db()
    assert (handoff.next_step, handoff.next_step_at) == ("Send the offer", at + 24 * HOUR)
    with refused(Incomplete):
        handoff.plan_next(step=" ", when=at, by=sam, at=at)
    with refused(NotAllowed):
        handoff.plan_next(step="Mine now", when=at, by=rita, at=at)
