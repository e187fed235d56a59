"""Visits: told by marketing, typed or from a file; everyone reads them."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import may
from campaigns.forms.traffic import TrafficFileForm, TrafficForm
from campaigns.models import Traffic, Visits
from campaigns.visits_file import read_visits
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast
from common.templatetags.words import plural

MONTHS = 13


@require_GET
@may("read")
def traffic(request: HttpRequest) -> HttpResponse:
    return _page(request, db_clock.now())


@require_POST
@may("traffic.tell")
def tell_traffic(request: HttpRequest) -> HttpResponse:
    """Write down visits of some days."""
    form, at = TrafficForm(request.POST), db_clock.now()
    if not form.is_valid():
        return _page(request, at, form=form)
    told = form.cleaned_data
    return _told(request, [Visits(told["first_on"], told["last_on"], told["visits"], told["channel"])], at, form=form)


@require_POST
@may("traffic.tell")
def import_traffic(request: HttpRequest) -> HttpResponse:
    """Write down the visits of a file; of one with a mistake nothing is."""
    form, at = TrafficFileForm(request.POST, request.FILES), db_clock.now()
    if not form.is_valid():
        return _page(request, at, file_form=form)
    try:
        visits = read_visits(form.cleaned_data["file"].read())
    except Incomplete as error:
        form.add_error("file", str(error))
        return _page(request, at, file_form=form)
    return _told(request, visits, at, file_form=form)


def _told(
    request: HttpRequest, visits: list[Visits], at: datetime, **forms: TrafficForm | TrafficFileForm
) -> HttpResponse:
    try:
        days = Traffic.objects.tell(visits, by=request.user, at=at)
    except Incomplete as error:
        (form,) = forms.values()
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _page(request, at, **forms)
    toast(request, f"The visits of {plural(days, 'day')} are written down.")
    return redirect("traffic")


def _page(
    request: HttpRequest, at: datetime, form: TrafficForm | None = None, file_form: TrafficFileForm | None = None
) -> HttpResponse:
    today = at.astimezone(request.user.tz).date()
    context = {
        "months": _by_month(Traffic.objects.visible_to(request.user), today),
        "form": form or TrafficForm.for_month_of(today),
        "file_form": file_form or TrafficFileForm(),
    }
    return render(request, "campaigns/traffic.html", context, status=422 if form or file_form else 200)


def _by_month(found: QuerySet[Traffic], today: date) -> list[dict]:
    """The visits of the last months, the newest first."""
    since = date(today.year - 1, today.month, 1)
    of_month = found.filter(on__gte=since).order_by().values(month=TruncMonth("on"))
    return list(of_month.annotate(visits=Sum("visits")).order_by("-month")[:MONTHS])


urls = [
    path("campaigns/traffic/", traffic, name="traffic"),
    path("campaigns/traffic/tell/", tell_traffic, name="tell_traffic"),
    path("campaigns/traffic/import/", import_traffic, name="import_traffic"),
]
