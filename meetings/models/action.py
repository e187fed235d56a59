"""Actions: what somebody does before the next meeting, and the number it should move."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from meetings.figures import known, reading
from notifications.outbox import tell

if TYPE_CHECKING:
    from meetings.models.meeting import Meeting

GIVEN = "action.given"


class ActionQuerySet(models.QuerySet["Action"]):
    """Actions, found by whose they are and where they stand."""

    def visible_to(self, user: User) -> Self:
        """Both teams see what everybody has taken on."""
        return self

    def with_people(self) -> Self:
        """With all that a page reads of an action."""
        return self.select_related("owner__team", "by", "closed_by", "meeting__series")

    def open(self) -> Self:
        """Still to be done: carried over from meeting to meeting until closed."""
        return self.filter(closed_at__isnull=True)

    def done(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def overdue(self, *, on: date) -> Self:
        """Still to be done although their day is over."""
        return self.open().filter(due_on__lt=on)

    def for_meeting(self, since: datetime) -> Self:
        """What a meeting looks at: all that is open, and what was closed since the last one; by day."""
        shown = self.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=since))
        return shown.order_by(F("closed_at").asc(nulls_first=True), "due_on", "id")

    def give(
        self, meeting: Meeting, text: str, *, owner: User, due_on: date, by: User, at: datetime, metric: str = ""
    ) -> Action:
        """Write down what somebody is to do, and how its number stands now; the owner is told.

        Raises Incomplete without words, or for a number that nobody measures.
        """
        if not text.strip():
            raise Incomplete("Say what is to be done.", "text")
        if metric and not known(metric):
            raise Incomplete("No figure has that name.", "metric")
        action = self.create(
            meeting=meeting,
            text=text.strip(),
            owner=owner,
            due_on=due_on,
            metric=metric,
            value_opened=reading(metric, at=at, zone=meeting.series.zone),
            by=by,
            at=at,
        )
        tell({owner} - {by}, GIVEN, {"action": action.pk}, key=f"{GIVEN}:{action.pk}", at=at)
        return action


class Action(models.Model):
    """One thing to do. `value_opened` and `value_closed` are readings of its number, as plain JSON."""

    meeting = models.ForeignKey("meetings.Meeting", models.PROTECT, related_name="actions")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(User, models.PROTECT, related_name="actions")
    due_on = models.DateField()
    metric = models.SlugField(max_length=60, blank=True)
    value_opened = models.JSONField(null=True, blank=True)
    value_closed = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="action_closed_by_somebody",
            ),
        ]
        indexes = [
            # Read by the list of actions, the meeting's page and the badge in the menu.
            models.Index(fields=["owner", "due_on"], name="action_open_by_owner", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("action", args=[self.pk])

    def belongs_to(self, user: User) -> bool:
        return self.owner_id == user.pk

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @transaction.atomic
    def close(self, *, by: User, at: datetime) -> None:
        """It is done; its number is read once more. Raises Refused when it was closed already."""
        check(by, "action.close", self)
        value = reading(self.metric, at=at, zone=self.meeting.series.zone)
        self._change(Q(closed_at__isnull=True), closed_at=at, closed_by=by, value_closed=value)

    @transaction.atomic
    def reopen(self, *, by: User, at: datetime) -> None:
        """It is not done after all. Raises Refused while it is open."""
        check(by, "action.close", self)
        self._change(Q(closed_at__isnull=False), closed_at=None, closed_by=None, value_closed=None)

    def _change(self, guard: Q, **changes) -> None:
        if not type(self).objects.filter(guard, pk=self.pk).update(**changes):
            raise Refused("Somebody has changed this action meanwhile.")
        self.refresh_from_db()
