"""What the clocks of one hand-off show, worked out from what happened to it: plain calculation, no database.

The same events always give the same clocks, so that whatever changes (an attempt, a return, its
undoing) they are simply reckoned again. Per commitment of the agreement that was in force when
the hand-off was made:

- the **customer's clock** runs from the moment the hand-off was made, by the hours of its pool,
  owned or not, until the act; it never stands still, but what is due in working days is due so many
  later as the person asked to be left alone;
- an **owner's clock** runs for each assignment by that person's hours, while the act is still
  awaited. It stands still while marketing repairs, and ends with the assignment: void, unless it
  was overdue by then. What is due in working days, or of marketing, has none;
- whichever of them tells somebody to act has **rungs**: moments at which a part of its working time
  has gone, for the ladder;
- a commitment about **repairs** has a clock for each, from the return until it is settled, by the
  hours of the agreement; so has one about **plans**, void where the person went on without one.

An act at the due moment is in time. A withdrawn hand-off voids what was not fulfilled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from common.hours import DAY, Hours, Span
from common.periods import local_day
from common.worktime import (
    NoWorkingTime,
    add_working_days,
    add_working_time,
    closing_time,
    working_days_between,
    working_time_between,
)
from sla.clauses import Act, Form, Scope, Start


class Terms(NamedTuple):
    """A commitment as its clocks are reckoned by it."""

    commitment_id: int
    form: str
    scope: str
    allowed: timedelta
    attempts: int
    attempt_days: int
    within_days: int
    starts: str = Start.HAND_OFF
    ends: str = Act.FIRST_ACT
    reminders: tuple[int, ...] = ()
    reroute_at: int = 0
    grades: str = ""

    def concerns(self, case: Case) -> bool:
        of_heat = self.scope == Scope.ALL or (self.scope == Scope.HOT) == case.hot
        return of_heat and (not self.grades or (case.grade != "" and case.grade in self.grades))

    @property
    def is_owners(self) -> bool:
        """Whether each owner has a clock of it."""
        return self.form == Form.DEADLINE and self.starts == Start.HAND_OFF

    def rungs(self, *, owners: bool) -> tuple[int, ...]:
        """The rungs of a clock of it, in percent of its time; the customer's has none where each owner has one."""
        if self.is_owners and not owners:
            return ()
        last = self.reroute_at if self.is_owners and self.ends == Act.FIRST_ACT else 0
        return (*self.reminders, last) if last else self.reminders

    @property
    def can_be_put_off(self) -> bool:
        """Whether it waits for the day on which the person asked to be called: attempts and disposition do."""
        return self.form != Form.DEADLINE and self.starts == Start.HAND_OFF


class Stint(NamedTuple):
    """The time during which somebody owned a hand-off."""

    owner_id: int
    from_at: datetime
    until_at: datetime | None = None


@dataclass
class Case:
    """One hand-off and what happened to it, every list in order of time.

    `attempts` are the moments at which attempts count, `reached` those at which the person was
    spoken to, `endings` returns and deals, all of them after it was made; `put_offs` the spans for
    which the person asked to be left, `repairs` those in which marketing completed it, `plans` those
    in which it had none for somebody recycled. The person became an MQL anew at `went_on_at`.
    """

    handoff_id: int
    made_at: datetime
    hot: bool = False
    pool_id: int | None = None
    withdrawn_at: datetime | None = None
    is_open: bool = True
    decided_at: datetime | None = None
    went_on_at: datetime | None = None
    grade: str = ""
    stints: list[Stint] = field(default_factory=list)
    attempts: list[datetime] = field(default_factory=list)
    reached: list[datetime] = field(default_factory=list)
    endings: list[datetime] = field(default_factory=list)
    repairs: list[Span] = field(default_factory=list)
    put_offs: list[Span] = field(default_factory=list)
    plans: list[Span] = field(default_factory=list)

    @property
    def first_act(self) -> datetime | None:
        """The first attempt or return."""
        return min([*self.attempts[:1], *self.endings[:1]], default=None)

    def begins(self, term: Terms) -> list[datetime]:
        """The moments at which a commitment on it starts."""
        if term.starts == Start.HAND_OFF:
            return [self.made_at]
        begun = {Start.REPAIR: self.repairs, Start.RECYCLED: self.plans}
        return [start for start, _ in begun[Start(term.starts)]]

    def ends(self, term: Terms, start: datetime) -> datetime | None:
        """The act that a deadline from this start on waits for, if it was done."""
        acts = {
            Act.FIRST_ACT: self.first_act,
            Act.DECISION: self.decided_at,
            Act.DISPOSITION: min(self.endings[:1], default=None),
            Act.COMPLETION: dict(self.repairs).get(start),
            Act.PLAN: dict(self.plans).get(start),
        }
        return acts[Act(term.ends)]

    @property
    def in_repair_since(self) -> datetime | None:
        return next((begun for begun, done in self.repairs if done is None), None)

    @property
    def owner_id(self) -> int | None:
        """Who owns it now."""
        return self.stints[-1].owner_id if self.stints and self.stints[-1].until_at is None else None


class Key(NamedTuple):
    """Which clock it is: of a hand-off and a commitment, the customer's (no owner) or an owner's, from when on."""

    handoff_id: int
    commitment_id: int
    owner_id: int | None
    started_at: datetime


