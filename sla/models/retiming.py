"""Who put a running clock on hours that were edited since it began, and what that did to it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, F, Q

from accounts.models import User, WorkCalendar
from sla.models.clock import Clock
from sla.models.desk import Desk

RETIMED = "sla.retimed"


class RetimingQuerySet(models.QuerySet["Retiming"]):
    """Clocks that were retimed."""

    def of(self, calendar: WorkCalendar) -> models.QuerySet[Retiming, dict[str, Any]]:
        """Who retimed how many clocks of a calendar, and when, the latest first."""
        rows = self.filter(calendar=calendar).values("at", "by__name").annotate(clocks=Count("pk"))
        return rows.order_by("-at")


class Retiming(models.Model):
    """One clock put on a calendar's new hours by a person: from which hours, and from when to when it fell due."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="retimings")
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    was_desk = models.ForeignKey(Desk, models.PROTECT, related_name="+", db_index=False)
    was_due_at = models.DateTimeField()
    due_at = models.DateTimeField()

    objects = RetimingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(due_at=F("was_due_at")), name="retiming_moves_its_clock"),
        ]
        # Read by the calendar's page: who retimed clocks, the latest first.
        indexes = [models.Index(fields=["calendar", "-at"], name="retiming_of_calendar")]

    def __str__(self) -> str:
        return f"{self.clock} by {self.by}"
