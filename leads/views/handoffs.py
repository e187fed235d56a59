"""What people do with a hand-off. Every view is one verb, and answers with the queue or the page it came from."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Role, check, may
from accounts.models import User
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import answer, back, toast, wants_part
from common.once import one_page
from leads.forms.day import (
    AttemptForm,
    ChecklistForm,
    DealForm,
    NextStepForm,
    PutOffForm,
    ReassignForm,
    ReturnForm,
)
from leads.models import Handoff, Lead, Opportunity, ReturnReason
from leads.models.attempt import Outcome
from leads.models.returns import Result
from leads.undo import undo, undoable
from leads.views.queue import queue_context

ASKED_OR_DONE = ["GET", "POST"]  # a verb with a form: GET shows it, POST does what it says


def found(request: HttpRequest, pk: int) -> Handoff:
    """The hand-off, if the reader may see it."""
    handoffs = Handoff.objects.visible_to(request.user).select_related("lead", "criteria", "owner")
    return get_object_or_404(handoffs, pk=pk)


def done(request: HttpRequest, lead: Lead, said: str, *, open_pk: int | None = None, undo: bool = True) -> HttpResponse:
    """Say what was done, with its undo; show the queue as it is now, or go back to the page it came from."""
    toast(request, said, undo=reverse("undo", args=[lead.pk]) if undo else "")
    if wants_part(request) and "/queue" in (request.htmx.current_url_abs_path or ""):
        with one_page():  # what was done is done: from here on nothing changes
            return render(request, "leads/_queue.html", queue_context(request.user, open_pk=open_pk))
    response = back(request, reverse("lead", args=[lead.pk]))
    if wants_part(request):
        response = HttpResponse(headers={"HX-Location": response.url})
    return response


def unfinished(request: HttpRequest, lead: Lead, form: forms.Form, title: str, submit: str) -> HttpResponse | None:
    """The form of a verb as long as it was not filled in well: in the dialog of the page that is open, or on a page of
    its own. None when what it says can be done.
    """
    if form.is_bound:
        return None if form.is_valid() else asked_again(request, lead, form, title, submit)
    context = {"lead": lead, "form": form, "title": title, "submit": submit}
    return answer(request, "leads/asked.html", context, part="leads/_asked.html")


def asked_again(request: HttpRequest, lead: Lead, form: forms.Form, title: str, submit: str = "Go on") -> HttpResponse:
    """The form once more with what is wrong in it; nothing was done, and what was typed is kept."""
    context = {"lead": lead, "form": form, "title": title, "submit": submit}
    response = answer(request, "leads/asked.html", context, part="leads/_asked_again.html", status=422)
    if wants_part(request) and request.htmx.trigger:
        response.headers["HX-Retarget"] = f"#{request.htmx.trigger}"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


@require_POST
@may("handoff.accept")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    handoff = found(request, pk)
    handoff.accept(by=request.user, at=db_clock.now())
    return done(request, handoff.lead, f"{handoff.lead} is yours.", open_pk=pk)


@require_POST
@may("handoff.take")
def take_next(request: HttpRequest) -> HttpResponse:
    """The most urgent of the pool becomes the reader's, and stands open for them to decide."""
    handoff = Handoff.objects.take_next(by=request.user, at=db_clock.now())
    return done(request, handoff.lead, f"{handoff.lead} is yours to decide.", open_pk=handoff.pk, undo=False)


@require_http_methods(ASKED_OR_DONE)
@may("handoff.return")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """GET lists the reasons, for readers without dialogs; POST returns the lead, or asks for the evidence."""
    handoff = found(request, pk)
    if request.method == "GET":
        reasons = ReturnReason.objects.filter(is_active=True)
        return render(request, "leads/return.html", {"handoff": handoff, "lead": handoff.lead, "reasons": reasons})
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return asked_again(request, handoff.lead, form, "Return")
    reason = form.cleaned_data["reason"]
    try:
        returned = handoff.send_back(
            reason,
            by=request.user,
            at=db_clock.now(),
            note=form.cleaned_data["note"],
            evidence=form.evidence,
            rating=form.cleaned_data["rating"],
        )
    except Incomplete as missing:
        form.for_reason(reason)
        form.add_error(None, str(missing))
        return asked_again(request, handoff.lead, form, f"Return: {reason.label.lower()}")
    said = f"{handoff.lead} returned: {returned.get_result_display().lower()}."
    return done(request, handoff.lead, said, undo=returned.result != Result.MERGE)


