"""The library: what people read, watched or asked for, and what a rep can send."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import may
from campaigns.forms.content import ContentForm, FindContent
from campaigns.models import Content, ContentRequest
from common import clock as db_clock
from common.columns import columns_for
from common.htmx import id_in, toast

SHOWN = 100


@require_GET
@may("read")
def content(request: HttpRequest) -> HttpResponse:
    """The library, found by title, persona, buying stage and kind."""
    form = FindContent(request.GET)
    found = form.found(Content.objects.visible_to(request.user)).select_related("campaign", "persona")
    rows = list(found.order_by("title")[: SHOWN + 1])
    labels, values = columns_for("content", [each.pk for each in rows[:SHOWN]], request.user)
    shown = [(each, values[each.pk]) for each in rows[:SHOWN]]
    context = {"rows": shown, "labels": labels, "form": form, "more": len(rows) > SHOWN}
    return render(request, "campaigns/content.html", context)


@require_GET
@may("read")
def content_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece: whom it is for, where it is, what it was used for."""
    found = _content(request, pk)
    labels, values = columns_for("content", [pk], request.user)
    context = {
        "content": found,
        "figures": list(zip(labels, values[pk], strict=True)),
        "asked": ContentRequest.objects.visible_to(request.user).filter(content=pk).select_related("asked_by"),
    }
    return render(request, "campaigns/content_item.html", context)


@require_http_methods(["GET", "POST"])
@may("campaign.edit")
def new_content(request: HttpRequest) -> HttpResponse:
    """Add a piece; with `?request=` it is what that request is delivered with."""
    asked = ContentRequest.objects.visible_to(request.user).filter(pk=id_in(request.GET.get("request", ""))).first()
    form = ContentForm(request.POST or None, initial=_told_by(asked) | {"campaign": request.GET.get("campaign")})
    if not form.is_valid():
        return _form(request, form, asked=asked)
    with transaction.atomic():
        added = Content.objects.add(by=request.user, **form.cleaned_data)
        if asked:
            asked.deliver(content=added, by=request.user, at=db_clock.now())
    toast(request, f"“{added}” is there" + (f", and {asked.asked_by} is told." if asked else "."))
    return redirect(asked or "content")


@require_http_methods(["GET", "POST"])
@may("campaign.edit")
def edit_content(request: HttpRequest, pk: int) -> HttpResponse:
    found = _content(request, pk)
    form = ContentForm(request.POST or None, instance=_content(request, pk))
    if not form.is_valid():
        return _form(request, form, content=found)
    found.edit(by=request.user, **form.cleaned_data)
    toast(request, f"“{found}” is saved.")
    return redirect(found)


def _content(request: HttpRequest, pk: int) -> Content:
    found = Content.objects.visible_to(request.user).select_related("campaign", "persona")
    return get_object_or_404(found, pk=pk)


def _told_by(asked: ContentRequest | None) -> dict[str, object]:
    """What is known of a piece before it is written, from the request for it."""
    if asked is None:
        return {}
    return {"title": asked.what, "persona": asked.persona_id, "buying_stage": asked.buying_stage}


def _form(request: HttpRequest, form: ContentForm, **things: Content | ContentRequest | None) -> HttpResponse:
    """The form to fill in; with what is wrong in it once it was sent."""
    return render(request, "campaigns/edit_content.html", {"form": form, **things}, status=422 if form.errors else 200)


urls = [
    path("content/", content, name="content"),
    path("content/new/", new_content, name="new_content"),
    path("content/<int:pk>/", content_item, name="content_item"),
    path("content/<int:pk>/edit/", edit_content, name="edit_content"),
]
