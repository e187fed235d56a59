"""What each rep needs for their part of a plan, what they got, and the hand-offs and deals behind it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.access import may
from common import clock as db_clock
from common.htmx import answer
from goals.models import Plan
from goals.quota import Quota, quotas, received_by, won_by

A_PAGE = 100
AT_A_GLANCE = 12


@require_GET
@may("read")
def quotas_of_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The quotas that the reader may see, also as a part of other pages; with `?rep=` what is behind one of them."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    lines = quotas(plan, request.user, at=db_clock.now()) if plan.counts else []
    context = {"plan": plan, "quotas": lines, "at_a_glance": AT_A_GLANCE} | _behind(request.GET.get("rep"), plan, lines)
    return answer(request, "goals/quotas.html", context, part="goals/_quotas.html")


@require_GET
@may("read")
def quota_of_mine(request: HttpRequest) -> HttpResponse:
    """What a rep needs for their part of the goal that counts today, and what they got: a line below the queue."""
    user, at = request.user, db_clock.now()
    plan = Plan.objects.visible_to(user).for_day(at.astimezone(user.tz).date())
    lines = quotas(plan, user, at=at) if plan else []
    context = {"plan": plan, "quotas": [each for each in lines if each.rep == user]}
    return answer(request, "goals/quota_of_mine.html", context, part="goals/_quota.html")


def _behind(rep: str | None, plan: Plan, lines: list[Quota]) -> dict[str, Any]:
    """The latest hand-offs and deals of one rep. Raises Http404 for a rep whose quota the reader does not see."""
    if rep is None:
        return {}
    shown = next((each for each in lines if str(each.rep.pk) == rep), None)
    if shown is None:
        raise Http404("There is no quota of that rep for you to see.")
    received = received_by([shown.rep], plan).select_related("lead__company").order_by("-made_at", "-pk")
    won = won_by([shown.rep], plan).order_by("-closed_at", "-pk")
    return {"shown": shown, "received": received[:A_PAGE], "won": won[:A_PAGE], "a_page": A_PAGE}
