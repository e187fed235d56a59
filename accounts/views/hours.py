"""Working hours: the calendars of teams, the days they are closed, and who is away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allowed, may
from accounts.forms.hours import AbsenceForm, CalendarForm, ClosureForm, CountryForm
from accounts.models import Absence, User, WorkCalendar
from common import clock as db_clock
from common.htmx import back, toast


@require_safe
@may("read")
def calendars(request: HttpRequest) -> HttpResponse:
    every = WorkCalendar.objects.visible_to(request.user).prefetch_related("teams", "people").order_by("name")
    return render(request, "accounts/calendars.html", {"calendars": every})


@require_http_methods(["GET", "POST"])
@may("calendar.edit")
def new_calendar(request: HttpRequest) -> HttpResponse:
    form = CalendarForm(request.POST or None, initial={"zone": request.user.zone})
    if request.method == "POST" and form.is_valid():
        calendar = WorkCalendar.objects.draw_up(by=request.user, **form.cleaned_data)
        toast(request, f"The calendar {calendar} is there.")
        return redirect("calendar", calendar.pk)
    return render(request, "accounts/calendar.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@may("calendar.edit")
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = CalendarForm(request.POST or None, instance=WorkCalendar.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        found.edit(by=request.user, **form.cleaned_data)
        toast(request, f"{found} is saved.")
        return redirect("calendar", pk)
    return _calendar_page(request, found, form=form)


@require_POST
@may("calendar.edit")
def observe(request: HttpRequest, pk: int) -> HttpResponse:
    """Close on a country's public holidays, this year's and next year's."""
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = CountryForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, found, country_form=form)
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
        return _calendar_page(request, found, closure_form=form)
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


def _calendar_page(request: HttpRequest, calendar: WorkCalendar, **forms: Any) -> HttpResponse:
    context = {
        "calendar": calendar,
        "form": CalendarForm(instance=calendar),
        "country_form": CountryForm(initial={"country": calendar.country}),
        "closure_form": ClosureForm(),
        "closures": calendar.closures.filter(on__gte=db_clock.now().astimezone(calendar.tz).date()),
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "accounts/calendar.html", context | forms, status=422 if wrong else 200)


@require_safe
@may("read")
def absences(request: HttpRequest) -> HttpResponse:
    return _absences_page(request, AbsenceForm(request.user))


@require_POST
@may("absence.enter")
def enter_absence(request: HttpRequest) -> HttpResponse:
    form = AbsenceForm(request.user, request.POST)
    if not form.is_valid():
        return _absences_page(request, form)
    away: User = form.cleaned_data["user"]
    away.be_away(*form.moments, cover=form.cleaned_data["cover"], by=request.user, at=db_clock.now())
    toast(request, f"{away} is entered as away.")
    return redirect("absences")


@require_POST
@may("absence.enter")
def away_today(request: HttpRequest) -> HttpResponse:
    request.user.be_away_today(cover=None, by=request.user, at=db_clock.now())
    toast(request, "You are away until midnight; nothing new is handed to you.")
    return back(request, "/settings/absences/")


@require_POST
@may("absence.enter")
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    absence = get_object_or_404(Absence.objects.visible_to(request.user), pk=pk)
    absence.end(by=request.user, at=db_clock.now())
    toast(request, f"{absence.user} is back.")
    return back(request, "/settings/absences/")


def _absences_page(request: HttpRequest, form: AbsenceForm) -> HttpResponse:
    at = db_clock.now()
    away = list(Absence.objects.visible_to(request.user).to_come(at=at))
    for absence in away:
        absence.may_end = allowed(request.user, "absence.enter", absence)
    context = {"absences": away, "form": form}
    return render(request, "accounts/absences.html", context, status=422 if form.errors else 200)
