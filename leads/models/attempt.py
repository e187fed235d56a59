"""Attempts: what a rep did to reach the person."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import User
from leads.models.lead import Lead


class Channel(models.TextChoices):
    CALL = "call", "Call"
    EMAIL = "email", "Personal e-mail"
    MEETING = "meeting", "Meeting"
    MESSAGE = "message", "Message"


class Outcome(models.TextChoices):
    """What came of an attempt; an e-mail or a message starts as sent."""

    NO_ANSWER = "no_answer", "No answer"
    VOICEMAIL = "voicemail", "Voicemail"
    SPOKE = "spoke", "Spoke"
    CALL_BACK = "call_back", "Call back on"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    SENT = "sent", "Sent"


CONNECTED = [Outcome.SPOKE, Outcome.CALL_BACK]


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts, without those taken back."""

    def standing(self) -> AttemptQuerySet:
        return self.filter(undone_at__isnull=True)

    def connected(self) -> AttemptQuerySet:
        return self.standing().filter(outcome__in=CONNECTED)


class Attempt(models.Model):
    """One rep-initiated outbound contact with its outcome. Opening a record is never one."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="attempts")
    handoff = models.ForeignKey("leads.Handoff", models.CASCADE, null=True, blank=True, related_name="attempts")
    by = models.ForeignKey(User, models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.CALL)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.TextField(blank=True)
    call_back_at = models.DateTimeField(null=True, blank=True)
    synced = models.BooleanField(default=False, help_text="Recorded by a telephone or mail system, not by hand.")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="attempt_channel_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="attempt_outcome_is_known"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.CALL_BACK) | Q(call_back_at__isnull=False),
                name="attempt_call_back_has_a_date",
            ),
        ]
        indexes = [
            # Read by a lead's page.
            models.Index(fields=["lead", "at"], name="attempt_by_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.get_outcome_display().lower()}"

    @property
    def is_connected(self) -> bool:
        return self.outcome in CONNECTED

    def is_undoable(self, *, by: User, at: datetime) -> bool:
        """Its maker may take it back for a quarter of an hour."""
        return self.undone_at is None and self.by_id == by.pk and (at - self.recorded_at).total_seconds() <= 900
