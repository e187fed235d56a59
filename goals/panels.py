"""What this app shows on pages around it."""

from typing import Any

from accounts.access import Role, allowed
from accounts.models import User
from agreements.models import Credit, Revision
from agreements.signing import proposed
from common import clock as db_clock
from common.badges import badge
from common.once import one_page
from common.panels import panel
from goals.models import Plan
from goals.models.versions import PREFIX
from goals.mql_worth import count_by_grade, worths
from goals.standing import standing


@badge("goals")
def waits_for_you(user: User) -> str:
    """Whether a plan waits for this person's signature."""
    plans = [each.pk for each in proposed() if each.document.startswith(PREFIX)]
    if not plans:  # as mostly, and then nobody's signature is asked about
        return ""
    waiting = Revision.objects.waiting_for(user, at=db_clock.now()).filter(pk__in=plans)
    return "to sign" if waiting.exists() else ""


@panel("home", "goals/_home.html", order=30)
@one_page()
def goal_of_the_day(object_id: int, user: User) -> dict[str, Any] | None:
    """How the goal goes that counts today: each side sees the other's targets too, and what reps got for theirs."""
    at = db_clock.now()
    plan = Plan.objects.visible_to(user).for_day(at.astimezone(user.tz).date())
    sees_quotas = allowed(user, "scorecard.by_rep")
    return {"plan": plan, "sees_quotas": sees_quotas} | standing(plan, at=at) if plan else None


@panel("queue", "goals/_quota_of_mine.html")
def quota_of_mine(object_id: int, user: User) -> dict[str, Any] | None:
    """The way to what a rep needs for their part of the goal that counts today; fetched once the queue stands."""
    return {} if Role.REP in user.roles else None


@panel("credit", "goals/_mql_worth.html", order=20)
def worth_by_grade(object_id: int, user: User) -> dict[str, Any] | None:
    """What an MQL of each grade was worth, beside the points it gives; on a draft with the way to take it over."""
    credit = Credit.objects.visible_to(user).with_revision().filter(pk=object_id).first()
    if credit is None or not credit.gives_points:
        return None
    found = worths(count_by_grade(at=db_clock.now()), points=credit.points_mql)
    return {"worths": found, "credit": credit, "draft": credit.revision.is_draft}
