"""Scores under the ruling criteria, kept narrow and apart so that a rescore touches nothing else."""

from __future__ import annotations

from django.db import models

from leads.models.criteria import Criteria
from leads.models.lead import Lead


class LeadScore(models.Model):
    """A lead's score under the ruling criteria; always equal to its ledger. No index on the points."""

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="score")
    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="+", db_index=False)
    fit = models.DecimalField(max_digits=8, decimal_places=2)
    engagement = models.DecimalField(max_digits=8, decimal_places=2)
    total = models.DecimalField(max_digits=8, decimal_places=2)
    grade = models.CharField(max_length=1)
    qualifies = models.BooleanField()
    fast_track = models.BooleanField()
    hot = models.BooleanField()
    engaged_at = models.DateTimeField(null=True, help_text="The latest touch that matches a rule.")
    fast_track_at = models.DateTimeField(null=True, help_text="The latest touch that matches a fast track.")
    changes_on = models.DateField(null=True, help_text="The next day on which points expire or halve.")
    scored_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Read by the nightly run, which visits only what changes that day.
            models.Index(fields=["changes_on"], name="score_by_change", condition=models.Q(changes_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.total}"


class DueLead(models.Model):
    """A mark that a lead's score is due. Only ever added and taken, so that marking never waits.

    `fresh` marks new behaviour or knowledge about one person, whose MQL is handed over at once;
    marks of publishing, importing and the nightly run are not fresh: their MQLs wait to be released.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", db_index=False)
    fresh = models.BooleanField(default=True)
    marked_at = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return str(self.lead_id)
