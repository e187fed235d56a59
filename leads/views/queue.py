"""The rep's day: what waits, most urgent first, and one hand-off open beside it."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts import access
from accounts.access import Role, may
from accounts.models import User
from accounts.models.calendar import hours_of
from common import clock as db_clock
from common.htmx import answer, wants_part
from common.once import once
from leads.lifecycle import SAL, SQL
from leads.models import Aside, Attempt, Handoff, HandoffReturn, Lead, Opportunity, PutOff, ReturnReason
from leads.models.attempt import Outcome
from leads.models.lead import Origin
from leads.models.returns import Result
from leads.one_lead import attempts_in, lead_shown_to, put_offs_of
from leads.reading import lines
from leads.rep_day import Day, plan_day
from leads.timeline import timeline
from leads.undo import undoable

SHOWN_AT_ONCE = 200
SHOWN = (
    "lead", "owner", "pool", "state", "made_at", "closed_at", "repair_since", "hot", "why", "fit", "engagement",
    "next_step", "next_step_at", "due_at", "due_for",
)  # fmt: skip


@require_GET
@may("handoff.accept")
def queue(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The whole day; `pk` opens that hand-off, else the first is open."""
    context = queue_context(request.user, open_pk=pk) | {
        "aside": Aside.objects.standing().filter(rep=request.user).first()
    }
    return answer(request, "leads/queue.html", context, part="leads/_queue.html")


@require_GET
@may("handoff.accept")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-off beside the list; without JavaScript the whole page with it open."""
    handoff = opened(request.user, pk)
    if not wants_part(request):
        return queue(request, pk)
    return render(request, "leads/_handoff.html", handoff_context(handoff, request.user, db_clock.now()))


# How the one before was returned is asked of the few that have one.
RELATED = ("owner", "criteria__revision", "campaign", "content")


@once
def opened(user: User, pk: int) -> Handoff:
    """A hand-off with what is shown of it. Raises Http404 where there is none."""
    handoff = get_object_or_404(Handoff.objects.visible_to(user).select_related(*RELATED), pk=pk)
    handoff.lead = lead_shown_to(user, handoff.lead_id)
    return handoff


def queue_context(user: User, *, open_pk: int | None = None) -> dict[str, Any]:
    """What the queue page shows to a person: their day, and the hand-off that is open."""
    at = db_clock.now()
    day = day_of(user, at)
    item = day.find(open_pk)
    context = {"day": day, "item": item, "now": at, "may_take": day.has_some_for(user), **month_so_far(user, at)}
    if item is None:
        return context
    return context | handoff_context(opened(user, item.handoff.pk), user, at)


def day_of(user: User, at: datetime) -> Day:
    """A person's day: their hand-offs, the leads that they found themselves, their open deals."""
    waiting, deals = handoffs_of(user), deals_of(user)
    name_leads([*waiting["handoffs"], *deals])
    return plan_day(
        **waiting,
        deals=deals,
        own=found_alone(user),
        at=at,
        zone=user.tz,
        hours=hours_of(user) if user.calendar_id or user.team_id else None,
    )


def waiting_for(user: User, at: datetime) -> int:
    """How many hand-offs want something from a person today: no deal does, and no lead that they found themselves."""
    return plan_day(**handoffs_of(user), at=at, zone=user.tz, hours=None).waiting


@once
def handoffs_of(user: User) -> dict[str, Any]:
    """A person's own open hand-offs and those of their pool that nobody owns, with what a row shows and no more, and
    what sorts them into the groups of a day. Two queries.

    Every page of a rep counts them, for the badge beside the queue: whose they are is left to `name_leads`.
    """
    mine = Q(owner=user) | Q(owner=None)
    if not user.has_role(Role.HEAD_OF_SALES):
        mine = Q(owner=user) | Q(owner=None, pool=user.team_id)
    repaired = HandoffReturn.objects.standing().filter(
        handoff=OuterRef("pk"), result=Result.REPAIR, repaired_at__isnull=False
    )
    asked = Case(When(outcome=Outcome.CALL_BACK, then="call_back_at"))
    call_back = Attempt.objects.standing().filter(handoff=OuterRef("pk")).order_by("-at", "-pk").values_list(asked)
    handoffs = list(
        Handoff.objects.visible_to(user)
        .open()
        .filter(mine)
        .only(*SHOWN)
        .annotate(was_repaired=Exists(repaired), call_back_at=Subquery(call_back[:1]))
        .order_by("due_at", "pk")[:SHOWN_AT_ONCE]
    )
    return {
        "handoffs": handoffs,
        "call_backs": {handoff.pk: handoff.call_back_at for handoff in handoffs if handoff.call_back_at},
        "repaired": {handoff.pk for handoff in handoffs if handoff.was_repaired},
        "put_offs": {each.handoff_id: each for each in PutOff.objects.lasting().filter(handoff__in=handoffs)},
    }


