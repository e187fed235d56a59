"""Return reasons: why a lead may be sent back, what that asks for, and what follows. Everyone reads, an admin edits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import may
from common.errors import Incomplete
from common.htmx import toast
from leads.forms.reasons import ReasonForm
from leads.models import ReturnReason


@require_GET
@may("read")
def reasons(request: HttpRequest) -> HttpResponse:
    return render(request, "leads/reasons.html", {"reasons": ReturnReason.objects.with_counts()})


@require_http_methods(["GET", "POST"])
@may("reason.edit")
def new_reason(request: HttpRequest) -> HttpResponse:
    form = ReasonForm(request.POST or None, initial={"is_active": True})
    if form.is_valid():
        try:
            added = ReturnReason.objects.add(by=request.user, **form.cleaned_data)
        except Incomplete as missing:
            form.add_error(missing.field, str(missing))
        else:
            toast(request, f"“{added}” can be chosen now.")
            return redirect("reasons")
    return render(request, "leads/reason.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@may("reason.edit")
def reason(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ReturnReason, pk=pk)
    form = ReasonForm(request.POST or None, instance=ReturnReason.objects.get(pk=pk))
    if form.is_valid():
        try:
            found.edit(by=request.user, **form.cleaned_data)
        except Incomplete as missing:
            form.add_error(missing.field, str(missing))
        else:
            toast(request, f"“{found}” is saved; it counts from the next return on.")
            return redirect("reasons")
    return render(request, "leads/reason.html", {"form": form, "reason": found}, status=422 if form.errors else 200)


@require_POST
@may("reason.edit")
def move_reason(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ReturnReason, pk=pk).move(up=request.POST.get("to") == "up", by=request.user)
    return redirect("reasons")


@require_POST
@may("reason.edit")
def remove_reason(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ReturnReason, pk=pk)
    found.remove(by=request.user)
    toast(request, f"“{found}” is gone; nobody ever gave it.")
    return redirect("reasons")


urls = [
    path("settings/reasons/", reasons, name="reasons"),
    path("settings/reasons/new/", new_reason, name="new_reason"),
    path("settings/reasons/<int:pk>/", reason, name="reason"),
    path("settings/reasons/<int:pk>/move/", move_reason, name="move_reason"),
    path("settings/reasons/<int:pk>/remove/", remove_reason, name="remove_reason"),
]
