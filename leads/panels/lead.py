"""What stands on a lead's page, and beside it in the queue, that other pages of leads do not show."""

from typing import Any

from accounts.access import SALES
from accounts.models import User
from campaigns.models import ContentRequest
from common import clock as db_clock
from common.panels import panel
from leads.buying import buying_stage
from leads.models import Lead
from notifications.things import handle_of

SHOWN = 8


@panel("lead", "leads/_requests.html", order=60)
def asked_of_marketing(object_id: int, user: User) -> dict[str, Any]:
    """What was asked of marketing for this lead, and the way to ask."""
    lead = Lead(pk=object_id)
    found = ContentRequest.objects.visible_to(user).regarding(lead).select_related("asked_by", "taken_by")
    return {"requests": found.order_by("-asked_at")[:SHOWN], "handle": handle_of(lead)}


@panel("lead", "leads/_buying.html", order=30)
def how_far_in_buying(object_id: int, user: User) -> dict[str, Any] | None:
    """The buying stage of the lead, told by the content of the last 60 days."""
    buying = buying_stage(Lead(pk=object_id), at=db_clock.now())
    return {"buying": buying} if buying else None


@panel("lead", "leads/_worked.html", order=90)
@panel("handoff", "leads/_worked_here.html")
def worked_with_the_like(object_id: int, user: User) -> dict[str, Any] | None:
    """What worked with leads like this one, for whoever sells; fetched once the page stands."""
    return {"pk": object_id} if user.has_role(*SALES) else None
