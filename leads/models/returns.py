"""Returns: why sales sends a lead back, what that needs, and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q

from accounts.access import Role
from accounts.models import User
from common.errors import Incomplete
from leads.lifecycle import DISQUALIFY, RECYCLE
from leads.models.episode import Transition
from leads.models.score import DueLead
from notifications.outbox import tell

if TYPE_CHECKING:
    from leads.models.handoff import Handoff
    from leads.models.lead import Lead

QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES = 3


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


SHOWN_BY = (Evidence.DATE, Evidence.FIELDS, Evidence.CRITERION, Evidence.LEAD)


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

    def check_for(self, handoff: Handoff, evidence: dict[str, Any], note: str) -> None:
        """Raise Incomplete unless this reason may be given for the hand-off, with this evidence."""
        if not self.is_active:
            raise Incomplete(f"“{self}” is no longer in use; pick another reason.", "reason")
        self.check_evidence(evidence, note)
        if self.evidence == Evidence.ATTEMPTS:
            _check_attempts(handoff)
        if self.result == Result.MERGE and str(evidence.get("lead")) == str(handoff.lead_id):
            raise Incomplete("Name the other record of the same person.", "lead")

    def check_evidence(self, evidence: dict[str, Any], note: str) -> None:
        """Raise Incomplete unless what this reason needs was given."""
        needed = Evidence(self.evidence)
        if needed == Evidence.NOTE and not note.strip():
            raise Incomplete(self.prompt or "Say why in a note.", "note")
        if needed in SHOWN_BY and not evidence.get(needed.value):
            raise Incomplete(self.prompt or f"This reason needs: {needed.label.lower()}.", needed.value)
        if needed == Evidence.DATE:
            _day(evidence["date"])

    def take_from_sales(
        self, lead: Lead, *, accepted: bool, evidence: dict[str, Any], by: User, at: datetime, **told: Any
    ) -> list[Transition]:
        """Recycle or disqualify a lead that is held: engagement counts only from now on, and it rests for a while."""
        recycled = self.result_for(accepted=accepted) == Result.RECYCLED
        quality_returns = lead.quality_returns + self.counts_against_quality
        asked_for = evidence.get("date") and _day(evidence["date"])
        rests_until = asked_for or at + timedelta(days=self.cool_down_days)
        changes = {
            "engagement_from": at,
            "cool_down_until": rests_until,
            "quality_returns": quality_returns,
            "person_decides": lead.person_decides
            or self.permanent
            or quality_returns >= QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES,
        }
        if recycled:
            changes |= {"owner": None, "review_on": rests_until.date(), "plan": "", "planned_at": None}
        DueLead.objects.mark([lead.pk], fresh=False)
        move = RECYCLE if recycled else DISQUALIFY
        return Transition.objects.make_one(move, lead, by=by, at=at, reason=self, changes=changes, **told)


def _check_attempts(handoff: Handoff) -> None:
    """Unable to reach only once the agreed attempts are logged, on the agreed number of the owner's days."""
    tried = list(handoff.attempts.standing())
    days = {attempt.at.astimezone(handoff.owner.tz).date() for attempt in tried} if handoff.owner else set()
    needed, days_needed = max(handoff.attempts_needed, 1), max(handoff.attempt_days_needed, 1)
    if len(tried) < needed or len(days) < days_needed:
        raise Incomplete(
            f"Agreed are {needed} attempts on {days_needed} days; so far there were {len(tried)} on {len(days)}.",
            "attempts",
        )


def _day(given: date | str) -> datetime:
    """The start of a day given as evidence, in UTC. Raises Incomplete."""
    try:
        on = date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as error:
        raise Incomplete("Give the day to come back as a date.", "date") from error
    return datetime.combine(on, time(), UTC)


class HandoffReturnQuerySet(models.QuerySet["HandoffReturn"]):
    """Returns, without those taken back."""

    def standing(self) -> HandoffReturnQuerySet:
        return self.filter(undone_at__isnull=True)

    def awaiting_marketing(self) -> HandoffReturnQuerySet:
        """Returns that marketing has yet to complete or merge; what was withdrawn from sales is over."""
        waiting = self.standing().filter(result__in=[Result.REPAIR, Result.MERGE], repaired_at__isnull=True)
        return waiting.filter(handoff__withdrawn=False)

    def passing_over(self) -> HandoffReturnQuerySet:
        """Returns whose returner is passed over when the lead is handed over again; a repair or a double is none."""
        return self.standing().filter(asked_back_at__isnull=True).exclude(result__in=[Result.REPAIR, Result.MERGE])

    def returned_by(self, user: User) -> HandoffReturnQuerySet:
        """Returns that this person made, or that were made on their behalf."""
        return self.filter(Q(by=user) | Q(before__handoff__owner_id=user.pk))

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

    @transaction.atomic
    def carry_out(self) -> list[models.Model]:
        """Do what follows from this return, just made; return the event rows of it."""
        follow = {Result.REROUTE: self._reroute, Result.REPAIR: self._await_repair, Result.MERGE: self._await_merge}
        return follow.get(Result(self.result), self._take_from_sales)()

    def _reroute(self) -> list[models.Model]:
        """To whom the rep named, or else whose turn it is; the stage stays and the customer's clock runs on."""
        handoff, because = self.handoff, f"Returned: {self.reason}"[:200]
        named = self.evidence.get("owner")
        if not named:
            return list(handoff.pass_on(because=because, by=self.by, at=self.at))
        sales = User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).exclude(pk=handoff.owner_id)
        if not (to := sales.filter(pk=named).first()):
            raise Incomplete("Only a colleague in sales can be given it.", "owner")
        return list(handoff.give(to, because=because, by=self.by, at=self.at))

    def _await_repair(self) -> list[models.Model]:
        self.handoff.rest(at=self.at)
        ids = {"handoff": self.handoff_id, "return": self.pk}
        tell(self._marketing(), "leads.repair", ids, key=f"repair:{self.pk}", at=self.at)
        return []

    def _await_merge(self) -> list[models.Model]:
        """Marketing merges the two, or finds that they are not the same person."""
        if not self.was_accepted:
            self.handoff.rest(at=self.at)
        tell(self._marketing(), "leads.double", {"return": self.pk}, key=f"double:{self.pk}", at=self.at)
        return []

    def _take_from_sales(self) -> list[models.Model]:
        moved = self.reason.take_from_sales(
            self.handoff.lead,
            accepted=self.was_accepted,
            evidence=self.evidence,
            by=self.by,
            at=self.at,
            note=self.note,
            handoff=self.handoff,
            before=self.before,
        )
        self.handoff.close(at=self.at)
        return list(moved)

    def _marketing(self) -> list[User]:
        """Who of marketing has to act: the lead's own marketer, or else everyone there."""
        own = self.handoff.lead.marketing_owner
        return [own] if own else list(User.objects.with_role(Role.MARKETER, Role.HEAD_OF_MARKETING))
