"""Misses in a row: when a rep is set aside from routing.

Counted are a rep's own clocks of first attempts, by the moment each was decided: met with the act,
missed when it fell due. What was excused or void, or shown in time by evidence that came later, is
no miss, and one that was met ends the row. So does coming back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from django.db.models import Case, F, When

from accounts.access import Role
from accounts.models import User
from common.templatetags.words import plural
from leads.models import Aside
from sla.clauses import FIRST_ATTEMPT

if TYPE_CHECKING:
    from sla.models.clock import Clock, ClockQuerySet

LATELY = timedelta(days=90)


def set_aside(clocks: ClockQuerySet, owners: Collection[int], *, often: int, at: datetime) -> None:
    """Set aside the reps among these people who have just missed so many first attempts in a row; 0 is never."""
    back = Aside.objects.last_back(owners) if often and owners else {}
    for rep in User.objects.with_role(Role.REP).filter(pk__in=owners if often else ()).order_by("pk"):
        if in_a_row(clocks, rep, since=back.get(rep.pk, at - LATELY), most=often) == often:
            Aside.objects.begin(rep, because=f"Missed {plural(often, 'first attempt')} in a row", at=at)


def in_a_row(clocks: ClockQuerySet, rep: User, *, since: datetime, most: int) -> int:
    """How many of a rep's last first attempts were missed in a row since a moment, counted up to `most`."""
    own = clocks.owners().counted().filter(owner=rep, commitment__metric__in=FIRST_ATTEMPT, due_at__gt=since)
    met = When(done_at__lte=F("due_at"), then="done_at")
    missed = When(breached_at__isnull=False, then="due_at")
    decided = own.annotate(decided_at=Case(met, missed)).filter(decided_at__gt=since)
    latest: list[Clock] = list(decided.order_by("-decided_at", "-pk")[:most])
    return sum(1 for _ in takewhile(lambda clock: clock.is_missed, latest))
