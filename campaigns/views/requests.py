"""Content requests: what is missing, asked by whoever misses it, and marketing's answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import F, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allowed, may
from agreements.models import Persona
from campaigns.forms.requests import AskBackForm, AskForm, DeclineForm, DeliverForm, FindRequests, ReplyForm
from campaigns.models import ContentRequest
from campaigns.steps import STEPS
from common import clock as db_clock
from common.htmx import back, id_in, toast
from notifications.things import visible_thing

SHOWN = 100
TABS = {"waiting": "Waiting", "mine": "Asked by you", "done": "Answered"}
FORMS = {"deliver": DeliverForm, "ask_back": AskBackForm, "decline": DeclineForm, "reply": ReplyForm}


@require_GET
@may("read")
def content_requests(request: HttpRequest) -> HttpResponse:
    """What waits, the first due first; `show` asks for one's own, or for what is over."""
    show, form = request.GET.get("show", "waiting"), FindRequests(request.GET)
    every = ContentRequest.objects.visible_to(request.user).with_people()
    chosen = {
        "waiting": every.open().order_by(F("due_at").asc(nulls_last=True), "asked_at", "pk"),
        "mine": every.filter(asked_by=request.user).order_by("-asked_at", "-pk"),
        "done": every.exclude(pk__in=ContentRequest.objects.open()).order_by("-changed_at", "-pk"),
    }
    show = show if show in chosen else "waiting"
    rows = list(form.found(chosen[show])[: SHOWN + 1])
    context = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN, "tabs": TABS.items(), "show": show, "form": form}
    return render(request, "campaigns/requests.html", context | {"now": db_clock.now()})


@require_http_methods(["GET", "POST"])
@may("request.ask")
def new_request(request: HttpRequest) -> HttpResponse:
    """Ask marketing; `about` names the lead or whatever else it is for."""
    about = _about(request)
    initial = {"persona": about.pk if isinstance(about, Persona) else None}
    form = AskForm(request.POST or None, initial=initial)
    if not form.is_valid():
        context = {"form": form, "about": about}
        return render(request, "campaigns/new_request.html", context, status=422 if form.errors else 200)
    asked = ContentRequest.objects.ask(**form.cleaned_data, about=about, by=request.user, at=db_clock.now())
    toast(request, "Marketing is told.")
    return redirect(asked)


@require_GET
@may("read")
def content_request(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _request(request, pk))


@require_POST
@may("request.answer")
def accept_request(request: HttpRequest, pk: int) -> HttpResponse:
    found = _request(request, pk)
    found.accept(by=request.user, at=db_clock.now())
    return _done(request, found, f"“{found}” is yours.")


@require_POST
@may("request.answer")
def deliver_request(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, DeliverForm, "deliver", lambda asked: f"{asked.asked_by} is told where it is.")


@require_POST
@may("request.answer")
def ask_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, AskBackForm, "ask_back", lambda asked: f"{asked.asked_by} is asked. No answer is due.")


@require_POST
@may("request.answer")
def decline_request(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, DeclineForm, "decline", lambda asked: f"{asked.asked_by} is told why not.")


@require_POST
@may("request.reply")
def reply_to_request(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, ReplyForm, "reply", lambda asked: "Marketing is told.")


@require_POST
@may("request.withdraw")
def withdraw_request(request: HttpRequest, pk: int) -> HttpResponse:
    found = _request(request, pk)
    found.withdraw(by=request.user, at=db_clock.now())
    return _done(request, found, f"“{found}” is withdrawn.")


@require_POST
@may("request.ask")
def undo_request(request: HttpRequest, pk: int) -> HttpResponse:
    found = _request(request, pk)
    found.undo(by=request.user, at=db_clock.now())
    toast(request, "Taken back.")
    return back(request, found.get_absolute_url())


def _answer(
    request: HttpRequest, pk: int, form_of: type[forms.Form], verb: str, said: Callable[[ContentRequest], str]
) -> HttpResponse:
    """Take a step that comes with words; a form with something wrong in it is shown again."""
    found, form = _request(request, pk), form_of(request.POST)
    if not form.is_valid():
        return _page(request, found, **{verb: form})
    getattr(found, verb)(**form.cleaned_data, by=request.user, at=db_clock.now())
    return _done(request, found, said(found))


def _done(request: HttpRequest, found: ContentRequest, said: str) -> HttpResponse:
    toast(request, said, undo=reverse("undo_request", args=[found.pk]))
    return redirect(found)


def _page(request: HttpRequest, found: ContentRequest, **asked_again: forms.Form) -> HttpResponse:
    at = db_clock.now()
    possible = {verb for verb, step in STEPS.items() if found.can(verb) and allowed(request.user, step.needs, found)}
    context: dict[str, Any] = {
        "asked": found,
        "now": at,
        "can": possible,
        "forms": {verb: asked_again.get(verb) or form() for verb, form in FORMS.items() if verb in possible},
        "history": found.events.select_related("by").order_by("pk"),
        "delivered": found.events.standing().filter(verb="deliver").order_by("pk").last(),
        "undoable": found.undoable(by=request.user, at=at),
    }
    return render(request, "campaigns/request.html", context, status=422 if asked_again else 200)


def _request(request: HttpRequest, pk: int) -> ContentRequest:
    return get_object_or_404(ContentRequest.objects.visible_to(request.user).with_people(), pk=pk)


def _about(request: HttpRequest) -> Model | None:
    """What `?about=` names, through its own door."""
    named = request.GET.get("about", "")
    if not named:
        return None
    kind, _, number = named.partition("-")
    thing = visible_thing(id_in(kind), id_in(number), request.user)
    if thing is None:
        raise Http404
    return thing


urls = [
    path("content/requests/", content_requests, name="content_requests"),
    path("content/requests/new/", new_request, name="new_request"),
    path("content/requests/<int:pk>/", content_request, name="content_request"),
    path("content/requests/<int:pk>/accept/", accept_request, name="accept_request"),
    path("content/requests/<int:pk>/deliver/", deliver_request, name="deliver_request"),
    path("content/requests/<int:pk>/ask-back/", ask_back, name="ask_back_request"),
    path("content/requests/<int:pk>/decline/", decline_request, name="decline_request"),
    path("content/requests/<int:pk>/reply/", reply_to_request, name="reply_to_request"),
    path("content/requests/<int:pk>/withdraw/", withdraw_request, name="withdraw_request"),
    path("content/requests/<int:pk>/undo/", undo_request, name="undo_request"),
]
