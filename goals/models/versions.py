"""The versions of plans: found by their period and by where they stand, and begun as drafts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction

from accounts.access import Role, check
from accounts.models import User, WorkCalendar
from agreements.models import COMING, Revision, State
from common import periods
from common.errors import Incomplete, Refused
from common.periods import Period
from goals.drafting import first_terms, kept
from goals.history import measure, months_to_customer, pipeline

if TYPE_CHECKING:
    from goals.models.plan import Plan

PREFIX = "plan:"
A_LIST = 12
CHANGES = (
    "revenue", "marketing_share", "average_deal", "win_rate", "sal_to_opportunity", "acceptance", "lead_to_mql",
    "visit_to_lead", "lead_to_mql_days", "mql_to_sal_days", "sal_to_opportunity_days", "opportunity_to_customer_days",
    "open_opportunities", "reps", "weekly_hours", "attempts_per_mql", "minutes_per_attempt", "minutes_per_meeting",
)  # fmt: skip


class PlanQuerySet(models.QuerySet["Plan"]):
    """Plans, found by their period and by where they stand."""

    def visible_to(self, user: User) -> Self:
        """Both sides read every plan."""
        return self

    def with_terms(self) -> Self:
        """With all that a page reads of a plan."""
        people = ("revision__created_by", "revision__proposed_by", "revision__declined_by")
        return self.select_related("revision", "calendar", *people)

    def in_force(self) -> Self:
        return self.filter(revision__state=State.IN_FORCE)

    def for_day(self, on: date) -> Plan | None:
        """The plan in force for a day; of several the one with the shortest period."""
        counting = self.select_related("revision", "calendar").in_force()
        running = [plan for plan in counting if plan.span.start_on <= on <= plan.span.last_on]
        return min(running, key=lambda plan: len(plan.span.days()), default=None)

    def latest(self) -> Plan | None:
        """The newest plan that was not given up, whatever its period."""
        return self._standing().order_by("-revision__created_at", "-pk").first()

    def beside(self, plan: Plan) -> Self:
        """The other plans and versions to look at, the newest first."""
        return self._standing().exclude(pk=plan.pk).order_by("-revision__created_at", "-pk")[:A_LIST]

    def _standing(self) -> Self:
        return self.with_terms().exclude(revision__state__in=[State.WITHDRAWN, State.DECLINED])

    def unsettled(self) -> Self:
        """Drafts, proposals and what was signed for later, the newest first."""
        return self.with_terms().filter(revision__state__in=COMING).order_by("-revision__created_at", "-pk")

    @transaction.atomic
    def draw_up(self, period: str, revenue: Decimal, calendar: WorkCalendar, *, by: User, at: datetime) -> Plan:
        """Open a draft for a period, with our own history for its assumptions where there is enough of it.

        Raises Incomplete for a period that is none or is over, Refused while a draft for it is open.
        """
        check(by, "plan.edit")
        span = _period(period, calendar)
        if span.end <= at:
            raise Incomplete(f"{span} is over. Plan one that is still to come.", "period")
        known = measure(at=at, zone=calendar.zone)
        return self._open(
            period,
            by=by,
            at=at,
            revenue=revenue,
            calendar=calendar,
            currency=settings.BASE_CURRENCY,
            history=kept(known, months_to_customer(at=at)),
            open_opportunities=pipeline(span),
            reps=User.objects.with_role(Role.REP).count() or 1,
            **first_terms(known),
        )

    @transaction.atomic
    def draft_from(self, plan: Plan, *, by: User, at: datetime) -> Plan:
        """Open the next version of a plan: its own assumptions, beside what our history says today."""
        check(by, "plan.edit")
        terms = {name: getattr(plan, name) for name in ("calendar", "currency", "segments", *CHANGES)}
        history = kept(measure(at=at, zone=plan.calendar.zone), months_to_customer(at=at))
        return self._open(plan.period, by=by, at=at, history=history, **terms)

    def take_effect(self, *, at: datetime) -> int:
        """Put the signed plans in force whose day has come; return how many."""
        due = Revision.objects.filter(document__startswith=PREFIX).due(at=at)
        return sum(plan.take_effect(at=at) for plan in self.with_terms().filter(revision__in=due))

    def _open(self, period: str, *, by: User, at: datetime, **terms: Any) -> Plan:
        document = PREFIX + period
        if Revision.objects.of(document).filter(state=State.DRAFT).exists():
            raise Refused("There is a draft for this period already; change that one.")
        plan = self.model(revision=Revision.objects.draft(document, by=by, at=at), period=period, **terms)
        plan.full_clean()
        plan.save()
        return plan


def _period(key: str, calendar: WorkCalendar) -> Period:
    try:
        return periods.parse(key, calendar.zone)
    except ValueError as error:
        raise Incomplete(str(error), "period") from error
