"""Working hours: the calendars of teams, and who is away. The editor stands above, with the clocks it moves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allowed, may
from accounts.forms.hours import AbsenceForm, AwayTodayForm
from accounts.models import Absence, User, WorkCalendar
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import back, toast


@require_safe
@may("read")
def calendars(request: HttpRequest) -> HttpResponse:
    every = WorkCalendar.objects.visible_to(request.user).prefetch_related("teams", "people").order_by("name")
    return render(request, "accounts/calendars.html", {"calendars": every})


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
    form = AwayTodayForm(request.user, request.POST)
    if not form.is_valid():
        raise Incomplete("Cover has to be a colleague who is active.", "cover")
    cover = form.cleaned_data["cover"]
    request.user.be_away_today(cover=cover, by=request.user, at=db_clock.now())
    given = f"{cover} gets your open hand-offs" if cover else "what you have in hand waits for you"
    toast(request, f"You are away until midnight: nothing new is handed to you, and {given}.")
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
    context = {"absences": away, "form": form, "today_form": AwayTodayForm(request.user)}
    return render(request, "accounts/absences.html", context, status=422 if form.errors else 200)
