"""The reasons for which sales sends a lead back: rows an admin edits, and what follows from each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Max, Q
from django.utils.text import slugify

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads.evidence import Evidence, check_shape, day
from leads.lifecycle import DISQUALIFY, RECYCLE
from leads.models.episode import Transition
from leads.models.score import DueLead

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


# What an admin may say of a reason; of these, what the numbers of the past were counted by.
TERMS = frozenset({
    "label", "cause", "evidence", "prompt", "counts_against_quality", "result", "result_after_acceptance",
    "cool_down_days", "permanent", "fixer", "is_active",
})  # fmt: skip
COUNTED = ("cause", "counts_against_quality")
SHOWN_BY = (Evidence.DATE, Evidence.FIELDS, Evidence.CRITERION, Evidence.LEAD)


class ReturnReasonQuerySet(models.QuerySet["ReturnReason"]):
    """Reasons, in the order in which a rep is asked."""

    def in_use(self) -> ReturnReasonQuerySet:
        """Those that a rep can give today."""
        return self.filter(is_active=True)

    def with_counts(self) -> ReturnReasonQuerySet:
        """Each with `given`, how often it was given and not taken back."""
        counted = self.annotate(given=models.Count("returns", filter=Q(returns__undone_at=None)))
        return counted.order_by("position", "pk")

    @transaction.atomic
    def add(self, *, by: User, **terms: Any) -> ReturnReason:
        """Add a reason of one's own, at the end of the list. Raises Incomplete or ValidationError for what is none."""
        check(by, "reason.edit")
        last = self.aggregate(last=Max("position"))["last"]
        reason = self.model(position=0 if last is None else last + 1)
        reason.code = self._free_code(str(terms.get("label", "")))
        reason._take(terms)
        reason.save(force_insert=True)
        return reason

    def _free_code(self, label: str) -> str:
        """A code made of the label; files and the API name the reason by it, so it never changes."""
        stem = slugify(label).replace("-", "_")[:36] or "reason"
        taken = set(self.filter(code__startswith=stem).values_list("code", flat=True))
        return next(code for n in range(1, len(taken) + 2) if (code := stem if n == 1 else f"{stem}_{n}") not in taken)


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

    objects = ReturnReasonQuerySet.as_manager()

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

    @property
    def was_given(self) -> bool:
        """Whether a lead was ever sent back for it: its row belongs to the history then."""
        return self.returns.exists() or Transition.objects.filter(reason=self.pk).exists()

    @transaction.atomic
    def edit(self, *, by: User, **terms: Any) -> None:
        """Change what the reason asks for and what follows from now on; what was returned stays as it was.

        Raises Incomplete for what makes no reason, Refused where the past would be counted anew or
        reps would be left without a reason.
        """
        check(by, "reason.edit")
        self.hold()
        recounts = any(name in terms and terms[name] != getattr(self, name) for name in COUNTED)
        if recounts and self.was_given:
            raise Refused(f"Leads were returned for “{self}” as it counts now. Put it out of use and add another.")
        if not terms.get("is_active", True) and not ReturnReason.objects.in_use().exclude(pk=self.pk).exists():
            raise Refused("It is the only reason in use; sales could return nothing.")
        self._take(terms)
        self.save()

    @transaction.atomic
    def move(self, *, up: bool, by: User) -> None:
        """Change places with the reason above, or below; at the end of the list it stays."""
        check(by, "reason.edit")
        rows = list(ReturnReason.objects.select_for_update())
        place = rows.index(self)
        other = place - 1 if up else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows):
            row.position = position
        ReturnReason.objects.bulk_update(rows, ["position"])

    @transaction.atomic
    def remove(self, *, by: User) -> None:
        """Delete a reason that was never given. Raises Refused for one that was, and for the only one in use."""
        check(by, "reason.edit")
        self.hold()
        if self.was_given:
            raise Refused(f"Leads were returned for “{self}”. Put it out of use instead; its history stays readable.")
        if not ReturnReason.objects.in_use().exclude(pk=self.pk).exists():
            raise Refused("It is the only reason in use; sales could return nothing.")
        self.delete()

    def hold(self) -> None:
        """Lock all reasons until the transaction ends, and read this one anew: of two editors one comes second."""
        list(ReturnReason.objects.select_for_update().values_list("pk", flat=True))
        self.refresh_from_db()

    def _take(self, terms: dict[str, Any]) -> None:
        if unknown := set(terms) - TERMS:
            raise Incomplete(f"{min(unknown)!r} of a reason cannot be changed.", min(unknown))
        for name, value in terms.items():
            setattr(self, name, value.strip() if isinstance(value, str) else value)
        if not self.label:
            raise Incomplete("Say it in the words reps use.", "label")
        if (Result.MERGE in (self.result, self.result_after_acceptance)) != (self.evidence == Evidence.LEAD):
            raise Incomplete("A merge and the other record go together: one is no use without the other.", "evidence")
        if self.result_after_acceptance == Result.REPAIR:
            raise Incomplete("Once accepted it is the rep's to complete; marketing cannot.", "result_after_acceptance")
        self.full_clean()

    def result_for(self, *, accepted: bool) -> str:
        return self.result_after_acceptance if accepted else self.result

    def check_for(self, handoff: Handoff, evidence: dict[str, Any], note: str, *, at: datetime) -> None:
        """Raise Incomplete unless this reason may be given for the hand-off, with this evidence."""
        if not self.is_active:
            raise Incomplete(f"“{self}” is no longer in use; pick another reason.", "reason")
        self.check_evidence(evidence, note, at=at)
        if self.evidence == Evidence.ATTEMPTS:
            _check_attempts(handoff)
        if self.evidence == Evidence.LEAD:
            _check_other(handoff.lead, evidence["lead"])

    def check_evidence(self, evidence: dict[str, Any], note: str, *, at: datetime) -> None:
        """Raise Incomplete unless what this reason needs was given."""
        needed = Evidence(self.evidence)
        if needed == Evidence.NOTE and not note.strip():
            raise Incomplete(self.prompt or "Say why in a note.", "note")
        if needed in SHOWN_BY and not evidence.get(needed.value):
            raise Incomplete(self.prompt or f"This reason needs: {needed.label.lower()}.", needed.value)
        check_shape(needed, evidence, at=at)

    def take_from_sales(
        self, lead: Lead, *, accepted: bool, evidence: dict[str, Any], by: User, at: datetime, **told: Any
    ) -> list[Transition]:
        """Recycle or disqualify a lead that is held: engagement counts only from now on, and it rests for a while."""
        recycled = self.result_for(accepted=accepted) == Result.RECYCLED
        quality_returns = lead.quality_returns + self.counts_against_quality
        asked_for = evidence.get("date") and day(evidence["date"])
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


def _check_other(lead: Lead, other: int | str) -> None:
    """A double is another record, and one that is there."""
    if str(other) == str(lead.pk) or not type(lead).objects.filter(pk=other).exists():
        raise Incomplete("Name the other record of the same person.", "lead")
