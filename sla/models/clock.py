"""Clocks: what is due, when, and whether it was kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Expression, F, Q
from django.db.models.functions import Coalesce

from accounts.access import Side, check
from accounts.models import User, WorkCalendar
from common.errors import Incomplete, NotAllowed, Refused
from common.hours import Hours
from leads import readings
from leads.models import Handoff
from sla import rows
from sla.cases import CurrentHours, cases_of
from sla.escalation import Breach, tell_of_breaches
from sla.misses import set_aside
from sla.models.agreement import Agreement
from sla.models.commitment import Commitment
from sla.models.data_check import DataCheck
from sla.models.desk import Desk
from sla.promises import promises_of
from sla.reckoning import Case, Key, Reading, read


class Kind(models.TextChoices):
    """Whose time a clock counts."""

    CUSTOMER = "customer", "The customer's"
    OWNER = "owner", "The owner's"


ACTING = ("handoff__owner", "handoff__lead__marketing_owner")
AWAITED = Q(done_at__isnull=True, void_at__isnull=True)
RUNNING = AWAITED & Q(breached_at__isnull=True, waived_at__isnull=True, stopped_at__isnull=True)
LATE_AND_AWAITED = AWAITED & Q(kind=Kind.CUSTOMER, breached_at__isnull=False, waived_at__isnull=True)


class ClockQuerySet(models.QuerySet["Clock"]):
    """Clocks, found by what they show; and the two verbs that move them."""

    def visible_to(self, user: User) -> Self:
        """Both sides see the customer's clocks; an owner's clock is for that rep and the head of sales."""
        if user.signs_for(Side.SALES):
            return self
        return self.filter(Q(kind=Kind.CUSTOMER) | Q(owner=user))

    def running(self) -> Self:
        return self.filter(RUNNING)

    def awaited(self) -> Self:
        """Neither fulfilled nor void, overdue or not."""
        return self.filter(AWAITED)

    def overdue(self, *, at: datetime) -> Self:
        return self.running().filter(due_at__lt=at)

    def yet_to_fall_due(self, *, at: datetime) -> Self:
        """Awaited, not excused and not late at this moment, whether they run or stand still."""
        in_time = Q(due_at__gte=at) | Q(stopped_at__isnull=False)
        return self.awaited().filter(in_time, breached_at=None, waived_at=None)

    def by_hours_of(self, calendar: WorkCalendar) -> Self:
        """Those that would begin under a calendar's hours today: see `CurrentHours`."""
        agreements = "commitment__agreement__calendar"
        sales = Coalesce("owner__calendar", "owner__team__calendar", "handoff__pool__calendar", agreements)
        counted_by = models.Case(models.When(commitment__side=Side.MARKETING, then=agreements), default=sales)
        return self.alias(counted_by=counted_by).filter(counted_by=calendar.pk)

    def late(self) -> Self:
        """Missed: not excused, not void, and not shown in time by evidence that came later."""
        return self.counted().filter(breached_at__isnull=False, logged_late=False)

    def counted(self) -> Self:
        """What attainment is reckoned from: without what was excused or became void."""
        return self.filter(void_at__isnull=True, waived_at__isnull=True)

    def customers(self) -> Self:
        return self.filter(kind=Kind.CUSTOMER)

    def owners(self) -> Self:
        return self.filter(kind=Kind.OWNER)

    def due_between(self, start: datetime, end: datetime | Expression) -> Self:
        return self.filter(due_at__gte=start, due_at__lt=end)

    def settle_after(self, events: Iterable[models.Model]) -> None:
        """Settle every hand-off that one of these event rows is about: it names its hand-off, or only its lead."""
        handoffs, leads = set(), set()
        for event in events:
            if pk := event.pk if isinstance(event, Handoff) else getattr(event, "handoff_id", None):
                handoffs.add(pk)
            else:
                leads.add(event.lead_id)
        if leads:
            handoffs.update(self.awaited().filter(handoff__lead__in=leads).values_list("handoff_id", flat=True))
        self.settle(handoffs)

    @transaction.atomic
    def settle(self, handoffs: Collection[int]) -> None:
        """Make the clocks of these hand-offs show what happened to them, and promise what is due next.

        Reads the events and nothing else, so that settling twice changes nothing and settling after
        an undo restores what was.
        """
        if not handoffs or not Agreement.objects.ever_in_force().exists():
            return
        cases = cases_of(handoffs)
        agreement_of = Agreement.objects.of_cases({case.handoff_id: case.made_at for case in cases})
        cases = [case for case in cases if case.handoff_id in agreement_of]
        standing = self._standing(cases)
        current = CurrentHours(agreement_of, cases)
        hours = {key: clock.hours for key, clock in standing.items()}
        readings: dict[Key, Reading] = {}
        for case in cases:
            terms = agreement_of[case.handoff_id].terms
            readings |= read(
                case, terms, lambda key: hours[key] if key in hours else hours.setdefault(key, current.of(key))
            )
        settled = {key.handoff_id for key in standing}
        DataCheck.objects.keep({pk: under for pk, under in agreement_of.items() if pk not in settled})
        self._rewrite(readings, standing)
        self._start(readings, standing, hours)
        Handoff.objects.promise(promises_of(cases, agreement_of, readings))

    def _standing(self, cases: list[Case]) -> dict[Key, Clock]:
        rows = self.filter(handoff__in=[case.handoff_id for case in cases]).select_related("desk")
        return {clock.key: clock for clock in rows.order_by("pk").select_for_update(of=("self",), no_key=True)}

    def _start(self, readings: dict[Key, Reading], standing: dict[Key, Clock], hours: dict[Key, Hours]) -> None:
        new = {key: reading for key, reading in readings.items() if key not in standing}
        if new:
            desks = Desk.objects.keep(hours[key] for key in new)
            rows.start((key, desks[hours[key]].pk, reading) for key, reading in new.items())

    def _rewrite(self, readings: dict[Key, Reading], standing: dict[Key, Clock]) -> None:
        """Write the clocks that show something new. One whose assignment was undone is void."""
        changed = []
        for key, clock in standing.items():
            shown = clock.shown()
            if key in readings:
                clock.show(readings[key])
            elif clock.is_awaited:
                clock.void_at, clock.stopped_at, clock.rungs, clock.rung_at = clock.started_at, None, [], None
            if clock.shown() != shown:
                changed.append((clock.pk, *clock.shown()))
        rows.rewrite(changed)

    @transaction.atomic
    def flag_breaches(self, *, at: datetime) -> int:
        """Record each promise that has fallen due unfulfilled, once and at the moment it fell due; return how many.

        Safe to run twice, or by many at once. Its cost grows with what is due, not with what is open.
        """
        found = rows.flag(at)
        told = self.filter(pk__in=found, commitment__in=Commitment.objects.past_baseline(at=at))
        missed = told.breaches()
        tell_of_breaches(missed, at=at)
        if ruling := Agreement.objects.ruling():
            owners = {breach.owner_id for breach in missed if not breach.of_customer}
            set_aside(self, owners, often=ruling.ladder.misses, at=at)
        return len(found)

    def breaches(self) -> list[Breach]:
        """Who is to be told of each, now that it was missed. Read as columns: a sweep may find thousands."""
        acting = ("handoff__owner_id", "handoff__lead__marketing_owner_id")
        missed = list(self.order_by().values_list("pk", "commitment_id", "owner_id", *acting))
        promised = Commitment.objects.in_bulk({commitment for _, commitment, *_ in missed})
        return [
            Breach(pk, promised[commitment].falls_to(owner, *others), promised[commitment].side, owner is None)
            for pk, commitment, owner, *others in missed
        ]


