"""The editor of working hours: beside what is written, when a hand-off would be due and which clocks it moves."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may
from accounts.forms.hours import CalendarForm, ClosedDaysFileForm, ClosedDaysForm, ClosureForm, CountryForm, WorksByForm
from accounts.models import User, WorkCalendar, calendar_of
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import answer, id_in, toast, wants_part
from sla import retiming
from sla.forms import MadeAtForm
from sla.models import Agreement, Clock, Retiming
from sla.retiming import Answer, Retimed
from sla.would_be_due import would_be_due

EDITING = require_http_methods(["GET", "POST"])
A_LIST = 12
ASIDE = {"csrfmiddlewaretoken", "calculate", "clocks"}  # of a form what is not the change that it asks for


@EDITING
@may("calendar.edit")
def new_calendar(request: HttpRequest) -> HttpResponse:
    """Another calendar; with `?of=` somebody, working hours of their own."""
    of = (request.POST or request.GET).get("of", "")
    person = get_object_or_404(User.objects.visible_to(request.user), pk=id_in(of)) if of else None
    form = CalendarForm(_typed(request), instance=_started_from(request.user, person))
    if _saves(request) and form.is_valid():
        every, written = WorkCalendar.objects, form.cleaned_data
        draw_up = partial(every.draw_up_for, person) if person else every.draw_up
        calendar = draw_up(by=request.user, **written)
        toast(request, f"The calendar {calendar} is there. Say next who works by it.")
        return redirect(
            f"{reverse('calendar', args=[calendar.pk])}{f'?who=person+{person.pk}' if person else ''}#whose"
        )
    return _page(request, None, person=person, form=form)


def _started_from(reader: User, person: User | None) -> WorkCalendar:
    """What the form of a new calendar starts with: for a person the hours they work now."""
    if person is None:
        return WorkCalendar(zone=reader.zone)
    now = calendar_of(person) or WorkCalendar(zone=person.zone)
    return WorkCalendar(name=str(person)[:80], zone=now.zone, windows=now.windows)


@EDITING
@may("calendar.edit")
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = CalendarForm(_typed(request), instance=WorkCalendar.objects.get(pk=pk))
    if _saves(request) and form.is_valid():
        written = form.cleaned_data
        said = f"{written['name']} is saved."
        return _change(request, found, lambda: found.edit(by=request.user, **written), said, form=form)
    return _page(request, found, form=form)


@require_POST
@may("calendar.edit")
def give_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a team, or a person, work by this calendar from now on."""
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = WorksByForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, works_by_form=form)
    who = form.cleaned_data["who"]
    said = f"{who} works by the hours of {found}."
    return _change(request, found, lambda: who.work_by(found, by=request.user), said)


@require_POST
@may("calendar.edit")
def observe(request: HttpRequest, pk: int) -> HttpResponse:
    """Close on a country's public holidays, this year's and next year's."""
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = CountryForm(request.POST)
    if not form.is_valid():
        return _page(request, found, country_form=form)
    country, year = form.cleaned_data["country"], db_clock.now().year
    said = f"{found} observes {'these public holidays' if country else 'no public holidays'}."
    return _change(
        request, found, lambda: found.observe(country, range(year, year + 2), by=request.user), said, country_form=form
    )


