"""What somebody asks to be changed in a definition that waits for signatures, beside the rule it is about."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from accounts.models import User
from agreements.models import AskedChange, AskedChangeQuerySet
from agreements.models.asked import says_something, settled_by_somebody
from leads import wording
from leads.models.criteria import Criteria
from leads.models.rule import Rule

ASKED, ANSWERED = "leads.change_asked", "leads.change_answered"


class ChangeRequestQuerySet(AskedChangeQuerySet):
    """Changes that were asked of definitions."""

    def beside(self, criteria: Criteria) -> list[ChangeRequest]:
        """What is shown beside a version, the oldest first, each with its rule."""
        return list(self.of(criteria).select_related("rule"))

    def ask(self, criteria: Criteria, text: str, *, rule: Rule | None, by: User, at: datetime) -> ChangeRequest:
        """Ask for a change of one rule, or without it of the points and steps. Raises as `put` does."""
        return self.put(criteria, text, rule=rule, by=by, at=at)


class ChangeRequest(AskedChange):
    """One change asked of a definition: beside its rule, also in the next draft, until it is settled."""

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="changes_asked")
    rule = models.ForeignKey(Rule, models.CASCADE, null=True, related_name="changes_asked")

    objects = ChangeRequestQuerySet.as_manager()

    VERSION, SETTLE = "criteria", "criteria.edit"
    ASKED, ANSWERED = ASKED, ANSWERED

    class Meta:
        constraints = [
            says_something("change_says_something"),
            settled_by_somebody("change_is_settled_by_somebody"),
        ]

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return wording.Wording.now().rule(self.rule) if self.rule else "Points, grades and steps"
