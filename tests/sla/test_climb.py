"""The ladder: reminders, another rep; each step of a clock once, at its minute."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from common.errors import NotAllowed, Refused
from leads.models import Assignment, Attempt, Handoff
from notifications.models import Delivery
from notifications.outbox import drain
from notifications.words import in_words
from sla.climbing import climb
from sla.models import Agreement, Clock, Rung, Step
from sla.rows import CLIMB
from tests.asked import queries_asked
from tests.builders import an_mql, criteria_in_force, everything, reason
from tests.leads.test_races import at_once

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Handed over on Wednesday 11 March at ten in Amsterdam; the desk is open from 9 to 17:30.
HALF = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)  # 4 of 8 hours: 14:00 there
FOUR_FIFTHS = datetime(2026, 3, 11, 15, 24, tzinfo=UTC)  # 6 h 24: 16:24 there
DUE = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)  # 8 hours: Thursday 9:30 there
TWICE = datetime(2026, 3, 12, 16, 30, tzinfo=UTC)  # 16 hours: Thursday 17:30 there


def told(kind: str) -> list[tuple[str, datetime]]:
    """Who is told by mail, and when the mail may go."""
    rows = Delivery.objects.filter(kind=kind, channel="email").order_by("available_at", "user__name")
    return [(each.user.name, each.available_at) for each in rows]


@pytest.fixture
def hot_lead(agreement: Agreement, theo: User, nora: User, sam: User, at: datetime) -> Callable[..., Handoff]:
    """Somebody who asked for a demo: `hot_lead(at)`; due within one working hour, Sam's."""
    criteria_in_force(theo=theo, nora=nora, at=at - DAY)
    return lambda at: an_mql(at=at).handoffs.get()


def test_the_rungs_of_a_clock_are_shares_of_its_working_time_to_the_minute(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    own = clock_of(handoff, sam)

    assert own.rungs == [HALF, FOUR_FIFTHS, TWICE]
    assert (own.rung_at, own.due_at, own.climbed) == (HALF, DUE, 0)
    assert clock_of(handoff).rungs == []


def test_attempts_and_disposition_remind_by_the_working_time_until_their_last_day(hand_over, clock_of, sam, at):
    clock = clock_of(hand_over(at), metric="attempts_attainment")

    assert clock.due_at == datetime(2026, 3, 25, 16, 30, tzinfo=UTC)
    # 7.5 hours are left of the first day, then ten of 8.5: 92.5 in all. The half, 46.25, and 74 hours.
    assert clock.rungs == [
        datetime(2026, 3, 18, 12, 45, tzinfo=UTC),
        datetime(2026, 3, 23, 15, 0, tzinfo=UTC),
    ]
    assert clock.whose_turn == sam


def test_a_rep_is_reminded_once_at_each_rung_and_with_the_others_of_the_half_day(hand_over, clock_of, sam, at):
    for _ in range(3):
        hand_over(at)

    assert climb(at=HALF - timedelta(microseconds=1)) == 0
    assert climb(at=HALF) == 3
    assert climb(at=HALF + MINUTE) == 0
    assert told("sla.reminder") == [("Sam de Wit", HALF)]
    assert climb(at=FOUR_FIFTHS) == 3

    tomorrow_as_the_desk_opens = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
    assert told("sla.reminder") == [("Sam de Wit", HALF), ("Sam de Wit", tomorrow_as_the_desk_opens)]
    assert list(Rung.objects.values_list("number", "came_at").distinct().order_by("number")) == [
        (1, HALF), (2, FOUR_FIFTHS),
    ]  # fmt: skip


def test_of_a_hot_lead_a_rep_is_reminded_by_itself_and_at_once(hot_lead, clock_of, sam, at):
    handoff, other = hot_lead(at), hot_lead(at)

    assert climb(at=at + 30 * MINUTE) == 2

    assert told("sla.reminder") == [("Sam de Wit", at + 30 * MINUTE)] * 2
    [one, two] = Delivery.objects.filter(kind="sla.reminder", channel="email").order_by("pk")
    assert {one.content["clocks"][0], two.content["clocks"][0]} == {
        clock_of(each, sam, "first_attempt_attainment_hot").pk for each in (handoff, other)
    }


def test_several_reminders_are_read_together_and_say_what_each_says_alone(hot_lead, sam, at, clock_shows):
    kept, _ = hot_lead(at), hot_lead(at)
    climb(at=at + 30 * MINUTE)
    Attempt.objects.log(kept, channel="call", outcome="spoke", by=sam, at=at + 31 * MINUTE)
    clock_shows(at + 32 * MINUTE)
    several = list(Delivery.objects.filter(kind="sla.reminder", channel="inapp").order_by("pk"))
    with queries_asked() as asked:
        said = in_words(several)
    assert [each.subject.endswith("waits for you") for each in said] == [True, True]
    assert said == [worded for each in several for worded in in_words([each])]
    assert sum("sla_clock" in each["sql"] for each in asked) == 1


def test_after_an_outage_only_the_last_rung_is_told(hand_over, sam, at):
    hand_over(at)

    climb(at=FOUR_FIFTHS + MINUTE)

    assert len(told("sla.reminder")) == 1
    assert list(Rung.objects.values_list("number", flat=True)) == [2]


def test_a_reminder_whose_promise_was_kept_meanwhile_is_not_sent(hand_over, clock_shows, sam, at):
    handoff = hand_over(at)
    climb(at=FOUR_FIFTHS)

    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=sam, at=FOUR_FIFTHS + MINUTE)
    clock_shows(FOUR_FIFTHS + DAY)
    drain()

    assert not sam.notices.filter(kind="sla.reminder").exists()
    assert not Delivery.objects.open().filter(kind="sla.reminder").exists()


