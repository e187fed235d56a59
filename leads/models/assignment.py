"""Assignments: who owned a hand-off from when to when, and why it went to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q

from accounts.access import Role, Side
from accounts.models import User
from common.errors import Incomplete, Refused
from notifications.outbox import tell


class How(models.TextChoices):
    """By which way a hand-off came to somebody."""

    OWNER = "owner", "Owner of the company"
    PERSON = "person", "Named in the rule"
    TURN = "turn", "Their turn"
    TAKEN = "taken", "Took it on"
    GIVEN = "given", "Given by somebody"
    HANDED_ON = "handed_on", "A book handed on"
    COVER = "cover", "Covers for a colleague"
    PASSED_ON = "passed_on", "Passed on after a return"
    REROUTED = "rerouted", "Waited too long with another"


ROUTED = (How.OWNER, How.PERSON, How.TURN)  # by routing itself; the rest was moved by people


class Given(NamedTuple):
    """One hand-off given to one person, by which way, why to them, and what is kept of that."""

    handoff_id: int
    lead_id: int
    owner_id: int
    because: str
    how: How = How.GIVEN
    kept: dict[str, Any] | None = None


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Who owned what, and the one way to begin it."""

    def current(self) -> AssignmentQuerySet:
        """The last of a hand-off; it lasts until the hand-off closes."""
        return self.filter(until_at__isnull=True)

    def end(self, handoff_ids: Iterable[int], *, because: str, at: datetime) -> None:
        self.current().filter(handoff__in=handoff_ids).update(until_at=at, ended_because=because)

    def begin(self, given: list[Given], *, by: User | None, at: datetime) -> list[Assignment]:
        """Write the history of hand-offs that were just given to people, and tell those people."""
        self.end([one.handoff_id for one in given], because="Given to somebody else", at=at)
        rows = [
            Assignment(
                handoff_id=one.handoff_id,
                owner_id=one.owner_id,
                from_at=at,
                by=by,
                because=one.because,
                how=one.how,
                kept=one.kept,
            )
            for one in given
        ]
        _tell(given, by=by, at=at)
        return self.bulk_create(rows, batch_size=2000)


class Assignment(models.Model):
    """Who owned a hand-off from when to when; the history that the owner's clock follows."""

    handoff = models.ForeignKey("leads.Handoff", models.CASCADE, related_name="assignments")
    owner = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=10, choices=How.choices, default=How.GIVEN)
    because = models.CharField(max_length=200, blank=True, help_text="Why it went there.")
    kept = models.JSONField(
        null=True, blank=True, help_text="The rule, its pools and who was in turn, as they were: ids and numbers."
    )
    ended_because = models.CharField(max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handoff"], condition=Q(until_at__isnull=True), name="assignment_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(how__in=How.values), name="assignment_way_is_known"),
        ]
        indexes = [
            # Read by routing: what each rep was given today and in the weeks before.
            models.Index(fields=["owner", "from_at"], name="assignment_by_owner"),
            # Read by the pages of routing, which count from it alone what was given in a period, to whom and how.
            models.Index(fields=["from_at"], name="assignment_by_time", include=["id", "handoff", "owner", "how"]),
            models.Index(fields=["until_at"], name="assignment_by_end", condition=Q(until_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.owner} from {self.from_at:%Y-%m-%d %H:%M}"


def refuse_if_away(user: User, *, at: datetime) -> None:
    """Nobody takes on what they are not there for."""
    if not User.objects.present(at=at).filter(pk=user.pk).exists():
        raise Refused("You are entered as away, so you cannot take on new leads.")


def refuse_outside_sales(user: User) -> None:
    """Hand-offs are given to whoever is active in sales. Raises Incomplete for anybody else."""
    if not User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).filter(pk=user.pk).exists():
        raise Incomplete(f"{user} is not active in sales.", "to")


def _tell(given: list[Given], *, by: User | None, at: datetime) -> None:
    """One notice a person and batch, and none to who took it themselves."""
    theirs: defaultdict[int, list[int]] = defaultdict(list)
    for one in given:
        theirs[one.owner_id].append(one.handoff_id)
    for owner in User.objects.filter(pk__in=theirs).exclude(pk=by and by.pk):
        ids = theirs[owner.pk]
        tell([owner], "leads.handed_over", {"handoffs": ids}, key=f"handed:{ids[0]}:{at.isoformat()}", at=at)


def tell_unassigned(handoff_ids: list[int], *, at: datetime) -> None:
    """Nobody could be given these: the heads of sales have to find somebody."""
    heads = User.objects.heads_of(Side.SALES)
    key = f"unassigned:{handoff_ids[0]}:{at.isoformat()}"
    tell(heads, "leads.unassigned", {"handoffs": handoff_ids}, key=key, at=at)
