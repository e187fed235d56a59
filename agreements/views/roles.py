"""Who does what: answered unseen, compared, settled and signed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Side, allowed, may
from agreements.activities import ACTIVITIES
from agreements.forms import AnswerForm, SettleForm, SideForm
from agreements.models import Responsibilities, Who
from agreements.models.responsibilities import DOCUMENT
from agreements.views.versions import amend_version, propose_version, version_context, withdraw_version
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast


@require_GET
@may("read")
def roles(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One version, or without a number the one in force, else the newest; a draft is answered, then settled."""
    versions = Responsibilities.objects.visible_to(request.user)
    shown = versions.shown(DOCUMENT) if number is None else _version(request, number)
    return _page(request, shown) if shown else _empty(request)


def _empty(request: HttpRequest) -> HttpResponse:
    context = {"may_edit": allowed(request.user, "roles.edit"), "activities": ACTIVITIES}
    return render(request, "agreements/roles_empty.html", context)


def _page(request: HttpRequest, shown: Responsibilities) -> HttpResponse:
    context = version_context(shown, request.user) | {"count": len(ACTIVITIES), "whose": Who}
    if shown.is_unseen:
        return render(request, "agreements/roles_answer.html", context | _answering(request, shown))
    if shown.revision.is_draft:
        return render(request, "agreements/roles_settle.html", context | _compared(request, shown))
    context |= {"parts": [(who, shown.of(who)) for who in Who]} | _compared(request, shown)
    return render(request, "agreements/roles.html", context)


def _answering(request: HttpRequest, shown: Responsibilities) -> dict[str, Any]:
    """The reader's own sides' answers as forms, and of both sides only how many there are."""
    mine = [Side(side) for side in request.user.sides if allowed(request.user, "roles.answer")]
    return {
        "progress": [(side, shown.answered(side)) for side in Side],
        "forms": [(side, AnswerForm(side=side, said=shown.answers_of(side, reader=request.user))) for side in mine]
        if shown.revision.is_draft
        else [],
    }


def _compared(request: HttpRequest, shown: Responsibilities) -> dict[str, Any]:
    rows = shown.compared(reader=request.user)
    asked = shown.answers.exists()
    return {
        "rows": rows,
        "asked": asked,
        "differing": [row for row in rows if row.differs] if asked else [],
        "same": [row for row in rows if not row.differs or not asked],
        "open": sum(row.is_open for row in rows),
    }


@require_POST
@may("roles.edit")
def start(request: HttpRequest) -> HttpResponse:
    started = Responsibilities.objects.start(by=request.user, at=db_clock.now())
    toast(request, "Both sides can answer now, each unseen by the other.")
    return redirect("roles_version", started.revision.number)


@require_POST
@may("roles.answer")
def answer(request: HttpRequest, number: int) -> HttpResponse:
    asked, whose = _version(request, number), SideForm(request.POST)
    if not whose.is_valid():
        raise Incomplete("Say for which side you answer.", "side")
    form = AnswerForm(request.POST, side=whose.cleaned_data["side"], said={})
    if not form.is_valid() or not form.said:
        raise Incomplete("Answer at least one of them; the rest can wait.")
    both = asked.answer(whose.cleaned_data["side"], form.said, by=request.user, at=db_clock.now())
    toast(request, "Both sides have answered: here is where you differ." if both else "Your answers are kept.")
    return redirect("roles_version", number)


@require_POST
@may("roles.edit")
def settle(request: HttpRequest, number: int) -> HttpResponse:
    draft, form = _version(request, number), SettleForm(request.POST)
    if not form.is_valid():
        raise Incomplete("Say of which activity, and whose it is.", "who")
    draft.settle(**form.cleaned_data, by=request.user)
    return redirect("roles_version", number)


@require_POST
@may("roles.propose")
def propose(request: HttpRequest, number: int) -> HttpResponse:
    return propose_version(request, _version(request, number))


@require_POST
@may("roles.propose")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    return withdraw_version(request, _version(request, number), to="roles")


@require_POST
@may("roles.edit")
def amend(request: HttpRequest, number: int) -> HttpResponse:
    return amend_version(request, _version(request, number))


def _version(request: HttpRequest, number: int) -> Responsibilities:
    versions = Responsibilities.objects.visible_to(request.user).of(DOCUMENT)
    return get_object_or_404(versions, revision__number=number)


urls = [
    path("roles/", roles, name="roles"),
    path("roles/start/", start, name="start_roles"),
    path("roles/<int:number>/", roles, name="roles_version"),
    path("roles/<int:number>/answer/", answer, name="answer_roles"),
    path("roles/<int:number>/settle/", settle, name="settle_role"),
    path("roles/<int:number>/propose/", propose, name="propose_roles"),
    path("roles/<int:number>/withdraw/", withdraw, name="withdraw_roles"),
    path("roles/<int:number>/amend/", amend, name="amend_roles"),
]
