"""Logging attempts to reach the person."""

from datetime import timedelta

import pytest

from common.errors import Incomplete, NotAllowed, Refused
from leads.models import Attempt
from tests.builders import a_handoff, a_lead, an_accepted_handoff, reason, refused

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def log(what, *, by, at, **more):
    return Attempt.objects.log(what, **({"channel": "call", "outcome": "no_answer"} | more), by=by, at=at)


def test_an_attempt_on_an_undecided_hand_off_accepts_and_logs_at_the_same_moment(sam, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    attempt = log(handoff, note=" Rang twice ", by=sam, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.accepted_at, handoff.lead.stage) == ("accepted", at + HOUR, "sal")
    assert (attempt.handoff, attempt.lead, attempt.at, attempt.note) == (handoff, handoff.lead, at + HOUR, "Rang twice")
    assert events == [[handoff.lead.transitions.latest("pk"), attempt]]


def test_a_later_attempt_accepts_nothing_more(sam, at, events):
    handoff = an_accepted_handoff(at=at, owner=sam)
    events.clear()
    attempt = log(handoff, by=sam, at=at + HOUR)
    assert events == [[attempt]]


def test_an_attempt_on_what_nobody_owns_claims_it(sam, rita, at):
    type(sam).objects.update(daily_capacity=0)
    handoff = a_handoff(at=at)
    log(handoff, by=rita, at=at + HOUR)
    assert (handoff.owner, handoff.state) == (rita, "accepted")


def test_a_call_back_needs_its_moment(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(Incomplete, "when to call back"):
        log(handoff, outcome="call_back", by=sam, at=at)
    with refused(Incomplete, "when to call back"):
        log(handoff, outcome="call_back", call_back_at=at, by=sam, at=at)
    attempt = log(handoff, outcome="call_back", call_back_at=at + 24 * HOUR, by=sam, at=at)
    assert (attempt.call_back_at, attempt.is_connected) == (at + 24 * HOUR, True)


def test_an_attempt_logged_late_keeps_both_moments(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    attempt = log(handoff, made_at=at + HOUR, synced=True, by=sam, at=at + 3 * HOUR)
    assert (attempt.at, attempt.recorded_at, attempt.synced) == (at + HOUR, at + 3 * HOUR, True)
    with refused(Incomplete, "after it was made"):
        log(handoff, made_at=at + 5 * HOUR, by=sam, at=at + 4 * HOUR)


def test_who_has_opted_out_is_not_contacted(sam, maya, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    lead = handoff.lead
    lead.opt_out(by=maya, at=at + HOUR)
    with refused(Refused, "opted out"):
        log(lead, by=sam, at=at + 2 * HOUR)


def test_only_the_owner_or_the_head_of_sales_logs(sam, rita, maya, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    for other in (rita, maya):
        with refused(NotAllowed):
            log(handoff, by=other, at=at)
    assert log(handoff, by=nora, at=at).by == nora
    assert handoff.owner == sam


def test_a_lead_with_an_open_hand_off_is_worked_on_that(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    assert log(handoff.lead, by=sam, at=at).handoff == handoff


def test_a_lead_without_a_hand_off_is_worked_by_its_owner(sam, rita, at):
    lead = a_lead(at=at)
    type(lead).objects.update(owner=sam)
    lead.refresh_from_db()
    with refused(NotAllowed):
        log(lead, by=rita, at=at)
    attempt = log(lead, by=sam, at=at)
    assert (attempt.handoff, lead.stage) == (None, "lead")


def test_what_marketing_completes_is_not_worked_meanwhile(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at)
    with refused(Refused, "Marketing is completing it"):
        log(handoff, by=sam, at=at + HOUR)
