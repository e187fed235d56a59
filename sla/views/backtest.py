"""What a version of the agreement would have made of the past, promise by promise, and the hand-offs behind it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import Side, may
from common import clock as db_clock
from common.htmx import answer, id_in
from leads.models import Lead
from sla.backtest import Group, Measured, Outcome, Tried, try_all, try_promise
from sla.clauses import Party
from sla.drawings import tried_responses
from sla.models import Agreement
from sla.past import Past, past
from sla.what_if import PastForm, WhatIfForm, query, said

A_PAGE = 50


@require_GET
@may("read")
def backtest(request: HttpRequest, number: int) -> HttpResponse:
    """Each promise of a version, tried on the hand-offs of the weeks asked for."""
    shown, asked = _version(request, number), PastForm(request.GET)
    known = past(asked.weeks_asked, at=db_clock.now())
    tried = try_all(shown, known)
    sides = [
        (side, [_card(each, asked) for each in tried if Party(each.commitment.side).includes(side)]) for side in Side
    ]
    context = {"agreement": shown, "asked": asked, "past": known, "sides": sides, "weeks": asked.weeks_asked}
    return render(request, "sla/backtest.html", context)


@require_GET
@may("read")
def summary(request: HttpRequest, number: int) -> HttpResponse:
    """What it would have made of the last thirteen weeks in short, for the page where one signs."""
    shown, asked = _version(request, number), PastForm({})
    known = past(asked.weeks_asked, at=db_clock.now())
    context = {"agreement": shown, "asked": asked, "past": known, "tried": try_all(shown, known)}
    return answer(request, "sla/backtest_summary.html", context, part="sla/_backtest_summary.html")


@require_GET
@may("read")
def promise(request: HttpRequest, number: int, metric: str) -> HttpResponse:
    """One promise, tried with the limit that somebody wonders about; recalculated in place."""
    shown, known, tried, asked = _tried(request, number, metric)
    context = {"agreement": shown, "asked": asked, "past": known, **_card(tried, asked)}
    return answer(request, "sla/backtest_promise.html", context, part="sla/_tried.html")


@require_GET
@may("read")
def cases(request: HttpRequest, number: int, metric: str, group: str) -> HttpResponse:
    """The hand-offs behind a figure, the first due first, page by page."""
    if group not in Group.values:
        raise Http404
    shown, known, tried, asked = _tried(request, number, metric)
    found = sorted(tried.cases(group), key=lambda each: each.reading.due_at)
    start = id_in(request.GET.get("after", ""))
    page = found[start : start + A_PAGE]
    context = {
        "agreement": shown,
        "asked": asked,
        "tried": tried,
        "words": said(tried.terms),
        "question": query(asked, tried),
        "group": Group(group),
        "rows": _with_leads(page, known),
        "after": start + A_PAGE if len(found) > start + A_PAGE else None,
        "is_first": not start,
    }
    return render(request, "sla/backtest_cases.html", context)


def _with_leads(outcomes: list[Outcome], known: Past) -> list[tuple[Outcome, Lead]]:
    leads = Lead.objects.select_related("company").in_bulk({known.leads[each.case] for each in outcomes})
    return [(each, leads[known.leads[each.case]]) for each in outcomes]


def _tried(request: HttpRequest, number: int, metric: str) -> tuple[Agreement, Past, Tried, PastForm]:
    """One promise of a version that runs clocks, tried with the limit asked for."""
    shown, asked = _version(request, number), PastForm(request.GET)
    commitment = get_object_or_404(shown.commitments.all(), metric=metric)
    if not commitment.runs_clocks:
        raise Http404
    known = past(asked.weeks_asked, at=db_clock.now())
    what_if = WhatIfForm(request.GET, commitment=commitment)
    return shown, known, try_promise(commitment, shown, known, limit=what_if.asked), asked


def _card(tried: Tried | Measured, asked: PastForm) -> dict[str, Any]:
    """What a promise's card shows."""
    if isinstance(tried, Measured):
        return {"tried": tried}
    what_if = WhatIfForm(commitment=tried.commitment, terms=tried.terms)
    return {"tried": tried, "what_if": what_if, "chart": tried_responses(tried), "question": query(asked, tried)}


def _version(request: HttpRequest, number: int) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user).with_terms(), revision__number=number)


urls = [
    path("sla/agreement/<int:number>/backtest/", backtest, name="agreement_backtest"),
    path("sla/agreement/<int:number>/backtest/summary/", summary, name="agreement_backtest_summary"),
    path("sla/agreement/<int:number>/backtest/promise/<slug:metric>/", promise, name="promise_backtest"),
    path("sla/agreement/<int:number>/backtest/cases/<slug:metric>/<slug:group>/", cases, name="backtest_cases"),
]
