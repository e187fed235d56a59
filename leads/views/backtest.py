"""What a version of the definition would have done: its backtest, and the leads behind each figure."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from common import clock as db_clock
from common.htmx import answer, id_in, toast
from leads import backtest as replaying
from leads import figures
from leads.compared import lines
from leads.forms.backtest import AskForm, query
from leads.forms.rule import plain
from leads.judged import judged, replayed
from leads.models import Backtest, Criteria
from leads.models.backtest import groups
from leads.views.criteria import version_of

PAGE = 50
TITLES = {
    "mqls": "Would have been MQLs",
    "same": "Were MQLs, and would have been",
    "new": "Would have been MQLs, and were not",
    "gone": "Were MQLs, and would not have been",
    "were": "Were MQLs",
    "decided": "Decided by sales",
    "known": "Would have been MQLs before sales decided",
    "accepted": "Would have been MQLs, and sales accepted them",
    "returned": "Would have been MQLs, and sales returned them",
    "sql": "Would have been MQLs, and became SQLs",
    "sold": "Would have been MQLs, and were won",
    "good": "Became SQLs",
    "good_missed": "Became SQLs, and would not have been found by then",
    "wins": "Won",
    "kept": "Won, and would have been MQLs before their deal",
    "missed": "Won, and would have been missed",
}


@require_GET
@may("read")
def backtest(request: HttpRequest, number: int) -> HttpResponse:
    """The figures beside the version in force; while a worker replays, how far it is."""
    context = _context(request, version_of(request, number))
    return answer(request, "criteria/backtest.html", context, part="criteria/_backtest.html")


@require_GET
@may("read")
def summary(request: HttpRequest, number: int) -> HttpResponse:
    """The figures in short, for the page of the version."""
    context = _context(request, version_of(request, number))
    return answer(request, "criteria/backtest.html", context, part="criteria/_backtest_summary.html")


@require_POST
@may("criteria.backtest")
def run(request: HttpRequest, number: int) -> HttpResponse:
    """Have a worker replay this version, and the one in force beside it."""
    job = replaying.start(version_of(request, number), by=request.user, at=db_clock.now())
    if job.finished_at:
        toast(request, "This text was replayed today; the figures are up to date.")
    return redirect("backtest", number)


@require_GET
@may("read")
def group(request: HttpRequest, number: int, group: str) -> HttpResponse:
    """The leads behind one figure, page by page."""
    criteria = version_of(request, number)
    found = get_object_or_404(Backtest.objects.done(), criteria=criteria)
    points, minutes = AskForm(request.GET).asked(criteria.threshold)
    if group not in groups(points):
        raise Http404
    after = request.GET.get("after", "")
    rows = found.leads.group(group, points=points).select_related("lead__company", "reason").order_by("lead")
    page = list(rows.filter(lead__gt=id_in(after))[: PAGE + 1])
    context = {
        "criteria": criteria,
        "title": TITLES.get(group) or _band(group, points),
        "points": points,
        "rows": page[:PAGE],
        "after": page[PAGE - 1].lead_id if len(page) > PAGE else None,
        "is_first": not after,
        "asked": query(points, minutes, criteria.threshold),
    }
    return render(request, "criteria/backtest_leads.html", context)


def _band(group: str, points: Any) -> str:
    return f"Decided by sales: {figures.labels(points)[int(group.removeprefix('band_'))]}"


def _context(request: HttpRequest, criteria: Criteria) -> dict[str, Any]:
    shown = replayed(criteria)
    context = {"criteria": criteria, "shown": shown, "may_run": allowed(request.user, "criteria.backtest")}
    if shown.found is None:
        return context
    points, minutes = AskForm(request.GET).asked(criteria.threshold)
    room = figures.room_a_week()
    told = judged(shown.found, points=points, minutes=minutes, room=room)
    asked = query(points, minutes, criteria.threshold)
    here, there = (each and reverse("backtest", args=[each.revision.number]) for each in (criteria, told.ruling))
    steps = figures.steps(shown.found, asked=criteria.threshold, minutes=minutes, room=room)
    return context | {
        "found": told.found,
        "ruling": told.ruling,
        "verdict": told.verdict,
        "lines": lines(told.found, told.beside, here=here, there=there, asked=asked),
        "bands": figures.bands(told.found, shown.found, points),
        "returned": figures.returned_most(shown.found, points=points),
        "points": points,
        "minutes": minutes,
        "asked": asked,
        "is_asked": points != criteria.threshold,
        "steps": [(step, query(step.points, minutes, criteria.threshold)) for step in steps],
        "scale": {"least": plain(steps[0].points), "most": plain(steps[-1].points), "by": plain(_by(steps))},
        "chosen": plain(points),
        "room": room,
    }


def _by(steps: list[figures.Step]) -> Any:
    return steps[1].points - steps[0].points if len(steps) > 1 else steps[0].points


urls = [
    path("criteria/<int:number>/backtest/", backtest, name="backtest"),
    path("criteria/<int:number>/backtest/run/", run, name="run_backtest"),
    path("criteria/<int:number>/backtest/summary/", summary, name="backtest_summary"),
    path("criteria/<int:number>/backtest/<slug:group>/", group, name="backtest_leads"),
]