def test_outside_their_hours_nobody_is_told_and_nothing_is_dropped(hot_lead, clock_shows, sam, nora, at):
    """Handed over ten minutes before the desk closes: half of the hour has gone the next morning at 9:20."""
    evening = datetime(2026, 3, 11, 16, 20, tzinfo=UTC)
    hot_lead(evening)
    morning = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
    breached = morning + 50 * MINUTE

    assert climb(at=morning + 19 * MINUTE) == 0
    assert climb(at=morning + 20 * MINUTE) == 1
    assert Clock.objects.flag_breaches(at=breached + MINUTE) == 2

    assert told("sla.reminder") == [("Sam de Wit", morning + 20 * MINUTE)]
    assert told("sla.breached") == [("Nora Vos", breached + MINUTE), ("Sam de Wit", breached + MINUTE)]


def test_a_manager_who_does_not_work_now_hears_of_it_when_they_do(hot_lead, sam, nora, at):
    hot_lead(at)
    nora.be_away(at + HOUR, at + 2 * HOUR, cover=None, by=nora, at=at)

    Clock.objects.flag_breaches(at=at + HOUR + MINUTE)

    assert told("sla.breached") == [("Sam de Wit", at + HOUR + MINUTE), ("Nora Vos", at + 2 * HOUR)]


def test_a_hot_lead_goes_to_the_next_rep_when_twice_its_time_has_gone(hot_lead, clock_of, sam, rita, nora, at):
    handoff = hot_lead(at)
    first, second = (sam, rita) if handoff.owner == sam else (rita, sam)
    Clock.objects.flag_breaches(at=at + HOUR + MINUTE)

    climb(at=at + 2 * HOUR - MINUTE)
    handoff.refresh_from_db()
    assert handoff.owner == first
    climb(at=at + 2 * HOUR)

    handoff.refresh_from_db()
    assert handoff.owner == second
    given = handoff.assignments.current().get()
    assert (given.because, given.by) == (f"{first.short_name} let it wait", None)
    metric = "first_attempt_attainment_hot"
    assert clock_of(handoff, first, metric).breached_at == at + HOUR
    assert clock_of(handoff, second, metric).due_at == at + 3 * HOUR
    customers = clock_of(handoff, metric=metric)
    assert (customers.started_at, customers.due_at, customers.is_awaited) == (at, at + HOUR, True)
    assert {name for name, _ in told("sla.rerouted")} == {first.name, "Nora Vos"}


