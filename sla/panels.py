"""What the promises show on other pages: a lead's clocks, and the menu's word beside the agreement."""

from typing import Any

from accounts.models import User
from agreements.models import State
from common import clock as db_clock
from common.badges import badge
from common.panels import panel
from sla.clocks_of_lead import clocks_of_lead
from sla.models import Agreement


@panel("lead", "sla/_clocks.html", order=40)
def clocks(lead: int, user: User) -> dict[str, Any] | None:
    shown = clocks_of_lead(lead, at=db_clock.now())
    return {"clocks": shown} if shown else None


@badge("agreement")
def agreement(user: User) -> str:
    """ "v3 draft", "v3 to sign": what is on its way."""
    states = {State.DRAFT: "draft", State.PROPOSED: "to sign"}
    coming = Agreement.objects.filter(revision__state__in=states).select_related("revision").last()
    return f"v{coming.revision.number} {states[State(coming.revision.state)]}" if coming else ""
