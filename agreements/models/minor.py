"""Minor changes: proposals that take effect at a moment of their own unless a head objects before."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import F, Q

from accounts import access
from accounts.access import Side
from accounts.models import User
from agreements.models.revision import Revision, State
from agreements.telling import MINOR_OBJECTED, MINOR_PROPOSED, tell_heads, tell_proposer
from common.errors import NotAllowed, Refused


class MinorChangeQuerySet(models.QuerySet["MinorChange"]):
    """Minor changes, found by where they stand."""

    def unopposed(self, *, at: datetime) -> MinorChangeQuerySet:
        """Nobody objected in time, and signatures are still missing."""
        return self.filter(revision__state=State.PROPOSED, until__lte=at, objected_at__isnull=True)

    @transaction.atomic
    def open(self, revision: Revision, *, allowed_by: Revision, until: datetime, by: User, at: datetime) -> MinorChange:
        """Let a proposal take effect at `until` unless a head objects, as a signed agreement allows; tell the heads."""
        change = self.create(revision=revision, allowed_by=allowed_by, until=until)
        tell_heads(revision, MINOR_PROPOSED, by=by, at=at)
        return change

    def hear(self, revision: Revision, *, by: User, at: datetime) -> None:
        """Somebody asks for a change of a proposal; where it is a head, or the deputy, that is an objection."""
        change = self.filter(revision=revision, objected_at__isnull=True, until__gt=at).first()
        if change and heads(by, at=at):
            change.object(by=by, at=at)


class MinorChange(models.Model):
    """That a proposal needs no signatures once `until` has come without an objection.

    The first objection decides: the proposal then needs both signatures, as any other.
    """

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="minor")
    allowed_by = models.ForeignKey(Revision, models.PROTECT, related_name="+", help_text="The agreement that says so.")
    until = models.DateTimeField(help_text="In force from here on unless a head objects before.")
    objected_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objected_at = models.DateTimeField(null=True)

    objects = MinorChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(objected_at=None, objected_by=None)
                | Q(objected_at__lt=F("until"), objected_by__isnull=False),
                name="minor_objection_is_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision}, minor"

    @property
    def is_open(self) -> bool:
        """Whether it will take effect by itself."""
        return self.revision.state == State.PROPOSED and self.objected_at is None

    @transaction.atomic
    def object(self, *, by: User, at: datetime) -> None:
        """Say that this change needs both signatures; whoever proposed it is told.

        Raises NotAllowed for who signs for no side, Refused where it is too late or somebody objected before.
        """
        access.check(by, "revision.object")
        if not heads(by, at=at):
            raise NotAllowed("Only the heads of marketing and of sales object, or their deputies while they are away.")
        revision = Revision.objects.select_for_update().get(pk=self.revision_id)
        if revision.state != State.PROPOSED:
            raise Refused(f"This version is {revision.get_state_display()}; it is too late to object.")
        if at >= self.until:
            raise Refused("The time to object is over; this version takes effect now.")
        if not MinorChange.objects.filter(pk=self.pk, objected_at=None).update(objected_by=by, objected_at=at):
            raise Refused("Somebody objected before you: it needs both signatures.")
        self.refresh_from_db()
        tell_proposer(revision, MINOR_OBJECTED, by=by, at=at)


def heads(user: User, *, at: datetime) -> bool:
    """Whether this person signs for a side at a moment."""
    return any(user.signature_for(side, at=at) for side in Side.values)