def test_it_never_goes_back_to_who_had_it_and_then_the_head_decides(hot_lead, clock_of, sam, rita, nora, at):
    handoff = hot_lead(at)
    for hours in (2, 4):
        Clock.objects.flag_breaches(at=at + hours * HOUR)
        climb(at=at + hours * HOUR)

    handoff.refresh_from_db()
    assert Assignment.objects.filter(handoff=handoff).count() == 2
    assert told("sla.give_on") == [("Nora Vos", at + 4 * HOUR)]
    assert handoff.owner == handoff.assignments.current().get().owner


def test_any_other_lead_waits_for_the_heads_click(hand_over, clock_of, clock_shows, client_of, sam, nora, rita, at):
    handoff = hand_over(at)
    Clock.objects.flag_breaches(at=DUE + MINUTE)
    climb(at=TWICE)
    handoff.refresh_from_db()
    owner, other = (sam, rita) if handoff.owner == sam else (rita, sam)
    assert told("sla.give_on") == [("Nora Vos", datetime(2026, 3, 13, 8, 0, tzinfo=UTC))]

    clock_shows(TWICE + 18 * HOUR)
    drain()
    inbox = client_of(nora).get("/notifications/").content.decode()
    assert f'formaction="/handoffs/{handoff.pk}/reroute/"' in inbox
    client_of(nora).post(f"/handoffs/{handoff.pk}/reroute/")

    handoff.refresh_from_db()
    assert handoff.owner == other
    assert handoff.assignments.current().get().because == "Waited too long"
    assert clock_of(handoff, owner).is_missed


def test_the_click_is_beside_the_late_case_for_the_head_of_sales_alone(hand_over, clock_shows, client_of, nora, sam,
                                                                       theo, at):  # fmt: skip
    handoff = hand_over(at)
    Clock.objects.flag_breaches(at=DUE + MINUTE)
    clock_shows(DUE + HOUR)

    button = f'action="/handoffs/{handoff.pk}/reroute/"'
    assert button in client_of(nora).get("/sla/breaches/").content.decode()
    assert button not in client_of(theo).get("/sla/breaches/").content.decode()
    assert button not in client_of(sam).get("/sla/breaches/").content.decode()
    before = everything()
    with pytest.raises(NotAllowed):
        handoff.reroute(because="Mine", by=sam, at=DUE + HOUR)
    assert everything() == before


def test_with_nobody_else_there_it_stays_where_it_is(hand_over, nora, sam, at):
    handoff = hand_over(at)
    before = everything()

    with pytest.raises(Refused, match="Nobody else who is here could be given"):
        handoff.reroute(because="Waited too long", by=nora, at=DUE)

    assert everything() == before


def test_what_was_accepted_is_not_taken_away_by_the_worker(hot_lead, sam, rita, nora, at):
    handoff = hot_lead(at)
    handoff.accept(by=handoff.owner, at=at + MINUTE)
    Clock.objects.flag_breaches(at=at + HOUR + MINUTE)

    climb(at=at + 2 * HOUR)

    assert Assignment.objects.filter(handoff=handoff).count() == 1
    assert [name for name, _ in told("sla.give_on")] == ["Nora Vos"]


