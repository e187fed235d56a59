"""What sales sent back, by its reason and by the rule that let it through; and whether grades foretell verdicts."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from common import clock as db_clock
from common.columns import columns_for
from common.keyset import newest_first, without_page
from leads import tallies
from leads.forms.returns import Asked, asked
from leads.judgement import GRADES, by_grade, by_reason, grades_foretell, judged, returns
from leads.let_through import GROUPS, let_through, passed_by, stands_out
from leads.models import Handoff, HandoffReturn, ReturnReason, Rule
from leads.models.handoffs import Rating
from leads.wording import Wording


@require_GET
@may("read")
def returned(request: HttpRequest) -> HttpResponse:
    """Returns by reason and by rule, and the verdicts of the reps by grade."""
    at = db_clock.now()
    question = asked(request.GET, request.user, at=at)
    scope = (question.period, question.criteria)
    grades, reasons = by_grade(*scope), by_reason(*scope)
    counts, counted_at = tallies.of_rules(*scope, at=at)
    rules, overall = let_through(counts, question.criteria)
    context = {
        "asked": question,
        "reasons": reasons,
        "returns": sum(each.returns for each in reasons),
        "quality": sum(each.quality for each in reasons),
        "rules": rules,
        "counted_at": counted_at,
        "overall": overall,
        "worst": stands_out(rules, overall),
        "grades": grades,
        "verdicts": Rating.labels,
        "judged": sum(each.judged for each in grades),
        "unjudged": sum(each.unjudged for each in grades),
        "foretell": grades_foretell(grades),
    }
    return render(request, "criteria/returns.html", context)


@require_GET
@may("read")
def returned_leads(request: HttpRequest) -> HttpResponse:
    """The leads behind one figure of that page: of a reason, a rule, or a grade and a verdict; else all returned."""
    question = asked(request.GET, request.user, at=db_clock.now())
    opened = next((OPENS[name] for name in OPENS if name in request.GET), _everything)
    title, rows, moment = opened(request, question)
    page = newest_first(rows, moment, cursor=request.GET.get("older", ""))
    told = [_told(row) for row in page.rows]
    labels, values = columns_for("returns", [back.pk for _, back in told if back], request.user)
    context = {
        "title": title,
        "asked": question,
        "page": page,
        "rows": [(handoff, back, values[back.pk] if back else ()) for handoff, back in told],
        "labels": labels,
        "query": without_page(request.GET),
    }
    return render(request, "criteria/returns_leads.html", context)


def _told(row: Handoff | HandoffReturn) -> tuple[Handoff, HandoffReturn | None]:
    """A hand-off, and how it came back."""
    return (row.handoff, row) if isinstance(row, HandoffReturn) else (row, next(iter(row.sent_back), None))


Opened = tuple[str, QuerySet, str]
OF_RETURN = ("handoff__lead__company", "handoff__criteria__revision", "reason")
LINE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _everything(request: HttpRequest, question: Asked) -> Opened:
    rows = returns(question.period, question.criteria)
    return "All that came back", rows.select_related(*OF_RETURN), "at"


def _of_reason(request: HttpRequest, question: Asked) -> Opened:
    reason = get_object_or_404(ReturnReason, code=request.GET["reason"])
    quality = request.GET.get("what") == "quality"
    rows = returns(question.period, question.criteria, quality=quality).filter(reason=reason)
    title = f"{reason}: counts against quality" if quality else str(reason)
    return title, rows.select_related(*OF_RETURN), "at"


def _with_returns(rows: QuerySet[Handoff]) -> QuerySet[Handoff]:
    sent_back = HandoffReturn.objects.standing().select_related("reason").order_by("-at")
    return rows.select_related("lead__company", "criteria__revision").prefetch_related(
        Prefetch("returns", sent_back, to_attr="sent_back")
    )


def _of_rule(request: HttpRequest, question: Asked) -> Opened:
    group, line = request.GET.get("what", ""), request.GET["rule"]
    rule = Rule.objects.with_names().filter(line=line).order_by("-criteria").first() if LINE.fullmatch(line) else None
    if rule is None or group not in GROUPS:
        raise Http404
    rows = passed_by(rule.line, group, question.period, question.criteria)
    return f"{Wording.now().rule(rule)}: {TITLES[group]}", _with_returns(rows), "made_at"


def _of_grade(request: HttpRequest, question: Asked) -> Opened:
    grade, verdict = request.GET["grade"], request.GET.get("verdict", "")
    verdicts = {str(each.value): each for each in Rating} | {"none": None}
    if grade not in GRADES or verdict not in verdicts:
        raise Http404
    found = verdicts[verdict]
    said = found.label.lower() if found else "no verdict"
    return f"Grade {grade}, {said}", _with_returns(judged(question.period, question.criteria, grade, found)), "made_at"


OPENS: dict[str, Callable[[HttpRequest, Asked], Opened]] = {
    "reason": _of_reason,
    "rule": _of_rule,
    "grade": _of_grade,
}
TITLES = {
    "counted": "hand-offs it counted for",
    "decided": "decided by sales",
    "returned": "returned for their quality",
    "decisive": "no MQL without it",
    "decisive_returned": "no MQL without it, and returned for their quality",
}


urls = [
    path("criteria/returns/", returned, name="returned"),
    path("criteria/returns/leads/", returned_leads, name="returned_leads"),
]
