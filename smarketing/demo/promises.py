"""What both sides promise each other: an agreement that was sent back once, then signed, then renewed in autumn."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sla.models import Agreement
from smarketing.demo.agenda import Process
from smarketing.demo.scene import Scene
from smarketing.demo.story import SCRIPT, at

TOO_MUCH = "95 % leaves no room for a day at a customer's. We can hold 85 %."


def agree(scene: Scene) -> Process:
    """Theo proposes, Nora asks for a change, both sign, with four weeks of baseline; in autumn they sign anew."""
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day(SCRIPT.agreement_declined), "10:30")
    first = Agreement.objects.draft_from(None, by=cast.theo, at=now)
    promised = {
        "first_attempt_attainment": {"share": Decimal("0.95")},
        "mqls_delivered": {"target": scene.mqls_a_month},
    }
    first.edit(by=cast.theo, promises=promised)
    first.propose(by=cast.theo, at=now)
    now = yield now.replace(hour=16)
    first.decline(by=cast.nora, because=TOO_MUCH, at=now)
    now = yield at(year.working_day(SCRIPT.agreement_signed), "09:40")
    second = Agreement.objects.draft_from(first, by=cast.theo, at=now)
    second.edit(by=cast.theo, promises={"first_attempt_attainment": {"share": Decimal("0.85")}})
    yield from _sign(scene, second, now)
    now = yield at(year.working_day(SCRIPT.agreement_renewed), "09:40")
    third = Agreement.objects.draft_from(second, by=cast.nora, at=now)
    third.edit(by=cast.nora, promises={"acceptance_rate": {"target": Decimal("0.82")}})
    yield from _sign(scene, third, now)


def _sign(scene: Scene, draft: Agreement, now: datetime) -> Process:
    draft.propose(by=scene.cast.theo, at=now)
    now = yield now.replace(hour=11)
    draft.sign(by=scene.cast.theo, at=now)
    now = yield now.replace(hour=14)
    draft.sign(by=scene.cast.nora, at=now)