Make = Callable[[Handoff, QueryDict | None], forms.Form]
Act = Callable[[Handoff, forms.Form, User, datetime], str]


def _filled_in(
    request: HttpRequest, pk: int, verb: str, make: Make, act: Act, title: str, submit: str, *, undo: bool = True
) -> HttpResponse:
    """A verb with a form. GET asks; POST fills it in, does it and says it, with its undo if there is one."""
    handoff = found(request, pk)
    check(request.user, verb, handoff)
    form = make(handoff, request.POST if request.method == "POST" else None)
    if ask := unfinished(request, handoff.lead, form, title, submit):
        return ask
    said = act(handoff, form, request.user, db_clock.now())
    return done(request, handoff.lead, said, open_pk=pk, undo=undo)


@require_http_methods(ASKED_OR_DONE)
@may("attempt.log")
def log_attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """An attempt and its outcome; on an undecided hand-off it accepts as well. `?outcome=call_back` asks when alone."""

    def make(handoff: Handoff, sent: QueryDict | None) -> forms.Form:
        called_back = sent is None and request.GET.get("outcome") == Outcome.CALL_BACK
        return AttemptForm(sent).for_call_back() if called_back else AttemptForm(sent)

    def act(handoff: Handoff, form: forms.Form, by: User, at: datetime) -> str:
        attempt = form.log(handoff, by=by, at=at)
        return f"{attempt}: logged for {handoff.lead}."

    title = "Call back" if "outcome" in request.GET else "An e-mail, a meeting, a message, a call"
    return _filled_in(request, pk, "attempt.log", make, act, title, "Log it")


@require_http_methods(ASKED_OR_DONE)
@may("handoff.plan")
def plan_next(request: HttpRequest, pk: int) -> HttpResponse:
    def make(handoff: Handoff, sent: QueryDict | None) -> forms.Form:
        return NextStepForm(sent, initial={"step": handoff.next_step, "step_at": handoff.next_step_at})

    def act(handoff: Handoff, form: forms.Form, by: User, at: datetime) -> str:
        handoff.plan_next(step=form.cleaned_data["step"], when=form.cleaned_data["step_at"], by=by, at=at)
        return f"Next step with {handoff.lead}: {handoff.next_step}."

    return _filled_in(request, pk, "handoff.plan", make, act, "Next step", "Plan it", undo=False)


@require_http_methods(ASKED_OR_DONE)
@may("handoff.put_off")
def put_off(request: HttpRequest, pk: int) -> HttpResponse:
    """They asked for later, without an attempt of ours: by a letter, or to a colleague."""

    def make(handoff: Handoff, sent: QueryDict | None) -> forms.Form:
        return PutOffForm(sent)

    def act(handoff: Handoff, form: forms.Form, by: User, at: datetime) -> str:
        later = handoff.put_off(until=form.cleaned_data["until"], note=form.cleaned_data["note"], by=by, at=at)
        return f"{handoff.lead} asked for later, until {later.until_at.astimezone(by.tz):%-d %B}."

    return _filled_in(request, pk, "handoff.put_off", make, act, "They asked for later", "Until then")


@require_http_methods(ASKED_OR_DONE)
@may("handoff.qualify")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    def make(handoff: Handoff, sent: QueryDict | None) -> forms.Form:
        return ChecklistForm(handoff.criteria.checklist if handoff.criteria else [], sent)

    def act(handoff: Handoff, form: forms.Form, by: User, at: datetime) -> str:
        handoff.confirm(form.answers, by=by, at=at)
        return f"{handoff.lead} is an SQL."

    title = "Is it an SQL? The signed checklist"
    return _filled_in(request, pk, "handoff.qualify", make, act, title, "It is an SQL")


