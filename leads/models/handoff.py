"""The hand-off: a small contract between the sides about one lead, and the verbs that carry it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Q

from accounts.models import Team, User
from campaigns.models import Campaign, Content
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.models.returns import HandoffReturn
from leads.models.touch import Touch

QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES = 3


class HandoffState(models.TextChoices):
    """Pending is undecided, also while in repair; open is pending or accepted."""

    PENDING = "pending", "Waiting for a decision"
    ACCEPTED = "accepted", "Accepted"
    CLOSED = "closed", "Closed"


PENDING, ACCEPTED, CLOSED = HandoffState


class Promise(NamedTuple):
    """What is due next on a hand-off, in words of at most 80 letters, and the attempts agreed for it."""

    handoff_id: int
    due_at: datetime | None = None
    due_for: str = ""
    attempts: int = 0
    attempt_days: int = 0


PROMISE = """
UPDATE leads_handoff AS h
   SET due_at = p.due_at, due_for = p.due_for, attempts_needed = p.attempts, attempt_days_needed = p.attempt_days
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::smallint[], %s::smallint[])
       AS p (id, due_at, due_for, attempts, attempt_days)
 WHERE h.id = p.id
   AND (h.due_at, h.due_for, h.attempts_needed, h.attempt_days_needed)
       IS DISTINCT FROM (p.due_at, p.due_for, p.attempts, p.attempt_days)
"""


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Hand-offs, found by who has to act."""

    def visible_to(self, user: User) -> HandoffQuerySet:
        return self

    def open(self) -> HandoffQuerySet:
        return self.filter(closed_at__isnull=True)

    def pending(self) -> HandoffQuerySet:
        return self.filter(state=PENDING)

    def unassigned(self) -> HandoffQuerySet:
        """Made, but nobody could be given it."""
        return self.open().filter(owner__isnull=True)

    def owned_by(self, user: User) -> HandoffQuerySet:
        return self.open().filter(owner=user)

    def in_repair(self) -> HandoffQuerySet:
        return self.open().filter(repair_since__isnull=False)

    def promise(self, promises: Iterable[Promise]) -> None:
        """Write what is due next on hand-offs, and the attempts agreed. Called by the clocks above."""
        columns = [list(column) for column in zip(*promises, strict=True)]
        if columns:
            with connection.cursor() as cursor:
                cursor.execute(PROMISE, columns)


class Handoff(models.Model):
    """One lead handed to sales in one episode: why now, what was promised, who decides, what was decided."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="handoffs")
    episode = models.PositiveSmallIntegerField()
    pool = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="handoffs")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="handoffs")
    state = models.CharField(max_length=8, choices=HandoffState.choices, default=PENDING)
    made_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(
        null=True, blank=True, help_text="The first decision; later ones never change it."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn = models.BooleanField(default=False)
    repair_since = models.DateTimeField(null=True, blank=True)

    # Why it was made, frozen at that moment.
    criteria = models.ForeignKey(Criteria, models.PROTECT, null=True, blank=True, related_name="handoffs")
    by_hand = models.BooleanField(default=False, help_text="A marketer qualified it by hand, with a note.")
    hot = models.BooleanField(default=False)
    why = models.CharField(max_length=400, blank=True)
    fit = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    engagement = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    grade = models.CharField(max_length=1, blank=True)
    ledger = models.JSONField(default=list, blank=True)
    touch = models.ForeignKey(Touch, models.SET_NULL, null=True, blank=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="handoffs")
    content = models.ForeignKey(Content, models.SET_NULL, null=True, blank=True, related_name="handoffs")
    talking_points = models.TextField(blank=True)
    returned_before = models.ForeignKey(
        HandoffReturn, models.SET_NULL, null=True, blank=True, related_name="+", help_text="How the last one ended."
    )

    # What the rep does next, and how good the lead turned out to be (a label for learning, never scored).
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    checklist = models.JSONField(default=dict, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)

    # The promise, written by the clocks above through `promise()`; the terms are frozen when the hand-off is made.
    due_at = models.DateTimeField(null=True, blank=True)
    due_for = models.CharField(max_length=80, blank=True)
    attempts_needed = models.PositiveSmallIntegerField(default=0)
    attempt_days_needed = models.PositiveSmallIntegerField(default=0)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(closed_at__isnull=True), name="lead_one_open_handoff"),
            models.CheckConstraint(condition=Q(state__in=HandoffState.values), name="handoff_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=CLOSED, closed_at__isnull=False) | (~Q(state=CLOSED) & Q(closed_at__isnull=True)),
                name="handoff_closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=ACCEPTED) | Q(accepted_at__isnull=False, owner__isnull=False),
                name="handoff_accepted_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(repair_since__isnull=True) | Q(state=PENDING), name="handoff_in_repair_is_pending"
            ),
            models.CheckConstraint(condition=Q(rating__isnull=True) | Q(rating__in=[1, 2, 3]), name="handoff_rating"),
        ]
        indexes = [
            # Read by the rep's queue, most urgent first.
            models.Index(fields=["owner", "due_at"], name="handoff_open_by_due", condition=Q(closed_at__isnull=True)),
            # Read by the figures of a period.
            models.Index(fields=["made_at"], name="handoff_by_time"),
            models.Index(fields=["decided_at"], name="handoff_by_decision", condition=Q(decided_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.lead}, handed over {self.made_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_pending(self) -> bool:
        return self.state == PENDING

    @property
    def total(self) -> Any:
        """The points it was handed over with; never under zero."""
        return None if self.fit is None else max(self.fit + self.engagement, 0)

    def belongs_to(self, user: User) -> bool:
        """The owner's; while nobody owns it, any rep's of its pool."""
        if self.owner_id is None:
            return self.pool_id is None or self.pool_id == user.team_id
        return self.owner_id == user.pk


class Assignment(models.Model):
    """Who owned a hand-off from when to when; the history that the owner's clock follows."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="assignments")
    owner = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    because = models.CharField(max_length=200, blank=True, help_text="Why it went there.")
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handoff"], condition=Q(until_at__isnull=True), name="assignment_one_at_a_time"
            ),
        ]
        indexes = [
            # Read by routing: what each rep was given today.
            models.Index(fields=["owner", "from_at"], name="assignment_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} from {self.from_at:%Y-%m-%d %H:%M}"
