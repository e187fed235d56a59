"""Release, not flood: MQLs that wait are handed over each working morning at what the reps can take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Sum

from accounts.access import Role, check
from accounts.models import Team, User
from common.errors import Refused
from common.worktime import is_open
from leads.handover import hand_over
from leads.lifecycle import MQL, PROMOTE
from leads.models.criteria import Criteria
from leads.models.episode import Transition
from leads.models.handoff import Handoff
from leads.models.lead import Lead, LeadQuerySet
from leads.models.routing import pools_routed_to
from leads.models.turns import seats_of_sales
from leads.routes import Routing, owners_pool

BATCH = 1000
MOST_LOOKED_AT = 20_000  # of those who wait, where the freshest find no room in their pool


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
    """What waits now, against what the reps can take."""
    return Release(Lead.objects.to_hand_over().count(), a_day())


def a_day() -> int:
    """The daily capacity of everybody in the pools that routing goes to."""
    reps = User.objects.with_role(Role.REP).filter(team__in=pools_routed_to())
    return reps.aggregate(a_day=Sum("daily_capacity"))["a_day"] or 0


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
    return Backlog(count, Release(Lead.objects.to_hand_over().filter(pk__in=made).count(), a_day()))


def freshest() -> LeadQuerySet:
    """Those who wait, in the order in which they are released: the latest behaviour first."""
    return Lead.objects.to_hand_over().order_by(F("score__engaged_at").desc(nulls_last=True), "-stage_at", "-pk")


def room(*, at: datetime) -> int:
    """How many more the reps who are here can take today; none on a day when the desk stays closed."""
    return sum(_rooms(pools_routed_to(), at=at).values())


def _rooms(pools: Iterable[Team], *, at: datetime) -> dict[int, int]:
    """Of each pool that works today, how many more its reps can take."""
    working = [pool.pk for pool in pools if _works_on_the_day_of(pool, at)]
    seated = seats_of_sales(at=at) if working else {}
    return {pool: sum(rep.room for rep in seated[pool].values()) for pool in working}


def _works_on_the_day_of(pool: Team, at: datetime) -> bool:
    return pool.calendar.hours().is_working_day(at.astimezone(ZoneInfo(pool.calendar.zone)).date())


def release_held(*, at: datetime, by: User | None = None, pools: Iterable[Team] | None = None) -> list[Handoff]:
    """Hand over the freshest of those who wait, to each pool as many as it has room for today; to these `pools` only.

    Of a backlog longer than `MOST_LOOKED_AT` the freshest are looked at.
    """
    routing = Routing.now(at=at)
    rooms = _rooms(pools_routed_to() if pools is None else pools, at=at)
    chosen: list[int] = []
    for start in range(0, MOST_LOOKED_AT, BATCH):
        if not any(rooms.values()):
            break
        leads = list(freshest().select_related("company__owner__team")[start : start + BATCH])
        chosen += _that_find_room(leads, routing, rooms)
        if len(leads) < BATCH:
            break
    return hand_over(chosen, at=at, by=by) if chosen else []


def _that_find_room(leads: list[Lead], routing: Routing, rooms: dict[int, int]) -> Iterator[int]:
    """The leads for which there is room where they go; it is taken from `rooms`."""
    rule_of = routing.first_met([lead.pk for lead in leads])
    for lead in leads:
        owners = owners_pool(lead)
        goes_to = [owners] if owners else routing.pools_of[rule_of[lead.pk].pk]
        if free := next((pool.pk for pool in goes_to if rooms.get(pool.pk)), None):
            rooms[free] -= 1
            yield lead.pk


def release_in_the_morning(*, at: datetime) -> list[Handoff]:
    """Release the day's share of each desk that has opened; what comes later in the day finds the room that is left."""
    at_work = [pool for pool in pools_routed_to() if is_open(at, pool.calendar.hours())]
    return release_held(at=at, pools=at_work) if at_work else []


def release_now(*, by: User, at: datetime) -> list[Handoff]:
    """Release today's share because a person says so. Raises Refused when there is nothing that could go."""
    check(by, "handoff.release")
    if not (released := release_held(at=at, by=by)):
        raise Refused("Nothing was released: nobody waits, the desk is closed today, or everybody has their share.")
    return released
