"""The trail of routing: who changed which rule, when, from what to what."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from accounts.access import check
from accounts.models import User
from common.errors import Refused


class Did(models.TextChoices):
    """What somebody did to a rule."""

    ADDED = "added", "added"
    CHANGED = "changed", "changed"
    MOVED = "moved", "moved"
    REMOVED = "removed", "removed"
    TOOK_BACK = "took_back", "took back a change of"


class RoutingChangeQuerySet(models.QuerySet["RoutingChange"]):
    """The trail, the latest first."""

    def visible_to(self, user: User) -> RoutingChangeQuerySet:
        return self

    def latest_first(self) -> RoutingChangeQuerySet:
        return self.select_related("rule", "by").order_by("-pk")


class RoutingChange(models.Model):
    """Who changed which rule, when, from what to what. Ids and numbers: names are looked up when it is shown."""

    rule = models.ForeignKey("leads.RoutingRule", models.PROTECT, related_name="changes")
    did = models.CharField(max_length=10, choices=Did.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    was = models.JSONField(null=True, blank=True)
    became = models.JSONField(null=True, blank=True)

    objects = RoutingChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(was__isnull=False) | Q(became__isnull=False), name="routing_change_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.get_did_display()} a rule"

    @transaction.atomic
    def take_back(self, *, by: User, at: datetime) -> None:
        """Make the rule what it was before. Raises Refused once the rules were changed again."""
        check(by, "routing.edit")
        type(self.rule).objects.hold()
        if RoutingChange.objects.filter(pk__gt=self.pk).exists():
            raise Refused("The rules have been changed again since, so this can no longer be taken back.")
        self.rule.put_back_as(self.was, at=at)
        became = None if self.was is None else self.rule.told()
        RoutingChange.objects.create(rule=self.rule, did=Did.TOOK_BACK, by=by, at=at, was=self.became, became=became)
