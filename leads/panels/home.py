"""What waits in the menu and on the home page: each side's work, and what was won lately."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.access import SALES, Role, Side
from accounts.models import User
from accounts.models.calendar import hours_of
from common import clock as db_clock
from common.badges import badge
from common.panels import panel
from common.worktime import working_time_between
from leads import release
from leads.beginnings import RECENT
from leads.converted import reckoned, standing_out
from leads.converting import BECAME
from leads.lifecycle import RECYCLED
from leads.models import Aside, Handoff, HandoffReturn, Lead, Opportunity
from leads.models.beginning import By
from leads.release import Release
from leads.views.queue import waiting_for
from leads.wins import wins, won

SHOWN = 8
SHOWN_WINS = 3
LATELY = timedelta(weeks=2)
OWNERS = User.objects.select_related("calendar", "team__calendar").prefetch_related("absences")
SURELY = ("customer", "mql")
SHOWN_OF_RETURN = [
    "result", "at", "note", "evidence", "reason__label", "by__name", "by__email", "handoff__lead",
    *(f"handoff__lead__{name}" for name in Lead.NAMED_BY),
]  # fmt: skip


@badge("queue")
def waiting(user: User) -> str:
    """How many hand-offs want something from this rep today."""
    if not user.has_role(Role.REP):
        return ""
    return str(waiting_for(user, db_clock.now()) or "")


@panel("home", "leads/_marketings_work.html", order=40)
def marketings_work(object_id: int, user: User) -> dict[str, Any] | None:
    """What waits for marketing: returns that sales waits for, recycled leads without a plan, MQLs to hand over."""
    if Side.MARKETING not in user.sides:
        return None
    at = db_clock.now()
    awaited = HandoffReturn.objects.awaiting_marketing().select_related("handoff__lead", "by", "reason")
    recycled = Lead.objects.filter(stage=RECYCLED)
    unplanned = recycled.filter(planned_at=None).select_related("company")
    reviews = recycled.filter(review_on__lte=at.astimezone(user.tz).date())
    return {
        "awaited": awaited.only(*SHOWN_OF_RETURN).order_by("at")[:SHOWN],
        "unplanned": unplanned.only(*Lead.IN_SHORT, "stage_at").order_by("-stage_at")[:SHOWN],
        "reviews": reviews.only(*Lead.NAMED_BY, "plan", "review_on").order_by("review_on")[:SHOWN],
        "now": at,
    }


@panel("home", "leads/_converts_home.html", order=45)
def what_converts(object_id: int, user: User) -> dict[str, Any] | None:
    """The offer that surely brings most, for marketing."""
    found = reckoned(By.OFFER, period=RECENT) if Side.MARKETING in user.sides else None
    if found is None or not found.total.leads:
        return None
    told = (standing_out(found, stage) | {"reached": BECAME[stage], "stage": stage} for stage in SURELY)
    return next((each for each in told if "best" in each), {"few": found.total.leads})


@panel("home", "leads/_sales_work.html", order=40)
def sales_work(object_id: int, user: User) -> dict[str, Any] | None:
    """What waits for the head of sales: hand-offs that nobody owns, and those that are late."""
    if not user.has_role(Role.HEAD_OF_SALES):
        return None
    at = db_clock.now()
    late = _first(Handoff.objects.open().filter(due_at__lt=at), "due_at")
    waiting = Lead.objects.to_hand_over().count()
    return {
        "unassigned": _first(Handoff.objects.unassigned(), "made_at"),
        "late": _with_time_left(late.prefetch_related(Prefetch("owner", OWNERS)), at),
        "release": waiting and Release(waiting, release.a_day()),
        "now": at,
    }


def _first(handoffs: QuerySet[Handoff], by: str) -> QuerySet[Handoff]:
    """The first of many, as a line of a list; their leads are looked up for those alone."""
    few = handoffs.order_by(by, "pk").values("pk")[:SHOWN]
    first = Handoff.objects.filter(pk__in=few).select_related("lead").order_by(by, "pk")
    return first.only("due_at", "due_for", "why", "owner", *(f"lead__{name}" for name in Lead.NAMED_BY))


@panel("home", "leads/_set_aside.html", order=35)
def set_aside(object_id: int, user: User) -> dict[str, Any] | None:
    """Who is set aside from routing: the reader, and to the head of sales everybody."""
    asides = Aside.objects.standing().select_related("rep").order_by("from_at")
    shown = asides if user.has_role(Role.HEAD_OF_SALES) else asides.filter(rep=user)
    return {"asides": [(each, each.rep == user) for each in shown]} if user.has_role(*SALES) else None


def _with_time_left(handoffs: QuerySet[Handoff], at: datetime) -> list[tuple[Handoff, timedelta]]:
    """Each with the working time left, as its owner's own queue tells it; where no hours are known, by the clock."""
    owners = {handoff.owner for handoff in handoffs if handoff.owner}
    hours = {owner: hours_of(owner) for owner in owners if owner.calendar_id or owner.team_id}
    return [
        (row, working_time_between(at, row.due_at, hours[row.owner]) if row.owner in hours else row.due_at - at)
        for row in handoffs
    ]


@panel("home", "leads/_latest_wins.html", order=60)
def latest_wins(object_id: int, user: User) -> dict[str, Any] | None:
    """What was won in the last two weeks."""
    since = db_clock.now() - LATELY
    latest = won(Opportunity.objects.visible_to(user)).filter(closed_at__gte=since).order_by("-closed_at")
    return {"latest": found} if (found := wins(latest[:SHOWN_WINS])) else None
