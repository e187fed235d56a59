"""How hand-offs were shared out over a period, and the hand-offs behind each figure."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import Side, allowed, may
from accounts.models import Team, User
from common import clock as db_clock
from common.asked import asked_in
from common.htmx import id_in
from leads.distribution import WAYS, WENT_ON, given, made, shared_out

A_PAGE = 200
SAID = {"routed": "given by routing", "turn": "by their turn", "owner": "as owner of the company",
        "person": "named in a rule", "moved": "from colleagues", WENT_ON: "went on to colleagues"}  # fmt: skip


@require_GET
@may("read")
def shared(request: HttpRequest) -> HttpResponse:
    picked = asked_in(request, zone=request.user.zone, at=db_clock.now())
    pools = shared_out(picked.period, at=picked.at)
    reps = {part.rep for pool in pools for part in pool.parts}
    context = {
        "asked": picked,
        "period": picked.period,
        "pools": pools,
        # A breakdown by rep is for that rep and the head of sales.
        "by_rep": {rep.pk for rep in reps if allowed(request.user, "scorecard.by_rep", rep)},
    }
    return render(request, "routing/shares.html", context)


@require_GET
@may("read")
def behind(request: HttpRequest, pk: int) -> HttpResponse:
    """The hand-offs behind a figure: of a pool, or with `?rep=` and `?way=` of one of its reps."""
    pool = get_object_or_404(Team.objects.visible_to(request.user).filter(side=Side.SALES), pk=pk)
    picked = asked_in(request, zone=request.user.zone, at=db_clock.now())
    rep, way = _rep(request), request.GET.get("way", "")
    if rep is None:
        lines = [{"handoff": each, "owner": each.owner, "at": each.made_at, "why": each.rule} for each in
                 made(picked.period, pool)[: A_PAGE + 1]]  # fmt: skip
    elif way in WAYS or way == WENT_ON:
        rows = given(picked.period, pool, rep=rep, way=way)[: A_PAGE + 1]
        lines = [
            {"handoff": each.handoff, "owner": each.owner, "at": each.from_at, "why": each.because} for each in rows
        ]
    else:
        raise Http404
    context = {"asked": picked, "period": picked.period, "pool": pool, "rep": rep, "said": SAID.get(way, "")}
    return render(request, "routing/behind.html", context | {"lines": lines[:A_PAGE], "more": len(lines) > A_PAGE})


def _rep(request: HttpRequest) -> User | None:
    """The rep asked about, if the reader may see their figures."""
    if "rep" not in request.GET:
        return None
    rep: Any = get_object_or_404(User.objects.visible_to(request.user), pk=id_in(request.GET["rep"]))
    if not allowed(request.user, "scorecard.by_rep", rep):
        raise Http404
    return rep


urls = [
    path("routing/shares/", shared, name="shared_out"),
    path("routing/shares/<int:pk>/", behind, name="behind_share"),
]
