"""What the touches on the way to a won deal are credited with."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from agreements.models import Sharing
from campaigns.models import Campaign
from leads.models.lead import Lead
from leads.models.opportunity import Opportunity
from leads.models.touch import Touch


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Contributions, found by deal and summed by campaign."""

    def with_names(self) -> ContributionQuerySet:
        return self.select_related("lead", "campaign", "touch__content")


def _credited() -> models.DecimalField:
    return models.DecimalField(max_digits=14, decimal_places=2)


class Contribution(models.Model):
    """One touch on the way to a won deal, and by each model its part of the amount, in the base currency.

    The rows of a deal add up to its amount, column by column; while it waits for its rate they are noughts. They
    are reckoned from touches, contacts and the deal alone (`leads.crediting`), and may be thrown away at any time.
    """

    deal = models.ForeignKey(Opportunity, models.CASCADE, related_name="contributions")
    touch = models.ForeignKey(Touch, models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="contributions")
    at = models.DateTimeField()
    milestones = ArrayField(models.CharField(max_length=5), default=list, blank=True)

    first_touch = _credited()
    last_touch = _credited()
    linear = _credited()
    u_shaped = _credited()
    w_shaped = _credited()
    full_path = _credited()
    time_decay = _credited()

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["at", "touch_id"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "touch"], name="contribution_once_a_touch"),
        ]

    def __str__(self) -> str:
        return f"{self.touch} towards {self.deal}"

    def by(self, sharing: Sharing) -> Decimal:
        """Its part of the amount by one of the models."""
        return getattr(self, sharing.value)
