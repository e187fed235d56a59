"""The stage map: written, signed, and beside each stage the leads that are there now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from agreements.forms import stage_forms
from agreements.models import StageMap
from agreements.models.stage_map import DOCUMENT
from agreements.views.versions import amend_version, propose_version, version_context, withdraw_version
from common import clock as db_clock
from common.htmx import toast


@require_GET
@may("read")
def stages(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One version, or without a number the one in force, else the newest; to the heads a draft is a form."""
    versions = StageMap.objects.visible_to(request.user)
    shown = versions.shown(DOCUMENT) if number is None else _version(request, number)
    if shown is None:
        return render(request, "agreements/stages_empty.html", {"may_edit": allowed(request.user, "stages.edit")})
    return _page(request, shown)


def _page(request: HttpRequest, shown: StageMap, **forms: Any) -> HttpResponse:
    context = version_context(shown, request.user)
    if shown.revision.is_draft and context["may_edit"]:
        context |= {"forms": stage_forms(shown)} | forms
        return render(request, "agreements/stages_draft.html", context, status=422 if forms else 200)
    return render(request, "agreements/stages.html", context)


@require_POST
@may("stages.edit")
def start(request: HttpRequest) -> HttpResponse:
    return redirect(StageMap.objects.start(by=request.user, at=db_clock.now()))


@require_POST
@may("stages.edit")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    draft = _version(request, number)
    forms = stage_forms(draft, request.POST)
    if [form for form in forms if not form.is_valid()]:
        return _page(request, draft, forms=forms)
    draft.draw([form.stage for form in forms], by=request.user)
    toast(request, "The draft is saved.")
    return redirect(draft)


@require_POST
@may("stages.propose")
def propose(request: HttpRequest, number: int) -> HttpResponse:
    return propose_version(request, _version(request, number))


@require_POST
@may("stages.propose")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    return withdraw_version(request, _version(request, number), to="stages")


@require_POST
@may("stages.edit")
def amend(request: HttpRequest, number: int) -> HttpResponse:
    return amend_version(request, _version(request, number))


def _version(request: HttpRequest, number: int) -> StageMap:
    versions = StageMap.objects.visible_to(request.user).of(DOCUMENT)
    return get_object_or_404(versions, revision__number=number)


urls = [
    path("stages/", stages, name="stages"),
    path("stages/start/", start, name="start_stages"),
    path("stages/<int:number>/", stages, name="stages_version"),
    path("stages/<int:number>/edit/", edit, name="edit_stages"),
    path("stages/<int:number>/propose/", propose, name="propose_stages"),
    path("stages/<int:number>/withdraw/", withdraw, name="withdraw_stages"),
    path("stages/<int:number>/amend/", amend, name="amend_stages"),
]
