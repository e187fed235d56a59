"""Campaigns, and the content and offers that people respond to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.models import User


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns, found by name or made on sight."""

    def visible_to(self, user: User) -> CampaignQuerySet:
        """Sales should know what marketing runs."""
        return self

    def named(self, name: str) -> Campaign:
        """The campaign of that name, made when it is new."""
        found = self.filter(name__iexact=name.strip()).first()
        return found or self.create(name=name.strip())


class Campaign(models.Model):
    """Something marketing ran to reach people, with what it cost."""

    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    talking_points = models.TextField(blank=True, help_text="What a rep should say to somebody who came through it.")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="campaign_names_are_unique"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Content(models.Model):
    """A piece of content or an offer: a guide, a webinar, a calculator."""

    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=40, blank=True)
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="contents")
    talking_points = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("title"), name="content_titles_are_unique")]

    def __str__(self) -> str:
        return self.title
