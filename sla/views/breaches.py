"""What is late, on both sides; and excusing a case."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Side, may
from common import clock as db_clock
from common.htmx import toast, wants_part
from common.keyset import Page, newest_first
from leads.models import Lead
from sla.forms import BecauseForm
from sla.late import Late, late, missed, with_marketing
from sla.models import Clock

A_PAGE = 25
MANY = 999


@require_GET
@may("read")
def breaches(request: HttpRequest) -> HttpResponse:
    """Both sides' cases: those still waiting, or with `?all` all that were missed; and what waits for marketing."""
    at, everything = db_clock.now(), "all" in request.GET
    lists = {side: _late_of(side, request, everything, at) for side in Side}
    context = {
        "now": at,
        "lists": lists,
        "all": everything,
        "with_marketing": with_marketing(lists[Side.MARKETING].cases)[: 2 * A_PAGE],
        "held": Lead.objects.to_hand_over()[: MANY + 1].count(),
        "because": BecauseForm(auto_id=False)["because"].as_widget(),  # once for all rows
    }
    return render(request, "sla/breaches.html", context)


@dataclass(frozen=True)
class LateOfSide:
    """A page of what one side missed; `cursor` names the parameter of its next one."""

    side: Side
    cases: list[Late]
    page: Page
    cursor: str
    may_waive: bool


def _late_of(side: Side, request: HttpRequest, everything: bool, at: datetime) -> LateOfSide:
    cases = missed(side) if everything else missed(side).awaited()
    cursor = "older" if side == Side.SALES else "older_marketing"
    page = newest_first(cases, "due_at", cursor=request.GET.get(cursor, ""), size=A_PAGE)
    may_waive = any(request.user.signs_for(other) for other in Side if other != side)
    return LateOfSide(side, late(page.rows, at=at), page, cursor, may_waive)


@require_POST
@may("clock.waive")
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    clock = get_object_or_404(Clock.objects.visible_to(request.user), pk=pk)
    clock.waive(because=request.POST.get("because", ""), by=request.user, at=db_clock.now())
    toast(request, "Excused. It counts neither as kept nor as missed.")
    return HttpResponse() if wants_part(request) else redirect("breaches")


urls = [
    path("sla/breaches/", breaches, name="breaches"),
    path("sla/clocks/<int:pk>/waive/", waive, name="waive"),
]
