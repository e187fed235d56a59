"""Shadow runs: a version that scores beside the one in force for some days, and whom either would make an MQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from accounts.access import check
from accounts.models import User
from agreements.models import COMING
from common.errors import Incomplete, Refused
from common.wake import wake
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.models.score import Rescore, ShadowScore
from leads.wording import fingerprint

USUAL_DAYS, MOST_DAYS = 14, 60


class Ended(models.TextChoices):
    """Why a run is over."""

    TIME = "time", "its days are over"
    STOPPED = "stopped", "it was ended"
    EDITED = "edited", "the definition was changed"
    IN_FORCE = "in_force", "the version took effect"
    TAKEN_BACK = "taken_back", "the version was withdrawn or declined"
    REPLACED = "replaced", "the version beside it is no longer in force"


class ShadowRunQuerySet(models.QuerySet["ShadowRun"]):
    """Shadow runs; at most one goes on."""

    def running(self) -> ShadowRun | None:
        """The one that nobody and nothing has ended, with both definitions."""
        return self.filter(ended_at__isnull=True).select_related("criteria__revision", "beside__revision").first()

    @transaction.atomic
    def start(self, criteria: Criteria, *, days: int, by: User | None, at: datetime) -> ShadowRun:
        """Let a version that is coming score beside the one in force for so many days (1 to 60).

        Raises Incomplete for other days or where no lead could ever qualify, Refused where the version is
        not coming, nothing is in force, or another run goes on.
        """
        check(by, "criteria.shadow")
        if not 1 <= days <= MOST_DAYS:
            raise Incomplete(f"Let it run for 1 to {MOST_DAYS} days.", "days")
        beside = Criteria.objects.ruling()
        if criteria.revision.state not in COMING:
            raise Refused(f"This version is {criteria.revision.get_state_display()}; only a coming one runs in shadow.")
        if beside is None:
            raise Refused("Nothing is in force that it could run beside. Try it out instead.")
        criteria.check_complete()
        run = self._open(criteria, beside=beside, started_by=by, started_at=at, until=at + timedelta(days=days))
        Rescore.objects.start(criteria=criteria, at=at, shadow=run)
        wake("leads.tasks.rescore")
        return run

    def _open(self, criteria: Criteria, **columns: Any) -> ShadowRun:
        try:
            with transaction.atomic():
                return self.create(criteria=criteria, fingerprint=fingerprint(criteria), **columns)
        except IntegrityError as error:
            other = self.running()
            which = f"Version {other.criteria.revision.number}" if other else "Another version"
            raise Refused(f"{which} runs in shadow already. End that run first.") from error


class ShadowRun(models.Model):
    """One version beside the one in force, from `since` on: then everybody has been scored once under it.

    Who met it by `since` met it from the start. It moves nobody and tells nobody. `fingerprint`
    tells the text: a draft that is edited ends the run.
    """

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="shadows")
    beside = models.ForeignKey(Criteria, models.CASCADE, related_name="+", help_text="What was in force.")
    fingerprint = models.CharField(max_length=64)
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    since = models.DateTimeField(null=True, help_text="When everybody had been scored once.")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=10, choices=Ended.choices, blank=True)

    objects = ShadowRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="shadow_one_run_goes_on",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | Q(ended_at__isnull=False, ended_because__in=Ended.values),
                name="shadow_ended_says_why",
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("started_at")), name="shadow_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.criteria} in shadow"

    @property
    def days(self) -> int:
        """For how many days it was asked to run."""
        return (self.until - self.started_at).days

    def day(self, *, at: datetime) -> int:
        """Which of its days a moment is on, from 1 on."""
        return min((at - self.started_at).days + 1, self.days)

    def count_from(self, at: datetime) -> None:
        """Everybody has been scored once: what happens from now on counts."""
        ShadowRun.objects.filter(pk=self.pk, since__isnull=True, ended_at__isnull=True).update(since=at)

    def stop(self, *, by: User, at: datetime) -> None:
        """End it before its time. Raises Refused where it is over."""
        check(by, "criteria.shadow")
        if not self.end(Ended.STOPPED, by=by, at=at):
            raise Refused("This run is over already.")

    @transaction.atomic
    def end(self, because: Ended, *, at: datetime, by: User | None = None) -> bool:
        """It is over; what it found stays, the scores go. Whether it was this call that ended it."""
        mine = ShadowRun.objects.filter(pk=self.pk, ended_at__isnull=True)
        if not mine.update(ended_at=at, ended_because=because, ended_by=by):
            return False
        ShadowScore.objects.filter(criteria=self.criteria_id).delete()
        self.refresh_from_db(fields=["ended_at", "ended_because", "ended_by"])
        return True


class ShadowLeadQuerySet(models.QuerySet["ShadowLead"]):
    """The leads of a run, in the groups that its figures count."""

    def group(self, name: str, run: ShadowRun) -> ShadowLeadQuerySet:
        """The leads behind a figure of a run that counts. Raises KeyError for no such group."""
        return self.filter(groups(run.since)[name])


class ShadowLead(models.Model):
    """A lead in a run: when it would first have become an MQL under the shadow, and when it did in fact."""

    run = models.ForeignKey(ShadowRun, models.CASCADE, related_name="leads", db_index=False)
    # Its index is read when a lead goes.
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    qualified_at = models.DateTimeField(null=True)
    mql_at = models.DateTimeField(null=True, help_text="Made an MQL by the version in force, not by hand.")

    objects = ShadowLeadQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also read by the figures of a run, and page by page by their leads.
            models.UniqueConstraint(fields=["run", "lead"], name="shadow_counts_a_lead_once"),
            models.CheckConstraint(
                condition=Q(qualified_at__isnull=False) | Q(mql_at__isnull=False),
                name="shadow_lead_is_mql_of_either",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.run_id}"


def groups(since: datetime) -> dict[str, Q]:
    """What each figure counts. Who met the shadow from the start is no difference that the run has found."""
    made = Q(mql_at__gt=since)
    met, from_start = Q(qualified_at__gt=since), Q(qualified_at__lte=since)
    return {
        "made": made,
        "met": met,
        "both": made & met,
        "gone": made & Q(qualified_at__isnull=True),
        "new": met & Q(mql_at__isnull=True),
        "before": from_start,
        "ahead": from_start & made,
    }
