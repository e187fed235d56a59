"""What both sides promise each other, in an agreement and in the goal of the quarter."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from campaigns.models import Traffic, Visits
from common.periods import month_of, quarter_of
from goals.models import Plan
from leads.models import Lead, Opportunity
from leads.models.opportunity import DealState
from sla.models import Agreement, ClauseRequest
from smarketing.demo.agenda import Process
from smarketing.demo.scene import Scene
from smarketing.demo.story import SCRIPT, ZONE, at

NEW_IN_AUTUMN = {
    "data_complete": {"target": Decimal("0.90"), "fields": ["title", "company", "employees"]},
    "requests_answered": {"within_days": 5, "target": Decimal("0.80")},
    "briefs_in_time": {"within_days": 5, "target": Decimal("0.80")},
}
TOO_MUCH = "95 % leaves no room for a day at a customer's. We can hold 85 %."
FASTER = "Six hours is good news. Could hot leads be called within 45 minutes then, for the same 80 %?"


def agree(scene: Scene) -> Process:
    """Theo proposes, Nora asks for a change, both sign, with four weeks of baseline; in autumn they sign anew.

    In the last days Nora offers to be faster, and Theo asks for as much of hot leads.
    """
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day(SCRIPT.agreement_declined), "10:30")
    first = Agreement.objects.draft_from(None, by=cast.theo, at=now)
    promised = {
        "first_attempt_attainment": {"share": Decimal("0.95")},
        "mqls_delivered": {"target": scene.mqls_a_month},
    }
    first.edit(by=cast.theo, promises=promised)
    first.propose(by=cast.theo, at=now)
    now = yield now.replace(hour=16)
    wish = ClauseRequest.objects.ask(first, TOO_MUCH, clause="first_attempt_attainment", by=cast.nora, at=now)
    first.decline(by=cast.nora, because="", at=now)
    now = yield at(year.working_day(SCRIPT.agreement_signed), "09:40")
    second = Agreement.objects.draft_from(first, by=cast.theo, at=now)
    second.edit(by=cast.theo, promises={"first_attempt_attainment": {"share": Decimal("0.85")}})
    wish.settle(by=cast.theo, at=now)
    yield from _sign(scene, second, now)
    now = yield at(year.working_day(SCRIPT.agreement_renewed), "09:40")
    third = Agreement.objects.draft_from(second, by=cast.nora, at=now)
    more = {"acceptance_rate": {"target": Decimal("0.82")}, "mqls_delivered": {"target": scene.mqls_a_month_in_autumn}}
    third.edit(by=cast.nora, promises=more | NEW_IN_AUTUMN, minor_changes=True)
    yield from _sign(scene, third, now)
    day = year.working_day_before(year.last_day, SCRIPT.fourth_agreement_proposed_before_the_end)
    now = yield at(day, "15:10")
    fourth = Agreement.objects.draft_from(third, by=cast.nora, at=now)
    fourth.edit(by=cast.nora, promises={"first_attempt_attainment": {"allowed": timedelta(hours=6)}})
    fourth.propose(by=cast.nora, at=now)
    fourth.sign(by=cast.nora, at=now)
    now = yield now.replace(hour=16)
    ClauseRequest.objects.ask(fourth, FASTER, clause="first_attempt_attainment_hot", by=cast.theo, at=now)


def _sign(scene: Scene, draft: Agreement, now: datetime) -> Process:
    draft.propose(by=scene.cast.theo, at=now)
    now = yield now.replace(hour=11)
    draft.sign(by=scene.cast.theo, at=now)
    now = yield now.replace(hour=14)
    draft.sign(by=scene.cast.nora, at=now)


def set_goal(scene: Scene) -> Process:
    """A week before the present quarter both sides sign what they want to win in it."""
    year, cast = scene.year, scene.cast
    quarter = quarter_of(year.until, ZONE.key)
    day = year.working_day_before(quarter.start_on, SCRIPT.plan_signed_before_quarter)
    now = yield at(day, "10:15")
    Traffic.objects.tell(_visits(now), by=cast.maya, at=now)
    plan = Plan.objects.draw_up(quarter.key, _goal(now), cast.office, by=cast.theo, at=now)
    plan.propose(by=cast.theo, at=now)
    now = yield now.replace(hour=15)
    plan.sign(by=cast.theo, at=now)
    now = yield at(year.working_day_before(quarter.start_on, SCRIPT.plan_signed_before_quarter - 1), "11:05")
    plan.sign(by=cast.nora, at=now)


def _visits(now: datetime) -> list[Visits]:
    """Of each month before the goal, as analytics would tell them: some forty visits for each lead."""
    leads = Lead.objects.annotate(month=TruncMonth("created_at", tzinfo=ZONE)).values_list("month").order_by("month")
    told = []
    for month, count in leads.annotate(count=Count("pk")):
        span = month_of(month, ZONE.key)
        if span.end <= now:
            told.append(Visits(span.start_on, span.last_on, count * (38 + 3 * (span.start_on.month % 4))))
    return told


def _goal(now: datetime) -> Decimal:
    """A quarter more than a quarter of the last half year brought, in tens of thousands: the summer in it was quiet."""
    won = Opportunity.objects.filter(state=DealState.WON, closed_at__gte=now - timedelta(days=182), closed_at__lt=now)
    half_year = won.aggregate(total=Sum("base_amount"))["total"] or Decimal(40_000)
    return Decimal(max(round(half_year * Decimal("0.62") / 10_000), 1) * 10_000)
