"""A version in shadow: begun, watched beside the one in force, ended, and the leads behind each figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from agreements.models import COMING
from common import clock as db_clock
from common.htmx import answer, id_in, toast, wants_part
from leads import drawings
from leads.forms.criteria import ShadowForm
from leads.models import Criteria, Rescore, ShadowLead, ShadowRun
from leads.models.shadow import groups
from leads.shadow import over
from leads.shadow_figures import Tally, days, reasons, tallies, with_decisions
from leads.views.criteria import version_of

PAGE, FEW = 50, 5
TITLES = {
    "made": "Made MQLs by version {beside}",
    "met": "Version {number} would have made MQLs",
    "both": "MQLs of both versions",
    "gone": "MQLs of version {beside} alone",
    "new": "MQLs of version {number} alone",
    "before": "Met version {number} when its run began",
    "ahead": "Met version {number} when its run began, and became MQLs since",
}


@require_GET
@may("read")
def shadow(request: HttpRequest, number: int) -> HttpResponse:
    """The last run of a version: how far it is, and where the two part."""
    at = db_clock.now()
    context = context_of(version_of(request, number), request, at=at)
    if context["counted"]:
        context |= _found(context["run"], context["counted"], at)
    return answer(request, "criteria/shadow.html", context, part="criteria/_shadow.html")


@require_GET
@may("read")
def summary(request: HttpRequest, number: int) -> HttpResponse:
    """The run in short, for the page of the version."""
    if not wants_part(request):
        return shadow(request, number)
    context = context_of(version_of(request, number), request, at=db_clock.now())
    return render(request, "criteria/_shadow_summary.html", context)


def context_of(criteria: Criteria, request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """The last run of a version, how far it is, and its figures once it counts."""
    run = criteria.shadows.select_related("beside__revision", "started_by", "ended_by").order_by("pk").last()
    other = ShadowRun.objects.running()
    context = {
        "criteria": criteria,
        "run": run,
        "other": other if other and other.criteria_id != criteria.pk else None,
        "may_run": allowed(request.user, "criteria.shadow"),
        "may_start": criteria.revision.state in COMING and other is None,
        "ruling": Criteria.objects.ruling(),
        "form": ShadowForm(),
        "counted": {},
    }
    if run is None:
        return context
    run.criteria = criteria
    if not run.ended_at and (found := over(run, at=at)):  # which the schedule notes within a minute
        run.ended_because, run.ended_at = found
    if run.since is None:
        return context | {"job": Rescore.objects.unfinished().filter(shadow=run).first()}
    return context | {"counted": tallies(run), "day": run.day(at=run.ended_at or at)}


def _found(run: ShadowRun, counted: dict[str, Tally], at: datetime) -> dict[str, Any]:
    """What a run that counts has found until now, day by day and lead by lead."""
    every, titles = days(run, at=at), _titles(run)
    return {
        "tallies": [(titles[name], counted[name]) for name in ("made", "met", "both", "gone", "new")],
        "chart": drawings.shadow(every, number=run.criteria.revision.number, beside=run.beside.revision.number),
        "parting": [(titles[name], counted[name], _with_reasons(run, name)) for name in ("gone", "new")],
    }


def _titles(run: ShadowRun) -> dict[str, str]:
    numbers = {"number": run.criteria.revision.number, "beside": run.beside.revision.number}
    return {name: title.format(**numbers) for name, title in TITLES.items()}


def _with_reasons(run: ShadowRun, name: str, *, after: int = 0, most: int = FEW) -> list[tuple[ShadowLead, str]]:
    """The leads of a group from an id on, each with why only one version would make it an MQL."""
    rows = run.leads.group(name, run).filter(lead__gt=after).select_related("lead__company").order_by("lead")
    rows = list(with_decisions(rows, run)[:most])
    said = reasons(run, name, rows)
    return [(row, said.get(row.lead_id, "")) for row in rows]


@require_GET
@may("read")
def group(request: HttpRequest, number: int, group: str) -> HttpResponse:
    """The leads behind one figure, page by page."""
    criteria = version_of(request, number)
    run = criteria.shadows.filter(since__isnull=False).select_related("beside__revision").order_by("pk").last()
    if run is None or group not in groups(run.since):
        raise Http404
    run.criteria, after = criteria, request.GET.get("after", "")
    found = _with_reasons(run, group, after=id_in(after), most=PAGE + 1)
    context = {
        "criteria": criteria,
        "run": run,
        "title": _titles(run)[group],
        "rows": found[:PAGE],
        "after": found[PAGE - 1][0].lead_id if len(found) > PAGE else None,
        "is_first": not after,
        "gives_reasons": group in ("gone", "new"),
    }
    return render(request, "criteria/shadow_leads.html", context)


@require_POST
@may("criteria.shadow")
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Let the version run beside the one in force for so many days."""
    criteria, form, at = version_of(request, number), ShadowForm(request.POST), db_clock.now()
    if not form.is_valid():
        context = context_of(criteria, request, at=at) | {"form": form, "run": None}
        return render(request, "criteria/shadow.html", context, status=422)
    ShadowRun.objects.start(criteria, days=form.cleaned_data["days"], by=request.user, at=at)
    toast(request, f"Version {number} runs in shadow: every lead is being scored under it, and nobody is moved.")
    return redirect("shadow", number)


@require_POST
@may("criteria.shadow")
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End the run before its time; what it found stays."""
    run = get_object_or_404(version_of(request, number).shadows.order_by("-pk")[:1])
    run.stop(by=request.user, at=db_clock.now())
    toast(request, "The run is over. What it found stays here.")
    return redirect("shadow", number)


urls = [
    path("criteria/<int:number>/shadow/", shadow, name="shadow"),
    path("criteria/<int:number>/shadow/start/", start, name="start_shadow"),
    path("criteria/<int:number>/shadow/end/", end, name="end_shadow"),
    path("criteria/<int:number>/shadow/summary/", summary, name="shadow_summary"),
    path("criteria/<int:number>/shadow/<slug:group>/", group, name="shadow_leads"),
]
