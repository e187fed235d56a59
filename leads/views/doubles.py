"""Doubles: compare two records, make one of them, or say that they are two people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from leads.doubles import called_a_double, lookalikes, pair
from leads.forms.doubles import DoubleForm
from leads.merge import merge
from leads.models import Handoff, HandoffReturn, Lead

FOUND = 10


@require_http_methods(["GET", "POST"])
@may("lead.merge")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Both records side by side; sent, they become one. Without the other's number, a search for it."""
    leads = Lead.objects.visible_to(request.user)
    lead = get_object_or_404(leads.select_related("company", "owner", "campaign"), pk=pk)
    returned = called_a_double(lead)
    asked = {"other": request.GET.get("other") or (returned and returned.evidence.get("lead"))}
    form = DoubleForm(lead, leads, request.POST or (asked if asked["other"] else None))
    if request.method == "POST" and form.is_valid():
        kept = merge(lead, form.cleaned_data["other"], by=request.user, at=db_clock.now())
        toast(request, f"{kept} is one record now.")
        return redirect("lead", kept.pk)
    context = {"lead": lead, "returned": returned, "form": form, **_others(request, lead, form)}
    return render(request, "leads/merge.html", context, status=422 if request.method == "POST" else 200)


def _others(request: HttpRequest, lead: Lead, form: DoubleForm) -> dict[str, Any]:
    """The pair to compare; without one, who it could be."""
    if form.is_valid():
        return {"pair": pair(lead, form.cleaned_data["other"])}
    words = request.GET.get("q", "").strip()
    found = Lead.objects.visible_to(request.user).search(words).exclude(pk=lead.pk) if words else Lead.objects.none()
    return {"words": words, "found": found.select_related("company")[:FOUND], "alike": lookalikes(lead)}


@require_POST
@may("handoff.repair")
def no_double(request: HttpRequest, pk: int) -> HttpResponse:
    """The two are not one person: the return is answered, and the hand-off goes on where it was."""
    handoffs = Handoff.objects.visible_to(request.user)
    found = HandoffReturn.objects.filter(handoff__in=handoffs).select_related("handoff__lead", "handoff__owner")
    handoff = get_object_or_404(found, pk=pk).handoff
    handoff.finish_repair(by=request.user, at=db_clock.now())
    toast(request, f"They stay two records; {handoff.owner or 'sales'} goes on with {handoff.lead}.")
    return redirect("lead", handoff.lead_id)


urls = [
    path("leads/<int:pk>/merge/", compare, name="merge"),
    path("returns/<int:pk>/no-double/", no_double, name="no_double"),
]
