"""Goals: the plan that counts, what it takes, how it goes; and drafts, reckoned anew with every change."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import retarget

from accounts.access import allowed, may
from accounts.models import User
from agreements.signing import signing_context
from common import clock as db_clock
from common.htmx import toast
from common.once import one_page
from goals import picture, trying
from goals.beginning import begins
from goals.doubting import what_would_have_to_be_true
from goals.forms.plans import NewPlanForm, PlanForm
from goals.models import Plan
from goals.progress import revenue_chart
from goals.standing import standing


@require_safe
@may("read")
def goals(request: HttpRequest) -> HttpResponse:
    """The plan in force today, or else what is being planned, or how to begin."""
    at = db_clock.now()
    plans = Plan.objects.visible_to(request.user)
    shown = plans.for_day(at.astimezone(request.user.tz).date()) or plans.unsettled().first() or plans.latest()
    if shown is None:
        return render(request, "goals/empty.html")
    return _page(request, shown, at)


@require_safe
@may("read")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk), db_clock.now())


@require_http_methods(["GET", "POST"])
@may("plan.edit")
def new_plan(request: HttpRequest) -> HttpResponse:
    at = db_clock.now()
    form = NewPlanForm(request.POST or None, at=at, currency=settings.BASE_CURRENCY)
    if request.method == "POST" and form.is_valid():
        drawn = Plan.objects.draw_up(**form.cleaned_data, by=request.user, at=at)
        toast(request, f"The draft for {drawn.span} is there. Change what you assume, then propose it.")
        return redirect(drawn)
    return render(request, "goals/new_plan.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@may("plan.edit")
def reckon_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What other assumptions would take, for the page that is open; nothing is kept."""
    draft = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    form = PlanForm(request.GET, instance=draft)
    if not form.is_valid():
        return retarget(render(request, "goals/_mistakes.html", {"form": form}, status=422), "#doubts")
    return render(request, "goals/_reckoned.html", {"in_place": True} | _reckoned(draft, db_clock.now()))


@require_safe
@may("read")
def what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan beside variants of it, as the address says them; nothing is kept until one is taken over."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    at = db_clock.now()
    shown = trying.variants(plan, request.GET, at=at)
    wrong = [each for each in shown if each.form and each.form.errors]
    context = {
        "plan": plan,
        "variants": shown,
        "inputs": trying.inputs(shown),
        "rows": trying.outcome(shown),
        "judged_at": plan.judged_at(at),
        "wrong": wrong,
    }
    return render(request, "goals/what_if.html", context, status=422 if wrong else 200)


@require_POST
@may("plan.edit")
def edit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the assumptions of a draft; asked to calculate only, show what they come to and keep nothing."""
    draft = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    form = PlanForm(request.POST, instance=Plan.objects.with_terms().get(pk=pk))
    if not form.is_valid() or "calculate" in request.POST:
        return _page(request, draft, db_clock.now(), form=form)
    draft.edit(by=request.user, at=db_clock.now(), **form.cleaned_data)
    toast(request, "The draft is saved.")
    return redirect(draft)


@require_POST
@may("plan.propose")
def propose_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what stands in the form, so that nothing else is proposed than what was seen, and ask both sides to sign."""
    draft = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    form = PlanForm(request.POST, instance=Plan.objects.with_terms().get(pk=pk))
    if not form.is_valid():
        return _page(request, draft, db_clock.now(), form=form)
    at = db_clock.now()
    with transaction.atomic():
        draft.edit(by=request.user, at=at, **form.cleaned_data)
        draft.propose(by=request.user, at=at)
    toast(request, f"{draft} waits for both signatures.")
    return redirect(draft)


@require_POST
@may("plan.edit")
def revise_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the next version of a plan, from the assumptions of this one."""
    old = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    new = Plan.objects.draft_from(old, by=request.user, at=db_clock.now())
    toast(request, f"Version {new.revision.number} is a draft. {old} counts until both sides have signed it.")
    return redirect(new)


@require_POST
@may("plan.propose")
def withdraw_plan(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    plan.withdraw(by=request.user, at=db_clock.now())
    toast(request, f"{plan}, version {plan.revision.number}, is taken back.")
    return redirect("goals")


@one_page()
def _page(request: HttpRequest, shown: Plan, at: datetime, form: PlanForm | None = None) -> HttpResponse:
    tried = form is not None and form.is_valid()
    if form is None and shown.is_draft and allowed(request.user, "plan.edit"):
        form = PlanForm(instance=Plan.objects.with_terms().get(pk=shown.pk))
    reckoned = _reckoned(form.instance if tried else shown, at)
    context = {
        "form": form,
        "form_rows": form and [(row, form[row.name]) for row in reckoned["rows"] if row.name != "visit_to_lead"],
        "tried": tried,
        "others": Plan.objects.visible_to(request.user).beside(shown),
    }
    status = 422 if form and form.errors else 200
    return render(request, "goals/plan.html", reckoned | context | _standing(request.user, shown, at), status=status)


def _reckoned(plan: Plan, at: datetime) -> dict[str, Any]:
    """What the assumptions come to: the chain, what stands against them, the sentences."""
    return {
        "plan": plan,
        "steps": picture.chain(plan),
        "rows": picture.assumptions(plan),
        "lags_note": picture.lags_note(plan),
        "doubts": plan.doubts(at=at),
        "needed": what_would_have_to_be_true(plan, at=at),
        "hours": picture.hours(plan),
        "segments": picture.segments(plan),
        "by_own_rates": picture.by_own_rates(plan),
        "sentences": plan.revision.text.splitlines() or plan.sentences(),
        "targets": picture.targets(plan),
        "begins": begins(plan, at=at),
        "now": at,
    }


def _standing(user: User, plan: Plan, at: datetime) -> dict[str, Any]:
    """Who has signed it and who has yet to, and how it goes while it counts."""
    signing = {} if plan.is_draft else signing_context(plan.revision, user)
    if plan.counts:
        going = standing(plan, at=at)
        signing |= going | {
            "chart": revenue_chart(going["outlook"], going["going"]),
            "sees_quotas": allowed(user, "scorecard.by_rep"),
        }
    return signing
