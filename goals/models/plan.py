"""Plans: what both sides want to reach in a period, and what they assume on the way there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.models import User, WorkCalendar
from agreements.models import State, TypedDocument
from common import metrics, periods
from common.errors import Incomplete
from common.hours import Hours
from common.periods import Period, between, local_day
from common.worktime import working_days_between
from goals import telling, wording
from goals.drafting import MONTHS
from goals.funnel import Assumptions, Lags, Needs, Staff, backwards, needed_by
from goals.history import LAGS, Measured
from goals.levers import Stand
from goals.models.target import Target
from goals.models.versions import PlanQuerySet
from goals.segments import Segment, blended, mistakes

DAY = timedelta(days=1)
REVENUE = "revenue_won_from_marketing"  # the figure a plan sets a goal for


def rate(name: str, **options: Any) -> models.DecimalField:
    """A share of 0 to 1."""
    return models.DecimalField(name, max_digits=7, decimal_places=6, **options)


class Plan(TypedDocument):
    """One version of the goal of a period; one-to-one with the revision that both sides sign.

    Money is in `currency`, rates and shares run from 0 to 1. `calendar` says which days are working
    days and where the period begins. `history` is what our own last year said when it was drafted.
    """

    period = models.CharField(max_length=24, help_text="Such as 2026-Q4.")
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="+", verbose_name="working days")
    currency = models.CharField(max_length=3)
    revenue = models.DecimalField("revenue target", max_digits=14, decimal_places=2)
    marketing_share = rate("marketing's share")
    average_deal = models.DecimalField(max_digits=14, decimal_places=2)
    win_rate = rate("opportunities won")
    sal_to_opportunity = rate("accepted leads that become deals")
    acceptance = rate("accepted by sales")
    lead_to_mql = rate("leads that qualify")
    visit_to_lead = rate("visits that leave their data", null=True, blank=True)
    lead_to_mql_days = models.PositiveSmallIntegerField("lead to MQL")
    mql_to_sal_days = models.PositiveSmallIntegerField("MQL to SAL")
    sal_to_opportunity_days = models.PositiveSmallIntegerField("SAL to opportunity")
    opportunity_to_customer_days = models.PositiveSmallIntegerField("opportunity to customer")
    open_opportunities = models.PositiveIntegerField(
        default=0, help_text="Open deals of marketing's leads that will be decided within the period."
    )
    reps = models.PositiveSmallIntegerField(default=1)
    weekly_hours = models.DecimalField(
        "hours a week", max_digits=4, decimal_places=1, default=12, help_text="That each rep has for new leads."
    )
    attempts_per_mql = models.DecimalField("attempts an MQL", max_digits=4, decimal_places=1, default=4)
    minutes_per_attempt = models.PositiveSmallIntegerField("minutes an attempt", default=10)
    minutes_per_meeting = models.PositiveSmallIntegerField("minutes a first meeting", default=45)
    segments = models.JSONField(default=list, blank=True, help_text="Empty for a plan that is not divided.")
    history = models.JSONField(default=dict, blank=True)

    objects = PlanQuerySet.as_manager()

    EDIT, PROPOSE = "plan.edit", "plan.propose"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(revenue__gt=0, average_deal__gt=0), name="plan_money_is_positive"),
            models.CheckConstraint(
                condition=Q(marketing_share__gt=0, marketing_share__lte=1)
                & Q(win_rate__gt=0, win_rate__lte=1)
                & Q(sal_to_opportunity__gt=0, sal_to_opportunity__lte=1)
                & Q(acceptance__gt=0, acceptance__lte=1)
                & Q(lead_to_mql__gt=0, lead_to_mql__lte=1)
                & (Q(visit_to_lead__isnull=True) | Q(visit_to_lead__gt=0, visit_to_lead__lte=1)),
                name="plan_rates_are_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"Goal, {self.span.label}"

    def get_absolute_url(self) -> str:
        return reverse("plan", args=[self.pk])

    @property
    def span(self) -> Period:
        """The period it is for."""
        return periods.parse(self.period, self.calendar.zone)

    @cached_property
    def hours(self) -> Hours:
        """The working hours that say which days are working days."""
        return self.calendar.hours()

    @property
    def is_draft(self) -> bool:
        return self.revision.state == State.DRAFT

    @property
    def waits(self) -> bool:
        """Whether it waits for signatures."""
        return self.revision.state == State.PROPOSED

    @property
    def counts(self) -> bool:
        """Whether both sides signed it and no later version took its place."""
        return self.revision.state == State.IN_FORCE

    @property
    def marketing_revenue(self) -> Decimal:
        """Marketing's part of the revenue target."""
        return self.revenue * self.marketing_share

    @property
    def parts(self) -> list[Segment]:
        """The segments it is divided in; none for a plan that is not divided."""
        return [Segment.of(kept) for kept in self.segments]

    @property
    def assumptions(self) -> Assumptions:
        """What it takes for granted; of a divided plan, what its segments come to together."""
        return blended(self.given, self.parts) if self.segments else self.given

    @property
    def given(self) -> Assumptions:
        """What it takes for granted where a segment has nothing of its own."""
        return Assumptions(
            revenue=self.revenue,
            marketing_share=self.marketing_share,
            average_deal=self.average_deal,
            win_rate=self.win_rate,
            sal_to_opportunity=self.sal_to_opportunity,
            acceptance=self.acceptance,
            lead_to_mql=self.lead_to_mql,
            visit_to_lead=self.visit_to_lead,
            open_opportunities=self.open_opportunities,
        )

    @property
    def lags(self) -> Lags:
        return Lags(*(getattr(self, name) * DAY for name in LAGS))

    @property
    def days_to_customer(self) -> int:
        """How long a new lead typically takes, in days."""
        return self.lags.to_customer()["leads"].days

    @property
    def days_from_mql(self) -> int:
        return self.lags.to_customer()["mql"].days

    @property
    def staff(self) -> Staff:
        """Sales' time in the period: a rep's hours a week, for the working weeks it has."""
        working_days = working_days_between(self.span.start_on, self.span.end_on, self.hours)
        days_a_week = sum(bool(windows) for windows in self.hours.week) or 1
        selling = self.weekly_hours * working_days / days_a_week
        return Staff(self.reps, selling, self.attempts_per_mql, self.minutes_per_attempt, self.minutes_per_meeting)

    @property
    def needs(self) -> Needs:
        """What it takes. Raises ValueError for assumptions that cannot be."""
        return backwards(self.assumptions)

    @property
    def needed_by(self) -> dict[str, date]:
        """The last day for each stage, so that its deals still fall into the period."""
        return needed_by(self.span.last_on, self.lags)

    def measured(self, name: str) -> Measured | None:
        """What our own history said of one assumption when the plan was drafted."""
        return Measured.of(self.history.get(name))

    def months_to_customer(self, name: str) -> dict[int, int]:
        """How many of our own customers took how many months, since they were `leads` or `mql`, when it was drafted."""
        return {int(months): count for months, count in self.history.get(MONTHS, {}).get(name, {}).items()}

    def judged_at(self, at: datetime) -> datetime:
        """As of when it is said what stands against it: a draft's now, a version's that was proposed then."""
        return at if self.revision.is_draft else self.revision.proposed_at or at

    def stand(self, *, at: datetime) -> Stand:
        """What speaks for and against it at a moment."""
        at, lag = self.judged_at(at), self.lags.to_customer()["leads"]
        return Stand(self.assumptions, self.staff, lag, self.span.end - at, self._won(at))

    def doubts(self, *, at: datetime) -> list[str]:
        """Everything that stands against it at a moment, as sentences; empty when nothing does."""
        return self.stand(at=at).doubts()

    def _won(self, at: datetime) -> Decimal:
        """What marketing's deals have brought by the end of a day; nothing before its period begins."""
        tomorrow = min(local_day(at, self.span.zone) + DAY, self.span.end_on)
        if tomorrow <= self.span.start_on:
            return Decimal(0)
        return metrics.value(REVENUE, between(self.span.start_on, tomorrow, self.span.zone)) or Decimal(0)

    # A draft is changed

    @transaction.atomic
    def divide(self, segments: Sequence[Segment], *, by: User, at: datetime) -> None:
        """Divide it in segments; none make it whole again. Raises Refused unless it is a draft, Incomplete when the
        parts do not make a plan.
        """
        if segments and (said := list(mistakes(self.given, segments))):
            raise Incomplete(" ".join(said), "segments")
        self.edit(by=by, at=at, segments=[segment.as_json() for segment in segments])

    @transaction.atomic
    def edit(self, *, by: User, at: datetime, **changes: Any) -> None:
        """Change assumptions. Raises Refused unless it is a draft, ValidationError for what cannot be."""
        self.open_for_editing(by=by)
        for name, value in changes.items():
            setattr(self, name, value)
        self.full_clean()
        self.save(update_fields=list(changes))

    # It is signed

    def check_complete(self) -> None:
        """Raise Incomplete for a plan that cannot be reckoned."""
        if wrong := self.given.mistakes():
            raise Incomplete(" ".join(wrong.values()), next(iter(wrong)))
        if self.segments and (said := list(mistakes(self.given, self.parts))):
            raise Incomplete(" ".join(said), "segments")

    @transaction.atomic
    def propose(self, *, by: User, at: datetime, effective_at: datetime | None = None) -> Self:
        """Freeze the text, with what stands against the plan today, ask both sides to sign it, and tell them."""
        super().propose(by=by, at=at, effective_at=effective_at)
        telling.tell_signers(self, by=by, at=at)
        return self

    @transaction.atomic
    def decline(self, *, by: User, because: str, at: datetime) -> None:
        """Ask for a change instead of signing; whoever proposed it is told. Raises Incomplete without the reason."""
        super().decline(by=by, because=because, at=at)
        telling.tell_proposer(self, by=by, at=at)

    def sentences(self) -> list[str]:
        """The plan in sentences: what is signed, and what versions are compared by."""
        return wording.sentences(self)

    def text(self, *, at: datetime) -> str:
        """The canonical text, one sentence a line, with what was known to stand against it."""
        known = [f"Known when it was proposed: {doubt}" for doubt in self.doubts(at=at)]
        return "\n".join([*self.sentences(), *known])

    def _begin(self, *, by: User | None, at: datetime) -> bool:
        """Its targets are written down, for every page and floor that reads them."""
        Target.objects.derive(self)
        telling.tell_both_sides(self, by=by, at=at)
        return True
