"""Scores under the ruling criteria, kept narrow and apart so that a rescore touches nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import F, Q

from common.wake import wake
from leads.models.criteria import Criteria
from leads.models.leased import LeasedQuerySet

if TYPE_CHECKING:
    from leads.models.shadow import ShadowRun


class KeptScore(models.Model):
    """A lead's score under a definition; always equal to its ledger. No index on the points."""

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="+", db_index=False)
    fit = models.DecimalField(max_digits=8, decimal_places=2)
    engagement = models.DecimalField(max_digits=8, decimal_places=2)
    total = models.DecimalField(max_digits=8, decimal_places=2)
    grade = models.CharField(max_length=1)
    qualifies = models.BooleanField()
    fast_track = models.BooleanField()
    hot = models.BooleanField()
    engaged_at = models.DateTimeField(null=True, help_text="The latest touch that earns points.")
    fast_track_at = models.DateTimeField(null=True, help_text="The latest touch that matches a fast track.")
    changes_on = models.DateField(null=True, help_text="The next day on which points expire or halve.")
    scored_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.total}"


class LeadScore(KeptScore):
    """Under the ruling criteria: the score that counts."""

    lead = models.OneToOneField("leads.Lead", models.CASCADE, primary_key=True, related_name="score")

    class Meta:
        indexes = [
            # Read by the nightly run, which visits only what changes that day.
            models.Index(fields=["changes_on"], name="score_by_change", condition=Q(changes_on__isnull=False)),
        ]


class ShadowScore(KeptScore):
    """Under the version that runs in shadow; the rows go when the run is over."""

    lead = models.OneToOneField("leads.Lead", models.CASCADE, primary_key=True, related_name="shadow_score")

    class Meta:
        indexes = [
            # Read by the nightly run, like the one above.
            models.Index(fields=["changes_on"], name="shadow_by_change", condition=Q(changes_on__isnull=False)),
        ]


class DueLeadQuerySet(models.QuerySet["DueLead"]):
    """Marks that scores are due."""

    def mark(self, lead_ids: Iterable[int], *, fresh: bool = True) -> None:
        """Mark leads in the transaction that changed them, and nudge a worker once it commits."""
        self._add("SELECT unnest(%s::bigint[]), %s", [sorted(set(lead_ids)), fresh])

    def mark_query(self, leads: models.QuerySet, *, fresh: bool = True) -> None:
        """Mark all the leads of a queryset, in one statement."""
        chosen, values = leads.order_by().values("pk").query.sql_with_params()
        self._add(f"SELECT id, %s FROM ({chosen}) chosen (id)", [fresh, *values])

    def _add(self, marks: str, values: list) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO leads_duelead (lead_id, fresh) {marks}", values)
        wake("leads.tasks.score_due")


class DueLead(models.Model):
    """A mark that a lead's score is due. Only ever added and taken, so that marking never waits.

    `fresh` marks new behaviour or knowledge about one person, whose MQL is handed over at once;
    marks of publishing, importing and the nightly run are not fresh: their MQLs wait to be released.
    """

    # Its index is read when leads go, as with an import undone: each looks for marks that still name it.
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    fresh = models.BooleanField(default=True)
    marked_at = models.DateTimeField(db_default=models.functions.Now())

    objects = DueLeadQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.lead_id)


class RescoreQuerySet(LeasedQuerySet):
    """Rescores of everybody; at most one is unfinished of those that count, and one of each shadow run."""

    def running(self) -> Rescore | None:
        """The one whose scores count."""
        return self.unfinished().filter(shadow=None).first()

    @transaction.atomic
    def start(self, *, criteria: Criteria, at: datetime, shadow: ShadowRun | None = None) -> Rescore:
        """Begin to score everybody under a definition; one still running for another is given up."""
        self.model.objects.unfinished().filter(shadow=shadow).update(finished_at=at)
        return self.create(criteria=criteria, shadow=shadow, started_at=at, leased_until=at)


class Rescore(models.Model):
    """One scoring of everybody, from the lowest id to the highest; `next_id` is the first not done.

    `total` counts the leads there were when the first batch was scored; until then it is not known.
    """

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="rescores")
    shadow = models.ForeignKey(
        "leads.ShadowRun", models.CASCADE, null=True, related_name="rescores", help_text="Its scores count for nothing."
    )
    next_id = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    leased_until = models.DateTimeField(help_text="A worker that works on it keeps this in the future.")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RescoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shadow"],
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="rescore_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criteria}: {self.done} of {self.total}"

    @property
    def share(self) -> float:
        """The part that is done, 0 to 1."""
        if not self.total:
            return float(self.finished_at is not None)
        return min(self.done / self.total, 1.0)

    def advance(self, *, next_id: int, done: int, at: datetime) -> bool:
        """Note what is done and keep the lease; False when another worker has gone on from here meanwhile."""
        mine = type(self).objects.filter(pk=self.pk, next_id=self.next_id, finished_at__isnull=True)
        return bool(mine.update(next_id=next_id, done=F("done") + done, leased_until=at + RescoreQuerySet.LEASE))

    def count(self, total: int) -> None:
        """Note how many leads there are to score."""
        self.total = total
        type(self).objects.filter(pk=self.pk).update(total=total)

    def finish(self, *, at: datetime) -> None:
        type(self).objects.filter(pk=self.pk, finished_at__isnull=True).update(finished_at=at)
