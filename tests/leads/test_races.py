"""Two people at the same moment, in real transactions: one gets it, the other is told, and nothing is half done."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection

from common.errors import Refused
from leads.freezing import Told, enter
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Assignment, Criteria, Handoff, HandoffReturn, Lead, Transition
from leads.promotion import promote
from leads.scoring import Now, store
from leads.undo import undo
from tests.builders import a_handoff, a_lead, a_touch, criteria_in_force, reason

HOUR = timedelta(hours=1)
ROUNDS = 5

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads with connections of their own, from the same moment on; return what each
    returned or was refused with, and raise any other error."""
    barrier, results = Barrier(len(calls)), [None] * len(calls)

    def run(n: int, call: Callable[[], object]) -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            results[n] = call()
        except Exception as error:
            results[n] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result
    return results


def fresh(handoff):
    return Handoff.objects.select_related("lead").get(pk=handoff.pk)


def refusals(results):
    return [result for result in results if isinstance(result, Refused)]


def test_of_two_reps_the_first_gets_the_lead(sam, rita, at):
    type(sam).objects.update(daily_capacity=0)
    for _ in range(ROUNDS):
        handoff = a_handoff(at=at)
        mine, theirs = fresh(handoff), fresh(handoff)
        results = at_once(partial(mine.accept, by=sam, at=at + HOUR), partial(theirs.accept, by=rita, at=at + HOUR))
        assert len(refusals(results)) == 1
        handoff = fresh(handoff)
        winner = rita if isinstance(results[0], Refused) else sam
        assert (handoff.owner, handoff.accepted_by, handoff.lead.owner) == (winner, winner, winner)
        assert [one.owner for one in handoff.assignments.all()] == [winner]
        assert handoff.lead.transitions.filter(to_stage="sal").count() == 1


def test_accepted_or_returned_but_not_both(sam, nora, at):
    for _ in range(ROUNDS):
        handoff = a_handoff(at=at, owner=sam)
        mine, heads, spam = fresh(handoff), fresh(handoff), reason("spam")
        results = at_once(partial(mine.accept, by=sam, at=at), partial(heads.send_back, spam, by=nora, at=at))
        assert len(refusals(results)) == 1
        handoff = fresh(handoff)
        accepted = isinstance(results[1], Refused)
        assert (handoff.state, handoff.lead.stage) == (("accepted", "sal") if accepted else ("closed", "disqualified"))
        assert HandoffReturn.objects.filter(handoff=handoff).count() == (0 if accepted else 1)
        assert handoff.lead.transitions.count() == 3


def test_accepted_or_withdrawn_first_and_never_open_after_an_opt_out(sam, maya, at):
    for _ in range(ROUNDS):
        handoff = a_handoff(at=at, owner=sam)
        mine, lead = fresh(handoff), Lead.objects.get(pk=handoff.lead_id)
        results = at_once(partial(mine.accept, by=sam, at=at), partial(lead.opt_out, by=maya, at=at))
        assert not isinstance(results[1], Refused)
        handoff = fresh(handoff)
        assert (handoff.state, handoff.withdrawn) == ("closed", True)
        assert handoff.lead.stage == ("mql" if isinstance(results[0], Refused) else "sal")


def test_promoted_twice_at_once_a_lead_is_handed_over_once(theo, nora, sam, rita, at):
    criteria_in_force(theo=theo, nora=nora, at=at)
    leads = [a_lead(at=at, touches=[a_touch("demo_request", at=at)]) for _ in range(20)]
    store(Criteria.objects.ruling(), Now(at, leads=[lead.pk for lead in leads]))
    moved = at_once(*[partial(promote, at=at + HOUR)] * 3)
    assert sorted(len(moves) for moves in moved) == [0, 0, 20]
    assert (Handoff.objects.count(), Assignment.objects.count()) == (20, 20)
    assert set(Lead.objects.values_list("stage", flat=True)) == {"mql"}


def test_handed_over_twice_at_once_a_lead_has_one_hand_off(sam, rita, at):
    leads = [a_lead(at=at).pk for _ in range(20)]
    Transition.objects.make(PROMOTE, leads=leads, at=at)
    made = at_once(*[partial(hand_over, leads, at=at + HOUR)] * 3)
    assert sum(len(handoffs) for handoffs in made) == 20
    assert Handoff.objects.count() == 20


def test_undone_twice_at_once_it_is_undone_once(sam, at):
    for _ in range(ROUNDS):
        handoff = a_handoff(at=at, owner=sam)
        handoff.accept(by=sam, at=at + HOUR)
        one, other = (Lead.objects.get(pk=handoff.lead_id) for _ in range(2))
        results = at_once(partial(undo, one, by=sam, at=at + HOUR), partial(undo, other, by=sam, at=at + HOUR))
        assert len(refusals(results)) == 1
        assert fresh(handoff).lead.transitions.filter(corrects__isnull=False).count() == 1


def test_undo_and_the_next_step_at_once_leave_one_of_the_two(sam, nora, at):
    for _ in range(ROUNDS):
        handoff = a_handoff(at=at, owner=sam)
        handoff.accept(by=sam, at=at + HOUR)
        later, lead = fresh(handoff), Lead.objects.get(pk=handoff.lead_id)
        soon = at + HOUR + timedelta(minutes=1)
        results = at_once(partial(undo, lead, by=sam, at=soon), partial(later.confirm, {}, by=nora, at=soon))
        assert len(refusals(results)) == 1
        handoff = fresh(handoff)
        assert (handoff.state, handoff.lead.stage) in (("pending", "mql"), ("accepted", "sql"))


def test_a_deal_won_while_its_rate_is_entered_is_frozen_in_any_case(sam, ada, at):
    for round in range(ROUNDS):
        month = date(2026, 1 + round, 1)
        won_at = datetime(2026, 1 + round, 20, tzinfo=UTC)
        handoff = a_handoff(at=at, owner=sam)
        handoff.accept(by=sam, at=at)
        terms = {"amount": Decimal(100), "currency": "USD", "closes_on": at.date()}
        deal = handoff.open_deal(**terms, by=sam, at=at)
        rates = [Told("USD", month, Decimal("0.9"))]
        at_once(partial(deal.win, by=sam, at=won_at), partial(enter, rates, by=ada, at=won_at))
        deal.refresh_from_db()
        assert (deal.rate, deal.base_amount) == (Decimal("0.9"), 90)
