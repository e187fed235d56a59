"""Whose turn it is: the reps of the pools as they stand at one moment, asked for one hand-off after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Max, Q

from accounts.access import Role
from accounts.models import Absence, Team, User
from common.once import once
from leads.models.aside import Aside
from leads.models.assignment import ROUTED, Assignment, Given, How
from leads.models.returns import HandoffReturn
from leads.models.routing import RoutingRule, sales_teams
from leads.routing import Candidate, in_turn

if TYPE_CHECKING:
    from leads.models.handoff import Handoff

LATELY = timedelta(days=30)  # routing evens out what it gave over so long
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
KEPT = 5  # of those in turn, the next ones are kept with a hand-off

Seats = dict[int, dict[int, Candidate]]


@dataclass(frozen=True)
class Route:
    """Where a lead goes: its pool, whom the rule names, and what of that is kept with the hand-off.

    `rule` is None where the company's owner comes first.
    """

    pool: Team | None
    rule: RoutingRule | None = None
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def person_id(self) -> int | None:
        return self.rule and self.rule.person_id


class Turns:
    """Whose turn it is in each pool at one moment: read once, then asked for one hand-off after another.

    The company's owner comes before every pool, then whom the rule names. Who returned a lead is passed
    over, even as that owner, unless they asked for it back; a repair or a double is no such return.
    """

    def __init__(self, handoffs: Iterable[Handoff], *, at: datetime, routes: Mapping[int, Route] | None = None) -> None:
        handoffs = list(handoffs)
        self.at, self.routes = at, routes or {}
        self.passed_over = returners({handoff.lead_id for handoff in handoffs})
        self.pools = seats({handoff.pool for handoff in handoffs if handoff.pool}, at=at)
        owners = {handoff.lead.company.owner_id for handoff in handoffs if handoff.lead.company}
        named = {route.person_id for route in self.routes.values()}
        here = set(_can_take(at=at).filter(pk__in=(owners | named) - {None}).values_list("pk", flat=True))
        self.company_owners, self.named = here & owners, here & named

    def next_for(self, handoff: Handoff) -> Given | None:
        """To whom it goes, or None when nobody is there who may have it."""
        passed_over = self.passed_over[handoff.lead_id] | {handoff.owner_id}
        owner_id = handoff.lead.company and handoff.lead.company.owner_id
        route = self.routes.get(handoff.lead_id, Route(handoff.pool))
        if owner_id in self.company_owners - passed_over:
            return self._given(handoff, owner_id, How.OWNER, route, passed_over)
        if route.person_id in self.named - passed_over:
            return self._given(handoff, route.person_id, How.PERSON, route, passed_over)
        pool = self.pools.get(handoff.pool_id, {})
        order = in_turn((seat for seat in pool.values() if seat.user_id not in passed_over), KEPT)
        return self._given(handoff, order[0].user_id, How.TURN, route, passed_over, order) if order else None

    def _given(
        self,
        handoff: Handoff,
        to: int,
        how: How,
        route: Route,
        passed_over: set[int | None],
        order: Iterable[Candidate] = (),
    ) -> Given:
        """What is kept of why, and the pool as it is after it."""
        kept = route.kept | {
            "pool": handoff.pool_id,
            "turn": [seat.kept() for seat in order],
            "passed_over": sorted(passed_over - {None}),
        }
        pool = self.pools.get(handoff.pool_id, {})
        if to in pool:
            pool[to] = pool[to].given_one(self.at)
        return Given(handoff.pk, handoff.lead_id, to, how.label, how, kept)


def _can_take(*, at: datetime) -> models.QuerySet[User]:
    """Who is here and not set aside."""
    aside = Aside.objects.standing().values("rep")
    return User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).present(at=at).exclude(pk__in=aside)


def midnight_of(pool: Team, *, at: datetime) -> datetime:
    """When the pool's day began, in its own zone: from then on what a rep is given counts against their capacity."""
    return at.astimezone(ZoneInfo(pool.calendar.zone)).replace(hour=0, minute=0, second=0, microsecond=0)


class Load(NamedTuple):
    """What a rep was given: since their pool's midnight, in the thirty days until now, and by routing in those of them
    before midnight.
    """

    today: int = 0
    lately: int = 0
    before: int = 0
    last_at: datetime | None = None


@once
def loads(pools: tuple[Team, ...], *, at: datetime) -> dict[int, Load]:
    """What each rep of these pools was given lately; who was given nothing is left out. One query."""
    today = Q(pk=None)
    for pool in pools:
        today |= Q(owner__team=pool, from_at__gte=midnight_of(pool, at=at))
    given = Assignment.objects.filter(owner__team__in=pools, from_at__gte=at - LATELY).order_by().values_list("owner")
    counted = given.annotate(
        today=Count("pk", filter=today),
        lately=Count("pk"),
        before=Count("pk", filter=~today & Q(how__in=ROUTED)),
        last_at=Max("from_at"),
    )
    return {owner: Load(*load) for owner, *load in counted}


def seats(pools: Iterable[Team], *, at: datetime) -> Seats:
    """The reps of these pools who are here and not set aside, by pool: four statements, however many there are.

    Each with what they were given since their pool's midnight by anybody, what routing gave them in the
    thirty days before that, and for how many of these days they were here.
    """
    pools = tuple(pools)
    reps = _can_take(at=at).filter(team__in=pools, roles__contains=[Role.REP])
    seated = list(reps.order_by().values_list("pk", "team", "daily_capacity", "joined_at"))
    given, here = loads(pools, at=at), days_here({pk: max(at - LATELY, joined) for pk, *_, joined in seated}, at=at)
    found: Seats = {pool.pk: {} for pool in pools}
    for pk, team, capacity, _ in seated:
        load = given.get(pk, Load())
        found[team][pk] = Candidate(pk, capacity, load.today, load.last_at, load.before, here[pk])
    return found


@once
def seats_of_sales(*, at: datetime) -> Seats:
    """The seats of every pool there is."""
    return seats(sales_teams(), at=at)


def days_here(since: Mapping[int, datetime], *, at: datetime) -> dict[int, Fraction]:
    """For how many days each person was not away or set aside, from their moment until `at`; one at least."""
    here = {user: max(at - begun, timedelta()) for user, begun in since.items()}
    earliest = min(since.values(), default=at)
    away = Absence.objects.filter(user__in=since, from_at__lt=at, until_at__gt=earliest)
    aside = Aside.objects.filter(rep__in=since, from_at__lt=at, until_at__gt=earliest)
    spans = [*away.values_list("user", "from_at", "until_at"), *aside.values_list("rep", "from_at", "until_at")]
    for user, from_at, until_at in spans:
        here[user] -= max(min(until_at, at) - max(from_at, since[user]), timedelta())
    return {user: max(Fraction(length // SECOND, DAY // SECOND), Fraction(1)) for user, length in here.items()}


def returners(lead_ids: set[int]) -> defaultdict[int, set[int]]:
    """Who sent each lead back, or owned it when it was sent back on their behalf."""
    passed_over: defaultdict[int, set[int]] = defaultdict(set)
    returns = HandoffReturn.objects.passing_over().filter(handoff__lead__in=lead_ids)
    for lead_id, by_id, owner_id in returns.values_list("handoff__lead_id", "by_id", "before__handoff__owner_id"):
        passed_over[lead_id] |= {by_id, owner_id}
    return passed_over
