"""Asked for later: which clocks wait for the day, to the minute; and what does not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from common import metrics
from common.errors import Incomplete, NotAllowed, Refused
from common.periods import month_of
from leads.models import Attempt, Handoff, PutOff
from leads.undo import undo
from sla.models import Clock
from tests.builders import AMSTERDAM, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Handed over on Wednesday 11 March; ten and twenty working days later, as the desk closes at 17:30.
ATTEMPTS_DUE = datetime(2026, 3, 25, 16, 30, tzinfo=UTC)
DISPOSITION_DUE = datetime(2026, 4, 8, 15, 30, tzinfo=UTC)
# Thursday 12 March, ten there; and the Thursday after, the 19th, at two: four working days lie between them.
SAID = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 19, 13, 0, tzinfo=UTC)
ATTEMPTS, DISPOSITION = "attempts_attainment", "disposition_attainment"


@pytest.fixture
def accepted(hand_over: Callable[..., Handoff], sam, at) -> Handoff:
    handoff = hand_over(at)
    handoff.accept(by=sam, at=at + HOUR)
    return handoff


def due(handoff: Handoff, metric: str) -> datetime:
    return Clock.objects.get(handoff=handoff, owner=None, commitment__metric=metric).due_at


def test_attempts_and_disposition_are_due_as_many_working_days_later_as_lie_between(accepted, sam):
    assert (due(accepted, ATTEMPTS), due(accepted, DISPOSITION)) == (ATTEMPTS_DUE, DISPOSITION_DUE)

    accepted.put_off(until=LATER, note="Back from holiday then.", by=sam, at=SAID)

    assert due(accepted, ATTEMPTS) == datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    assert due(accepted, DISPOSITION) == datetime(2026, 4, 14, 15, 30, tzinfo=UTC)


def test_the_first_attempt_runs_on(accepted, clock_of, sam):
    before = clock_of(accepted).due_at, clock_of(accepted, sam).due_at

    accepted.put_off(until=LATER, note="", by=sam, at=SAID - DAY + HOUR)

    assert (clock_of(accepted).due_at, clock_of(accepted, sam).due_at) == before


def test_an_attempt_in_which_another_day_was_asked_for_puts_off_the_disposition(accepted, sam):
    Attempt.objects.log(accepted, channel="call", outcome="call_back", call_back_at=LATER, by=sam, at=SAID)

    assert PutOff.objects.get().until_at == LATER
    assert due(accepted, DISPOSITION) == datetime(2026, 4, 14, 15, 30, tzinfo=UTC)
    assert Clock.objects.get(handoff=accepted, commitment__metric=ATTEMPTS).done_at == SAID


def test_a_call_back_on_the_same_day_puts_nothing_off(accepted, sam):
    Attempt.objects.log(accepted, channel="call", outcome="call_back", call_back_at=SAID + HOUR, by=sam, at=SAID)

    assert not PutOff.objects.exists()


def test_the_next_attempt_ends_it_and_only_the_days_until_then_count(accepted, sam):
    accepted.put_off(until=LATER, note="", by=sam, at=SAID)

    monday = SAID + 4 * DAY
    Attempt.objects.log(accepted, channel="call", outcome="no_answer", by=sam, at=monday)

    assert due(accepted, ATTEMPTS) == datetime(2026, 3, 26, 16, 30, tzinfo=UTC)  # Friday 13 March lay between
    assert not PutOff.objects.lasting().exists()


def test_undo_brings_back_what_was_due_and_what_an_attempt_had_ended(accepted, sam):
    accepted.put_off(until=LATER, note="", by=sam, at=SAID)
    Attempt.objects.log(accepted, channel="call", outcome="call_back", call_back_at=LATER + DAY, by=sam, at=SAID + HOUR)
    undo(accepted.lead, by=sam, at=SAID + HOUR + timedelta(minutes=1))

    assert PutOff.objects.lasting().get().until_at == LATER
    assert due(accepted, ATTEMPTS) == datetime(2026, 3, 31, 15, 30, tzinfo=UTC)


def test_it_can_be_taken_back_itself(accepted, sam):
    accepted.put_off(until=LATER, note="", by=sam, at=SAID)

    undo(accepted.lead, by=sam, at=SAID + timedelta(minutes=1))

    assert (due(accepted, ATTEMPTS), due(accepted, DISPOSITION)) == (ATTEMPTS_DUE, DISPOSITION_DUE)
    assert not PutOff.objects.standing().exists()


def test_what_was_missed_before_stays_missed(accepted, sam, nora):
    Clock.objects.flag_breaches(at=ATTEMPTS_DUE + HOUR)

    accepted.put_off(until=ATTEMPTS_DUE + 7 * DAY, note="", by=sam, at=ATTEMPTS_DUE + HOUR)

    clock = Clock.objects.get(handoff=accepted, commitment__metric=ATTEMPTS)
    assert (clock.due_at, clock.breached_at) == (ATTEMPTS_DUE, ATTEMPTS_DUE)
    assert clock.is_missed


def test_late_before_the_sweep_ran_is_late_all_the_same(accepted, sam, nora):
    accepted.put_off(until=ATTEMPTS_DUE + 7 * DAY, note="", by=sam, at=ATTEMPTS_DUE + HOUR)

    Clock.objects.flag_breaches(at=ATTEMPTS_DUE + 2 * HOUR)

    assert Clock.objects.get(handoff=accepted, commitment__metric=ATTEMPTS).breached_at == ATTEMPTS_DUE


def test_before_it_is_accepted_nothing_is_put_off(hand_over, sam, at):
    handoff = hand_over(at)

    with refused(Refused, "Accept it first"):
        handoff.put_off(until=LATER, note="", by=sam, at=SAID)


def test_not_beyond_ninety_days_after_the_hand_off_nor_to_the_same_day(accepted, sam, rita, at):
    with refused(Incomplete, "more than 90 days"):
        accepted.put_off(until=at + 91 * DAY, note="", by=sam, at=SAID)
    with refused(Incomplete, "which later day"):
        accepted.put_off(until=SAID + HOUR, note="", by=sam, at=SAID)
    with refused(NotAllowed):
        accepted.put_off(until=LATER, note="", by=rita, at=SAID)


def test_a_call_back_far_away_is_kept_and_puts_off_for_ninety_days_at_most(accepted, sam, at):
    Attempt.objects.log(accepted, channel="call", outcome="call_back", call_back_at=at + 200 * DAY, by=sam, at=SAID)

    assert Attempt.objects.get().call_back_at == at + 200 * DAY
    assert PutOff.objects.get().until_at == at + 90 * DAY


def test_the_database_keeps_two_from_lasting_at_once(accepted, sam):
    accepted.put_off(until=LATER, note="", by=sam, at=SAID)

    with pytest.raises(IntegrityError, match="put_off_once"), transaction.atomic():
        PutOff.objects.create(handoff=accepted, by=sam, at=SAID, until_at=LATER)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_put_it_off_at_once_one_lasts_and_nothing_is_lost(accepted, sam, nora):
    ready = Barrier(2)

    def put_off(by: object, days: int) -> object:
        try:
            ready.wait()
            return Handoff.objects.get(pk=accepted.pk).put_off(until=LATER + days * DAY, note="", by=by, at=SAID)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        made = [each.result() for each in [pool.submit(put_off, sam, 0), pool.submit(put_off, nora, 1)]]

    assert len(made) == PutOff.objects.count() == 2
    assert PutOff.objects.lasting().count() == 1


def test_it_is_seen_on_the_lead_in_the_queue_and_apart_on_the_scorecard(accepted, client_of, clock_shows, sam):
    clock_shows(SAID + HOUR)
    client_of(sam).post(f"/handoffs/{accepted.pk}/put-off/", {"until": "2026-03-19T14:00", "note": "Back then."})

    queue = client_of(sam).get("/queue/").content.decode()
    lead = client_of(sam).get(f"/leads/{accepted.lead_id}/").content.decode()
    assert "Asked for later <small>1</small>" in queue
    assert "asked for later until 19 march: back then." in queue.lower()
    assert "Asked for later until" in lead
    assert metrics.value("put_off", month_of(SAID, AMSTERDAM)) == 1

    clock_shows(LATER - 4 * HOUR)
    on_the_day = client_of(sam).get("/queue/").content.decode()
    assert "Asked to be called today <small>1</small>" in on_the_day