class Reading(NamedTuple):
    """What a clock shows.

    `took` is the working time from the start to the act; `overdue` says that its time ended without
    the act in time, whatever the present moment is. While `stopped_at` is set it stands still.
    `rungs` are the moments of the ladder, in order, of one that is waited for.
    """

    due_at: datetime
    done_at: datetime | None = None
    took: timedelta | None = None
    void_at: datetime | None = None
    stopped_at: datetime | None = None
    overdue: bool = False
    rungs: tuple[datetime, ...] = ()


def read(case: Case, terms: list[Terms], hours_for: Callable[[Key], Hours]) -> dict[Key, Reading]:
    """Reckon every clock of a hand-off; `hours_for` gives the working hours that a clock keeps.

    A desk that is not open long enough within a year can promise nothing: it has no clock.
    """
    readings = {}
    for key, term, stint in _clocks(case, terms):
        try:
            readings[key] = _read(case, term, stint, key.started_at, hours_for(key))
        except NoWorkingTime:
            continue
    return readings


def _clocks(case: Case, terms: list[Terms]) -> Iterator[tuple[Key, Terms, Stint | None]]:
    for term in terms:
        if not term.concerns(case):
            continue
        for start in case.begins(term):
            yield Key(case.handoff_id, term.commitment_id, None, start), term, None
        if term.is_owners:
            done_at = case.ends(term, case.made_at)
            awaited = (each for each in case.stints if done_at is None or each.from_at <= done_at)
            for stint in awaited:
                yield Key(case.handoff_id, term.commitment_id, stint.owner_id, stint.from_at), term, stint


def _read(case: Case, term: Terms, stint: Stint | None, start: datetime, hours: Hours) -> Reading:
    pauses = case.repairs if stint else case.put_offs if term.can_be_put_off else []
    due_at = _due(term, start, hours, _over(pauses, start))
    done_at = _attempted(case, term, hours) if term.form == Form.ATTEMPTS else case.ends(term, start)
    until = stint.until_at if stint else case.went_on_at if term.starts == Start.RECYCLED else None
    if done_at and (until is None or done_at <= until):
        took = working_time_between(start, done_at, hours, pauses)
        return Reading(due_at, done_at, took, overdue=done_at > due_at)
    if case.withdrawn_at:
        return Reading(due_at, void_at=case.withdrawn_at)
    if until:
        return Reading(due_at, overdue=True) if due_at < until else Reading(due_at, void_at=until)
    stopped_at = case.in_repair_since if stint else None
    if stopped_at and stopped_at <= due_at:
        return Reading(due_at, stopped_at=stopped_at)
    rungs = term.rungs(owners=stint is not None)
    return Reading(due_at, rungs=_rungs(rungs, start, due_at, hours, _over(pauses, start)))


def _over(pauses: list[Span], start: datetime) -> tuple[Span, ...]:
    """The pauses that are over: while one lasts, the due moment stays what it was before it."""
    return tuple((begun, done) for begun, done in pauses if done is not None and done > start)


@lru_cache(maxsize=4096)
def _due(term: Terms, start: datetime, hours: Hours, pauses: tuple[Span, ...]) -> datetime:
    """When the allowed working time has passed; for what is due in days, the end of the nth working day after the
    start's, without the working days between that on which it was put off and that until which it was.

    Remembered, because thousands of hand-offs are made at one moment.
    """
    if term.form == Form.DEADLINE:
        return add_working_time(start, term.allowed, hours, pauses)
    days, first = term.within_days, local_day(start, hours.zone)
    due_at = _closes(first, days, hours)
    for begun, done in pauses:
        if begun <= due_at:  # what was overdue by then stays so
            left_alone = local_day(begun, hours.zone) + DAY, local_day(done, hours.zone)
            days += max(working_days_between(*left_alone, hours), 0)
            due_at = _closes(first, days, hours)
    return due_at


@lru_cache(maxsize=4096)
def _closes(on: date, days: int, hours: Hours) -> datetime:
    """The end of the nth working day after a day: the same for all that began on it."""
    return closing_time(add_working_days(on, days, hours), hours)


@lru_cache(maxsize=4096)
def _rungs(
    rungs: tuple[int, ...], start: datetime, due_at: datetime, hours: Hours, pauses: tuple[Span, ...]
) -> tuple[datetime, ...]:
    """When each percentage of the working time from start to due has gone; what lies a year away is left out."""
    allowed, moments = working_time_between(start, due_at, hours, pauses), []
    for rung in rungs:
        try:
            moments.append(add_working_time(start, allowed * rung / 100, hours, pauses))
        except NoWorkingTime:
            break
    return tuple(moments)


def _attempted(case: Case, term: Terms, hours: Hours) -> datetime | None:
    """When the attempts agreed were made, or nothing more was to be attempted."""
    return min([*case.reached[:1], *case.endings[:1], *_spread(case.attempts, term, hours)], default=None)


def _spread(attempts: list[datetime], term: Terms, hours: Hours) -> list[datetime]:
    days: set[date] = set()
    for made, at in enumerate(attempts, start=1):
        if hours.is_working_day(day := local_day(at, hours.zone)):
            days.add(day)
        if made >= term.attempts and len(days) >= term.attempt_days:
            return [at]
    return []


def counts_at(at: datetime, recorded_at: datetime, *, synced: bool, zone: str) -> datetime:
    """When an attempt counts: when it was made, if a system recorded it or a person did on the same day.

    Written down by hand on a later day, it counts from then on.
    """
    on_the_day = local_day(at, zone) == local_day(recorded_at, zone)
    return at if synced or on_the_day else recorded_at
