"""Books that were handed on: whose, to whom, when, and what was in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User


class HandedOn(models.Model):
    """One book handed on. `handed` holds the ids of hand-offs, deals, leads, companies and rules it held."""

    leaver = models.ForeignKey(User, models.PROTECT, related_name="+")
    to = models.ForeignKey(User, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    in_turn = models.BooleanField(default=False, help_text="The hand-offs went each to whose turn it was.")
    handed = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(leaver=F("to")), name="book_goes_to_another"),
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"The book of {self.leaver}, handed on to {self.to}"

    @property
    def count(self) -> int:
        """How many things were in it."""
        return sum(map(len, self.handed.values()))
