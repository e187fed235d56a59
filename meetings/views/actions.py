"""What was taken on in meetings: one's own, everybody's, and what is overdue."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allowed, may
from accounts.models import User
from common import clock as db_clock
from common.htmx import back, toast
from meetings.figures import readings
from meetings.models import Action
from meetings.reading import Moved, moved

SHOWN_DONE = 50
TABS = {"mine": "Mine", "all": "All", "overdue": "Overdue", "done": "Done"}


@require_safe
@may("read")
def actions(request: HttpRequest) -> HttpResponse:
    """One's own open actions; `show` asks for all, overdue or done."""
    at, show = db_clock.now(), request.GET.get("show", "mine")
    today = at.astimezone(request.user.tz).date()
    every = Action.objects.visible_to(request.user).with_people()
    chosen = {
        "mine": every.open().of(request.user),
        "all": every.open(),
        "overdue": every.overdue(on=today),
        "done": every.done(),
    }
    rows = chosen.get(show, chosen["mine"])
    ordered = rows.order_by("-closed_at")[:SHOWN_DONE] if show == "done" else rows.order_by("due_on", "pk")
    context = {
        "actions": _moved(ordered, request.user, at),
        "tabs": TABS.items(),
        "show": show if show in TABS else "mine",
        "today": today,
        "now": at,
    }
    return render(request, "meetings/actions.html", context)


@require_safe
@may("read")
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: how its number stands, and what people say about it."""
    at, found = db_clock.now(), _action(request, pk)
    [row] = _moved([found], request.user, at)
    today = at.astimezone(request.user.tz).date()
    return render(request, "meetings/action.html", {"action": found, "row": row, "today": today, "now": at})


@require_POST
@may("action.close")
def close_action(request: HttpRequest, pk: int) -> HttpResponse:
    action = _action(request, pk)
    action.close(by=request.user, at=db_clock.now())
    toast(request, f"Done: {action}", undo=reverse("reopen_action", args=[pk]))
    return back(request, reverse("actions"))


@require_POST
@may("action.close")
def reopen_action(request: HttpRequest, pk: int) -> HttpResponse:
    action = _action(request, pk)
    action.reopen(by=request.user, at=db_clock.now())
    toast(request, f"Still to be done: {action}")
    return back(request, reverse("actions"))


def _action(request: HttpRequest, pk: int) -> Action:
    return get_object_or_404(Action.objects.visible_to(request.user).with_people(), pk=pk)


def _moved(actions: Iterable[Action], reader: User, at: datetime) -> list[Moved]:
    """Each with how its number stands: over the last four weeks, or when it was closed."""
    actions = list(actions)
    zone = actions[0].meeting.series.zone if actions else "UTC"
    for action in actions:
        action.may_close = allowed(reader, "action.close", action)
    now = readings((action.metric for action in actions if action.is_open), at=at, zone=zone)
    return [
        moved(action, now[action.metric] if action.is_open else action.value_closed, is_open=action.is_open)
        for action in actions
    ]
