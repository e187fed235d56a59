"""Returns: what sales sent back, for which reason, and what followed from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Exists, Expression, OuterRef, Q

from accounts.access import Role
from accounts.models import User
from common.errors import Incomplete
from leads.evidence import Evidence, words
from leads.models.correction import Correction
from leads.models.reason import QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES, Result, ReturnReason
from notifications.outbox import tell

if TYPE_CHECKING:
    from leads.models.lead import Lead

__all__ = [
    "QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES",
    "Evidence",
    "HandoffReturn",
    "HandoffReturnQuerySet",
    "Result",
    "ReturnReason",
]


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

    def plan(self, lead: Lead, *, at: datetime) -> list[HandoffReturn]:
        """Note that marketing has a plan for a lead that came back not ready; return what it came back by, if that
        had none yet.
        """
        recycled = self.standing().filter(handoff__lead=lead, result=Result.RECYCLED).order_by("at").last()
        if recycled is None or not self.filter(pk=recycled.pk, planned_at=None).update(planned_at=at):
            return []
        recycled.planned_at = at
        return [recycled]

    def for_quality(self) -> HandoffReturnQuerySet:
        """Returns for a reason that counts against marketing's quality, also those that were found wrong later."""
        return self.standing().filter(
            reason__counts_against_quality=True, result__in=[Result.RECYCLED, Result.DISQUALIFIED]
        )

    def against_quality(self, *, known_by: datetime | Expression | None = None) -> HandoffReturnQuerySet:
        """Returns that lower what marketing delivered, without those found wrong by a moment, or at any time."""
        counted = self.for_quality()
        return counted.exclude(Exists(Correction.objects.known_by(known_by).filter(returned=OuterRef("pk"))))


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
    planned_at = models.DateTimeField(null=True, blank=True, help_text="Recycled: when marketing first had a plan.")
    undone_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField(default=dict, help_text="The hand-off as it was: what an undo restores.")

    objects = HandoffReturnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=Result.values), name="return_result_is_known"),
        ]
        indexes = [
            # Read by the figures of a period, which count from it alone.
            models.Index(
                fields=["at"], name="return_by_time", include=["id", "handoff", "reason", "result", "undone_at"]
            ),
            # Read by what waits for marketing, the oldest first.
            models.Index(
                fields=["at"],
                name="return_awaiting_marketing",
                condition=Q(undone_at__isnull=True, repaired_at__isnull=True, result__in=[Result.REPAIR, Result.MERGE]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}, {self.at:%Y-%m-%d}"

    @property
    def shown_by(self) -> str:
        """The evidence in words: "size, too small"; "" for a reason that asks for none."""
        return words(self.evidence)

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
