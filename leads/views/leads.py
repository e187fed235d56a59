"""The leads: the list that anyone can search, one lead whole, and what is done to it outside a hand-off."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access
from accounts.access import may
from accounts.models import User
from common import clock as db_clock
from common.htmx import answer, toast
from common.keyset import newest_first, without_page
from leads import promotion
from leads.forms.facts import LeadFacts
from leads.forms.find import FindLeads
from leads.forms.lead import NewLeadForm, NoteForm, NurtureForm, RestoreForm, ScoreDay
from leads.intake import receive
from leads.lifecycle import CUSTOMER, DISQUALIFIED, LEAD, LOST, PATH, RECYCLED, Stage
from leads.models import Handoff, HandoffReturn, Lead
from leads.one_lead import episodes_of, handoffs_of, lead_shown_to, returns_of
from leads.reading import explain_now, explain_then, lines
from leads.timeline import timeline
from leads.undo import undoable
from leads.views.queue import decision_context
from notifications.threads import thread_on

LISTED = (
    "first_name", "last_name", "email", "title", "stage", "source", "created_at",
    "company__name", "owner__name", "owner__email", "score__total", "score__grade",
)  # fmt: skip


@require_GET
@may("read")
def leads(request: HttpRequest) -> HttpResponse:
    form = FindLeads(request.GET)
    rows = form.found(Lead.objects.visible_to(request.user)).select_related("company", "owner", "score").only(*LISTED)
    page = newest_first(rows, "created_at", cursor=request.GET.get("older", ""))
    context = {"form": form, "page": page, "query": without_page(request.GET)}
    return answer(request, "leads/leads.html", context, part="leads/_leads.html")


@require_GET
@may("read")
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    found = lead_shown_to(request.user, pk)
    return render(request, "leads/lead.html", lead_context(found, request, db_clock.now()))


@require_GET
@may("read")
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead's score at the end of a past day, under the definition of that day."""
    shown, form, now = _found(request, pk), ScoreDay(request.GET or None), db_clock.now()
    at = min(form.ends_at(request.user), now) if form.is_valid() else None
    explained = at and explain_then(shown, at=at)
    context = {"lead": shown, "score_day": form, "at": at, "explained": explained}
    status = 422 if form.errors else 200
    return answer(request, "leads/score.html", context, part="leads/_score_then.html", status=status)


