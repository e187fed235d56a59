"""Why a hand-off went where it went, and where a lead would go now. Both only look."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import allowed, may
from accounts.models import User
from common import clock as db_clock
from common.htmx import id_in
from leads.dry_run import InTurn, dry_run, reasons
from leads.models import Handoff, Lead

FOUND = 20


@require_GET
@may("read")
def where(request: HttpRequest) -> HttpResponse:
    """Search for a lead, or pick one, and see where it would go now and why."""
    words, at = request.GET.get("q", "").replace("\0", "").strip(), db_clock.now()
    leads = Lead.objects.visible_to(request.user).select_related("company")
    lead = leads.filter(pk=id_in(request.GET.get("lead", ""))).first()
    run = dry_run(lead, at=at) if lead else None
    context = {
        "words": words,
        "found": leads.search(words).order_by("-created_at", "-pk")[:FOUND] if words else [],
        "run": run,
        "by_rep": _by_rep(request.user, run.order if run else []),
        "handoff": lead and lead.handoffs.open().select_related("owner").first(),
        "now": at,
    }
    return render(request, "routing/where.html", context)


@require_GET
@may("read")
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who owned a hand-off, and why it went to each."""
    found = Handoff.objects.visible_to(request.user).select_related("lead__company", "rule", "pool")
    handoff = get_object_or_404(found, pk=pk)
    why = reasons(handoff)
    by_rep = _by_rep(request.user, [seat for reason in why for seat in reason.order])
    return render(request, "routing/why.html", {"handoff": handoff, "reasons": why, "by_rep": by_rep})


def _by_rep(user: User, order: list[InTurn]) -> set[int]:
    """Of whom the reader may see figures: a breakdown by rep is for that rep and the head of sales."""
    return {seat.rep.pk for seat in order if allowed(user, "scorecard.by_rep", seat.rep)}


urls = [
    path("routing/where/", where, name="where_would_it_go"),
    path("handoffs/<int:pk>/why/", why, name="why_there"),
]
