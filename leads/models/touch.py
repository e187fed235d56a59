"""Touches: what the person did, and what we did to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Min, Q

from campaigns.models import Campaign, Content
from leads.kinds import KINDS, NOT_ACTS, kind_label
from leads.models.lead import Lead

__all__ = ["KINDS", "NOT_ACTS", "Touch", "TouchQuerySet", "kind_label"]


class TouchQuerySet(models.QuerySet["Touch"]):
    """Touches, found by whose act they were."""

    def responded(self) -> TouchQuerySet:
        return self.filter(responded=True)

    def begun_within(self, days: int, *, at: datetime) -> datetime | None:
        """The moment of the first touch of all, where that is less than so many days ago; else None."""
        if self.filter(occurred_at__lte=at - timedelta(days=days)).exists():
            return None
        return self.aggregate(first=Min("occurred_at"))["first"]


class Touch(models.Model):
    """One dated act of the person, or one thing we did to them; `responded` tells which."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="touches")
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    responded = models.BooleanField(default=True)
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="touches")
    content = models.ForeignKey(Content, models.SET_NULL, null=True, blank=True, related_name="touches")
    channel = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    external_source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    objects = TouchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_source", "external_id"], condition=~Q(external_id=""), name="touch_one_an_external_id"
            ),
        ]
        indexes = [
            # Read by the share of the library that is in use.
            models.Index(
                fields=["content", "occurred_at"],
                condition=Q(content__isnull=False, responded=True),
                name="touch_of_content_by_time",
            ),
            # Read by the evaluator, the lead's page and attribution: a lead's touches up to a moment. The
            # evaluator finds in it all that it counts, in the order of the leads, and leaves the table alone.
            models.Index(
                fields=["lead", "occurred_at"],
                include=["kind", "responded", "campaign", "content"],
                name="touch_by_lead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} on {self.occurred_at:%Y-%m-%d}"

    @property
    def what(self) -> str:
        """The act in words."""
        return kind_label(self.kind)
