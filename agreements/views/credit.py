"""How credit is given: written, signed, and what each model would make of the deals won."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from agreements.forms import CreditForm
from agreements.models import Credit
from agreements.models.credit import DOCUMENT
from agreements.views.versions import amend_version, propose_version, version_context, withdraw_version
from common import clock as db_clock
from common.htmx import toast


@require_GET
@may("read")
def credit(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One version, or without a number the one in force, else the newest; to the heads a draft is a form."""
    versions = Credit.objects.visible_to(request.user)
    shown = versions.shown(DOCUMENT) if number is None else _version(request, number)
    if shown is None:
        return render(request, "agreements/credit_empty.html", {"may_edit": allowed(request.user, "credit.edit")})
    return _page(request, shown)


def _page(request: HttpRequest, shown: Credit, form: CreditForm | None = None) -> HttpResponse:
    context = version_context(shown, request.user) | {"form": form or CreditForm(instance=shown)}
    return render(request, "agreements/credit.html", context, status=422 if form else 200)


@require_POST
@may("credit.edit")
def start(request: HttpRequest) -> HttpResponse:
    return redirect(Credit.objects.start(by=request.user, at=db_clock.now()))


@require_POST
@may("credit.edit")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    draft = _version(request, number)
    form = CreditForm(request.POST, instance=_version(request, number))
    if not form.is_valid():
        return _page(request, draft, form)
    draft.edit(by=request.user, **form.cleaned_data)
    toast(request, "The draft is saved.")
    return redirect(draft)


@require_POST
@may("credit.propose")
def propose(request: HttpRequest, number: int) -> HttpResponse:
    return propose_version(request, _version(request, number))


@require_POST
@may("credit.propose")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    return withdraw_version(request, _version(request, number), to="credit")


@require_POST
@may("credit.edit")
def amend(request: HttpRequest, number: int) -> HttpResponse:
    return amend_version(request, _version(request, number))


def _version(request: HttpRequest, number: int) -> Credit:
    versions = Credit.objects.visible_to(request.user).of(DOCUMENT)
    return get_object_or_404(versions, revision__number=number)


urls = [
    path("credit/", credit, name="credit"),
    path("credit/start/", start, name="start_credit"),
    path("credit/<int:number>/", credit, name="credit_version"),
    path("credit/<int:number>/edit/", edit, name="edit_credit"),
    path("credit/<int:number>/propose/", propose, name="propose_credit"),
    path("credit/<int:number>/withdraw/", withdraw, name="withdraw_credit"),
    path("credit/<int:number>/amend/", amend, name="amend_credit"),
]