@require_POST
@may("calendar.edit")
def close_day(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _page(request, found, closure_form=form)
    said = f"{found} is closed that day."
    return _change(request, found, lambda: found.close(by=request.user, **form.cleaned_data), said, closure_form=form)


@require_POST
@may("calendar.edit")
def days_in_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What an iCalendar file closes, to choose from; nothing is kept."""
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = ClosedDaysFileForm(found.tz, _today(found), request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, file_form=form)
    known = dict(found.closures.values_list("on", "name"))
    days = [(day, known.get(day.on), bool(found.windows.get(str(day.on.weekday())))) for day in form.closed]
    return render(request, "sla/days_in_file.html", {"calendar": found, "days": days, "left_out": form.left_out})


@require_POST
@may("calendar.edit")
def close_days(request: HttpRequest, pk: int) -> HttpResponse:
    """Close on the days that were chosen from a file."""
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    form = ClosedDaysForm(request.POST)
    if not form.is_valid():
        raise Incomplete("No day was chosen, so none is closed.", "day")
    days = form.cleaned_data["day"]
    said = f"{found} is closed on {len(days)} more day{'' if len(days) == 1 else 's'}."
    return _change(request, found, lambda: found.close_all(days, by=request.user), said)


@require_POST
@may("calendar.edit")
def reopen_day(request: HttpRequest, pk: int, closure: int) -> HttpResponse:
    found = get_object_or_404(WorkCalendar.objects.visible_to(request.user), pk=pk)
    closed = get_object_or_404(found.closures, pk=closure)
    said = f"{found} is open on {closed.on:%-d %B %Y}."
    return _change(request, found, lambda: found.reopen(closed.on, by=request.user), said)


def _typed(request: HttpRequest) -> Any:
    """What stands in the form: posted, or of a page that is open and asks what it would mean."""
    return request.POST or (request.GET if wants_part(request) else None) or None


def _saves(request: HttpRequest) -> bool:
    return request.method == "POST" and "calculate" not in request.POST


def _change(
    request: HttpRequest, calendar: WorkCalendar, change: Callable[[], Any], said: str, **forms: Any
) -> HttpResponse:
    """Change a calendar; where running clocks would move and nobody has said yet what becomes of them, ask."""
    given = request.POST.get("clocks")
    answered = Answer(given) if given in Answer.values else None
    moved = retiming.edit(calendar, change, answer=answered, by=request.user, at=db_clock.now())
    if moved:
        calendar.refresh_from_db()
        return _page(request, calendar, moved=moved, **forms)
    toast(request, said)
    return redirect("calendar", calendar.pk)


def _page(
    request: HttpRequest,
    calendar: WorkCalendar | None,
    *,
    moved: list[Retimed] | None = None,
    person: User | None = None,
    **forms: Any,
) -> HttpResponse:
    """The editor; for a page that is open only what stands beside it."""
    form = forms.get("form") or CalendarForm(instance=calendar)
    context = {
        "calendar": calendar, "person": person, "form": form, "asked": bool(moved),
        **_beside(request, calendar, form, moved), **_closed(request, calendar), **forms,
    }  # fmt: skip
    wrong = any(each.errors for each in forms.values()) and not wants_part(request)
    return answer(request, "sla/calendar.html", context, part="sla/_beside_hours.html", status=422 if wrong else 200)


def _beside(
    request: HttpRequest, calendar: WorkCalendar | None, form: CalendarForm, moved: list[Retimed] | None
) -> dict[str, Any]:
    """When a hand-off would be due by the hours as they are written, and which running clocks they would move."""
    at, hours, when = db_clock.now(), form.hours(), MadeAtForm(_typed(request))
    made_at = when.moment(hours.zone) if hours else None
    due = would_be_due(hours, made_at=made_at or at) if hours else []
    if moved is None and calendar and hours and hours != calendar.hours():
        moved = retiming.would_retime(calendar, hours, at=at)
    return {
        "hours": hours, "when": when, "made_at": made_at, "due": due, "agreement": Agreement.objects.ruling(),
        "tried": "calculate" in request.POST, "question": _question(request, moved) if moved else None,
    }  # fmt: skip


def _question(request: HttpRequest, moved: list[Retimed]) -> dict[str, Any]:
    """What becomes of the clocks that a change would move? With the first of those that the reader may see."""
    by_clock, at, typed = {each.clock.pk: each for each in moved}, db_clock.now(), _typed(request) or QueryDict()
    visible = Clock.objects.visible_to(request.user).filter(pk__in=by_clock)
    rows = visible.select_related("handoff__lead__company", "commitment", "owner").order_by("due_at", "pk")[:A_LIST]
    return {
        "clocks": len(moved),
        "sooner": sum(each.sooner for each in moved),
        "later": sum(not each.sooner for each in moved),
        "overdue": sum(each.due_at < at for each in moved),
        "rows": [(clock, by_clock[clock.pk]) for clock in rows],
        "change": [(name, value) for name, values in typed.lists() for value in values if name not in ASIDE],
    }


def _closed(request: HttpRequest, calendar: WorkCalendar | None) -> dict[str, Any]:
    """The closed days that are still to come, and who retimed clocks."""
    if calendar is None:
        return {}
    today = _today(calendar)
    return {
        "country_form": CountryForm(initial={"country": calendar.country}),
        "closure_form": ClosureForm(),
        "works_by_form": WorksByForm(calendar, initial={"who": request.GET.get("who")}),
        "file_form": ClosedDaysFileForm(calendar.tz, today),
        "closures": calendar.closures.filter(on__gte=today),
        "retimings": Retiming.objects.of(calendar)[:A_LIST],
    }


def _today(calendar: WorkCalendar) -> date:
    return db_clock.now().astimezone(calendar.tz).date()


urls = [
    path("settings/hours/new/", new_calendar, name="new_calendar"),
    path("settings/hours/<int:pk>/", calendar, name="calendar"),
    path("settings/hours/<int:pk>/give/", give_hours, name="give_hours"),
    path("settings/hours/<int:pk>/observe/", observe, name="observe"),
    path("settings/hours/<int:pk>/close/", close_day, name="close_day"),
    path("settings/hours/<int:pk>/days-in-file/", days_in_file, name="days_in_file"),
    path("settings/hours/<int:pk>/close-days/", close_days, name="close_days"),
    path("settings/hours/<int:pk>/closed/<int:closure>/reopen/", reopen_day, name="reopen_day"),
]
