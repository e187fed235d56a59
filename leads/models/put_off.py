"""Asked for later: the person asked to be called on a day, and until then nothing more is due of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from accounts.models import User

if TYPE_CHECKING:
    from leads.models.attempt import Attempt
    from leads.models.handoff import Handoff

# Counted from the hand-off: who asks for more is not ready, and is better recycled with a date.
LONGEST = timedelta(days=90)


class PutOffQuerySet(models.QuerySet["PutOff"]):
    """What was put off, without what was taken back."""

    def standing(self) -> PutOffQuerySet:
        return self.filter(undone_at__isnull=True)

    def lasting(self) -> PutOffQuerySet:
        """Those that nothing has ended: no attempt since, no other day."""
        return self.standing().filter(ended_at__isnull=True)

    def begin(
        self,
        handoff: Handoff,
        *,
        until: datetime,
        by: User,
        at: datetime,
        note: str = "",
        attempt: Attempt | None = None,
    ) -> PutOff:
        """Put a hand-off off from now on; what was put off before ends."""
        self.end(handoff, at=at)
        return self.create(handoff=handoff, by=by, at=at, until_at=until, note=note.strip()[:300], attempt=attempt)

    def after(self, attempt: Attempt, handoff: Handoff) -> None:
        """An attempt ends what was put off; if another day was asked for in it, it is put off till then."""
        at, until = attempt.recorded_at, attempt.call_back_at and min(attempt.call_back_at, longest(handoff))
        self.end(handoff, at=at)
        if until and is_later(until, at, attempt.by):
            self.begin(handoff, until=until, by=attempt.by, at=at, note=attempt.note, attempt=attempt)

    def end(self, handoff: Handoff, *, at: datetime) -> None:
        self.lasting().filter(handoff=handoff).update(ended_at=at)

    def take_back(self, handoff_id: int, *, done_at: datetime, at: datetime) -> None:
        """Take back what was put off in an act of that moment; what the act had ended lasts on."""
        begun = self.lasting().filter(handoff=handoff_id, at=done_at)
        begun.update(undone_at=at)
        self.standing().filter(handoff=handoff_id, ended_at=done_at).update(ended_at=None)


def longest(handoff: Handoff) -> datetime:
    return handoff.made_at + LONGEST


def is_later(until: datetime, at: datetime, by: User) -> bool:
    """Whether that is another day by the clock of who writes it down: a call in the afternoon puts nothing off."""
    return until.astimezone(by.tz).date() > at.astimezone(by.tz).date()


class PutOff(models.Model):
    """One time for which the person asked to be left, as a rep wrote it down; of an attempt, or told otherwise.

    It is over at `until_at`, or earlier at `ended_at`: they were called after all, or named another day.
    """

    handoff = models.ForeignKey("leads.Handoff", models.CASCADE, related_name="put_offs")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    until_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    attempt = models.OneToOneField("leads.Attempt", models.CASCADE, null=True, blank=True, related_name="put_off")
    ended_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = PutOffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handoff"], condition=Q(ended_at__isnull=True, undone_at__isnull=True), name="put_off_once"
            ),
            models.CheckConstraint(condition=Q(until_at__gt=F("at")), name="put_off_until_later"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at")), name="put_off_ends_after_it_began"
            ),
        ]
        indexes = [
            # Read by the figure of a period.
            models.Index(fields=["at"], name="put_off_by_time"),
        ]

    def __str__(self) -> str:
        return f"Asked for later, until {self.until_at:%Y-%m-%d}"

    @property
    def is_lasting(self) -> bool:
        """Whether nothing has ended it: no attempt since, no other day."""
        return self.ended_at is None

    @property
    def over_at(self) -> datetime:
        """When it is over, as far as is known now."""
        return min(self.until_at, self.ended_at) if self.ended_at else self.until_at
