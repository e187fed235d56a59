"""One hand-off on one small page: accept, return, call. For who is signed in, and by a link for its recipient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from math import ceil

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allowed, may
from accounts.models import User
from accounts.models.calendar import calendar_of, hours_of
from common import clock as db_clock
from common.buckets import Buckets
from common.errors import Incomplete, NotAllowed, Refused
from common.htmx import toast
from common.worktime import working_time_between
from leads.forms.day import AttemptForm, ReturnForm
from leads.links import Done, Link, opened
from leads.models import Handoff, ReturnReason
from leads.views.handoffs import found

A_MINUTE = 30
visits = Buckets(A_MINUTE)

VERBS = ("accept", "attempt", "return")
# What a link carries must not be found by search engines, nor be kept by what lies between.
HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "same-origin"}


@require_GET
@may("handoff.accept")
def now(request: HttpRequest, pk: int) -> HttpResponse:
    """The small page of a hand-off for somebody who is signed in; its verbs are those of every other page."""
    handoff = found(request, pk)
    names = {"accept": "accept", "attempt": "log_attempt", "return": "return"}
    posts_to = {verb: reverse(name, args=[pk]) for verb, name in names.items()}
    return render(request, "leads/now.html", _context(handoff, request.user, posts_to, at=db_clock.now()))


def _context(handoff: Handoff, person: User, posts_to: dict[str, str], *, at: datetime) -> dict[str, object]:
    hours = hours_of(person) if calendar_of(person) else None
    return {
        "handoff": handoff,
        "lead": handoff.lead,
        "person": person,
        "left": working_time_between(at, handoff.due_at, hours) if hours and handoff.due_at else None,
        "posts_to": posts_to,
        "may_act": handoff.is_open and not handoff.repair_since and allowed(person, "handoff.accept", handoff),
        "may_reroute": handoff.is_open and bool(handoff.owner_id) and allowed(person, "handoff.reassign", handoff),
        "call_back_at": AttemptForm()["call_back_at"],
        "now": at,
    }


View = Callable[[HttpRequest, str, Link, datetime], HttpResponse]


def through_link(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open the link for the view, in its recipient's zone; one that is over is explained."""

    @login_not_required
    @wraps(view)
    def opening(request: HttpRequest, token: str) -> HttpResponse:
        response = _opened(request, token, view)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return opening


def _opened(request: HttpRequest, token: str, view: View) -> HttpResponse:
    at = db_clock.now()
    if wait := visits.take(get_client_ip_address(request)):
        return _explain(request, Refused(f"Too many tries. Wait {ceil(wait)} seconds."), status=429)
    try:
        link = opened(token, at=at)
        if request.user.is_authenticated and request.user != link.person:
            raise NotAllowed(f"This link is {link.person}’s, and you are signed in as {request.user}.")
        with timezone.override(link.person.tz):
            return view(request, token, link, at)
    except Refused as refusal:
        looks_again = isinstance(refusal, Done) and request.method != "POST"
        return _explain(request, refusal, status=200 if looks_again else refusal.status)


def _explain(request: HttpRequest, refusal: Refused, *, status: int) -> HttpResponse:
    handoff = getattr(refusal, "handoff", None)
    context = {"refusal": refusal, "way": reverse("now", args=[handoff.pk]) if handoff else reverse("queue")}
    return render(request, "leads/link_over.html", context, status=status)


def _posts_to(token: str) -> dict[str, str]:
    return {verb: reverse(f"{verb}_by_link", args=[token]) for verb in VERBS}


@require_GET
@through_link
def by_link(request: HttpRequest, token: str, link: Link, at: datetime) -> HttpResponse:
    context = _context(link.handoff, link.person, _posts_to(token), at=at)
    return render(request, "leads/now.html", context | {"by_link": True, "may_reroute": False})


@require_POST
@through_link
def accept_by_link(request: HttpRequest, token: str, link: Link, at: datetime) -> HttpResponse:
    with link.deed("accept", at=at):
        link.handoff.accept(by=link.person, at=at)
    toast(request, f"{link.handoff.lead} is yours.")
    return redirect("by_link", token)


@require_POST
@through_link
def attempt_by_link(request: HttpRequest, token: str, link: Link, at: datetime) -> HttpResponse:
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return _ask(request, link, token, form, "How did the call go?")
    with link.deed("attempt", at=at):
        form.log(link.handoff, by=link.person, at=at)
    return redirect("by_link", token)


@require_http_methods(["GET", "POST"])
@through_link
def return_by_link(request: HttpRequest, token: str, link: Link, at: datetime) -> HttpResponse:
    """GET lists the reasons; POST returns the lead, or asks for what the reason wants to know."""
    if request.method != "POST":
        context = {"lead": link.handoff.lead, "reasons": ReturnReason.objects.filter(is_active=True), "token": token}
        return render(request, "leads/return_by_link.html", context)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _ask(request, link, token, form, "Return")
    reason, note = form.cleaned_data["reason"], form.cleaned_data["note"]
    try:
        with link.deed("return", at=at):
            rating = form.cleaned_data["rating"]
            link.handoff.send_back(reason, by=link.person, at=at, note=note, evidence=form.evidence, rating=rating)
    except Incomplete as missing:
        form.for_reason(reason)
        form.add_error(None, str(missing))
        return _ask(request, link, token, form, f"Return: {reason.label.lower()}")
    return redirect("by_link", token)


def _ask(request: HttpRequest, link: Link, token: str, form: AttemptForm | ReturnForm, title: str) -> HttpResponse:
    context = {"lead": link.handoff.lead, "form": form, "title": title, "token": token}
    return render(request, "leads/asked_by_link.html", context, status=422)


urls = [
    path("handoffs/<int:pk>/now/", now, name="now"),
    path("now/<str:token>/", by_link, name="by_link"),
    path("now/<str:token>/accept/", accept_by_link, name="accept_by_link"),
    path("now/<str:token>/attempt/", attempt_by_link, name="attempt_by_link"),
    path("now/<str:token>/return/", return_by_link, name="return_by_link"),
]
