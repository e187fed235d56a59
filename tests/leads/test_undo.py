"""Taking back what one just did."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.errors import NotAllowed, Refused
from leads.models import Assignment, Attempt, Opportunity
from leads.undo import undo, undoable
from tests.builders import a_handoff, an_accepted_handoff, everything, reason, refused

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TERMS = {"amount": Decimal(5000), "currency": "EUR", "closes_on": date(2026, 5, 1)}

pytestmark = pytest.mark.django_db


def state(lead):
    """All that an undo has to bring back: the rows of the lead, less the history and the marks."""
    rows = everything()
    tables = ("lead", "handoff", "episode", "opportunity", "company", "dealcontact")
    return {table: rows[f"leads_{table}"] for table in tables}


def counted(lead):
    return list(lead.transitions.counted().order_by("pk").values_list("from_stage", "to_stage"))


def assert_taken_back(lead, before, moves, *, by, at):
    undo(lead, by=by, at=at)
    assert state(lead) == before
    assert counted(lead) == moves


@pytest.fixture
def pending(sam, at):
    return a_handoff(at=at - HOUR, owner=sam)


@pytest.fixture
def accepted(sam, at):
    return an_accepted_handoff(at=at - HOUR, owner=sam)


def test_an_acceptance_is_taken_back_to_the_source_and_neither_move_counts(sam, pending, at, events):
    lead = pending.lead
    before, moves = state(lead), counted(lead)
    pending.accept(by=sam, at=at)
    events.clear()
    assert str(undoable(lead, by=sam, at=at + MINUTE)) == "Accepted"
    assert_taken_back(lead, before, moves, by=sam, at=at + MINUTE)
    accepted, correction = lead.transitions.order_by("pk")[2:]
    assert (correction.corrects, correction.from_stage, correction.to_stage) == (accepted, "sal", "mql")
    assert (correction.by, correction.at, correction.handoff) == (sam, at + MINUTE, pending)
    assert events == [[correction]]


def test_taking_back_a_claim_leaves_it_to_whoever_is_next(sam, rita, at):
    type(sam).objects.update(daily_capacity=0)
    handoff = a_handoff(at=at - HOUR)
    before, moves = state(handoff.lead), counted(handoff.lead)
    handoff.accept(by=sam, at=at)
    assert_taken_back(handoff.lead, before, moves, by=sam, at=at + MINUTE)
    assert not Assignment.objects.current().exists()
    handoff.refresh_from_db()
    handoff.accept(by=rita, at=at + 2 * MINUTE)
    assert handoff.owner == rita


def test_accept_and_log_is_taken_back_as_one(sam, pending, at, events):
    before, moves = state(pending.lead), counted(pending.lead)
    attempt = Attempt.objects.log(pending, channel="call", outcome="voicemail", by=sam, at=at)
    events.clear()
    assert str(undoable(pending.lead, by=sam, at=at)) == "Accepted, Call, voicemail"
    assert_taken_back(pending.lead, before, moves, by=sam, at=at + MINUTE)
    attempt.refresh_from_db()
    assert attempt.undone_at == at + MINUTE
    assert events == [[attempt, pending.lead.transitions.latest("pk")]]


def test_an_attempt_alone_is_taken_back_alone(sam, accepted, at):
    before, moves = state(accepted.lead), counted(accepted.lead)
    attempt = Attempt.objects.log(accepted, channel="call", outcome="spoke", by=sam, at=at)
    assert_taken_back(accepted.lead, before, moves, by=sam, at=at + MINUTE)
    assert not Attempt.objects.standing().filter(pk=attempt.pk).exists()


@pytest.mark.parametrize(
    ("code", "evidence"),
    [("low_intent", {}), ("spam", {}), ("incomplete_data", {"fields": ["phone"]}), ("wrong_owner", {})],
)
def test_a_return_is_taken_back_whatever_followed_from_it(sam, rita, pending, at, code, evidence):
    before, moves = state(pending.lead), counted(pending.lead)
    owners = list(Assignment.objects.current().values_list("handoff", "owner"))
    returned = pending.send_back(reason(code), evidence=evidence, by=sam, at=at)
    assert str(undoable(pending.lead, by=sam, at=at)) == f"Returned: {reason(code)}"
    assert_taken_back(pending.lead, before, moves, by=sam, at=at + MINUTE)
    returned.refresh_from_db()
    assert returned.undone_at == at + MINUTE
    assert list(Assignment.objects.current().values_list("handoff", "owner")) == owners


def test_a_re_route_to_nobody_is_taken_back(sam, pending, at):
    before, moves = state(pending.lead), counted(pending.lead)
    pending.send_back(reason("wrong_owner"), by=sam, at=at)
    assert_taken_back(pending.lead, before, moves, by=sam, at=at + MINUTE)
    assert Assignment.objects.current().get().owner == sam


def test_qualifying_a_deal_opened_won_and_lost_are_taken_back_one_after_the_other(sam, accepted, at):
    lead = accepted.lead
    start = (state(lead), counted(lead))
    accepted.confirm({}, by=sam, at=at)
    confirmed = (state(lead), counted(lead))
    deal = accepted.open_deal(**TERMS, by=sam, at=at + MINUTE)
    opened = (state(lead), counted(lead))
    deal.win(amount=Decimal(6000), by=sam, at=at + 2 * MINUTE)
    assert str(undoable(lead, by=sam, at=at + 2 * MINUTE)) == "Won"
    assert_taken_back(lead, *opened, by=sam, at=at + 3 * MINUTE)
    deal.refresh_from_db()
    deal.lose(because="Price", by=sam, at=at + 4 * MINUTE)
    assert_taken_back(lead, *opened, by=sam, at=at + 5 * MINUTE)
    assert_taken_back(lead, *confirmed, by=sam, at=at + 6 * MINUTE)
    assert not Opportunity.objects.exists()
    assert_taken_back(lead, *start, by=sam, at=at + 7 * MINUTE)


def test_after_a_quarter_of_an_hour_it_stands(sam, pending, at):
    pending.accept(by=sam, at=at)
    assert undoable(pending.lead, by=sam, at=at + 15 * MINUTE) is not None
    with refused(Refused, "too long ago"):
        undo(pending.lead, by=sam, at=at + 15 * MINUTE + timedelta(seconds=1))


def test_nobody_takes_back_what_another_did(sam, rita, nora, otto, pending, at):
    pending.accept(by=sam, at=at)
    for other in (rita, nora):
        with refused(Refused):
            undo(pending.lead, by=other, at=at + MINUTE)
    with refused(NotAllowed):
        undo(pending.lead, by=otto, at=at + MINUTE)


def test_it_is_taken_back_once(sam, pending, at):
    pending.accept(by=sam, at=at)
    undo(pending.lead, by=sam, at=at + MINUTE)
    with refused(Refused):
        undo(pending.lead, by=sam, at=at + 2 * MINUTE)


def test_nothing_is_taken_back_once_something_came_after_it(sam, rita, nora, maya, at):
    def reassigned(handoff):
        handoff.reassign(to=rita, because="Holiday", by=nora, at=at + MINUTE)

    def confirmed(handoff):
        handoff.confirm({}, by=nora, at=at + MINUTE)

    def opted_out(handoff):
        handoff.lead.opt_out(by=maya, at=at + MINUTE)

    def tried(handoff):
        Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=nora, at=at + MINUTE)

    for something in (reassigned, confirmed, opted_out, tried):
        handoff = a_handoff(at=at - HOUR, owner=sam)
        handoff.accept(by=sam, at=at)
        something(handoff)
        with refused(Refused, "something has happened since"):
            undo(handoff.lead, by=sam, at=at + 2 * MINUTE)


def test_a_repair_that_marketing_has_finished_is_not_taken_back(sam, maya, pending, at):
    pending.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at)
    pending.finish_repair(by=maya, at=at + MINUTE)
    with refused(Refused):
        undo(pending.lead, by=sam, at=at + 2 * MINUTE)


def test_an_edit_of_facts_does_not_stand_in_the_way(sam, maya, pending, at):
    pending.accept(by=sam, at=at)
    pending.lead.edit({"phone": "020 123"}, by=maya, at=at + MINUTE)
    undo(pending.lead, by=sam, at=at + 2 * MINUTE)
    assert (pending.lead.stage, pending.lead.phone) == ("mql", "020 123")


def test_a_return_taken_back_keeps_nobody_from_being_given_the_lead(sam, rita, pending, at):
    pending.send_back(reason("wrong_owner"), by=sam, at=at)
    undo(pending.lead, by=sam, at=at + MINUTE)
    pending.refresh_from_db()
    pending.reassign(to=rita, because="Swap", by=None, at=at + HOUR)
    pending.send_back(reason("wrong_owner"), by=rita, at=at + 2 * HOUR)
    assert pending.owner == sam


def test_what_was_put_back_is_exact_to_the_microsecond(sam, at):
    odd = at.replace(microsecond=123457)
    handoff = a_handoff(at=odd - HOUR, owner=sam)
    handoff.accept(by=sam, at=odd)
    before = state(handoff.lead)
    handoff.confirm({}, by=sam, at=odd + MINUTE)
    undo(handoff.lead, by=sam, at=odd + 2 * MINUTE)
    assert state(handoff.lead) == before
