"""One meeting: its page, and what is written while it lasts."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.access import may
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast, wants_part
from meetings import pack
from meetings.forms.meetings import ActionForm, AgendaForm, DecisionForm, MinutesForm
from meetings.links import linked
from meetings.models import Meeting, Overwritten
from meetings.reading import read


@require_safe
@may("read")
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Before the meeting as everything stands now; from its opening on as it was frozen."""
    return _page(request, _meeting(request, pk), db_clock.now())


@require_POST
@may("meeting.open")
def open_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    found = _meeting(request, pk)
    found.open(by=request.user, at=db_clock.now())
    toast(request, "The meeting is open. Its page stays as it is now.")
    return redirect(found)


@require_POST
@may("meeting.open")
def close_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    found = _meeting(request, pk)
    following = found.close(by=request.user, at=db_clock.now())
    toast(request, f"Closed. The next one is on {following}; what is open goes there.")
    return redirect(found)


@require_POST
@may("meeting.plan")
def skip_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    following = _meeting(request, pk).skip(by=request.user, at=db_clock.now())
    toast(request, f"It does not take place. Its agenda goes to {following}.")
    return redirect("meetings")


@require_POST
@may("meeting.minute")
def save_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what was typed; if somebody saved meanwhile, show theirs beside it and save nothing."""
    found, at = _meeting(request, pk), db_clock.now()
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return _page(request, found, at, minutes=form, status=422)
    typed = form.cleaned_data
    try:
        found.write_minutes(typed["minutes"], version=typed["version"], by=request.user, at=at)
    except Overwritten as refusal:
        return _overwritten(request, _meeting(request, pk), at, typed=typed["minutes"], refusal=refusal)
    if wants_part(request):
        return render(request, "meetings/_saved.html", {"meeting": found, "now": at})
    toast(request, "The minutes are saved.")
    return redirect(found)


def _overwritten(
    request: HttpRequest, theirs: Meeting, at: datetime, *, typed: str, refusal: Overwritten
) -> HttpResponse:
    context = {"meeting": theirs, "typed": typed, "refusal": refusal, "now": at}
    if wants_part(request):
        part = render(request, "meetings/_minutes.html", context, status=refusal.status)
        return reswap(retarget(part, "#minutes"), "outerHTML")
    return _page(request, theirs, at, typed=typed, refusal=refusal, status=refusal.status)


@require_POST
@may("meeting.minute")
def add_decision(request: HttpRequest, pk: int) -> HttpResponse:
    found, at = _meeting(request, pk), db_clock.now()
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _decisions(request, found, at, form, status=422)
    found.decide(**form.cleaned_data, by=request.user, at=at)
    return _decisions(request, found, at, DecisionForm()) if wants_part(request) else redirect(found)


@require_POST
@may("action.add")
def add_action(request: HttpRequest, pk: int) -> HttpResponse:
    found, at = _meeting(request, pk), db_clock.now()
    form = ActionForm(found, request.user, request.POST)
    if not form.is_valid() or not _give(found, form, request, at):
        return _tasks(request, found, at, form, status=422)
    return _tasks(request, found, at, ActionForm(found, request.user)) if wants_part(request) else redirect(found)


def _give(found: Meeting, form: ActionForm, request: HttpRequest, at: datetime) -> bool:
    try:
        found.give(**form.cleaned_data, by=request.user, at=at)
    except Incomplete as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    return True


def _decisions(
    request: HttpRequest, found: Meeting, at: datetime, form: DecisionForm, status: int = 200
) -> HttpResponse:
    if not wants_part(request):
        return _page(request, found, at, decision_form=form, status=status)
    context = {"meeting": found, "decisions": found.decisions.select_related("by"), "decision_form": form, "now": at}
    return render(request, "meetings/_decisions.html", context, status=status)


def _tasks(request: HttpRequest, found: Meeting, at: datetime, form: ActionForm, status: int = 200) -> HttpResponse:
    if not wants_part(request):
        return _page(request, found, at, action_form=form, status=status)
    context = {"meeting": found, "given": found.actions.with_people(), "action_form": form, "now": at}
    return render(request, "meetings/_tasks.html", context, status=status)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).with_people(), pk=pk)


def _page(request: HttpRequest, found: Meeting, at: datetime, status: int = 200, **more: Any) -> HttpResponse:
    prepared = found.pack or (None if found.is_over else pack.prepare(found, at=at))
    context = {
        "meeting": found,
        "pack": prepared and read(prepared),
        "agenda": linked(found.agenda.select_related("added_by")),
        "agenda_form": AgendaForm(),
        "decisions": found.decisions.select_related("by"),
        "decision_form": DecisionForm(),
        "given": found.actions.with_people(),
        "action_form": ActionForm(found, request.user),
        "now": at,
    }
    return render(request, "meetings/meeting.html", context | more, status=status)
