"""Routing: what waits to be handed over, whose turn it is, and why each went where it went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Role, Side, allowed, may
from accounts.models import User
from common import clock as db_clock
from common.htmx import answer, back, toast, wants_part
from common.once import one_page
from common.templatetags.choices import Option
from common.templatetags.words import plural
from leads import release
from leads.forms.routing import CapacityForm, GiveForm
from leads.models import Aside, Assignment, Handoff, RoutingChange
from leads.models.assignment import How
from leads.models.routing import standing_rules
from leads.models.turns import LATELY
from leads.pools import SHOWN, Pool, books_outside, nobodys, pools, reps, seats_of

NEXT_TO_GO = 5
LATEST = 20
NAMES = {"handoff__lead": ("first_name", "last_name", "email"), "owner": ("name", "email"), "by": ("name", "email")}
OF_LATEST = ("because", "from_at", *(f"{whose}__{name}" for whose, names in NAMES.items() for name in names))


@require_GET
@may("read")
def routing(request: HttpRequest) -> HttpResponse:
    return render(request, "leads/routing.html", _context(request.user))


@one_page()  # also where what was filled in is refused: nothing was changed
def _context(user: User) -> dict[str, Any]:
    at = db_clock.now()
    found, unowned = pools(at=at), nobodys(at=at)
    gives = unowned and allowed(user, "handoff.reassign")
    plan = release.plan()
    latest = Assignment.objects.select_related("handoff__lead", "owner", "by").order_by("-pk").only(*OF_LATEST)
    return {
        "now": at,
        "plan": plan,
        "room": release.room(at=at) if plan.waiting else 0,
        "next_to_go": release.freshest().select_related("company", "score")[:NEXT_TO_GO] if plan.waiting else [],
        **_rules(at),
        "pools": found,
        "outside": books_outside(found),
        "nobodys": unowned,
        "unassigned": len(unowned) if len(unowned) < SHOWN else Handoff.objects.unassigned().count(),
        "takers": _takers(found, at=at) if gives else [],
        "latest": latest[:LATEST],
    }


def _takers(found: list[Pool], *, at: datetime) -> list[tuple[str | None, list[Option], int]]:
    """Whom a hand-off can be given to now, by pool, each with how much of their day is taken."""
    seated = {rep.pk for pool in found for rep in pool.reps}
    others = [_taker(rep, str(rep)) for rep in reps(at=at) if rep.pk not in seated and not rep.away_until]
    return [*((str(pool.team), list(_with_room(pool)), 0) for pool in found), ("In no pool", others, 0)]


def _with_room(pool: Pool) -> Iterator[Option]:
    for rep, load in pool.reps.items():
        if not rep.away_until:
            yield _taker(rep, f"{rep}, {load.today} of {rep.daily_capacity} today")


def _taker(rep: User, label: str) -> Option:
    return {"value": rep.pk, "label": label, "selected": False}


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


@require_GET
@may("read")
def pool(request: HttpRequest, pk: int) -> HttpResponse:
    """The reps of a pool and whose turn it is; the page of routing fetches it where it is seen."""
    return _pool(request, pk)


@one_page()
def _pool(request: HttpRequest, pk: int, *, changed: User | None = None) -> HttpResponse:
    at = db_clock.now()
    found = next((pool for pool in pools(at=at) if pool.team.pk == pk), None)
    if found is None:
        raise Http404
    seats, next_id = seats_of(found, at=at)
    context = {
        "now": at,
        "pool": found,
        "seats": seats,
        "next_id": next_id,
        "most": max([1.0, *(max(seat.given_lately, seat.fair) for seat in seats)]),  # where the bars end
        # A breakdown by rep is for that rep and the head of sales.
        "by_rep": {seat.rep.pk for seat in seats if allowed(request.user, "scorecard.by_rep", seat.rep)},
        "changed": changed,
    }
    return answer(request, "routing/pool.html", context, part="routing/_pool.html")


@require_POST
@may("handoff.release")
def release_share(request: HttpRequest) -> HttpResponse:
    released = release.release_now(by=request.user, at=db_clock.now())
    toast(request, f"{plural(len(released), 'lead')} handed over.")
    return redirect("routing")


@require_http_methods(["GET", "POST"])
@may("routing.edit")
def take_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many hand-offs a day a rep can take on; the form is fetched into their row."""
    rep = get_object_or_404(User.objects.visible_to(request.user).with_role(Role.REP), pk=pk)
    form = CapacityForm(
        request.POST if request.method == "POST" else None, initial={"daily_capacity": rep.daily_capacity}
    )
    if not form.is_valid():
        status, context = 422 if form.is_bound else 200, {"rep": rep, "form": form}
        return answer(request, "routing/capacity.html", context, part="routing/_capacity.html", status=status)
    rep.take_on(form.cleaned_data["daily_capacity"], by=request.user)
    toast(request, f"{rep} takes on {rep.daily_capacity} a day.")
    return _back_in_pool(request, rep)


def _back_in_pool(request: HttpRequest, rep: User) -> HttpResponse:
    """Their pool as it is now, where the form stood, else its page at their row."""
    if not (rep.team and rep.team.side == Side.SALES):
        return redirect("routing")
    if not wants_part(request):
        return redirect(f"{reverse('pool', args=[rep.team_id])}#rep-{rep.pk}")
    response = _pool(request, rep.team_id, changed=rep)
    response.headers["HX-Retarget"] = f"#pool-{rep.team_id}"
    return response


@require_POST
@may("handoff.reassign")
def give(request: HttpRequest) -> HttpResponse:
    """Give what is ticked of what nobody owns to one rep, together; what stayed where it is is named."""
    at = db_clock.now()
    form = GiveForm(request.POST, by=request.user, at=at)
    if not form.is_valid():
        return render(request, "leads/routing.html", _context(request.user) | {"refused_give": form}, status=422)
    to, ticked = form.cleaned_data["to"], form.cleaned_data["handoffs"]
    given = ticked.give_to(to, because="It was nobody’s", by=request.user, at=at)
    toast(request, f"{plural(len(given.assigned), 'hand-off')} went to {to}. {given.stayed_said}".strip())
    return redirect(f"{reverse('routing')}#nobodys")


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
    path("routing/pools/<int:pk>/", pool, name="pool"),
    path("routing/release/", release_share, name="release"),
    path("routing/give/", give, name="give"),
    path("routing/people/<int:pk>/", take_on, name="take_on"),
    path("routing/people/<int:pk>/hand-on/", hand_on, name="hand_on"),
    path("routing/asides/<int:pk>/back/", come_back, name="come_back"),
]
