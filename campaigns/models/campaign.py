"""Campaigns: what marketing runs to reach people."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from agreements.models import Focus


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns, found by name or made on sight."""

    def visible_to(self, user: User) -> CampaignQuerySet:
        """Sales should know what marketing runs."""
        return self

    def named(self, name: str) -> Campaign:
        """The campaign of that name, made when it is new."""
        found = self.filter(name__iexact=name.strip()).first()
        return found or self.create(name=name.strip())

    def latest_first(self) -> CampaignQuerySet:
        """Those that run or ran last; the undated, which imports made on sight, at the end."""
        return self.order_by(F("starts_on").desc(nulls_last=True), Lower("name"))

    def serving(self, focus: Focus) -> CampaignQuerySet:
        """Those that serve the focus of a quarter, whichever version of it was ticked."""
        return self.filter(serves__quarter=focus.quarter).distinct()

    @transaction.atomic
    def draw_up(self, *, by: User, **terms: Any) -> Campaign:
        """Add a campaign. Raises ValidationError when the name is taken or something given cannot be."""
        check(by, "campaign.edit")
        serves = terms.pop("serves", ())
        campaign = self.model(**terms)
        campaign.full_clean()
        campaign.save(force_insert=True)
        campaign.serves.set(serves)
        return campaign


class Campaign(models.Model):
    """Something marketing ran to reach people, with what it cost."""

    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    talking_points = models.TextField(blank=True, help_text="What a rep should say to somebody who came through it.")

    serves = models.ManyToManyField(Focus, blank=True, related_name="campaigns")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="campaign_names_are_unique",
                violation_error_message="There is a campaign of that name already.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_it_starts",
                violation_error_message="A campaign cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0),
                name="campaign_cost_is_not_negative",
                violation_error_message="A cost is nought or more.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.pk])

    @transaction.atomic
    def edit(self, *, by: User, **terms: Any) -> None:
        """Change what is said of it; hand-offs already made keep the talking points they were made with.

        Raises ValidationError when the name is taken or something given cannot be.
        """
        check(by, "campaign.edit")
        serves = terms.pop("serves", None)
        for name, value in terms.items():
            setattr(self, name, value)
        self.full_clean()
        self.save(update_fields=list(terms))
        if serves is not None:
            self.serves.set(serves)
