"""Returns: why sales sends a hand-off back, what that needs, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.errors import Incomplete


class Cause(models.TextChoices):
    PROCEDURAL = "procedural", "Wrong route"
    CLERICAL = "clerical", "Incomplete or wrong record"
    DEFINITIONAL = "definitional", "Does not meet what we agreed"
    CIRCUMSTANCE = "circumstance", "Their circumstances"


class Result(models.TextChoices):
    """What becomes of a returned hand-off."""

    REROUTE = "reroute", "Goes to another owner"
    REPAIR = "repair", "Marketing completes it"
    MERGE = "merge", "Merged with its double"
    RECYCLED = "recycled", "Back with marketing, for later"
    DISQUALIFIED = "disqualified", "Disqualified"


class Evidence(models.TextChoices):
    """What a reason has to be shown by."""

    NONE = "none", "Nothing more"
    NOTE = "note", "A note"
    DATE = "date", "A date to come back"
    FIELDS = "fields", "The missing fields"
    CRITERION = "criterion", "The criterion that does not fit"
    LEAD = "lead", "The other record"
    ATTEMPTS = "attempts", "The agreed attempts, logged"


class ReturnReason(models.Model):
    """One reason an admin can edit. Marketing can act on every one of them."""

    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    cause = models.CharField(max_length=12, choices=Cause.choices)
    evidence = models.CharField(max_length=10, choices=Evidence.choices, default=Evidence.NONE)
    prompt = models.CharField(max_length=160, blank=True, help_text="What the rep is asked for as evidence.")
    counts_against_quality = models.BooleanField(default=False)
    result = models.CharField(max_length=12, choices=Result.choices)
    result_after_acceptance = models.CharField(max_length=12, choices=Result.choices)
    cool_down_days = models.PositiveSmallIntegerField(default=0)
    permanent = models.BooleanField(default=False, help_text="Never an automatic MQL again.")
    fixer = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="reason_cause_is_known"),
            models.CheckConstraint(condition=Q(evidence__in=Evidence.values), name="reason_evidence_is_known"),
            models.CheckConstraint(condition=Q(result__in=Result.values), name="reason_result_is_known"),
            models.CheckConstraint(
                condition=~Q(result_after_acceptance__in=[Result.REPAIR]), name="reason_no_repair_after_acceptance"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def result_for(self, *, accepted: bool) -> str:
        return self.result_after_acceptance if accepted else self.result

    def check_evidence(self, evidence: dict[str, Any], note: str) -> None:
        """Raise Incomplete unless what this reason needs was given."""
        needed = Evidence(self.evidence)
        if needed == Evidence.NOTE and not note.strip():
            raise Incomplete(self.prompt or "Say why in a note.", "note")
        if needed in (Evidence.DATE, Evidence.FIELDS, Evidence.CRITERION, Evidence.LEAD):
            if not evidence.get(needed.value):
                raise Incomplete(self.prompt or f"This reason needs: {needed.label.lower()}.", needed.value)


class HandoffReturnQuerySet(models.QuerySet["HandoffReturn"]):
    """Returns, without those taken back."""

    def standing(self) -> HandoffReturnQuerySet:
        return self.filter(undone_at__isnull=True)

    def against_quality(self) -> HandoffReturnQuerySet:
        """Returns that lower what marketing delivered."""
        return self.standing().filter(
            reason__counts_against_quality=True, result__in=[Result.RECYCLED, Result.DISQUALIFIED]
        )


class HandoffReturn(models.Model):
    """One return of one hand-off, with its reason and evidence; what followed is `result`."""

    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, related_name="returns")
    reason = models.ForeignKey(ReturnReason, models.PROTECT, related_name="returns")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=Result.choices)
    was_accepted = models.BooleanField(default=False)
    after_contact = models.BooleanField(default=False, help_text="Somebody had spoken with the person by then.")
    evidence = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    asked_back_at = models.DateTimeField(null=True, blank=True, help_text="The returner asked to be given it again.")
    repaired_at = models.DateTimeField(null=True, blank=True, help_text="A repair: when marketing had completed it.")
    undone_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField(default=dict, help_text="The hand-off as it was: what an undo restores.")

    objects = HandoffReturnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=Result.values), name="return_result_is_known"),
        ]
        indexes = [
            # Read by returns by reason in a period.
            models.Index(fields=["at"], name="return_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}, {self.at:%Y-%m-%d}"

    @property
    def phase(self) -> str:
        """Disqualified is after a connected attempt, returned is before; told by the event, not the reason."""
        return "disqualified" if self.after_contact else "returned"

    def is_undoable(self, *, by: User, at: datetime) -> bool:
        return self.undone_at is None and self.by_id == by.pk and (at - self.at).total_seconds() <= 900
