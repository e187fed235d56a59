"""The editor of working hours: beside what is written, when a hand-off would be due by it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may
from accounts.forms.hours import CalendarForm, ClosureForm, CountryForm
from accounts.models import WorkCalendar
from common import clock as db_clock
from common.htmx import answer, toast, wants_part
from sla.forms import MadeAtForm
from sla.models import Agreement
from sla.would_be_due import would_be_due

EDITING = require_http_methods(["GET", "POST"])


@EDITING
@may("calendar.edit")
def new_calendar(request: HttpRequest) -> HttpResponse:
    form = CalendarForm(_typed(request), instance=WorkCalendar(zone=request.user.zone))
    if _saves(request) and form.is_valid():
        calendar = WorkCalendar.objects.draw_up(by=request.user, **form.cleaned_data)
        toast(request, f"The calendar {calendar} is there.")
        return redirect("calendar", calendar.pk)
    return _page(request, None, form=form)


@EDITING
@may("calendar.edit")
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = CalendarForm(_typed(request), instance=WorkCalendar.objects.get(pk=pk))
    if _saves(request) and form.is_valid():
        found.edit(by=request.user, **form.cleaned_data)
        toast(request, f"{found} is saved.")
        return redirect("calendar", pk)
    return _page(request, found, form=form)


@require_POST
@may("calendar.edit")
def observe(request: HttpRequest, pk: int) -> HttpResponse:
    """Close on a country's public holidays, this year's and next year's."""
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = CountryForm(request.POST)
    if not form.is_valid():
        return _page(request, found, country_form=form)
    year = db_clock.now().year
    found.observe(form.cleaned_data["country"], range(year, year + 2), by=request.user)
    toast(request, f"{found} observes {'these public holidays' if found.country else 'no public holidays'}.")
    return redirect("calendar", pk)


@require_POST
@may("calendar.edit")
def close_day(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _page(request, found, closure_form=form)
    found.close(by=request.user, **form.cleaned_data)
    toast(request, f"{found} is closed that day.")
    return redirect("calendar", pk)


@require_POST
@may("calendar.edit")
def reopen_day(request: HttpRequest, pk: int, closure: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    closed = get_object_or_404(found.closures, pk=closure)
    found.reopen(closed.on, by=request.user)
    toast(request, f"{found} is open on {closed.on:%-d %B %Y}.")
    return redirect("calendar", pk)


def _typed(request: HttpRequest) -> Any:
    """What stands in the form: posted, or of a page that is open and asks what it would mean."""
    return request.POST or (request.GET if wants_part(request) else None) or None


def _saves(request: HttpRequest) -> bool:
    return request.method == "POST" and "calculate" not in request.POST


def _page(request: HttpRequest, calendar: WorkCalendar | None, **forms: Any) -> HttpResponse:
    """The editor; for a page that is open only what stands beside it."""
    form = forms.get("form") or CalendarForm(instance=calendar)
    context = {"calendar": calendar, "form": form, **_beside(request, form), **_closed(calendar), **forms}
    wrong = any(each.errors for each in forms.values()) and not wants_part(request)
    return answer(request, "sla/calendar.html", context, part="sla/_would_be_due.html", status=422 if wrong else 200)


def _beside(request: HttpRequest, form: CalendarForm) -> dict[str, Any]:
    """When a hand-off would be due by the hours as they are written."""
    hours, when = form.hours(), MadeAtForm(_typed(request))
    made_at = when.moment(hours.zone) if hours else None
    due = would_be_due(hours, made_at=made_at or db_clock.now()) if hours else []
    return {
        "hours": hours, "when": when, "made_at": made_at, "due": due, "agreement": Agreement.objects.ruling(),
        "tried": "calculate" in request.POST,
    }  # fmt: skip


def _closed(calendar: WorkCalendar | None) -> dict[str, Any]:
    """The closed days that are still to come."""
    if calendar is None:
        return {}
    today = db_clock.now().astimezone(calendar.tz).date()
    return {
        "country_form": CountryForm(initial={"country": calendar.country}),
        "closure_form": ClosureForm(),
        "closures": calendar.closures.filter(on__gte=today),
    }


urls = [
    path("settings/hours/new/", new_calendar, name="new_calendar"),
    path("settings/hours/<int:pk>/", calendar, name="calendar"),
    path("settings/hours/<int:pk>/observe/", observe, name="observe"),
    path("settings/hours/<int:pk>/close/", close_day, name="close_day"),
    path("settings/hours/<int:pk>/closed/<int:closure>/reopen/", reopen_day, name="reopen_day"),
]
