"""What becomes of the clocks that run while a calendar is edited. The desk is open 09:00–17:30 in Amsterdam."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from accounts.models import Closure, WorkCalendar
from common.errors import NotAllowed
from leads.models import Attempt, Handoff, ReturnReason
from notifications.kinds import kind
from notifications.models import Delivery
from sla import retiming
from sla.models import Clock, Retiming
from sla.retiming import Answer
from tests.leads.test_races import at_once

HOUR = timedelta(hours=1)
THURSDAY, FRIDAY = date(2026, 3, 12), date(2026, 3, 13)
THURSDAY_MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)  # 8 working hours after Wednesday 10:00
FRIDAY_MORNING = THURSDAY_MORNING + timedelta(days=1)


@pytest.fixture
def close(calendar, nora, at):
    """`close(day, answer)`: Nora closes the desk for a day."""

    def close_day(on: date, answer: Answer | None = None, at: datetime = at, **more):
        found = WorkCalendar.objects.get(pk=more.pop("calendar", calendar).pk)
        return retiming.edit(
            found, lambda: found.close(on, "Bridge day", by=nora), answer=answer, by=more.pop("by", nora), at=at
        )

    return close_day


def shown() -> list[tuple]:
    return [(clock.desk_id, *clock.shown()) for clock in Clock.objects.order_by("pk")]


def test_who_was_not_asked_yet_changes_nothing_and_sees_what_would_move(hand_over, clock_of, close, sam, at):
    handoff = hand_over(at)
    before = shown()

    moved = close(THURSDAY)

    assert {each.clock: each.due_at for each in moved} == {
        clock_of(handoff): FRIDAY_MORNING,
        clock_of(handoff, sam): FRIDAY_MORNING,
        clock_of(handoff, metric="attempts_attainment"): datetime(2026, 3, 26, 16, 30, tzinfo=UTC),
        clock_of(handoff, metric="disposition_attainment"): datetime(2026, 4, 9, 15, 30, tzinfo=UTC),
    }
    assert shown() == before
    assert not Closure.objects.exists()


def test_clocks_that_are_left_keep_the_hours_they_began_with(hand_over, clock_of, close, at):
    first = hand_over(at)
    before = shown()

    assert close(THURSDAY, Answer.LEAVE) == []

    assert shown() == before
    assert Closure.objects.get().on == THURSDAY
    assert not Retiming.objects.exists()
    assert clock_of(hand_over(at + HOUR)).due_at == FRIDAY_MORNING + HOUR
    assert clock_of(first).due_at == THURSDAY_MORNING


def test_retimed_clocks_fall_due_by_the_new_hours_and_it_is_written_who_did_it(
    hand_over, clock_of, close, sam, nora, at
):
    handoff = hand_over(at)

    assert close(THURSDAY, Answer.RETIME, at=at + HOUR) == []

    assert clock_of(handoff).due_at == FRIDAY_MORNING
    assert clock_of(handoff, sam).due_at == FRIDAY_MORNING
    handoff.refresh_from_db()
    assert handoff.due_at == FRIDAY_MORNING
    written = Retiming.objects.get(clock=clock_of(handoff))
    assert (written.by, written.at) == (nora, at + HOUR)
    assert (written.was_due_at, written.due_at) == (THURSDAY_MORNING, FRIDAY_MORNING)
    assert THURSDAY not in written.was_desk.value.holidays
    assert Retiming.objects.count() == Clock.objects.count() == 4

    before = shown()
    Clock.objects.settle([handoff.pk])
    assert shown() == before


def test_whose_deadlines_moved_is_told_once_from_when_to_when(hand_over, close, sam, nora, maya, at, clock_shows):
    clock_shows(at + HOUR)
    hand_over(at, name="priya"), hand_over(at, name="omar")

    close(THURSDAY, Answer.RETIME, at=at + HOUR)

    told = Delivery.objects.filter(kind="sla.retimed", channel="inapp")
    assert [each.user for each in told] == [sam]
    said = kind("sla.retimed").render(told.get().content)
    assert said.subject == "Nora Vos moved 6 deadlines of yours"
    assert "Priya, first attempt or return: due Fri 13 Mar, " in said.text
    assert ", was Thu 12 Mar, " in said.text
    assert kind("sla.retimed").still_relevant(told.get().content)


def test_what_was_done_since_is_no_news(hand_over, close, sam, at):
    handoff = hand_over(at)
    close(THURSDAY, Answer.RETIME, at=at + HOUR)
    content = Delivery.objects.get(kind="sla.retimed", channel="inapp").content

    handoff.lead.opt_out(by=None, at=at + 2 * HOUR)

    assert not kind("sla.retimed").still_relevant(content)


def test_retiming_twice_writes_it_once(hand_over, close, calendar, nora, at):
    hand_over(at)
    close(THURSDAY, Answer.RETIME)

    assert retiming.retime(WorkCalendar.objects.get(pk=calendar.pk), by=nora, at=at) == 0
    assert Retiming.objects.count() == Clock.objects.count()


def test_what_was_met_stays_met(hand_over, clock_of, close, sam, at):
    handoff = hand_over(at)
    handoff.accept(by=sam, at=at + HOUR)
    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=sam, at=at + HOUR)

    close(THURSDAY, Answer.RETIME, at=at + 2 * HOUR)

    for clock in (clock_of(handoff), clock_of(handoff, sam), clock_of(handoff, metric="attempts_attainment")):
        assert clock.is_met
        assert not clock.retimings.exists()
    assert clock_of(handoff).due_at == THURSDAY_MORNING


def test_what_was_missed_stays_missed(hand_over, clock_of, close, at):
    handoff = hand_over(at)
    Clock.objects.flag_breaches(at=FRIDAY_MORNING)

    close(date(2026, 3, 11), Answer.RETIME, at=FRIDAY_MORNING)

    assert clock_of(handoff).breached_at == THURSDAY_MORNING
    assert clock_of(handoff).due_at == THURSDAY_MORNING
    assert not Retiming.objects.filter(clock=clock_of(handoff)).exists()


def test_what_is_late_before_the_sweep_ran_is_late_all_the_same(hand_over, clock_of, close, at):
    handoff = hand_over(at)
    a_second_late = THURSDAY_MORNING + timedelta(seconds=1)

    close(date(2026, 3, 11), Answer.RETIME, at=a_second_late)
    Clock.objects.flag_breaches(at=a_second_late)

    assert clock_of(handoff).breached_at == THURSDAY_MORNING


def test_what_was_excused_stays_as_it_was(hand_over, clock_of, close, theo, at):
    handoff = hand_over(at)
    clock_of(handoff).waive(because="The fair's list was wrong.", by=theo, at=at)

    close(THURSDAY, Answer.RETIME)

    assert clock_of(handoff).due_at == THURSDAY_MORNING


def test_a_clock_that_is_overdue_by_the_new_hours_is_missed_when_it_would_have_been_due(
    hand_over, clock_of, calendar, nora, at
):
    handoff = hand_over(at)  # Wednesday 10:00
    found = WorkCalendar.objects.get(pk=calendar.pk)
    round_the_clock = {str(day): [["00:00", "24:00"]] for day in range(7)}
    evening = datetime(2026, 3, 11, 18, 0, tzinfo=UTC)

    retiming.edit(
        found, lambda: found.edit(windows=round_the_clock, by=nora), answer=Answer.RETIME, by=nora, at=evening
    )
    Clock.objects.flag_breaches(at=evening)

    assert clock_of(handoff).breached_at == at + 8 * HOUR


def test_an_absence_entered_later_stretches_no_clock_that_is_retimed(hand_over, clock_of, close, sam, at):
    handoff = hand_over(at)
    sam.be_away(at + HOUR, at + timedelta(days=7), cover=None, by=sam, at=at + HOUR)

    close(THURSDAY, Answer.RETIME, at=at + HOUR)

    assert clock_of(handoff, sam).due_at == FRIDAY_MORNING


def test_an_absence_that_a_clock_knows_stays_its_own(hand_over, clock_of, close, sam, at):
    friday = datetime(2026, 3, 12, 23, 0, tzinfo=UTC)
    sam.be_away(friday, friday + timedelta(days=1), cover=None, by=sam, at=at)
    handoff = hand_over(at)

    close(THURSDAY, Answer.RETIME)

    assert clock_of(handoff).due_at == FRIDAY_MORNING
    assert clock_of(handoff, sam).due_at == datetime(2026, 3, 16, 8, 30, tzinfo=UTC)  # Monday


def test_who_works_other_hours_has_other_clocks(hand_over, clock_of, close, sam, ada, at):
    own = WorkCalendar.objects.draw_up("Sam", "Europe/Amsterdam", by=ada)
    sam.work_by(own, by=ada)
    handoff = hand_over(at)

    close(THURSDAY, Answer.RETIME)
    assert clock_of(handoff).due_at == FRIDAY_MORNING
    assert clock_of(handoff, sam).due_at == THURSDAY_MORNING

    close(THURSDAY, Answer.RETIME, calendar=own)
    assert clock_of(handoff, sam).due_at == FRIDAY_MORNING


def test_a_clock_that_stands_still_is_retimed_and_runs_on(hand_over, clock_of, close, sam, maya, at):
    handoff = hand_over(at)
    reason = ReturnReason.objects.get(code="incomplete_data")
    handoff.send_back(reason, by=sam, at=at + HOUR, evidence={"fields": ["phone"]})

    close(THURSDAY, Answer.RETIME, at=at + HOUR)
    assert clock_of(handoff, sam).stopped_at == at + HOUR
    assert clock_of(handoff, sam).due_at == FRIDAY_MORNING
    assert clock_of(handoff, metric="repair_attainment").due_at == FRIDAY_MORNING + HOUR

    Handoff.objects.get(pk=handoff.pk).finish_repair(by=maya, at=at + 2 * HOUR)
    assert clock_of(handoff, sam).due_at == FRIDAY_MORNING + HOUR


def test_hours_by_which_it_could_never_fall_due_leave_a_clock_alone(hand_over, clock_of, calendar, nora, at):
    handoff = hand_over(at)
    found = WorkCalendar.objects.get(pk=calendar.pk)
    a_minute = {"0": [["09:00", "09:01"]]}  # 52 of them a year

    retiming.edit(found, lambda: found.edit(windows=a_minute, by=nora), answer=Answer.RETIME, by=nora, at=at)

    assert clock_of(handoff).due_at == THURSDAY_MORNING
    assert clock_of(handoff).is_awaited
    ten_mondays = clock_of(handoff, metric="attempts_attainment")
    assert ten_mondays.due_at == datetime(2026, 5, 18, 7, 1, tzinfo=UTC)


def test_another_name_moves_nothing(hand_over, calendar, nora, at):
    hand_over(at)
    found = WorkCalendar.objects.get(pk=calendar.pk)

    assert retiming.edit(found, lambda: found.edit(name="Desk", by=nora), answer=None, by=nora, at=at) == []
    assert WorkCalendar.objects.get().name == "Desk"


@pytest.mark.parametrize("name", ["sam", "ada"])
def test_who_is_no_head_retimes_nothing(name, request, hand_over, close, at):
    hand_over(at)
    before = shown()

    with pytest.raises(NotAllowed):
        close(THURSDAY, Answer.RETIME, by=request.getfixturevalue(name))

    assert shown() == before
    assert not Closure.objects.exists()
    assert not Retiming.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_heads_at_once_retime_each_clock_once(hand_over, close, calendar, nora, theo, at):
    hand_over(at)
    close(THURSDAY, Answer.LEAVE)
    by_head = [partial(retiming.retime, WorkCalendar.objects.get(), by=head, at=at) for head in (nora, theo)]

    assert sorted(at_once(*by_head)) == [0, 4]
    assert Retiming.objects.count() == Clock.objects.count() == 4


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_call_that_is_logged_while_clocks_are_retimed_meets_them_by_the_one_hours_or_the_other(
    hand_over, clock_of, close, calendar, sam, nora, at
):
    handoff = hand_over(at)
    handoff.accept(by=sam, at=at)
    close(THURSDAY, Answer.LEAVE)

    at_once(
        partial(retiming.retime, WorkCalendar.objects.get(), by=nora, at=at + HOUR),
        partial(Attempt.objects.log, handoff, channel="call", outcome="spoke", by=sam, at=at + HOUR),
    )

    for clock in (clock_of(handoff), clock_of(handoff, sam)):
        assert clock.is_met
        assert clock.due_at == (FRIDAY_MORNING if clock.retimings.exists() else THURSDAY_MORNING)


def test_the_page_asks_before_it_saves_and_does_what_is_answered(
    hand_over, clock_of, client_of, calendar, nora, at, clock_shows
):
    clock_shows(at)
    handoff = hand_over(at)
    page = f"/settings/hours/{calendar.pk}/"
    week = {"name": "Office", "zone": "Europe/Amsterdam", "day_2": "09:00-17:30", "day_4": "08:00-18:00"}

    asked = client_of(nora).post(page, week).content.decode()
    assert "<b>Nothing is changed yet.</b> First say what becomes of 4 running clocks." in asked
    assert "4 later" in asked
    assert 'name="day_4" value="08:00-18:00"' in asked
    assert "3" in WorkCalendar.objects.get().windows
    assert clock_of(handoff).due_at == THURSDAY_MORNING

    assert client_of(nora).post(page, week | {"clocks": "retime"}).status_code == 302
    assert "3" not in WorkCalendar.objects.get().windows
    assert clock_of(handoff).due_at == FRIDAY_MORNING - HOUR  # Friday 08:30
    told = client_of(nora).get(page).content.decode()
    assert "4 clocks<p>Nora" in told


def test_the_open_page_shows_what_unsaved_windows_would_move(
    hand_over, client_of, calendar, nora, theo, at, clock_shows
):
    clock_shows(at)
    hand_over(at)
    page = f"/settings/hours/{calendar.pk}/"
    week = {"name": "Office", "zone": "Europe/Amsterdam", "day_2": "09:00-10:30", "day_3": "09:00-12:00"}

    seen = {
        person: client_of(person).get(page, week, headers={"HX-Request": "true"}).content.decode()
        for person in (nora, theo)
    }

    assert all("4 running clocks would fall due at another moment" in text for text in seen.values())
    assert "Sam de Wit’s clock" in seen[nora]
    assert "’s clock, Sam" not in seen[theo]
    assert "Sam de Wit’s clock" not in seen[theo]


@pytest.mark.parametrize(
    ("path", "data"),
    [("close/", {"on": "2026-03-12", "name": "Bridge day"}), ("observe/", {"country": "JP"}), ("", {"name": "Office"})],
)
def test_each_change_of_a_calendar_asks(path, data, hand_over, client_of, calendar, nora, at, clock_shows):
    clock_shows(at)
    hand_over(at)
    week = {"zone": "UTC", "day_4": "09:00-17:30"} if not path else {}

    editor = f"/settings/hours/{calendar.pk}/"

    asked = client_of(nora).post(f"{editor}{path}", data | week).content.decode()

    assert "Nothing is changed yet" in asked
    assert f'id="week" method="post" action="{editor}" hx-get="{editor}"' in asked
    assert f'class="form-actions" method="post" action="{editor}{path}"' in asked
    assert not Closure.objects.exists()


def test_opening_a_closed_day_asks_too(hand_over, clock_of, close, client_of, calendar, nora, at, clock_shows):
    clock_shows(at)
    close(THURSDAY, Answer.LEAVE)
    handoff, closure = hand_over(at), Closure.objects.get()
    reopen = f"/settings/hours/{calendar.pk}/closed/{closure.pk}/reopen/"

    assert "4 sooner" in client_of(nora).post(reopen).content.decode()
    assert Closure.objects.exists()

    client_of(nora).post(reopen, {"clocks": "leave"})
    assert not Closure.objects.exists()
    assert clock_of(handoff).due_at == FRIDAY_MORNING


def test_a_leads_page_says_who_retimed_its_clocks(hand_over, close, client_of, sam, at, clock_shows):
    clock_shows(at)
    handoff = hand_over(at)
    page = handoff.lead.get_absolute_url()
    assert "retimed" not in client_of(sam).get(page).content.decode()

    close(THURSDAY, Answer.RETIME)

    assert "retimed by Nora Vos" in client_of(sam).get(page).content.decode()
