"""Corrections: what both sides found afterwards of a return or of a delivery, beside the events, which stay."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import User

if TYPE_CHECKING:
    from leads.models.episode import Episode
    from leads.models.returns import HandoffReturn


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """What was found wrong, without what was taken back."""

    def standing(self) -> CorrectionQuerySet:
        return self.filter(undone_at__isnull=True)

    def known_by(self, at: datetime | None) -> CorrectionQuerySet:
        """Those made by a moment, or with None all: books that were closed before know nothing of later ones."""
        return self.standing() if at is None else self.standing().filter(at__lte=at)

    def of_return(self, returned: HandoffReturn, *, because: str, by: User | None, at: datetime) -> Correction:
        """The return was wrong: it no longer counts against marketing's quality."""
        return self.create(returned=returned, because=because, by=by, at=at)

    def of_delivery(self, delivered: Episode, *, because: str, by: User | None, at: datetime) -> Correction:
        """The delivery was wrong: it no longer counts as delivered."""
        return self.create(delivered=delivered, because=because, by=by, at=at)


class Correction(models.Model):
    """A return that should not have been made, or a delivery that should not count; never both, and each once."""

    returned = models.ForeignKey(
        "leads.HandoffReturn", models.PROTECT, null=True, blank=True, related_name="corrections", db_index=False
    )
    delivered = models.ForeignKey(
        "leads.Episode", models.CASCADE, null=True, blank=True, related_name="corrections", db_index=False
    )
    because = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__isnull=False, delivered__isnull=True)
                | Q(returned__isnull=True, delivered__isnull=False),
                name="correction_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["returned"], condition=Q(undone_at__isnull=True), name="correction_once_a_return"
            ),
            models.UniqueConstraint(
                fields=["delivered"], condition=Q(undone_at__isnull=True), name="correction_once_a_delivery"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="correction_says_why"),
        ]
        # Read by the corrections of a period.
        indexes = [models.Index(fields=["at"], name="correction_by_time")]

    def __str__(self) -> str:
        return self.because
