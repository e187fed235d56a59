"""What marketing does with what comes back: repairs, doubles, and a plan for who is not ready yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from leads.lifecycle import RECYCLED
from leads.merge import merge
from leads.models import Lead
from smarketing.demo.agenda import Process
from smarketing.demo.scene import Scene

PLANS = (
    "Invite to the next webinar; send the case of the second hub.",
    "Send the guide on empty miles, ask again in the new quarter.",
    "Newsletter only. Look again when they hire a planner.",
    "Send the report on freight costs when it is out.",
)


def repair(scene: Scene, handoff_id: int, *, then: Callable[[], None] = lambda: None) -> Process:
    """Complete what was missing, mostly within the eight working hours, and give it back to the same rep."""
    chance = scene.chance("repair", scene.person_of[scene.handoff(handoff_id).lead_id].number)
    maya = scene.cast.maya
    now = yield scene.working(maya, scene.agenda.now, chance.around(3.2, 0.6))
    handoff = scene.handoff(handoff_id)
    number = f"+31 {chance.randrange(20, 80)} 555 01{chance.randrange(100):02}"
    handoff.lead.edit({"phone": number}, by=maya, at=now)
    now = yield now + timedelta(minutes=1)
    scene.handoff(handoff_id).finish_repair(by=maya, at=now)
    then()


def merge_double(scene: Scene, lead_id: int, other_id: int, *, then: Callable[[], None]) -> Process:
    """Make one record of two; the rep goes on with it."""
    chance = scene.chance("merge", scene.person_of[lead_id].number)
    jonas = scene.cast.jonas
    now = yield scene.working(jonas, scene.agenda.now, chance.around(3.0, 0.5))
    kept = merge(Lead.objects.get(pk=other_id), Lead.objects.get(pk=lead_id), by=jonas, at=now)
    for gone in (lead_id, other_id):
        person = scene.person_of.pop(gone)
        person.lead_id = kept.pk
        if not person.double_of:
            scene.person_of[kept.pk] = person
    then()


def nurture(scene: Scene, lead_id: int) -> Process:
    """Say who looks after a recycled lead, how and until when; a few wait longer than they should."""
    chance = scene.chance("nurture", scene.person_of[lead_id].number)
    marketer = chance.choice((scene.cast.maya, scene.cast.maya, scene.cast.jonas))
    now = yield scene.working(marketer, scene.agenda.now, chance.around(7, 0.9))
    lead = Lead.objects.get(pk=lead_id)
    if lead.stage == RECYCLED:
        review_on = lead.review_on or (now + timedelta(days=60)).date()
        lead.plan_nurture(owner=marketer, plan=chance.choice(PLANS), review_on=review_on, by=marketer, at=now)
