"""What past decisions suggest to change in the definition: found by a worker, read, and put in a draft by one click."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from common import clock as db_clock
from common.errors import Refused
from common.htmx import answer, toast
from leads.drawings import calibration, lift
from leads.learning.cases import Outcome
from leads.learning.telling import ABOUT, FIGURES, MET, tell
from leads.models import Criteria, HandoffReturn, Study, Suggestion

PAGE = 50


@require_GET
@may("read")
def learning(request: HttpRequest) -> HttpResponse:
    """The last study: what it looked at, what it suggests, and how well leads are told apart."""
    return answer(request, "criteria/learning.html", _context(request), part="criteria/_learning.html")


@require_POST
@may("criteria.backtest")
def study(request: HttpRequest) -> HttpResponse:
    """Have a worker look at the decisions up to now."""
    ruling = Criteria.objects.ruling()
    if ruling is None:
        raise Refused("Nothing is in force yet, so there is no definition to compare with.")
    Study.objects.start(ruling, by=request.user, at=db_clock.now())
    return redirect("learning")


@require_POST
@may("criteria.edit")
def put_in_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the change in the draft that is open, or in a new one."""
    suggestion = _suggestion(request, pk)
    draft = suggestion.put_in_draft(by=request.user, at=db_clock.now())
    toast(request, f"In the draft: {suggestion.says}", undo=reverse("take_back_suggestion", args=[pk]))
    return redirect("criteria_version", draft.revision.number)


@require_POST
@may("criteria.edit")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the change out of the draft again."""
    suggestion = _suggestion(request, pk)
    draft = suggestion.take_back(by=request.user)
    toast(request, f"Out of the draft again: {suggestion.says}")
    return redirect("criteria_version", draft.revision.number)


@require_GET
@may("read")
def leads(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """The leads behind one figure of a suggestion, page by page."""
    suggestion, months, after = _suggestion(request, pk), request.GET.get("months", ""), request.GET.get("after", "")
    rows = suggestion.leads.filter(_group(group), **_months(months)).select_related("lead__company").order_by("lead")
    page = list(rows.filter(lead__gt=_id(after))[: PAGE + 1])
    context = {
        "suggestion": suggestion,
        "title": FIGURES[group][0] if group in FIGURES else f"Leads that {ABOUT[suggestion.edit.kind]}",
        "months": months if months in MONTHS else "",
        "rows": _with_reasons(page[:PAGE]),
        "after": page[PAGE - 1].lead_id if len(page) > PAGE else None,
        "is_first": not after,
    }
    return render(request, "criteria/learning_leads.html", context)


MONTHS = {"earlier": {"held_back": False}, "held": {"held_back": True}}


def _months(asked: str) -> dict[str, bool]:
    return MONTHS.get(asked, {})


def _group(name: str) -> Q:
    if name == MET:
        return Q(met=True)
    if name not in FIGURES:
        raise Http404
    _, effect, outcome = FIGURES[name]
    return Q(effect=effect) & (Q(won=True) if outcome == "won" else Q(outcome=outcome))


def _with_reasons(rows: list[Any]) -> list[tuple[Any, str]]:
    """Each lead with why sales first returned it, where it did."""
    of = [row.lead_id for row in rows if row.outcome == Outcome.RETURNED]
    found = HandoffReturn.objects.against_quality().filter(handoff__lead__in=of).order_by("-at", "-pk")
    why = dict(found.values_list("handoff__lead", "reason__label"))
    return [(row, why.get(row.lead_id, "")) for row in rows]


def _id(text: str) -> int:
    """The id in an address; what is none starts at the top."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _suggestion(request: HttpRequest, pk: int) -> Suggestion:
    return get_object_or_404(Suggestion.objects.visible_to(request.user).with_names(), pk=pk)


def _context(request: HttpRequest) -> dict[str, Any]:
    found = Study.objects.done().select_related("criteria__revision").order_by("pk").last()
    ruling = Criteria.objects.ruling()
    context = {
        "study": found,
        "running": Study.objects.unfinished().first(),
        "steps": len(Study.STEPS),
        "ruling": ruling,
        "may_run": allowed(request.user, "criteria.backtest"),
        "may_edit": allowed(request.user, "criteria.edit"),
    }
    if found is None:
        return context
    suggestions = found.suggestions.with_names()
    ordering = found.found.get("ordering")
    return context | {
        "told": [tell(each, found, here=reverse("learning_leads", args=[each.pk, "x"])[:-2]) for each in suggestions],
        "ordering": ordering,
        "sides": [ordering["definition"], ordering["learnt"]] if ordering else [],
        "charts": [calibration(ordering), lift(ordering)] if ordering else [],
        "is_stale": ruling is not None and ruling.pk != found.criteria_id,
    }


urls = [
    path("criteria/learning/", learning, name="learning"),
    path("criteria/learning/run/", study, name="study"),
    path("criteria/learning/<int:pk>/draft/", put_in_draft, name="put_suggestion_in_draft"),
    path("criteria/learning/<int:pk>/take-back/", take_back, name="take_back_suggestion"),
    path("criteria/learning/<int:pk>/figures/<slug:group>/", leads, name="learning_leads"),
]
