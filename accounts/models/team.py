"""Teams."""

from __future__ import annotations

from django.db import models

from accounts.access import Side


class Team(models.Model):
    """People of one side who share working hours. A sales team is a pool that hand-offs are routed to."""

    name = models.CharField(max_length=80, unique=True)
    side = models.CharField(max_length=10, choices=Side.choices)
    calendar = models.ForeignKey("accounts.WorkCalendar", models.PROTECT, related_name="teams")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="team_side_is_known"),
        ]

    def __str__(self) -> str:
        return self.name
