"""The last two working days: the queue a stranger finds has to be alive."""

from __future__ import annotations

from datetime import timedelta

from common.worktime import working_time_between
from leads.models import Handoff
from smarketing.demo.chance import Chance
from smarketing.demo.scene import Scene

NEW = timedelta(hours=6)
LATE = timedelta(hours=13)
STAYS_NEW, STAYS_LATE = 0.75, 0.3


def lies_still(scene: Scene, handoff: Handoff, chance: Chance) -> bool:
    """Whether nobody has come to it by the end: most of what is new, and a little of what should be done."""
    since = handoff.assigned_at or handoff.made_at
    open_for = working_time_between(since, scene.year.desk_time, scene.year.hours)
    if open_for < NEW:
        return chance.yes(STAYS_NEW)
    return open_for < LATE and chance.yes(STAYS_LATE)
