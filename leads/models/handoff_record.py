"""What is written down of a hand-off, and how it changes: only from what its caller saw."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from accounts.models import Team, User
from campaigns.models import Campaign, Content
from common.errors import Refused
from leads.models.criteria import Criteria
from leads.models.handoffs import ACCEPTED, CLOSED, PENDING, HandoffQuerySet, HandoffState, Rating
from leads.models.lead import Lead
from leads.models.returns import HandoffReturn
from leads.models.routing import RoutingRule
from leads.models.touch import Touch


class HandoffRecord(models.Model):
    """One lead handed to sales in one episode: why now, what was promised, who decides, what was decided."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="handoffs")
    episode = models.PositiveSmallIntegerField()
    pool = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="handoffs")
    rule = models.ForeignKey(
        RoutingRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handoffs",
        db_index=False,
        help_text="The rule of routing it fell under; none where the company's owner came first.",
    )
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
    withdrawn_because = models.CharField(max_length=200, blank=True)
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

    KEPT = (
        "owner_id", "pool_id", "state", "assigned_at", "decided_at", "accepted_at", "accepted_by_id",
        "closed_at", "repair_since", "checklist", "rating",
    )  # fmt: skip

    class Meta:
        abstract = True
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
            # Read by whoever takes the next one of a pool.
            models.Index(
                F("pool"), F("due_at"), F("hot").desc(), F("id"),
                condition=Q(owner__isnull=True, closed_at__isnull=True), name="handoff_nobodys_by_due",
            ),
            # Read by the figures of a period, by the verdicts beside each grade, and by what each rule made: they count
            # from it alone.
            models.Index(
                fields=["made_at"],
                name="handoff_by_time",
                include=["id", "lead", "episode", "withdrawn", "owner", "criteria", "grade", "rating", "pool", "rule"],
            ),
            # Read by the figures of clocks and returns and by how it was shared out: whose it is, by which version, and
            # of which pool.
            models.Index(fields=["id"], name="handoff_whose", include=["lead", "episode", "criteria", "pool"]),
            # Read by what was delivered by hand: the hand-off of an episode.
            models.Index(fields=["lead", "episode"], name="handoff_by_hand", condition=Q(by_hand=True)),
            models.Index(fields=["decided_at"], name="handoff_by_decision", condition=Q(decided_at__isnull=False)),
            models.Index(fields=["accepted_at"], name="handoff_by_acceptance", condition=Q(accepted_at__isnull=False)),
            models.Index(fields=["closed_at"], name="handoff_by_closing", condition=Q(closed_at__isnull=False)),
            # Read by routing: what a rule gave each of its pools lately.
            models.Index(fields=["rule", "made_at"], name="handoff_by_rule", condition=Q(rule__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.lead}, handed over {self.made_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def stands(self) -> str:
        """Where it stands, as a sentence for somebody who saw it earlier."""
        if self.withdrawn:
            return f"It was withdrawn: {self.withdrawn_because.lower() or 'no longer for sales'}."
        if self.closed_at:
            return f"It has been decided: the lead is at {self.lead.get_stage_display()} now."
        if self.repair_since:
            return "Marketing is completing it now; it comes back when that is done."
        holder = self.accepted_by if self.state == ACCEPTED else self.owner
        return f"{holder or 'Nobody'} {'has accepted' if self.state == ACCEPTED else 'owns'} it now."

    @property
    def has_been_spoken_with(self) -> bool:
        """Whether an attempt connected, or the person replied, since it was made."""
        replied = self.lead.touches.filter(kind="reply", occurred_at__gte=self.made_at)
        return self.attempts.connected().exists() or replied.exists()

    @property
    def is_pending(self) -> bool:
        return self.state == PENDING

    @property
    def is_accepted(self) -> bool:
        """Whether sales works on it now."""
        return self.state == ACCEPTED

    @property
    def total(self) -> Any:
        """The points it was handed over with; never under zero."""
        return None if self.fit is None else max(self.fit + self.engagement, 0)

    @property
    def verdict(self) -> str:
        """How good the rep found the lead, in a word; "" as long as nobody said."""
        return Rating(self.rating).label if self.rating else ""

    def belongs_to(self, user: User) -> bool:
        """The owner's; while nobody owns it, any rep's of its pool."""
        if self.owner_id is None:
            return self.pool_id is None or self.pool_id == user.team_id
        return self.owner_id == user.pk

    def why_not_to(self, to: User, passed_over: set[int | None]) -> str:
        """Why this one, which was nobody's, cannot be given to a person now, in a sentence, or "". `passed_over` are
        those who sent its lead back.
        """
        if self.owner_id or not self.is_open:
            return self.stands
        return f"{to} sent it back before." if to.pk in passed_over else ""

    # Changed only by who saw it as it is

    def _hold(self) -> None:
        """Lock the lead and read the hand-off anew; raise Refused unless it still is as the caller saw it."""
        seen = (self.owner_id, self.state, self.repair_since)
        self.lead.hold()
        self.refresh_from_db(fields=[*self.KEPT, "withdrawn", "withdrawn_because"])
        if (self.owner_id, self.state, self.repair_since) != seen:
            raise Refused(self.stands)

    def _change(self, guard: Q, **changes: Any) -> None:
        """Change the row if it still is what the caller saw, or raise Refused and change nothing."""
        seen = type(self).objects.filter(guard, pk=self.pk, owner=self.owner_id, closed_at__isnull=True)
        if not seen.update(**changes):
            self.refresh_from_db()
            raise Refused(self.stands)
        for name, value in changes.items():
            setattr(self, name, value)
