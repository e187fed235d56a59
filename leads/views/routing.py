"""Routing: what waits to be handed over, whose turn it is, and why each went where it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Role, allowed, may
from accounts.models import User
from common import clock as db_clock
from common.htmx import back, toast
from common.templatetags.words import plural
from leads import release
from leads.forms.routing import CapacityForm
from leads.models import Aside, Assignment, Handoff, RoutingChange
from leads.models.assignment import How
from leads.models.routing import standing_rules
from leads.models.turns import LATELY
from leads.pools import nobodys, pools

NEXT_TO_GO = 5
LATEST = 20
NAMES = {"handoff__lead": ("first_name", "last_name", "email"), "owner": ("name", "email"), "by": ("name", "email")}
OF_LATEST = ("because", "from_at", *(f"{whose}__{name}" for whose, names in NAMES.items() for name in names))


@require_GET
@may("read")
def routing(request: HttpRequest) -> HttpResponse:
    return render(request, "leads/routing.html", _context(request.user))


def _context(user: User) -> dict[str, Any]:
    at = db_clock.now()
    found, outside = pools(at=at)
    seats = [seat for pool in found for seat in pool.seats]
    plan = release.plan()
    latest = Assignment.objects.select_related("handoff__lead", "owner", "by").order_by("-pk").only(*OF_LATEST)
    return {
        "now": at,
        "plan": plan,
        "room": release.room(at=at) if plan.waiting else 0,
        "next_to_go": release.freshest().select_related("company", "score")[:NEXT_TO_GO] if plan.waiting else [],
        **_rules(at),
        "pools": found,
        "outside": outside,
        "nobodys": nobodys(at=at),
        "unassigned": Handoff.objects.unassigned().count(),
        "latest": latest[:LATEST],
        # A breakdown by rep is for that rep and the head of sales.
        "by_rep": {seat.rep.pk for seat in seats if allowed(user, "scorecard.by_rep", seat.rep)},
    }


def _rules(at: datetime) -> dict[str, Any]:
    """The rules in order, with what each gave lately and what is doubtful about it."""
    rules = standing_rules()
    lately = Handoff.objects.filter(made_at__gte=at - LATELY, rule__in=rules).order_by()
    given = dict(lately.values_list("rule").annotate(count=Count("*")))
    own = Assignment.objects.filter(from_at__gte=at - LATELY, how=How.OWNER)
    rows = [{"rule": rule, "given": given.get(rule.pk, 0), "doubt": rule.doubt} for rule in rules]
    for row in rows[-2:-1]:
        row["is_lowest"] = True
    latest = RoutingChange.objects.latest_first().first()
    return {"rules": rows, "by_owners": own.count(), "latest_change": latest}


@require_POST
@may("handoff.release")
def release_share(request: HttpRequest) -> HttpResponse:
    released = release.release_now(by=request.user, at=db_clock.now())
    toast(request, f"{plural(len(released), 'lead')} handed over.")
    return redirect("routing")


@require_POST
@may("routing.edit")
def take_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many hand-offs a day a rep can take on."""
    rep = get_object_or_404(User.objects.visible_to(request.user).with_role(Role.REP), pk=pk)
    form = CapacityForm(request.POST)
    if not form.is_valid():
        context = _context(request.user) | {"refused_form": form, "refused_for": pk}
        return render(request, "leads/routing.html", context, status=422)
    rep.take_on(form.cleaned_data["daily_capacity"], by=request.user)
    toast(request, f"{rep} takes on {rep.daily_capacity} a day.")
    return redirect("routing")


@require_POST
@may("handoff.reassign")
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person's whole book to colleagues, each hand-off to whose turn it is."""
    leaver = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    given = Handoff.objects.hand_on(leaver, by=request.user, at=db_clock.now())
    toast(request, f"{plural(len(given), 'hand-off')} of {leaver} handed on.")
    return back(request, "/routing/")


@require_POST
@may("aside.end")
def come_back(request: HttpRequest, pk: int) -> HttpResponse:
    """“I am back”: a rep who was set aside, or the head for them."""
    aside = get_object_or_404(Aside.objects.visible_to(request.user).select_related("rep"), pk=pk)
    aside.end(by=request.user, at=db_clock.now())
    toast(request, f"{'You have' if aside.rep == request.user else f'{aside.rep} has'} a turn again.")
    return back(request, "/routing/")


urls = [
    path("routing/", routing, name="routing"),
    path("routing/release/", release_share, name="release"),
    path("routing/people/<int:pk>/", take_on, name="take_on"),
    path("routing/people/<int:pk>/hand-on/", hand_on, name="hand_on"),
    path("routing/asides/<int:pk>/back/", come_back, name="come_back"),
]
