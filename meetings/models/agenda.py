"""What a meeting is to talk about, and what it decided."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction

from accounts.access import check
from accounts.models import User
from common.errors import Refused


class AgendaItem(models.Model):
    """One thing somebody put on the agenda. `kind` and `about` say what it is about: a lead by id, a figure by key."""

    meeting = models.ForeignKey("meetings.Meeting", models.CASCADE, related_name="agenda")
    text = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, blank=True)
    about = models.CharField(max_length=60, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return self.text

    @transaction.atomic
    def take_off(self, *, by: User, at: datetime) -> None:
        """Take it off the agenda again. Raises Refused once the meeting has begun."""
        check(by, "meeting.minute")
        if not AgendaItem.objects.filter(pk=self.pk, meeting__opened_at=None).delete()[0]:
            raise Refused("The meeting has begun; its agenda stands.")


class Changes(models.TextChoices):
    """The kinds of documents a decision may change."""

    CRITERIA = "criteria", "the MQL criteria"
    AGREEMENT = "agreement", "the agreement"
    PLAN = "plan", "the goal"


class Decision(models.Model):
    """One decision of a meeting, and the document it changes, if one."""

    meeting = models.ForeignKey("meetings.Meeting", models.CASCADE, related_name="decisions")
    text = models.CharField(max_length=500)
    document = models.CharField(max_length=10, choices=Changes.choices, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text
