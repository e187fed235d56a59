"""Assignments: who owned a hand-off from when to when, and whose turn it is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Max, Q

from accounts.access import Role, Side
from accounts.models import Team, User
from common.errors import Refused
from leads.models.returns import HandoffReturn
from leads.routing import Candidate, choose
from notifications.outbox import tell

if TYPE_CHECKING:
    from leads.models.handoff import Handoff

COMPANY_OWNER = "Owner of the company"
THEIR_TURN = "Their turn"


class Given(NamedTuple):
    """One hand-off given to one person, and why to them."""

    handoff_id: int
    lead_id: int
    owner_id: int
    because: str


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
            Assignment(handoff_id=one.handoff_id, owner_id=one.owner_id, from_at=at, by=by, because=one.because)
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
    because = models.CharField(max_length=200, blank=True, help_text="Why it went there.")
    ended_because = models.CharField(max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

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


class Turns:
    """Whose turn it is in each pool at one moment: read once, then asked for one hand-off after another.

    The company's owner comes before every pool. Who returned a lead is passed over, even as that
    owner, unless they asked for it back; a repair or a double is no such return.
    """

    def __init__(self, handoffs: Iterable[Handoff], *, at: datetime) -> None:
        handoffs = list(handoffs)
        self.at = at
        self.passed_over = _returners({handoff.lead_id for handoff in handoffs})
        self.pools = {pool.pk: candidates(pool, at=at) for pool in {handoff.pool for handoff in handoffs} if pool}
        owners = {handoff.lead.company.owner_id for handoff in handoffs if handoff.lead.company}
        self.company_owners = set(_can_take(at=at).filter(pk__in=owners).values_list("pk", flat=True))

    def next_for(self, handoff: Handoff) -> Given | None:
        """To whom it goes, or None when nobody is there who may have it."""
        passed_over = self.passed_over[handoff.lead_id] | {handoff.owner_id}
        owner_id = handoff.lead.company and handoff.lead.company.owner_id
        if owner_id in self.company_owners - passed_over:
            return Given(handoff.pk, handoff.lead_id, owner_id, COMPANY_OWNER)
        pool = self.pools.get(handoff.pool_id, {})
        chosen = choose(candidate for candidate in pool.values() if candidate.user_id not in passed_over)
        if chosen is None:
            return None
        pool[chosen.user_id] = chosen.given_one(self.at)
        return Given(handoff.pk, handoff.lead_id, chosen.user_id, THEIR_TURN)


def _can_take(*, at: datetime) -> models.QuerySet[User]:
    return User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).present(at=at)


def refuse_if_away(user: User, *, at: datetime) -> None:
    """Nobody takes on what they are not there for."""
    if not User.objects.present(at=at).filter(pk=user.pk).exists():
        raise Refused("You are entered as away, so you cannot take on new leads.")


def midnight_of(pool: Team, *, at: datetime) -> datetime:
    """When the pool's day began, in its own zone: from then on what a rep is given counts against their capacity."""
    return at.astimezone(ZoneInfo(pool.calendar.zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def candidates(pool: Team, *, at: datetime) -> dict[int, Candidate]:
    """The reps of a pool who are here, with what they were given since its midnight."""
    midnight = midnight_of(pool, at=at)
    reps = (
        User.objects.with_role(Role.REP)
        .present(at=at)
        .filter(team=pool)
        .annotate(
            given=Count("assignments", filter=Q(assignments__from_at__gte=midnight)),
            last_given_at=Max("assignments__from_at"),
        )
    )
    return {rep.pk: Candidate(rep.pk, rep.daily_capacity, rep.given, rep.last_given_at) for rep in reps}


def _returners(lead_ids: set[int]) -> defaultdict[int, set[int]]:
    """Who sent each lead back, or owned it when it was sent back on their behalf."""
    passed_over: defaultdict[int, set[int]] = defaultdict(set)
    returns = HandoffReturn.objects.passing_over().filter(handoff__lead__in=lead_ids)
    for lead_id, by_id, owner_id in returns.values_list("handoff__lead_id", "by_id", "before__handoff__owner_id"):
        passed_over[lead_id] |= {by_id, owner_id}
    return passed_over


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