@require_GET
@may("read")
def today(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead's points as they stand now and what would make it an MQL; beside the queue in short."""
    found, at = lead_shown_to(request.user, pk), db_clock.now()
    context = {"lead": found, "now": at, "explained": explain_now(found, at=at)}
    return answer(request, "leads/today.html", context, part="leads/_today.html")


def lead_context(lead: Lead, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Everything the lead's page shows; with an open hand-off also what can be done with that."""
    handoffs = handoffs_of(lead)
    deals = list(lead.opportunities.select_related("owner", "company").order_by("-opened_at"))
    handoff = next((each for each in handoffs if each.is_open), None)
    deal = next((each for each in reversed(deals) if each.is_open), None)
    can_lead = {verb for verb in LEAD_VERBS if access.allowed(request.user, verb, lead)}
    return {
        "lead": lead,
        "now": at,
        "path": path_of(lead),
        "history": timeline(lead),
        "explained": explain_now(lead, at=at),
        "score_day": ScoreDay(),
        "handoffs": [(each, lines(each.ledger)) for each in handoffs],
        "deals": deals,
        "thread": thread_on(lead),
        "undoable": undoable(lead, by=request.user, at=at),
        "to_ask_back": to_ask_back(lead, request.user),
        "can_lead": can_lead,
        "deal": deal,
        "can_deal": {"close"} if deal and access.allowed(request.user, "opportunity.close", deal) else set(),
        **(decision_context(handoff, deal, request.user) if handoff else {}),
        **_forms(lead, can_lead),
    }


LEAD_VERBS = ("lead.edit", "lead.nurture", "lead.qualify_by_hand", "lead.opt_out", "lead.restore", "lead.merge")


def to_ask_back(lead: Lead, user: User) -> Handoff | None:
    """The hand-off that this person returned, and because of which the lead is not given to them again."""
    if lead.owner_id == user.pk or not returns_of(lead):
        return None
    theirs = HandoffReturn.objects.passing_over().returned_by(user).filter(handoff__lead=lead)
    returned = theirs.select_related("handoff").order_by("-at").first()
    return returned and returned.handoff


def _forms(lead: Lead, can_lead: set[str]) -> dict[str, Any]:
    """Empty forms for what can be done to the lead where it stands."""
    return {
        "qualify_form": NoteForm() if lead.stage in (LEAD, RECYCLED, LOST) else None,
        "restore_form": RestoreForm(lead) if lead.stage in (LOST, DISQUALIFIED, CUSTOMER) else None,
        "nurture_form": NurtureForm(lead) if lead.stage == RECYCLED else None,
    }


def path_of(lead: Lead) -> list[dict[str, Any]]:
    """The stages of the path with the moment each was reached in the present episode."""
    episode = next((each for each in episodes_of(lead) if each.number == lead.episode), None)
    reached = {stage: getattr(episode, f"{stage}_at", None) for stage in PATH}
    steps = [
        {"label": Stage(stage).label, "at": reached[stage], "state": "done" if reached[stage] else ""} for stage in PATH
    ]
    if lead.stage in PATH:
        steps[PATH.index(lead.stage)]["state"] = "now"
        return steps
    return [*steps, {"label": lead.get_stage_display(), "at": lead.stage_at, "state": "now off"}]


def _found(request: HttpRequest, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


def _refused_form(request: HttpRequest, lead: Lead, **forms: Any) -> HttpResponse:
    """The lead's page again with what is wrong in a form; nothing was done."""
    context = lead_context(lead, request, db_clock.now()) | forms | {"opened": next(iter(forms))}
    return render(request, "leads/lead.html", context, status=422)


@require_http_methods(["GET", "POST"])
@may("lead.receive")
def new_lead(request: HttpRequest) -> HttpResponse:
    """Add one person by hand; a known e-mail address opens and completes the lead there is."""
    form = NewLeadForm(request.POST or None)
    if not form.is_valid():
        return render(request, "leads/new_lead.html", {"form": form}, status=422 if form.is_bound else 200)
    lead = receive(form.facts, by=request.user, at=db_clock.now())
    toast(request, f"{lead} is here; the score follows in a moment.")
    return redirect("lead", lead.pk)


@require_http_methods(["GET", "POST"])
@may("lead.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _found(request, pk)
    access.check(request.user, "lead.edit", lead)
    form = LeadFacts(lead, request.POST or None)
    if not form.is_valid():
        context = {"form": form, "lead": Lead.objects.get(pk=pk)}
        return render(request, "leads/edit_lead.html", context, status=422 if form.is_bound else 200)
    lead.edit(form.changes, by=request.user, at=db_clock.now())
    toast(request, f"{lead} saved; the score follows in a moment.")
    return redirect("lead", pk)


@require_POST
@may("lead.qualify_by_hand")
def qualify_by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _found(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused_form(request, lead, qualify_form=form)
    promotion.qualify_by_hand(lead, note=form.cleaned_data["note"], by=request.user, at=db_clock.now())
    toast(request, f"{lead} is handed to sales.")
    return redirect("lead", pk)


@require_POST
@may("lead.opt_out")
def opt_out(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _found(request, pk)
    lead.opt_out(by=request.user, at=db_clock.now())
    toast(request, f"{lead} has opted out: attempts and clocks have stopped.")
    return redirect("lead", pk)


@require_POST
@may("lead.restore")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _found(request, pk)
    form = RestoreForm(lead, request.POST)
    if not form.is_valid():
        return _refused_form(request, lead, restore_form=form)
    lead.restore(**form.cleaned_data, by=request.user, at=db_clock.now())
    toast(request, f"{lead} is at {lead.get_stage_display()} again.")
    return redirect("lead", pk)


@require_POST
@may("lead.nurture")
def plan_nurture(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _found(request, pk)
    form = NurtureForm(lead, request.POST)
    if not form.is_valid():
        return _refused_form(request, lead, nurture_form=form)
    lead.plan_nurture(**form.cleaned_data, by=request.user, at=db_clock.now())
    toast(request, f"{lead} has a plan.")
    return redirect("lead", pk)


urls = [
    path("leads/", leads, name="leads"),
    path("leads/new/", new_lead, name="new_lead"),
    path("leads/<int:pk>/", lead, name="lead"),
    path("leads/<int:pk>/score/", score, name="score"),
    path("leads/<int:pk>/score/today/", today, name="score_today"),
    path("leads/<int:pk>/edit/", edit, name="edit_lead"),
    path("leads/<int:pk>/qualify/", qualify_by_hand, name="qualify_by_hand"),
    path("leads/<int:pk>/opt-out/", opt_out, name="opt_out"),
    path("leads/<int:pk>/restore/", restore, name="restore_lead"),
    path("leads/<int:pk>/plan/", plan_nurture, name="plan_nurture"),
]
