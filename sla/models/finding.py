"""What a page of analysis found out about a period: kept for reading, never edited, thrown away at will."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.periods import Period

STANDS = timedelta(hours=24)  # where no worker came by, this is how long it is shown


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings, found by what they are about."""

    def about(self, what: str, period: Period, columns: Sequence[str]) -> Self:
        return self.filter(what=what, period=period.key, zone=period.zone, columns=columns)

    def standing(self, *, at: datetime) -> Self:
        """Those that may be shown at a moment."""
        return self.filter(at__gt=at - STANDS)


class Finding(models.Model):
    """What was found out about a period, and when; `columns` names the figures or signs that it tells of, in order."""

    what = models.CharField(max_length=20)
    zone = models.CharField(max_length=64)
    period = models.CharField(max_length=40, help_text="Its key, as in an address.")
    columns = ArrayField(models.CharField(max_length=80))
    told = models.JSONField()
    at = models.DateTimeField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also read by the pages, each of which asks for its own.
            models.UniqueConstraint(fields=["what", "period", "zone"], name="finding_one_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.period}"
