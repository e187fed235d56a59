"""Briefs: what sales knows of a campaign before it starts."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.urls import reverse

from accounts.access import Role, check
from accounts.models import User
from campaigns.models.campaign import Campaign
from notifications.outbox import tell

BRIEFED = "campaign.briefed"


class BriefQuerySet(models.QuerySet["Brief"]):
    """Briefs."""

    @transaction.atomic
    def give(
        self, campaign: Campaign, *, what: str, whom: str, why_now: str, talking_points: str, by: User, at: datetime
    ) -> Brief:
        """Brief sales on a campaign: what runs, for whom, why now, and what to say; sales is told once.

        A brief that was given is written anew; when it was first given stays. Raises ValidationError without one of
        the four.
        """
        check(by, "campaign.brief")
        said = {"what": what, "whom": whom, "why_now": why_now}
        brief = self.filter(campaign=campaign).first() or self.model(campaign=campaign, given_by=by, given_at=at)
        for name, words in said.items():
            setattr(brief, name, words.strip())
        brief.full_clean(validate_unique=False)
        brief.save()
        campaign.edit(by=by, talking_points=talking_points.strip())
        sales = User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).exclude(pk=by.pk)
        tell(sales, BRIEFED, {"campaign": campaign.pk}, key=f"brief:{campaign.pk}", at=at)
        return brief


class Brief(models.Model):
    """What marketing tells sales of one campaign; what a rep should say stands on the campaign itself."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="brief")
    what = models.TextField("What runs", max_length=1000)
    whom = models.TextField("For whom", max_length=1000)
    why_now = models.TextField("Why now", max_length=1000)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    objects = BriefQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Brief on {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.campaign_id])
