"""Targets: what a plan asks of each side, by week and by month."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.access import Side
from accounts.models import User
from agreements.models import State
from common.periods import Period
from goals.spread import months, spread, weeks

if TYPE_CHECKING:
    from goals.models.plan import Plan


class TargetQuerySet(models.QuerySet["Target"]):
    """Targets, found by figure and period."""

    def visible_to(self, user: User) -> Self:
        """Each side sees the other's targets too."""
        return self

    def of_whole_periods(self) -> Self:
        """Those of a plan's whole period, with the plan; weeks and months are parts of them."""
        return self.filter(period=F("plan__period")).select_related("plan__revision", "plan__calendar")

    def in_force(self) -> Self:
        """Those of the plans that both sides signed and that count now."""
        return self.filter(plan__revision__state=State.IN_FORCE)

    def wanted(self, metric: str, period: Period) -> Decimal | None:
        """What the plan in force asks of a figure in a week, a month or a whole period; None where there is none.

        Of a week that two plans share, both ask their part.
        """
        asked = self.in_force().filter(metric=metric, period=period.key).aggregate(sum=models.Sum("value"))
        return asked["sum"]

    def derive(self, plan: Plan) -> list[Target]:
        """Write down what a plan asks for: of its whole period, and of each month and week in it."""
        span, hours, needs = plan.span, plan.hours, plan.needs.shown()
        asked = [
            ("mqls_delivered", Side.MARKETING, Decimal(needs["mql"])),
            ("customers", Side.SALES, Decimal(needs["deals"])),
            ("revenue_won_from_marketing", "", plan.marketing_revenue.quantize(Decimal("0.01"))),
            ("revenue_won", "", plan.revenue),
        ]
        return self.bulk_create(
            Target(plan=plan, metric=metric, side=side, period=part.key, value=value)
            for metric, side, total in asked
            for parts in _parts(span)
            for part, value in spread(total, parts, span, hours)
        )


def _parts(span: Period) -> list[list[Period]]:
    """The whole, its months and its weeks; a month's plan is its own month."""
    divided = [[span], months(span), weeks(span)]
    return [parts for place, parts in enumerate(divided) if not place or [part.key for part in parts] != [span.key]]


class Target(models.Model):
    """What a plan asks of one figure of the catalogue in one week, month or whole period.

    `side` is whose target it is, empty for a joint one. At a plan's edges a week counts only the days
    that lie in the plan. Money is in the plan's currency.
    """

    plan = models.ForeignKey("goals.Plan", models.CASCADE, related_name="targets")
    metric = models.SlugField(max_length=60)
    side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    period = models.CharField(max_length=24)
    value = models.DecimalField(max_digits=14, decimal_places=2)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "metric", "period"], name="target_one_a_figure_and_period"),
            models.CheckConstraint(condition=Q(value__gte=0), name="target_is_not_negative"),
        ]
        indexes = [
            # Read by whoever asks what a figure should come to in a period.
            models.Index(fields=["metric", "period"], name="target_by_period"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} in {self.period}: {self.value:g}"

    def get_absolute_url(self) -> str:
        return reverse("target", args=[self.pk])
