"""The focus of a quarter: what sales wants, written, signed, and what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from agreements.forms import FocusForm, QuarterForm, segment_forms
from agreements.models import Focus
from agreements.views.versions import amend_version, propose_version, version_context, withdraw_version
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast
from common.periods import quarter_of


@require_GET
@may("read")
def focus(request: HttpRequest) -> HttpResponse:
    """The focus of this quarter; without one the newest that there is."""
    versions = Focus.objects.visible_to(request.user)
    this = quarter_of(db_clock.now(), request.user.zone)
    shown = versions.for_quarter(this.key) or versions.current().first()
    return _page(request, shown) if shown else _empty(request)


@require_GET
@may("read")
def version(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _version(request, pk))


def _empty(request: HttpRequest) -> HttpResponse:
    return render(request, "agreements/focus_empty.html", _to_start(request))


def _to_start(request: HttpRequest) -> dict[str, Any]:
    """The quarters that can be given a focus and have none."""
    offered = QuarterForm(at=db_clock.now(), zone=request.user.zone).offered.values()
    taken = set(Focus.objects.current().values_list("quarter", flat=True))
    return {"may_edit": allowed(request.user, "focus.edit"), "offered": [q for q in offered if q.key not in taken]}


def _page(request: HttpRequest, shown: Focus, **forms: Any) -> HttpResponse:
    others = [each for each in Focus.objects.visible_to(request.user).current() if each.quarter != shown.quarter]
    context = _to_start(request) | version_context(shown, request.user) | {"others": others}
    if not shown.revision.is_draft or not context["may_edit"]:
        return render(request, "agreements/focus.html", context)
    said = {name: getattr(shown, name) for name in FocusForm.base_fields}
    filled = {"form": FocusForm(initial=said), "segment_forms": segment_forms(shown)}
    return render(request, "agreements/focus_draft.html", context | filled | forms, status=422 if forms else 200)


@require_POST
@may("focus.edit")
def start(request: HttpRequest) -> HttpResponse:
    at = db_clock.now()
    form = QuarterForm(request.POST, at=at, zone=request.user.zone)
    if not form.is_valid():
        raise Incomplete("A focus is for this quarter or the next.", "quarter")
    started = Focus.objects.start(form.offered[form.cleaned_data["quarter"]], by=request.user, at=at)
    return redirect(started)


@require_POST
@may("focus.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    draft = _version(request, pk)
    form, segments = FocusForm(request.POST), segment_forms(draft, request.POST)
    if not all([form.is_valid(), *[each.is_valid() for each in segments]]):
        return _page(request, draft, form=form, segment_forms=segments)
    wanted = [each.segment for each in segments if each.segment]
    draft.edit(by=request.user, segments=wanted, **form.cleaned_data)
    toast(request, "The draft is saved.")
    return redirect(draft)


@require_POST
@may("focus.propose")
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    return propose_version(request, _version(request, pk))


@require_POST
@may("focus.propose")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return withdraw_version(request, _version(request, pk), to="focus")


@require_POST
@may("focus.edit")
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    return amend_version(request, _version(request, pk))


def _version(request: HttpRequest, pk: int) -> Focus:
    return get_object_or_404(Focus.objects.visible_to(request.user).with_revision(), pk=pk)


urls = [
    path("focus/", focus, name="focus"),
    path("focus/start/", start, name="start_focus"),
    path("focus/<int:pk>/", version, name="focus_version"),
    path("focus/<int:pk>/edit/", edit, name="edit_focus"),
    path("focus/<int:pk>/propose/", propose, name="propose_focus"),
    path("focus/<int:pk>/withdraw/", withdraw, name="withdraw_focus"),
    path("focus/<int:pk>/amend/", amend, name="amend_focus"),
]
