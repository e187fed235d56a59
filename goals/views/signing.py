"""What both sides do with a plan that was proposed: sign, ask for a change, take it back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from goals.models import Plan


@require_POST
@may("revision.sign")
def sign_plan(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    counts = plan.sign(by=request.user, at=db_clock.now())
    toast(request, f"Signed. {plan} is in force." if counts else "Signed for your side.")
    return redirect(plan)


@require_POST
@may("revision.decline")
def decline_plan(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    plan.decline(by=request.user, because=request.POST.get("because", ""), at=db_clock.now())
    toast(request, "Declined; whoever proposed it sees why.")
    return redirect(plan)


@require_POST
@may("plan.propose")
def withdraw_plan(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    plan.withdraw(by=request.user, at=db_clock.now())
    toast(request, f"{plan}, version {plan.revision.number}, is taken back.")
    return redirect("goals")


def _plan(request: HttpRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
