"""A deal: who is on it, what led to it, what each touch is credited with, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access
from accounts.access import may
from agreements.models import Sharing
from common import clock as db_clock
from common.htmx import toast
from leads.crediting import journeys
from leads.forms.day import LoseForm, WinForm
from leads.forms.deals import ContactForm, SharingForm
from leads.models import DealContact, Opportunity
from leads.payback import agreed_sharing
from leads.views.handoffs import ASKED_OR_DONE, done, unfinished


@require_GET
@may("read")
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _deal(request, pk))


def _page(request: HttpRequest, found: Opportunity, form: ContactForm | None = None) -> HttpResponse:
    may_edit = access.allowed(request.user, "opportunity.open", found)
    context = {
        "deal": found,
        "contacts": found.contacts.select_related("lead__company").order_by("pk"),
        "form": form or (ContactForm(found, request.user) if may_edit else None),
        "may_close": found.closed_at is None and access.allowed(request.user, "opportunity.close", found),
        **_credit(request, found),
    }
    return render(request, "leads/deal.html", context, status=422 if form else 200)


def _credit(request: HttpRequest, found: Opportunity) -> dict[str, Any]:
    """What led to it, by the model that is asked for or agreed; an open deal has the touches alone."""
    agreed, is_agreed = agreed_sharing()
    asked = SharingForm(request.GET)
    sharing = asked.sharing or agreed
    rows = [(row, row.by(sharing)) for row in found.contributions.with_names()]
    return {
        "rows": rows,
        "steps": [] if rows or found.closed_at else journeys([found])[0].steps,
        "sharing": sharing,
        "agreed": agreed if is_agreed else None,
        "models": list(Sharing),
    }


@require_POST
@may("opportunity.open")
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    found = _deal(request, pk)
    form = ContactForm(found, request.user, request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    contact = found.add_contact(form.cleaned_data["lead"], role=form.cleaned_data["role"], by=request.user)
    toast(request, f"{contact.lead} is on the deal.")
    return redirect(found)


@require_POST
@may("opportunity.open")
def remove_contact(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    found = _deal(request, pk)
    gone = get_object_or_404(DealContact.objects.select_related("lead"), pk=contact, opportunity=found)
    found.remove_contact(gone, by=request.user)
    toast(request, f"{gone.lead} is no longer on the deal.")
    return redirect(found)


def _deal(request: HttpRequest, pk: int) -> Opportunity:
    deals = Opportunity.objects.visible_to(request.user).select_related("lead__company", "company", "owner")
    return get_object_or_404(deals, pk=pk)


CloseWith = Callable[[Opportunity, QueryDict | None], forms.Form]
Close = Callable[[Opportunity, forms.Form, datetime], None]


def _closed(request: HttpRequest, pk: int, make: CloseWith, close: Close, word: str) -> HttpResponse:
    """How a deal ends. GET asks; POST closes it and says so."""
    found = _deal(request, pk)
    access.check(request.user, "opportunity.close", found)
    form = make(found, request.POST if request.method == "POST" else None)
    if ask := unfinished(request, found.lead, form, word, word):
        return ask
    close(found, form, db_clock.now())
    return done(request, found.lead, f"{word}: {found}.", open_pk=found.handoff_id)


@require_http_methods(ASKED_OR_DONE)
@may("opportunity.close")
def win(request: HttpRequest, pk: int) -> HttpResponse:
    def close(found: Opportunity, form: forms.Form, at: datetime) -> None:
        found.win(amount=form.cleaned_data["amount"], by=request.user, at=at)

    return _closed(request, pk, WinForm, close, "Won")


@require_http_methods(ASKED_OR_DONE)
@may("opportunity.close")
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    def close(found: Opportunity, form: forms.Form, at: datetime) -> None:
        found.lose(because=form.cleaned_data["because"], by=request.user, at=at)

    return _closed(request, pk, lambda _, sent: LoseForm(sent), close, "Lost")


urls = [
    path("deals/<int:pk>/", deal, name="deal"),
    path("deals/<int:pk>/contacts/", add_contact, name="add_deal_contact"),
    path("deals/<int:pk>/contacts/<int:contact>/remove/", remove_contact, name="remove_deal_contact"),
    path("opportunities/<int:pk>/win/", win, name="win"),
    path("opportunities/<int:pk>/lose/", lose, name="lose"),
]
