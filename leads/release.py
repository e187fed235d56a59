"""Release, not flood: MQLs that wait are handed over each working morning at what the reps can take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Sum

from accounts.access import Role
from accounts.models import User
from leads.handover import default_pool, hand_over
from leads.models.assignment import candidates
from leads.models.handoff import Handoff
from leads.models.lead import Lead


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


def release_held(*, at: datetime) -> list[Handoff]:
    """Hand over the freshest of those who wait, as many as the reps who are here can still take today."""
    pool = default_pool()
    if pool is None or not pool.calendar.hours().is_working_day(at.astimezone(ZoneInfo(pool.calendar.zone)).date()):
        return []
    room = sum(rep.room for rep in candidates(pool, at=at).values())
    freshest = Lead.objects.to_hand_over().order_by(F("score__engaged_at").desc(nulls_last=True), "-stage_at", "-pk")
    chosen = list(freshest.values_list("pk", flat=True)[:room])
    return hand_over(chosen, at=at) if chosen else []
