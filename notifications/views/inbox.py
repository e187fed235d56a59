"""The inbox: what a person was told, and what waits for their working hours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from notifications.kinds import kinds
from notifications.models import Delivery, Notice
from notifications.words import in_words

A_PAGE = 30


@require_safe
@may("notice.read")
def notifications(request: HttpRequest) -> HttpResponse:
    """One page of notices, the newest first; `kind` and `unread` narrow it, `before` goes on where a page ended."""
    mine = Notice.objects.visible_to(request.user)
    shown = mine.narrowed(kind=request.GET.get("kind", ""), unread="unread" in request.GET)
    page = list(shown.before(request.GET.get("before", ""))[: A_PAGE + 1])
    waiting = Delivery.objects.waiting_for(request.user, at=db_clock.now())
    context = {
        "notices": in_words(page[:A_PAGE]),
        "older": page[A_PAGE - 1].pk if len(page) > A_PAGE else None,
        "waiting": in_words(waiting[:A_PAGE]),
        "unread": mine.unread().count(),
        "kinds": kinds(),
        "chosen": {"kind": request.GET.get("kind", ""), "unread": "unread" in request.GET},
    }
    return render(request, "notifications/inbox.html", context)


@require_POST
@may("notice.read")
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    notice.read(by=request.user, at=db_clock.now())
    link = in_words([notice])[0].link
    return redirect(link or "notifications")


@require_POST
@may("notice.read")
def read_all(request: HttpRequest) -> HttpResponse:
    Notice.objects.read_all(by=request.user, at=db_clock.now())
    toast(request, "All read.")
    return redirect("notifications")