def deals_of(user: User) -> list[Opportunity]:
    """A person's open deals, those first that close first, with what a row shows and no more."""
    deals = Opportunity.objects.open().filter(owner=user).select_related("handoff")
    shown = deals.only("lead", "name", "amount", "currency", "estimated", "closes_on", "handoff__id")
    return list(shown.order_by("closes_on")[:SHOWN_AT_ONCE])


def name_leads(rows: list[Handoff | Opportunity]) -> None:
    """Let each row know its lead, with what tells who that is. One query.

    One that was merged with its double since the row was read goes by its number.
    """
    leads = Lead.objects.select_related("company").only(*Lead.IN_SHORT).in_bulk({row.lead_id for row in rows})
    for row in rows:
        row.lead = leads.get(row.lead_id) or Lead(pk=row.lead_id)


def found_alone(user: User) -> list[tuple[Lead, Attempt | None]]:
    """The leads that this person found and that have no deal yet, each with the latest attempt."""
    own = Lead.objects.filter(owner=user, origin=Origin.SALES, stage=SQL).select_related("company")
    own = own.only("stage_at", *Lead.IN_SHORT)
    leads = list(own.order_by("stage_at", "pk")[:SHOWN_AT_ONCE])
    if not leads:
        return []
    tried = Attempt.objects.standing().filter(lead__in=leads).order_by("lead_id", "-at", "-pk").distinct("lead")
    latest = {attempt.lead_id: attempt for attempt in tried}
    return [(lead, latest.get(lead.pk)) for lead in leads]


def month_so_far(user: User, at: datetime) -> dict[str, int]:
    """Of the hand-offs this person decided this month, how many they accepted."""
    start = at.astimezone(user.tz).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    decided = Handoff.objects.filter(owner=user, decided_at__gte=start)
    return decided.aggregate(decided_this_month=Count("pk"), accepted_this_month=Count("accepted_at"))


def handoff_context(handoff: Handoff, user: User, at: datetime) -> dict[str, Any]:
    """One hand-off, what led to it, and what this person may do with it."""
    lead = handoff.lead
    deal = Opportunity.objects.open().filter(lead=lead).first()
    return {
        "lead": lead,
        "deal": deal,
        "now": at,
        "history": timeline(lead, latest=8),
        "undoable": undoable(lead, by=user, at=at),
        **decision_context(handoff, deal, user),
    }


def decision_context(handoff: Handoff, deal: Opportunity | None, user: User) -> dict[str, Any]:
    """A hand-off with what it was made for, what comes next, and what of that this person may do."""
    attempts = attempts_in(handoff)
    lasting = (each for each in put_offs_of(handoff.lead) if each.handoff_id == handoff.pk and each.is_lasting)
    return {
        "handoff": handoff,
        "ledger": lines(handoff.ledger),
        "put_off": next(lasting, None),
        "attempts": len(attempts),
        "attempt_days": len({attempt.at.astimezone(user.tz).date() for attempt in attempts}),
        "can": {verb.split(".")[1] for verb in HANDOFF_VERBS if access.allowed(user, verb, handoff)},
        "reasons": ReturnReason.objects.filter(is_active=True),
        "to_confirm": handoff.is_accepted and handoff.lead.stage == SAL,
        "to_open_deal": handoff.is_accepted and not deal,
    }


HANDOFF_VERBS = (
    "handoff.accept",
    "handoff.return",
    "handoff.qualify",
    "handoff.plan",
    "handoff.put_off",
    "handoff.reassign",
    "handoff.repair",
)


urls = [
    path("queue/", queue, name="queue"),
    path("queue/<int:pk>/", detail, name="queue_item"),
]