@require_http_methods(ASKED_OR_DONE)
@may("opportunity.open")
def open_deal(request: HttpRequest, pk: int) -> HttpResponse:
    def make(handoff: Handoff, sent: QueryDict | None) -> forms.Form:
        return DealForm(sent, typical=Opportunity.objects.typical_amount(handoff.lead))

    def act(handoff: Handoff, form: forms.Form, by: User, at: datetime) -> str:
        handoff.open_deal(**form.terms, rating=form.cleaned_data["rating"], by=by, at=at)
        return f"{handoff.lead} is an opportunity."

    return _filled_in(request, pk, "opportunity.open", make, act, "Open a deal", "Open the deal")


@require_http_methods(ASKED_OR_DONE)
@may("handoff.reassign")
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """The form offers who is here; who is away may be named all the same."""

    def make(handoff: Handoff, sent: QueryDict | None) -> forms.Form:
        reps = User.objects.with_role(Role.REP)
        return ReassignForm(reps.present(at=db_clock.now()) if sent is None else reps, sent)

    def act(handoff: Handoff, form: forms.Form, by: User, at: datetime) -> str:
        handoff.reassign(to=form.cleaned_data["to"], because=form.cleaned_data["because"], by=by, at=at)
        return f"{handoff.lead} went to {handoff.owner}."

    return _filled_in(request, pk, "handoff.reassign", make, act, "Give it to another", "Reassign", undo=False)


@require_POST
@may("handoff.reassign")
def reroute(request: HttpRequest, pk: int) -> HttpResponse:
    """Give on what waits too long, to whose turn it is."""
    handoff = found(request, pk)
    handoff.reroute(because="Waited too long", by=request.user, at=db_clock.now())
    return done(request, handoff.lead, f"{handoff.lead} went to {handoff.owner}.", open_pk=pk, undo=False)


@require_POST
@may("handoff.repair")
def finish_repair(request: HttpRequest, pk: int) -> HttpResponse:
    handoff = found(request, pk)
    handoff.finish_repair(by=request.user, at=db_clock.now())
    return done(request, handoff.lead, f"{handoff.lead} is back on top of {handoff.owner or 'the'} queue.", undo=False)


@require_POST
@may("handoff.accept")
def ask_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Who returned a lead wants it after all: they are passed over no longer."""
    handoff = found(request, pk)
    handoff.ask_back(by=request.user, at=db_clock.now())
    return done(request, handoff.lead, f"When {handoff.lead} is handed over again, it may come to you.", undo=False)


@require_POST
@may("move.undo")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the reader's latest move of this lead."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    at = db_clock.now()
    act = str(undoable(lead, by=request.user, at=at))
    undo(lead, by=request.user, at=at)
    handoff = lead.handoffs.open().first()
    return done(request, lead, f"Taken back: {act}.", open_pk=handoff and handoff.pk, undo=False)


urls = [
    path("handoffs/take-next/", take_next, name="take_next"),
    path("handoffs/<int:pk>/accept/", accept, name="accept"),
    path("handoffs/<int:pk>/return/", send_back, name="return"),
    path("handoffs/<int:pk>/attempt/", log_attempt, name="log_attempt"),
    path("handoffs/<int:pk>/put-off/", put_off, name="put_off"),
    path("handoffs/<int:pk>/next/", plan_next, name="plan_next"),
    path("handoffs/<int:pk>/qualify/", confirm, name="qualify"),
    path("handoffs/<int:pk>/deal/", open_deal, name="open_deal"),
    path("handoffs/<int:pk>/reassign/", reassign, name="reassign"),
    path("handoffs/<int:pk>/reroute/", reroute, name="reroute"),
    path("handoffs/<int:pk>/repaired/", finish_repair, name="finish_repair"),
    path("handoffs/<int:pk>/ask-back/", ask_back, name="ask_back"),
    path("leads/<int:pk>/undo/", take_back, name="undo"),
]
