"""The ladder at work: what comes to a rung is found by an index, claimed once, and told or carried out."""

from datetime import datetime

from django.db import transaction

from sla import rows
from sla.escalation import remind
from sla.models import Clock, Commitment, Rung, Step
from sla.models.clock import ACTING


def climb(*, at: datetime) -> int:
    """Let every clock climb the rungs it has come to, and do what stands there; return how many climbed.

    Safe to run twice, or by many at once. That a clock has climbed, the row of it and whom it is told
    to are one transaction; what takes a lead from somebody is carried out from its row, lead by lead.
    """
    found = _come_to_rungs(at)
    for rung in Rung.objects.waiting():
        rung.carry_out(at=at)
    return found


@transaction.atomic
def _come_to_rungs(at: datetime) -> int:
    come = rows.climb(at)
    told = Clock.objects.filter(pk__in=come, commitment__in=Commitment.objects.past_baseline(at=at))
    clocks = list(told.select_related("commitment", "owner", *ACTING))
    Rung.objects.bulk_create(_rung(clock, at) for clock in clocks)
    remind([clock for clock in clocks if at < clock.due_at], at=at)
    return len(come)


def _rung(clock: Clock, at: datetime) -> Rung:
    came_at = clock.rungs[clock.climbed - 1]
    if came_at < clock.due_at:
        return Rung(clock=clock, number=clock.climbed, step=Step.REMIND, came_at=came_at, done_at=at)
    return Rung(clock=clock, number=clock.climbed, step=Step.REROUTE, came_at=came_at)
