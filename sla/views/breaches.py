"""What is late, on both sides; and excusing a case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Side, may
from common import clock as db_clock
from common.htmx import answer, toast, wants_part
from common.keyset import newest_first
from leads.models import Lead
from sla.forms import BecauseForm
from sla.late import late, missed, with_marketing
from sla.models import Clock

A_PAGE = 25
MANY = 999


@require_GET
@may("read")
def breaches(request: HttpRequest) -> HttpResponse:
    """Sales' cases: those still waiting, or with `?all` all that were missed; beside them what waits for marketing."""
    at = db_clock.now()
    cases = missed() if "all" in request.GET else missed().awaited()
    page = newest_first(cases, "due_at", cursor=request.GET.get("older", ""), size=A_PAGE)
    context = {
        "now": at,
        "page": page,
        "cases": late(page.rows, at=at),
        "all": "all" in request.GET,
        "with_marketing": with_marketing()[: 2 * A_PAGE],
        "held": Lead.objects.to_hand_over()[: MANY + 1].count(),
        "may_waive": request.user.signs_for(Side.MARKETING),
        "because": BecauseForm(auto_id=False),
    }
    return answer(request, "sla/breaches.html", context, part="sla/_late_cases.html")


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
