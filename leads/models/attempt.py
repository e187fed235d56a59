"""Attempts: what a rep did to reach the person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads.lifecycle import leads_changed
from leads.models.lead import Lead
from leads.models.put_off import PutOff

if TYPE_CHECKING:
    from leads.models.handoff import Handoff


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

    @transaction.atomic
    def log(
        self,
        what: Handoff | Lead,
        *,
        channel: str,
        outcome: str,
        by: User,
        at: datetime,
        note: str = "",
        call_back_at: datetime | None = None,
        made_at: datetime | None = None,
        synced: bool = False,
    ) -> Attempt:
        """Write down an attempt to reach the person; on an undecided hand-off it accepts first.

        `made_at` is when it was made, if that was earlier than it is logged. Raises Incomplete for
        a call back without its moment, Refused after an opt-out.
        """
        lead, handoff = (what, what.handoffs.open().first()) if isinstance(what, Lead) else (what.lead, what)
        check(by, "attempt.log", handoff or lead)
        if outcome == Outcome.CALL_BACK and (call_back_at is None or call_back_at <= at):
            raise Incomplete("Say when to call back.", "call_back_at")
        if made_at and made_at > at:
            raise Incomplete("An attempt is logged after it was made.", "made_at")
        lead.hold()
        if lead.opted_out_at:
            raise Refused(f"{lead} has opted out and must not be contacted.")
        accepted = handoff.take_on(by=by, at=at) if handoff and handoff.is_pending else []
        attempt = self.create(
            lead=lead,
            handoff=handoff,
            by=by,
            at=made_at or at,
            recorded_at=at,
            channel=channel,
            outcome=outcome,
            note=note.strip(),
            call_back_at=call_back_at if outcome == Outcome.CALL_BACK else None,
            synced=synced,
        )
        if handoff:
            PutOff.objects.after(attempt, handoff)
        leads_changed.send(Attempt, events=[*accepted, attempt])
        return attempt


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
            # Read by the figures of a period.
            models.Index(fields=["at"], name="attempt_by_time", condition=Q(undone_at__isnull=True)),
            # Read by the figure of fresh hand-offs: when a rep first turned to what they found themselves.
            models.Index(fields=["by", "at"], name="attempt_own_by_time", condition=Q(handoff__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.get_outcome_display().lower()}"

    def belongs_to(self, user: User) -> bool:
        return self.by_id == user.pk

    @property
    def is_connected(self) -> bool:
        return self.outcome in CONNECTED
