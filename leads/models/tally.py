"""What was counted over all leads for the rows of a list: kept for reading, never edited, thrown away at will."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models

STANDS = timedelta(hours=24)  # where no worker came by, this is how long it is shown


class Of(models.TextChoices):
    """The lists whose rows are counted ahead of time."""

    CAMPAIGN = "campaign", "Campaigns"
    CONTENT = "content", "Content"
    PERSONA = "persona", "Personas"
    RULE = "rule", "Rules of the definition"
    CREDIT = "credit", "Credit by each model"
    GOAL = "goal", "Figures of goals, by day"


class TallyQuerySet(models.QuerySet["Tally"]):
    """Tallies, found by their list."""

    def standing(self, of: Of, *, at: datetime) -> TallyQuerySet:
        """Those of a list that may be shown at a moment."""
        return self.filter(of=of, at__gt=at - STANDS)


class Tally(models.Model):
    """The counts of one row of a list, when they were last counted."""

    of = models.CharField(max_length=8, choices=Of.choices)
    key = models.CharField(max_length=120)
    counts = ArrayField(models.BigIntegerField(null=True))
    at = models.DateTimeField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also read by the lists, which ask for the keys they show.
            models.UniqueConstraint(fields=["of", "key"], name="tally_one_a_row"),
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.key}, {self.at:%Y-%m-%d %H:%M}"
