"""The table of monthly rates, under settings: what other currencies were worth, and the deals that wait to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from common.templatetags.words import plural
from leads.forms.rates import RatesForm
from leads.freezing import Entered, Waiting, enter, waiting
from leads.models import Rate

MONTHS = 24


@require_GET
@may("read")
def rates(request: HttpRequest) -> HttpResponse:
    missing = waiting()
    first = "\n".join(f"{each.currency}, {each.month:%Y-%m}, " for each in missing)
    return _page(request, RatesForm(base=settings.BASE_CURRENCY, initial={"lines": first}), missing)


@require_POST
@may("rate.edit")
def enter_rates(request: HttpRequest) -> HttpResponse:
    form = RatesForm(request.POST, request.FILES, base=settings.BASE_CURRENCY)
    if not form.is_valid():
        return _page(request, form, waiting(), status=422)
    done = enter(form.cleaned_data["told"], by=request.user, at=db_clock.now(), mend=form.cleaned_data["mend"])
    toast(request, _what_came_of(done))
    return redirect("rates")


def _what_came_of(done: Entered) -> str:
    said = f"{plural(done.rates, 'rate')} entered." if done.rates else "Nothing is new."
    said += f" {plural(len(done.frozen), 'deal')} that waited for them count now." if done.frozen else ""
    return said + (f" {plural(len(done.mended), 'deal')} reckoned anew." if done.mended else "")


def _page(request: HttpRequest, form: RatesForm, missing: list[Waiting], *, status: int = 200) -> HttpResponse:
    context = {"form": form, "base": settings.BASE_CURRENCY, "waiting": missing} | _table()
    return render(request, "leads/rates.html", context, status=status)


def _table() -> dict[str, Any]:
    """The latest months, each with the rate of every currency that has one there."""
    found: dict[Any, dict[str, Rate]] = {}
    months = list(Rate.objects.order_by("-month").values_list("month", flat=True).distinct()[:MONTHS])
    for rate in Rate.objects.filter(month__in=months):
        found.setdefault(rate.month, {})[rate.currency] = rate
    currencies = sorted({currency for row in found.values() for currency in row})
    rows = [(month, [(currency, found[month].get(currency)) for currency in currencies]) for month in months]
    return {"currencies": currencies, "rows": rows}


urls = [
    path("settings/rates/", rates, name="rates"),
    path("settings/rates/enter/", enter_rates, name="enter_rates"),
]
