"""Wins: the customers both sides won, what each began with, who did what, and a thank-you."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from common.keyset import newest_first
from leads.models import Opportunity, Thanks
from leads.wins import wins, won

AT_ONCE = 20


@require_GET
@may("read")
def feed(request: HttpRequest) -> HttpResponse:
    """All that was won, the latest first."""
    deals = won(Opportunity.objects.visible_to(request.user))
    page = newest_first(deals, "closed_at", cursor=request.GET.get("older", ""), size=AT_ONCE)
    rows = [(win, win.is_thanked_by(request.user)) for win in wins(page.rows)]
    return render(request, "leads/wins.html", {"rows": rows, "page": page})


@require_POST
@may("deal.thank")
def thank(request: HttpRequest, pk: int) -> HttpResponse:
    """Thank all who took part."""
    deal = get_object_or_404(won(Opportunity.objects.visible_to(request.user)), pk=pk)
    win = wins([deal])[0]
    Thanks.objects.say(deal, to=win.to_thank, by=request.user, at=db_clock.now())
    toast(request, "They will read your thanks.")
    return redirect(f"/wins/#deal-{deal.pk}")


urls = [
    path("wins/", feed, name="wins"),
    path("wins/<int:pk>/thank/", thank, name="thank"),
]
