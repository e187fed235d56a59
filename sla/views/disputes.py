"""Disputes: what is contested, its page with the thread, and the verbs that end it."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allowed, may
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast
from common.keyset import newest_first
from common.sheets import csv_lines
from leads.models import Episode, HandoffReturn
from sla.forms import WhyForm
from sla.models import Dispute

MOST = 10_000
OUTCOMES = {True: ("corrects", "It no longer counts"), False: ("stands", "It stands as it is")}


@require_GET
@may("read")
def disputes(request: HttpRequest) -> HttpResponse:
    """What is open, by whom it waits for, and what is over."""
    found = Dispute.objects.visible_to(request.user).with_names()
    page = newest_first(found.over(), "closed_at", cursor=request.GET.get("older", ""), size=25)
    context = {"open": list(found.open().order_by("at")), "page": page}
    return render(request, "sla/disputes.html", context)


@require_GET
@may("read")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All disputes as CSV, the newest first."""
    found = Dispute.objects.visible_to(request.user).with_subject().order_by("-at", "-pk")[:MOST]
    response = StreamingHttpResponse(csv_lines(_table(found, request.user.tz)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="disputes.csv"'
    return response


HEADERS = ("Lead", "Contested", "By", "Side", "Because", "State", "Answer", "Answered by", "Outcome", "Closed by",
           "Closed", "No longer counts")  # fmt: skip


def _table(found: QuerySet[Dispute], zone: tzinfo) -> Iterator[list[str]]:
    yield list(HEADERS)
    for each in found:
        closed = f"{each.closed_at.astimezone(zone):%Y-%m-%d %H:%M}" if each.closed_at else ""
        yield [
            str(each), f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}", str(each.by), each.side, each.because,
            each.get_state_display(), each.answer, str(each.answered_by or ""), each.outcome,
            str(each.closed_by or ""), closed, "yes" if each.correction_id else "no",
        ]  # fmt: skip


@require_GET
@may("read")
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _dispute(request, pk))


def _page(request: HttpRequest, shown: Dispute, refused: Incomplete | None = None) -> HttpResponse:
    user, at = request.user, db_clock.now()
    typed = {"because": request.POST.get("because", "")}
    context: dict[str, Any] = {
        "dispute": shown,
        "refused": refused,
        "answer": WhyForm(f"What {shown.other_side} says to it", auto_id="answer_%s", initial=typed),
        "withdraw": WhyForm(f"Why {shown.side} lets it be", auto_id="withdraw_%s", initial=typed),
        "settle": WhyForm("What the heads agreed", auto_id="settle_%s", initial=typed),
        "may_answer": shown.is_open and allowed(user, "dispute.answer", shown) and shown.may_answer(user),
        "may_withdraw": shown.is_open and allowed(user, "dispute.withdraw", shown.by) and shown.may_withdraw(user),
        "outcomes": [OUTCOMES[corrects] for corrects in (True, False) if shown.may_settle(user, corrects=corrects)],
        "may_take_back": shown.may_take_back(user, at=at),
    }
    return render(request, "sla/dispute.html", context, status=refused.status if refused else 200)


@require_http_methods(["GET", "POST"])
@may("dispute.contest")
def contest_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Marketing says why a return was wrong."""
    returned = get_object_or_404(HandoffReturn.objects.standing().select_related("handoff__lead", "reason"), pk=pk)
    said = f"{returned.reason}{f', {returned.shown_by}' if returned.shown_by else ''}"
    context = {"lead": returned.handoff.lead, "returned": returned, "said": said, "when": returned.at}
    return _contest(request, Dispute.objects.contest_return, returned, context)


@require_http_methods(["GET", "POST"])
@may("dispute.contest")
def contest_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Sales says why an MQL should not count as delivered."""
    delivered = get_object_or_404(Episode.objects.filter(handed_over_at__isnull=False).select_related("lead"), pk=pk)
    context = {"lead": delivered.lead, "when": delivered.handed_over_at}
    return _contest(request, Dispute.objects.contest_delivery, delivered, context)


def _contest(request: HttpRequest, contest: Any, thing: Any, context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        said = request.POST.get("because", "")
        try:
            opened = contest(thing, because=said, by=request.user, at=db_clock.now())
        except Incomplete as refused:
            context |= {"refused": refused, "form": WhyForm("Why it was wrong", initial={"because": said})}
            return render(request, "sla/contest.html", context, status=refused.status)
        toast(request, "Contested. The other side is told; it answers here.")
        return redirect(opened)
    return render(request, "sla/contest.html", context | {"form": WhyForm("Why it was wrong")})


@require_POST
@may("dispute.answer")
def deny(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, "deny", "Answered. What stays open goes to the next meeting by itself.")


@require_POST
@may("dispute.answer")
def uphold(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, "uphold", "Found right. It no longer counts.")


@require_POST
@may("dispute.withdraw")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, "withdraw", "Withdrawn. What was done stands.")


@require_POST
@may("dispute.settle")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    corrects = {name: corrects for corrects, (name, _) in OUTCOMES.items()}.get(request.POST.get("outcome", ""))
    if corrects is None:
        return _page(request, _dispute(request, pk), Incomplete("Say whether it still counts.", "outcome"))
    return _answer(request, pk, "settle", "Settled.", corrects=corrects)


@require_POST
@may("dispute.contest")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _dispute(request, pk)
    shown.take_back(by=request.user, at=db_clock.now())
    toast(request, "Open again, as it was before.")
    return redirect(shown)


def _answer(request: HttpRequest, pk: int, verb: str, said: str, **terms: bool) -> HttpResponse:
    """Do one of the verbs that say why; without words the page is shown again with what was typed."""
    shown, because = _dispute(request, pk), request.POST.get("because", "")
    try:
        getattr(shown, verb)(because=because, by=request.user, at=db_clock.now(), **terms)
    except Incomplete as refused:
        return _page(request, _dispute(request, pk), refused)
    toast(request, said, undo="" if shown.is_open else reverse("take_back_dispute", args=[pk]))
    return redirect(shown)


def _dispute(request: HttpRequest, pk: int) -> Dispute:
    return get_object_or_404(Dispute.objects.visible_to(request.user).with_subject(), pk=pk)


urls = [
    path("sla/disputes/", disputes, name="disputes"),
    path("sla/disputes/export/", export, name="export_disputes"),
    path("sla/disputes/<int:pk>/", dispute, name="dispute"),
    path("sla/disputes/<int:pk>/deny/", deny, name="deny_dispute"),
    path("sla/disputes/<int:pk>/uphold/", uphold, name="uphold_dispute"),
    path("sla/disputes/<int:pk>/withdraw/", withdraw, name="withdraw_dispute"),
    path("sla/disputes/<int:pk>/settle/", settle, name="settle_dispute"),
    path("sla/disputes/<int:pk>/take-back/", take_back, name="take_back_dispute"),
    path("sla/contest/returned/<int:pk>/", contest_return, name="contest_return"),
    path("sla/contest/delivered/<int:pk>/", contest_delivery, name="contest_delivery"),
]
