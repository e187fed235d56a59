"""Release, not flood: MQLs that wait are handed over each working morning at what the reps can take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Sum

from accounts.access import Role, check
from accounts.models import User
from common.errors import Refused
from common.worktime import is_open
from leads.handover import default_pool, hand_over
from leads.lifecycle import MQL, PROMOTE
from leads.models.assignment import candidates
from leads.models.criteria import Criteria
from leads.models.episode import Transition
from leads.models.handoff import Handoff
from leads.models.lead import Lead, LeadQuerySet


@dataclass(frozen=True)
class Release:
    """How many MQLs wait, and how many hand-offs a working day sales can take."""

    waiting: int
    a_day: int

    @property
    def working_days(self) -> int | None:
        """How many working days that takes; None while nobody can take any."""
        return -(-self.waiting // self.a_day) if self.a_day else None


def plan() -> Release:
    """What waits now, against the daily capacity of everybody in the pool."""
    reps = User.objects.with_role(Role.REP).filter(team=default_pool())
    return Release(Lead.objects.to_hand_over().count(), reps.aggregate(a_day=Sum("daily_capacity"))["a_day"] or 0)


@dataclass(frozen=True)
class Backlog:
    """Those whom a version made MQLs as it took effect: how many, and what of them still waits."""

    made: int
    release: Release

    @property
    def handed_over(self) -> int:
        return self.made - self.release.waiting


def backlog(criteria: Criteria, *, at: datetime) -> Backlog | None:
    """What taking effect brought, until the next version does; None where it made nobody an MQL."""
    job = criteria.rescores.filter(shadow=None).order_by("pk").first()
    if job is None:
        return None
    moves = Transition.objects.counted().filter(to_stage=MQL, move=PROMOTE.name, by=None, criteria=criteria)
    made = moves.filter(at__gte=job.started_at, at__lte=job.finished_at or at).values("lead")
    if not (count := made.count()):
        return None
    return Backlog(count, Release(Lead.objects.to_hand_over().filter(pk__in=made).count(), plan().a_day))


def freshest() -> LeadQuerySet:
    """Those who wait, in the order in which they are released: the latest behaviour first."""
    return Lead.objects.to_hand_over().order_by(F("score__engaged_at").desc(nulls_last=True), "-stage_at", "-pk")


def room(*, at: datetime) -> int:
    """How many more the reps who are here can take today; none on a day when the desk stays closed."""
    pool = default_pool()
    if pool is None or not pool.calendar.hours().is_working_day(at.astimezone(ZoneInfo(pool.calendar.zone)).date()):
        return 0
    return sum(rep.room for rep in candidates(pool, at=at).values())


def release_held(*, at: datetime, by: User | None = None) -> list[Handoff]:
    """Hand over the freshest of those who wait, as many as there is room for today."""
    chosen = list(freshest().values_list("pk", flat=True)[: room(at=at)])
    return hand_over(chosen, at=at, by=by) if chosen else []


def release_in_the_morning(*, at: datetime) -> list[Handoff]:
    """Release the day's share once the desk has opened; what comes later in the day finds the room that is left."""
    pool = default_pool()
    return release_held(at=at) if pool and is_open(at, pool.calendar.hours()) else []


def release_now(*, by: User, at: datetime) -> list[Handoff]:
    """Release today's share because a person says so. Raises Refused when there is nothing that could go."""
    check(by, "handoff.release")
    if not (released := release_held(at=at, by=by)):
        raise Refused("Nothing was released: nobody waits, the desk is closed today, or everybody has their share.")
    return released
