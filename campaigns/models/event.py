"""What happened to content requests, as rows."""

from __future__ import annotations

from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import User
from campaigns.steps import STEPS


class RequestEventQuerySet(models.QuerySet["RequestEvent"]):
    """What happened to requests."""

    def standing(self) -> Self:
        """What was not taken back."""
        return self.filter(undone_at=None)


class RequestEvent(models.Model):
    """One step in the life of a request; `before` is what it changed, as it was."""

    request = models.ForeignKey("campaigns.ContentRequest", models.CASCADE, related_name="events")
    verb = models.CharField(max_length=10)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    words = models.TextField(blank=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = RequestEventQuerySet.as_manager()

    SAID = {
        "ask": "asked for it",
        "ask_back": "asked back",
        "reply": "replied",
        "accept": "accepted it",
        "deliver": "delivered it",
        "decline": "declined it",
        "withdraw": "withdrew it",
    }

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(verb__in=list(STEPS)), name="request_event_is_known")]

    def __str__(self) -> str:
        return f"{self.by} {self.did}"

    @property
    def did(self) -> str:
        """What was done, in words."""
        return self.SAID[self.verb]
