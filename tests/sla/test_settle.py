"""What the clocks of a hand-off show, whatever happens to it. The desk is open 09:00–17:30 in Amsterdam."""

from datetime import UTC, datetime, timedelta

import pytest

from common.errors import NotAllowed, Refused
from leads.intake import receive
from leads.models import Attempt, Handoff, ReturnReason
from leads.promotion import qualify_by_hand
from leads.undo import undo
from sla.models import Clock, Desk
from tests.builders import an_mql, criteria_in_force

HOUR = timedelta(hours=1)
NEXT_MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)  # 8 working hours after Wednesday 10:00


def call(handoff: Handoff, by, at: datetime, outcome: str = "no_answer", **more) -> Attempt:
    handoff = Handoff.objects.get(pk=handoff.pk)
    return Attempt.objects.log(handoff, channel="call", outcome=outcome, by=by, at=at, **more)


def send_back(handoff: Handoff, code: str, by, at: datetime, **more):
    reason = ReturnReason.objects.get(code=code)
    return Handoff.objects.get(pk=handoff.pk).send_back(reason, by=by, at=at, **more)


def test_a_hand_off_starts_the_customers_clock_and_its_owners(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    assert clock_of(handoff).due_at == NEXT_MORNING
    assert clock_of(handoff, sam).due_at == NEXT_MORNING
    assert clock_of(handoff, metric="attempts_attainment").due_at == datetime(2026, 3, 25, 16, 30, tzinfo=UTC)
    handoff.refresh_from_db()
    assert (handoff.due_at, handoff.due_for) == (NEXT_MORNING, "First attempt or return")
    assert (handoff.attempts_needed, handoff.attempt_days_needed) == (6, 4)
    assert clock_of(handoff, metric="disposition_attainment").due_at == datetime(2026, 4, 8, 15, 30, tzinfo=UTC)
    assert Clock.objects.count() == 4


def test_before_any_agreement_nothing_is_promised(maya, sam, at):
    lead = receive({"email": "priya@halden.test"}, by=maya, at=at)
    qualify_by_hand(lead, note="Asked for a quote.", by=maya, at=at)

    assert Clock.objects.count() == 0
    assert Handoff.objects.get().due_at is None


def test_accepting_does_not_stop_the_clock_but_the_first_attempt_does(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    handoff.accept(by=sam, at=at + HOUR)
    assert clock_of(handoff).is_awaited

    call(handoff, sam, at + 2 * HOUR)
    for clock in (clock_of(handoff), clock_of(handoff, sam)):
        assert clock.is_met
        assert clock.took == 2 * HOUR
    handoff.refresh_from_db()
    assert handoff.due_for == "6 attempts on 4 days"


def test_a_return_that_ends_it_stops_the_clocks(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    send_back(handoff, "low_intent", sam, at + HOUR, note="Only wanted the white paper.")

    assert clock_of(handoff).took == HOUR
    assert clock_of(handoff, metric="attempts_attainment").is_met
    handoff.refresh_from_db()
    assert handoff.due_at is None


def test_an_attempt_at_the_due_moment_is_in_time_and_a_second_later_is_a_breach(hand_over, clock_of, sam, at):
    in_time, late = hand_over(at), hand_over(at)

    call(in_time, sam, NEXT_MORNING)
    call(late, sam, NEXT_MORNING + timedelta(seconds=1))

    assert clock_of(in_time).is_met
    assert clock_of(late).breached_at == NEXT_MORNING
    assert clock_of(late).is_missed


def test_undoing_the_first_attempt_lets_the_clocks_run_on(hand_over, clock_of, sam, at):
    handoff = hand_over(at)
    before = [clock.shown() for clock in Clock.objects.order_by("pk")]

    handoff.accept(by=sam, at=at + HOUR)
    call(handoff, sam, at + HOUR)
    undo(handoff.lead, by=sam, at=at + HOUR + timedelta(minutes=5))

    assert [clock.shown() for clock in Clock.objects.order_by("pk")] == before


def test_undoing_a_return_lets_the_clocks_run_on(hand_over, sam, at):
    handoff = hand_over(at)
    before = [clock.shown() for clock in Clock.objects.order_by("pk")]

    send_back(handoff, "low_intent", sam, at + HOUR, note="Only wanted the white paper.")
    undo(handoff.lead, by=sam, at=at + HOUR + timedelta(minutes=5))

    assert [clock.shown() for clock in Clock.objects.filter(void_at=None).order_by("pk")] == before
    [void] = Clock.objects.exclude(void_at=None)
    assert void.commitment.metric == "plan_attainment"


def test_a_reroute_voids_the_first_owners_clock_and_starts_the_second_ones(hand_over, clock_of, sam, rita, at):
    handoff = hand_over(at)
    first, second = (sam, rita) if handoff.owner == sam else (rita, sam)

    send_back(handoff, "wrong_owner", first, at + HOUR, evidence={"owner": second.pk})

    assert clock_of(handoff, first).void_at == at + HOUR
    assert clock_of(handoff, second).due_at == NEXT_MORNING + HOUR
    assert clock_of(handoff).due_at == NEXT_MORNING
    handoff.refresh_from_db()
    assert handoff.due_at == NEXT_MORNING + HOUR


def test_undoing_a_reroute_gives_the_first_owner_their_clock_back(hand_over, clock_of, sam, rita, at):
    handoff = hand_over(at)
    first, second = (sam, rita) if handoff.owner == sam else (rita, sam)

    send_back(handoff, "wrong_owner", first, at + HOUR, evidence={"owner": second.pk})
    undo(handoff.lead, by=first, at=at + HOUR + timedelta(minutes=5))

    assert clock_of(handoff, first).is_awaited
    assert clock_of(handoff, first).due_at == NEXT_MORNING
    assert clock_of(handoff, second).void_at is not None


def test_reassigning_never_erases_the_first_owners_breach(hand_over, clock_of, sam, rita, nora, at):
    handoff = hand_over(at)
    first, second = (sam, rita) if handoff.owner == sam else (rita, sam)

    handoff.reassign(to=second, because="Away", by=nora, at=NEXT_MORNING + HOUR)

    assert clock_of(handoff, first).breached_at == NEXT_MORNING
    assert clock_of(handoff, second).started_at == NEXT_MORNING + HOUR


def test_a_repair_stops_the_owners_clock_and_the_customers_runs_on(hand_over, clock_of, sam, maya, at):
    handoff = hand_over(at)

    send_back(handoff, "incomplete_data", sam, at + HOUR, evidence={"fields": ["phone"]})
    assert clock_of(handoff, sam).stopped_at == at + HOUR
    assert Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR) == 1
    assert clock_of(handoff).is_missed
    handoff.refresh_from_db()
    assert handoff.due_at is None

    handoff.finish_repair(by=maya, at=NEXT_MORNING)
    assert clock_of(handoff, sam).stopped_at is None
    assert clock_of(handoff, sam).due_at == NEXT_MORNING + 7 * HOUR


def test_nobody_is_asked_twice_for_the_first_attempt(hand_over, clock_of, sam, rita, nora, at):
    handoff = hand_over(at)
    first, second = (sam, rita) if handoff.owner == sam else (rita, sam)
    call(handoff, first, at + HOUR)

    handoff.refresh_from_db()
    handoff.reassign(to=second, because="Knows the company", by=nora, at=at + 2 * HOUR)

    assert not Clock.objects.filter(owner=second).exists()
    assert clock_of(handoff, first).is_met


def test_a_withdrawn_hand_off_voids_its_clocks(hand_over, sam, maya, at):
    handoff = hand_over(at)

    handoff.lead.opt_out(by=maya, at=at + HOUR)

    assert {clock.void_at for clock in Clock.objects.all()} == {at + HOUR}
    assert Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR) == 0


def test_evidence_that_a_system_brings_late_makes_it_met_and_logged_late(hand_over, clock_of, sam, at):
    handoff = hand_over(at)
    Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR)

    call(handoff, sam, NEXT_MORNING + 2 * HOUR, made_at=at + HOUR, synced=True)

    clock = clock_of(handoff)
    assert clock.is_met
    assert clock.logged_late
    assert clock.breached_at == NEXT_MORNING
    assert not Clock.objects.late().exists()


