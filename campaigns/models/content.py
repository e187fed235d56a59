"""Content: the pieces and offers that people respond to, and that reps send."""

from __future__ import annotations

from typing import Any

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from agreements.models import Persona
from campaigns.models.campaign import Campaign

ON_THE_WEB = URLValidator(schemes=["http", "https"])


class BuyingStage(models.TextChoices):
    """How far somebody is in buying who reads this: what is wrong, what could help, whom to take."""

    AWARENESS = "awareness", "Awareness"
    CONSIDERATION = "consideration", "Consideration"
    DECISION = "decision", "Decision"


class ContentQuerySet(models.QuerySet["Content"]):
    """What marketing has to offer."""

    def visible_to(self, user: User) -> ContentQuerySet:
        """Sales should know what people read before they speak with them."""
        return self

    def kinds(self) -> list[str]:
        """The kinds there are, as they were written."""
        return list(self.exclude(kind="").order_by("kind").values_list("kind", flat=True).distinct())

    def add(self, *, by: User, **terms: Any) -> Content:
        """Add a piece. Raises ValidationError when the title is taken or something given cannot be."""
        check(by, "campaign.edit")
        content = self.model(**terms)
        content.full_clean()
        content.save(force_insert=True)
        return content


class Content(models.Model):
    """A piece of content or an offer: a guide, a webinar, a calculator."""

    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=40, blank=True)
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="contents")
    persona = models.ForeignKey(Persona, models.SET_NULL, null=True, blank=True, related_name="contents")
    buying_stage = models.CharField(max_length=13, choices=BuyingStage.choices, blank=True)
    url = models.URLField("address", max_length=500, blank=True, validators=[ON_THE_WEB])
    talking_points = models.TextField(blank=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("title"),
                name="content_titles_are_unique",
                violation_error_message="There is content of that title already.",
            ),
            models.CheckConstraint(
                condition=Q(buying_stage__in=["", *BuyingStage.values]), name="content_buying_stage_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("content_item", args=[self.pk])

    def edit(self, *, by: User, **terms: Any) -> None:
        """Change what is said of it. Raises ValidationError when the title is taken or something given cannot be."""
        check(by, "campaign.edit")
        for name, value in terms.items():
            setattr(self, name, value)
        self.full_clean()
        self.save(update_fields=list(terms))
