"""Retiming: what an edit of a calendar would do to the clocks that run, and doing it when a person says so.

A running clock keeps the hours it began under. Whoever edits a calendar is shown the clocks that
would fall due at another moment by the new hours, and says what becomes of them; unasked, they are
left alone. Retimed are windows, zone and closed days: an absence that a clock knows stays its own,
and one entered later never stretches it. What is met, was missed, or has fallen due is not touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts.access import check
from accounts.models import User, WorkCalendar
from common.hours import Hours
from leads.models import Handoff
from notifications.outbox import tell
from sla.cases import cases_of
from sla.models import Agreement, Clock, Desk, Retiming
from sla.models.retiming import RETIMED
from sla.reckoning import read


class Answer(models.TextChoices):
    """What becomes of the clocks that run while a calendar is edited."""

    LEAVE = "leave", "Leave them as they are"
    RETIME = "retime", "Retime them"


@dataclass(frozen=True)
class Retimed:
    """A running clock under other hours than it keeps, and when it would fall due by them."""

    clock: Clock
    hours: Hours
    due_at: datetime

    @property
    def sooner(self) -> bool:
        return self.due_at < self.clock.due_at


@transaction.atomic
def edit(
    calendar: WorkCalendar, change: Callable[[], Any], *, answer: Answer | None, by: User, at: datetime
) -> list[Retimed]:
    """Change a calendar, or who works by it, and retime the clocks that it moves if that is the answer.

    Without an answer, where clocks would move, nothing is changed and they are returned: they are
    what is to be asked about. Else the list is empty. Where the hours stay as they were and only somebody
    more works by them, no clock moves of those who did before.
    """
    before, by_them = calendar.hours(), set(_running(calendar, at=at).values_list("pk", flat=True))
    change()
    left = by_them if (after := calendar.hours()) == before else set()
    if answer is Answer.LEAVE:
        return []
    if answer is Answer.RETIME:
        retime(calendar, by=by, at=at, but=left)
        return []
    moved = would_retime(calendar, after, at=at, but=left)
    transaction.set_rollback(bool(moved))  # done and taken back: what is asked about is what would happen
    return moved


def would_retime(calendar: WorkCalendar, hours: Hours, *, at: datetime, but: Collection[int] = ()) -> list[Retimed]:
    """The running clocks that would fall due at another moment if the calendar had these hours, the next due first.

    Those in `but` are left out. A clock that could not fall due by them, because the desk is not open
    long enough, is none of them.
    """
    return _reckon(_running(calendar, at=at).exclude(pk__in=but), hours)


@transaction.atomic
def retime(calendar: WorkCalendar, *, by: User, at: datetime, but: Collection[int] = ()) -> int:
    """Put the running clocks that a calendar's hours move on those hours, those in `but` excepted; return how many.

    Locks the hand-offs and then the clocks, as whoever settles does, so that what was met or missed
    in the meantime is left as it is.
    """
    check(by, "clock.retime")
    running = _running(calendar, at=at).exclude(pk__in=but)
    handoffs = Handoff.objects.filter(pk__in=running.values("handoff")).order_by("pk")
    list(handoffs.select_for_update(no_key=True).values_list("pk"))
    moved = _reckon(running.order_by("pk").select_for_update(of=("self",), no_key=True), calendar.hours())
    desks = Desk.objects.keep(each.hours for each in moved)
    written = Retiming.objects.bulk_create(
        Retiming(
            clock=each.clock, calendar=calendar, by=by, at=at,
            was_desk=each.clock.desk, was_due_at=each.clock.due_at, due_at=each.due_at,
        )
        for each in moved
    )  # fmt: skip
    for hours, desk in desks.items():
        Clock.objects.filter(pk__in=[each.clock.pk for each in moved if each.hours == hours]).update(desk=desk)
    Clock.objects.settle({each.clock.handoff_id for each in moved})
    _tell_owners(written, by=by, at=at)
    return len(moved)


def _tell_owners(retimings: list[Retiming], *, by: User, at: datetime) -> None:
    """Tell each person once of all their clocks that were moved, with the old moment and the new one."""
    of_owner: dict[int, list[int]] = defaultdict(list)
    for each in retimings:
        if owner := each.clock.waits_for:
            of_owner[owner].append(each.pk)
    for owner in User.objects.active().exclude(pk=by.pk).in_bulk(of_owner).values():
        moved = sorted(of_owner[owner.pk])
        tell([owner], RETIMED, {"retimings": moved}, key=f"{RETIMED}:{moved[0]}", at=at)


def _running(calendar: WorkCalendar, *, at: datetime) -> models.QuerySet[Clock]:
    return Clock.objects.by_hours_of(calendar).yet_to_fall_due(at=at)


def _reckon(running: models.QuerySet[Clock], hours: Hours) -> list[Retimed]:
    clocks = {clock.key: clock for clock in running.select_related("desk", "commitment", "handoff")}
    under = {key: replace(hours, absences=clock.hours.absences) for key, clock in clocks.items()}
    cases = cases_of({key.handoff_id for key in clocks}, lock=False)
    agreement_of = Agreement.objects.of_cases({case.handoff_id: case.made_at for case in cases})
    due = {}
    for case in cases:
        readings = read(case, agreement_of[case.handoff_id].terms, lambda key: under.get(key, hours))
        due |= {key: reading.due_at for key, reading in readings.items()}
    moved = [
        Retimed(clock, under[key], due[key])
        for key, clock in clocks.items()
        if due.get(key, clock.due_at) != clock.due_at
    ]
    return sorted(moved, key=lambda each: (each.due_at, each.clock.pk))