def test_a_pause_moves_the_rungs_to_come_and_brings_none_again(hand_over, clock_of, sam, maya, at):
    """Four hours before, four to go; marketing repairs from 14:30 for half an hour."""
    handoff = hand_over(at)
    climb(at=HALF)
    handoff.send_back(reason("incomplete_data"), by=sam, at=HALF + 30 * MINUTE, evidence={"fields": ["phone"]})
    assert clock_of(handoff, sam).rung_at is None
    handoff.refresh_from_db()
    handoff.finish_repair(by=maya, at=HALF + HOUR)

    own = clock_of(handoff, sam)
    assert own.rungs[:2] == [HALF, FOUR_FIFTHS + 30 * MINUTE]
    assert own.rung_at == FOUR_FIFTHS + 30 * MINUTE
    climb(at=FOUR_FIFTHS + HOUR)
    assert Rung.objects.filter(clock=own).count() == 2


def test_in_the_baseline_nobody_is_reminded_and_nobody_loses_a_lead(agreement, hot_lead, sam, rita, at):
    agreement.baseline_until = at + 7 * DAY
    agreement.save()
    handoff = hot_lead(at)
    Clock.objects.flag_breaches(at=at + HOUR + MINUTE)

    assert climb(at=at + 3 * HOUR) == 1

    assert not Rung.objects.exists()
    assert not told("sla.reminder")
    assert Assignment.objects.filter(handoff=handoff).count() == 1


def test_an_agreement_without_a_ladder_has_no_rungs(agreement, hand_over, clock_of, sam, at):
    Agreement.objects.update(first_reminder=0, second_reminder=0, reroute_at=0, misses=0)

    assert clock_of(hand_over(at), sam).rungs == []


def test_the_ladder_stands_in_the_text_that_both_sign(agreement):
    said = [each.replace("\N{NO-BREAK SPACE}", " ") for each in agreement.sentences()]

    assert (
        "Whoever has to act is reminded when 50 % and again when 80 % of the time for it has gone: of a hot lead at "
        "once, of the others together, in the morning and in the afternoon."
    ) in said
    assert "A rep who misses 2 first attempts in a row is given no new lead until they say that they are back." in said


# Races


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_beats_at_once_take_each_step_once(hand_over, sam, nora, at):
    for _ in range(20):
        hand_over(at)

    found = at_once(*[lambda: climb(at=HALF)] * 4)

    assert sum(found) == 20
    assert Rung.objects.count() == 20
    told_of = [pk for each in Delivery.objects.filter(kind="sla.reminder", channel="inapp")
               for pk in each.content["clocks"]]  # fmt: skip
    assert sorted(told_of) == sorted(Rung.objects.values_list("clock", flat=True))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("turn", range(5))
def test_of_a_reroute_and_an_accept_at_once_exactly_one_wins(hot_lead, sam, rita, nora, at, turn):
    handoff = hot_lead(at)
    owner = handoff.owner
    Clock.objects.flag_breaches(at=at + HOUR + MINUTE)

    _, accepted = at_once(
        lambda: climb(at=at + 2 * HOUR), lambda: Handoff.objects.get(pk=handoff.pk).accept(by=owner, at=at + 2 * HOUR)
    )

    handoff.refresh_from_db()
    stays = accepted is None
    assert (handoff.state, handoff.owner == owner) == (("accepted", True) if stays else ("pending", False))
    assert handoff.assignments.count() == (1 if stays else 2)
    assert handoff.assignments.current().get().owner == handoff.owner
    assert Clock.objects.get(handoff=handoff, owner=owner).is_missed
    assert Rung.objects.get(step=Step.REROUTE).done_at


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_that_dies_between_claim_and_reroute_loses_nothing(hot_lead, sam, rita, at, monkeypatch):
    handoff = hot_lead(at)
    Clock.objects.flag_breaches(at=at + HOUR + MINUTE)

    def killed(self: Rung, *, at: datetime) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Rung, "carry_out", killed)
        with pytest.raises(KeyboardInterrupt):
            climb(at=at + 2 * HOUR)
    assert handoff.assignments.count() == 1

    climb(at=at + 2 * HOUR + MINUTE)

    assert handoff.assignments.count() == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_comes_to_a_rung_is_found_by_an_index(agreement):
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("EXPLAIN " + CLIMB, {"at": HALF})
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")

    assert "clock_by_rung" in plan
