"""What was done through a signed link, by somebody who had not signed in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User

VERBS = ("accept", "attempt", "return")


class ThroughLink(models.Model):
    """One deed through a link: by whom and when, as the rows of the deed itself say it."""

    handoff = models.ForeignKey("leads.Handoff", models.CASCADE, related_name="through_links")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    verb = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=VERBS), name="through_link_verb_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.by_id}, through a link"
