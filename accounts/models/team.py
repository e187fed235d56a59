"""Teams."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from accounts.access import Side, check
from accounts.models.calendar import WorkCalendar, hours_changed
from accounts.models.user import User


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams."""

    def visible_to(self, user: User) -> TeamQuerySet:
        """Everyone sees every team."""
        return self

    def form(self, name: str, side: str, calendar: Any, *, by: User) -> Team:
        """Make a team. Raises ValidationError when the name is taken."""
        check(by, "team.edit")
        team = self.model(name=name, side=side, calendar=calendar)
        team.full_clean()
        team.save()
        return team


class Team(models.Model):
    """People of one side who share working hours. A sales team is a pool that hand-offs are routed to."""

    name = models.CharField(max_length=80, unique=True)
    side = models.CharField(max_length=10, choices=Side.choices)
    calendar = models.ForeignKey(
        "accounts.WorkCalendar", models.PROTECT, related_name="teams", verbose_name="working hours"
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="team_side_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def edit(self, *, by: User, name: str) -> None:
        """Rename the team; its side stays. Raises ValidationError."""
        check(by, "team.edit")
        self.name = name
        self.full_clean()
        self.save(update_fields=["name"])

    @transaction.atomic
    def work_by(self, calendar: WorkCalendar, *, by: User) -> None:
        """Give the team other working hours."""
        check(by, "calendar.edit")
        self.calendar = calendar
        self.save(update_fields=["calendar"])
        hours_changed.send(Team)