class Clock(models.Model):
    """One running deadline of one commitment on one hand-off: the customer's, or an owner's.

    `done_at` is the act that was awaited, in time or not; `took` the working time until it.
    `breached_at` is the moment the promise fell due, whenever that was noticed. Evidence that
    arrives after a breach was recorded makes it `logged_late`, and it counts as met. What stands
    still since `stopped_at` is waited for, but is not due. `rungs` are the moments of the ladder, of
    which it has `climbed` so many; the next one comes at `rung_at`.
    """

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="+")
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    took = models.DurationField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    logged_late = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True, blank=True)
    void_at = models.DateTimeField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    waived_because = models.CharField(max_length=300, blank=True)
    rungs = ArrayField(models.DateTimeField(), default=list, blank=True)
    climbed = models.PositiveSmallIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "commitment", "owner", "started_at"], nulls_distinct=False, name="clock_starts_once"
            ),
            models.UniqueConstraint(
                fields=["handoff", "commitment", "owner"], nulls_distinct=False,
                condition=AWAITED & Q(breached_at__isnull=True), name="clock_one_runs_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.CUSTOMER, owner__isnull=True) | Q(kind=Kind.OWNER, owner__isnull=False),
                name="clock_owners_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(breached_at__isnull=True) | Q(breached_at=F("due_at")), name="clock_breached_when_due"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_at__lte=F("due_at")) | Q(breached_at__isnull=False),
                name="clock_late_act_is_a_breach",
            ),
            models.CheckConstraint(
                condition=Q(logged_late=False, breached_at__isnull=True)
                | Q(logged_late=False, done_at__isnull=True)
                | Q(logged_late=False, done_at__gt=F("due_at"))
                | Q(logged_late=True, breached_at__isnull=False, done_at__isnull=False, done_at__lte=F("due_at")),
                name="clock_met_or_missed",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, took__isnull=True)
                | Q(done_at__isnull=False, took__isnull=False, void_at__isnull=True, stopped_at__isnull=True),
                name="clock_done_took_its_time",
            ),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True, waived_by__isnull=True, waived_because="")
                | (Q(waived_at__isnull=False, waived_by__isnull=False) & ~Q(waived_because="")),
                name="clock_waived_by_somebody_for_a_reason",
            ),
        ]  # fmt: skip
        indexes = [
            # Read by the sweep, each minute: what runs and is due.
            models.Index(fields=["due_at"], condition=RUNNING, name="clock_running_by_due"),
            # Read by the ladder, each minute: what has come to its next rung.
            models.Index(
                fields=["rung_at"], condition=Q(rung_at__isnull=False, waived_at__isnull=True), name="clock_by_rung"
            ),
            # Read by the figures of a period, from it alone: the customer's clocks of a commitment as they fell due.
            models.Index(
                fields=["commitment", "due_at"],
                condition=Q(kind=Kind.CUSTOMER),
                name="clock_by_period",
                include=["id", "done_at", "took", "void_at", "waived_at"],
            ),
            # Read by the count of what was excused.
            models.Index(fields=["due_at"], condition=Q(waived_at__isnull=False), name="clock_excused"),
            # Read by a rep's own figures, from it alone.
            models.Index(
                fields=["owner", "due_at"],
                condition=Q(kind=Kind.OWNER),
                name="clock_of_owner",
                include=["id", "commitment", "done_at", "took", "void_at", "waived_at"],
            ),
            # Read by the list of late things, the newest first.
            models.Index(fields=["-due_at"], condition=Q(breached_at__isnull=False), name="clock_breached"),
            # Read by the same list as it opens: those of them that are still waited for.
            models.Index(fields=["-due_at", "-id"], condition=LATE_AND_AWAITED, name="clock_late_and_awaited"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} on hand-off {self.handoff_id}"

    @property
    def waits_for(self) -> int | None:
        """The id of whoever has to act: its owner, or the hand-off's where the promise is sales' and has no owner's
        clock.
        """
        shared = self.commitment.side == Side.SALES and not self.commitment.terms.is_owners
        return self.owner_id or (self.handoff.owner_id if shared else None)

    @property
    def key(self) -> Key:
        return Key(self.handoff_id, self.commitment_id, self.owner_id, self.started_at)

    @property
    def is_met(self) -> bool:
        return self.done_at is not None and self.done_at <= self.due_at

    @property
    def is_missed(self) -> bool:
        return self.breached_at is not None and not self.logged_late

    @property
    def is_awaited(self) -> bool:
        return self.done_at is None and self.void_at is None

    @property
    def whose_turn(self) -> User | None:
        """Whom it tells to act, if anybody."""
        return self.commitment.falls_to(self.owner, self.handoff.owner, self.handoff.lead.marketing_owner)

    @property
    def presses_its_owner(self) -> bool:
        """Whether who owns it still is to act and is late: nothing was done, excused, or given on meanwhile."""
        late = self.is_awaited and self.is_missed and self.waived_at is None
        return late and self.handoff.is_open and self.handoff.owner_id == self.owner_id

    @property
    def hours(self) -> Hours:
        """The working hours it counts."""
        return self.desk.value

    def shown(self) -> tuple[Any, ...]:
        """What it shows, in the order of `rows.SHOWN`."""
        return tuple(getattr(self, name) for name in rows.SHOWN)

    def show(self, reading: Reading) -> None:
        """Show what was reckoned from the events. A recorded breach stays, unless another moment is the due one."""
        self.due_at, self.done_at, self.took, self.void_at, self.stopped_at, overdue, rungs = reading
        self.rungs = list(rungs)
        self.rung_at = next(iter(self.rungs[self.climbed :]), None)
        if overdue:
            self.breached_at = self.due_at
        elif self.breached_at != self.due_at:
            self.breached_at = None
        self.logged_late = self.breached_at is not None and self.is_met

    @transaction.atomic
    def waive(self, *, because: str, by: User, at: datetime) -> None:
        """Excuse a case: it counts neither as met nor as missed, and is counted apart.

        Only the head of the *other* side may, with a reason. Raises Incomplete without one, Refused
        when it was excused already or there is nothing to excuse.
        """
        check(by, "clock.waive")
        if not any(by.signs_for(side) for side in Side if side != self.commitment.side):
            raise NotAllowed("A promise is excused by the head of the side it was made to.")
        if not because.strip():
            raise Incomplete("Say why this case is excused; both sides read it.", "because")
        open_to_it = Clock.objects.filter(pk=self.pk, waived_at=None, void_at=None).exclude(done_at__lte=F("due_at"))
        if not open_to_it.update(waived_at=at, waived_by=by, waived_because=because.strip()):
            raise Refused("There is nothing to excuse: this case was kept, is void, or was excused already.")
        readings.touched(self.started_at)
        self.refresh_from_db()
