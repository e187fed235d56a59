"""The agreement's page: the document as it is, as it is drafted, and the signatures under it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Side, allowed, may
from accounts.models import User
from agreements.models import COMING, State
from agreements.signing import changes, signing_context
from common import clock as db_clock
from common.htmx import toast
from notifications.models import Comment
from sla.forms import LadderForm, ProposeForm, TextForm, promise_forms
from sla.models import Agreement, ClauseRequest
from sla.paper import pdf


@require_GET
@may("read")
def agreement(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One version, or without a number the one in force, else the newest; to the heads a draft is a form."""
    versions = Agreement.objects.visible_to(request.user)
    shown = versions.ruling() or versions.latest() if number is None else _version(request, number)
    return _page(request, shown)


def _page(request: HttpRequest, shown: Agreement | None, **forms: Any) -> HttpResponse:
    if shown is None:
        context = {"may_edit": allowed(request.user, "agreement.edit")}
        return render(request, "sla/no_agreement.html", context)
    context = _context(shown, request.user)
    if shown.revision.is_draft and allowed(request.user, "agreement.edit"):
        context |= {"text": TextForm(agreement=shown), "promises": promise_forms(shown), "propose": ProposeForm()}
        context["ladder"] = LadderForm(agreement=shown)
        context |= forms
        return render(request, "sla/draft.html", context, status=422 if forms else 200)
    return render(request, "sla/agreement.html", context)


def _context(shown: Agreement, user: User) -> dict[str, Any]:
    versions = list(Agreement.objects.visible_to(user).select_related("revision").order_by("-revision__number"))
    before = Agreement.objects.with_terms().before(shown)
    asked = _asked_beside(shown)
    return {
        **signing_context(shown.revision, user),
        "agreement": shown,
        "sides": [(side, [(each, asked.get(each.metric, [])) for each in shown.promises_of(side)]) for side in Side],
        "parts": [(part, asked.get(part.key, [])) for part in shown.parts],
        "asked_besides": asked.get("", []),
        "asked": [each for beside in asked.values() for each in beside],
        "may_ask": shown.revision.state == State.PROPOSED and allowed(user, "revision.discuss"),
        "before": before,
        "changes": changes(before.sentences(), shown.sentences()) if before else [],
        "versions": versions,
        "coming": next((each for each in versions if each.revision.state in COMING), None),
        "may_edit": allowed(user, "agreement.edit"),
    }


def _asked_beside(shown: Agreement) -> dict[str, list[dict[str, Any]]]:
    """The changes asked for, each with its answers, by the clause they are about; "" where that has gone."""
    found = ClauseRequest.objects.beside(shown)
    answers = Comment.objects.on_all(found)
    there = {part.key for part in shown.parts} | {each.metric for each in shown.commitments.all()}
    beside: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        clause = each.clause if each.clause in there else ""
        beside.setdefault(clause, []).append({"change": each, "answers": answers.get(each.pk, [])})
    return beside


@require_POST
@may("agreement.edit")
def new_draft(request: HttpRequest) -> HttpResponse:
    """Start the next version, from the one in force or from the product's own proposal."""
    draft = Agreement.objects.draft_from(Agreement.objects.ruling(), by=request.user, at=db_clock.now())
    return redirect("agreement_version", draft.revision.number)


@require_POST
@may("agreement.edit")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    draft = _version(request, number)
    text, promises = TextForm(request.POST, agreement=draft), promise_forms(draft, request.POST)
    ladder = LadderForm(request.POST, agreement=draft)
    if not all([text.is_valid(), ladder.is_valid(), *[form.is_valid() for form in promises]]):
        return _page(request, draft, text=text, promises=promises, ladder=ladder)
    changes = text.changes() | ladder.changes()
    draft.edit(by=request.user, promises={form.clause.metric: form.terms() for form in promises}, **changes)
    toast(request, "The draft is saved.")
    return redirect("agreement_version", number)


@require_POST
@may("agreement.propose")
def propose(request: HttpRequest, number: int) -> HttpResponse:
    draft, form = _version(request, number), ProposeForm(request.POST)
    if not form.is_valid():
        return _page(request, draft, propose=form)
    draft.propose(by=request.user, at=db_clock.now(), effective_at=form.effective_at(draft.zone))
    toast(request, "Both heads can sign it now.")
    return redirect("agreement_version", number)


@require_POST
@may("agreement.propose")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    _version(request, number).withdraw(by=request.user, at=db_clock.now())
    toast(request, "Taken back.")
    return redirect("agreement")


@require_POST
@may("agreement.edit")
def draft_from(request: HttpRequest, number: int) -> HttpResponse:
    """Start the next version from this one; one that waits for signatures is taken back by that."""
    draft = _version(request, number).amend(by=request.user, at=db_clock.now())
    return redirect("agreement_version", draft.revision.number)


@require_GET
@may("read")
def as_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """One version on paper, with its signatures."""
    shown = _version(request, number)
    paper = pdf(shown, signing_context(shown.revision, request.user)["lines"])
    named = {"Content-Disposition": f'attachment; filename="agreement-v{number}.pdf"'}
    return HttpResponse(paper, content_type="application/pdf", headers=named)


def _version(request: HttpRequest, number: int) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user).with_terms(), revision__number=number)


urls = [
    path("sla/agreement/", agreement, name="agreement"),
    path("sla/agreement/draft/", new_draft, name="draft_agreement"),
    path("sla/agreement/<int:number>/", agreement, name="agreement_version"),
    path("sla/agreement/<int:number>/edit/", edit, name="edit_agreement"),
    path("sla/agreement/<int:number>/propose/", propose, name="propose_agreement"),
    path("sla/agreement/<int:number>/withdraw/", withdraw, name="withdraw_agreement"),
    path("sla/agreement/<int:number>/pdf/", as_pdf, name="agreement_pdf"),
    path("sla/agreement/<int:number>/draft/", draft_from, name="draft_agreement_from"),
]
