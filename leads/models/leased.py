"""Work on many leads that a worker carries out under a lease: a row each, which outlives whoever works on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models


class LeasedQuerySet(models.QuerySet):
    """Pieces of such work; each has its `criteria`, and says by `leased_until` how long a worker has it."""

    LEASE = timedelta(minutes=1)

    def unfinished(self) -> Self:
        return self.filter(finished_at__isnull=True).select_related("criteria__revision")

    def claim(self, *, at: datetime) -> Any | None:
        """An unfinished one that no other worker has; it comes free again when that worker is killed."""
        for found in self.unfinished().filter(leased_until__lte=at).order_by("pk"):
            if self.unfinished().filter(pk=found.pk, leased_until__lte=at).update(leased_until=at + self.LEASE):
                return found
        return None
