"""What this app shows in the menu and on the home page."""

from typing import Any

from accounts.access import Role, Side
from accounts.models import User
from agreements.models import Revision, State
from common import clock as db_clock
from common.badges import badge
from common.panels import panel
from leads.lifecycle import RECYCLED
from leads.models import Criteria, Handoff, Lead
from leads.models.criteria import DOCUMENT
from leads.views.queue import day_of

SHOWN = 8


@badge("queue")
def waiting(user: User) -> str:
    """How many hand-offs want something from this rep today."""
    if not user.has_role(Role.REP):
        return ""
    return str(day_of(user, db_clock.now()).waiting or "")


@panel("home", "leads/_marketings_work.html", order=40)
def marketings_work(object_id: int, user: User) -> dict[str, Any] | None:
    """What waits for marketing: repairs that sales waits for, recycled leads without a plan, MQLs to hand over."""
    if Side.MARKETING not in user.sides:
        return None
    at = db_clock.now()
    return {
        "repairs": Handoff.objects.in_repair().select_related("lead__company", "owner").order_by("repair_since")[:SHOWN],
        "unplanned": Lead.objects.filter(stage=RECYCLED, planned_at=None)
        .select_related("company")
        .order_by("-stage_at")[:SHOWN],
        "reviews": Lead.objects.filter(stage=RECYCLED, review_on__lte=at.astimezone(user.tz).date())
        .select_related("company")
        .order_by("review_on")[:SHOWN],
        "now": at,
    }


@panel("home", "leads/_sales_work.html", order=40)
def sales_work(object_id: int, user: User) -> dict[str, Any] | None:
    """What waits for the head of sales: hand-offs that nobody owns, and those that are late."""
    if not user.has_role(Role.HEAD_OF_SALES):
        return None
    at = db_clock.now()
    late = Handoff.objects.open().filter(due_at__lt=at).select_related("lead__company", "owner").order_by("due_at")
    unowned = Handoff.objects.unassigned().select_related("lead__company").order_by("made_at")
    return {"unassigned": unowned[:SHOWN], "late": late[:SHOWN], "now": at}


@badge("criteria")
def criteria_coming(user: User) -> str:
    """The version that somebody drafts or that waits for signatures."""
    coming = Revision.objects.of(DOCUMENT).filter(state__in=[State.DRAFT, State.PROPOSED]).first()
    return f"v{coming.number} {'draft' if coming.is_draft else 'to sign'}" if coming else ""


@panel("banner", "criteria/_trial.html")
def on_trial(object_id: int, user: User) -> dict[str, Any] | None:
    """Says on every page that a trial runs."""
    criteria = Criteria.objects.ruling()
    return {"criteria": criteria} if criteria and criteria.revision.is_trial else None