def test_an_attempt_written_down_by_hand_on_a_later_day_counts_from_then(hand_over, clock_of, sam, at):
    same_day, later = hand_over(at), hand_over(at)

    call(same_day, sam, at + 5 * HOUR, made_at=at + HOUR)
    call(later, sam, NEXT_MORNING + HOUR, made_at=at + HOUR)

    assert clock_of(same_day).took == HOUR
    assert clock_of(later).is_missed
    assert clock_of(later).done_at == NEXT_MORNING + HOUR


def test_a_call_before_the_hand_off_does_not_follow_it_up(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    call(handoff, sam, at + HOUR, made_at=at - timedelta(minutes=10))

    assert clock_of(handoff).is_awaited


def test_attempts_are_kept_when_they_spread_over_the_agreed_days(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    for day, calls in ((0, 2), (1, 2), (2, 2), (5, 1)):
        for n in range(calls):
            call(handoff, sam, at + timedelta(days=day, minutes=1 + n))

    assert clock_of(handoff, metric="attempts_attainment").done_at == at + timedelta(days=5, minutes=1)


def test_reaching_the_person_ends_the_need_for_attempts(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    call(handoff, sam, at + HOUR, outcome="spoke")

    assert clock_of(handoff, metric="attempts_attainment").done_at == at + HOUR


def test_settling_again_changes_nothing(hand_over, sam, at):
    handoff = hand_over(at)
    call(handoff, sam, at + HOUR)
    before = list(Clock.objects.order_by("pk").values())

    Clock.objects.settle([handoff.pk])

    assert list(Clock.objects.order_by("pk").values()) == before


def test_a_calendar_edited_later_moves_no_running_clock(hand_over, clock_of, calendar, sam, ada, at):
    handoff = hand_over(at)

    calendar.edit(by=ada, windows={"0": [["09:00", "10:00"]]})
    sam.be_away(at + HOUR, at + timedelta(days=3), cover=None, by=sam, at=at)
    Clock.objects.settle([handoff.pk])

    assert clock_of(handoff).due_at == NEXT_MORNING
    assert clock_of(handoff, sam).due_at == NEXT_MORNING
    assert Desk.objects.count() == 1


def test_an_absence_known_before_moves_the_owners_clock_alone(hand_over, clock_of, sam, at):
    sam.be_away(at + HOUR, at + timedelta(days=1), cover=None, by=sam, at=at)

    handoff = hand_over(at)

    assert clock_of(handoff).due_at == NEXT_MORNING
    assert clock_of(handoff, sam).due_at == datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def test_while_nobody_owns_it_the_customers_clock_is_what_is_due(agreement, hand_over, sam, at):
    sam.be_away(at - HOUR, at + timedelta(days=1), cover=None, by=sam, at=at - HOUR)

    handoff = hand_over(at)

    handoff.refresh_from_db()
    assert handoff.owner is None
    assert (handoff.due_at, handoff.due_for) == (NEXT_MORNING, "First attempt or return")


def test_eight_working_hours_are_eight_working_hours_over_a_change_of_the_clocks(hand_over, clock_of, sam):
    friday = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # 16:00; on Sunday the clocks go forward

    handoff = hand_over(friday)

    # an hour and a half on Friday, six and a half from Monday 09:00, which is 07:00 in UTC now
    assert clock_of(handoff).due_at == datetime(2026, 3, 30, 13, 30, tzinfo=UTC)


def test_a_hot_hand_off_is_due_within_an_hour(agreement, clock_of, theo, nora, sam, at):
    criteria_in_force(theo=theo, nora=nora, at=at - timedelta(days=1))
    handoff = an_mql(at=at).handoffs.get()

    assert handoff.hot
    assert clock_of(handoff, metric="first_attempt_attainment_hot").due_at == handoff.made_at + HOUR
    assert not Clock.objects.filter(commitment__metric="first_attempt_attainment").exists()


def test_a_clock_is_excused_by_the_other_sides_head_alone(hand_over, clock_of, theo, nora, at):
    handoff = hand_over(at)
    Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR)
    clock = clock_of(handoff)

    with pytest.raises(NotAllowed):
        clock.waive(because="Our phones were down.", by=nora, at=NEXT_MORNING + 2 * HOUR)
    assert clock_of(handoff).waived_at is None

    clock.waive(because="Our phones were down.", by=theo, at=NEXT_MORNING + 2 * HOUR)
    assert clock_of(handoff).waived_by == theo
    with pytest.raises(Refused):
        clock.waive(because="Again.", by=theo, at=NEXT_MORNING + 3 * HOUR)
