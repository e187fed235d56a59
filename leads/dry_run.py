"""Where a lead would go now, and why a hand-off went where it went. Looking changes nothing.

The first is asked of the rules and the pools as they are, by the same steps as a hand-over; the second is read
off what was kept with the assignment, in ids and numbers, with the names looked up as they are now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.access import Role
from accounts.models import Team, User
from leads.facts import facts_for_routing
from leads.models.assignment import Assignment, Given
from leads.models.criteria import Criteria
from leads.models.handoff import Handoff
from leads.models.lead import Lead
from leads.models.routing import RoutingRule, said_of
from leads.models.turns import Route, Turns
from leads.routes import Routing, owners_pool
from leads.routing import Candidate, in_turn
from leads.scoring import Now, explain
from leads.wording import Wording

MOST = 50


@dataclass(frozen=True)
class Answer:
    """What one condition says of the lead, and what was found of it; "" where nothing is known."""

    asked: str
    held: bool
    found: str


@dataclass(frozen=True)
class Asked:
    """One rule, what its conditions say, and whether it is the one that decides."""

    rule: RoutingRule
    answers: list[Answer]
    decides: bool

    @property
    def held(self) -> bool:
        return all(answer.held for answer in self.answers)


@dataclass(frozen=True)
class InTurn:
    """One rep of the pool in the order of their turns: hand-offs today, in the weeks before, and days here."""

    rep: User
    given: int
    capacity: int
    before: int
    days: float

    @property
    def part(self) -> float | None:
        """The part of what they could have taken that was used: 0.5 is half of it."""
        able = self.capacity * self.days
        return (self.given + self.before) / able if able else None


@dataclass(frozen=True)
class Sharing:
    """A pool that shares the leads of a rule, with what it had been given by then."""

    pool: Team
    weight: int
    given: int


@dataclass(frozen=True)
class DryRun:
    """Where a lead would go now: who owns its company, every rule, its pool, and the turns there."""

    lead: Lead
    owner: User | None
    owner_counts: bool
    rules: list[Asked]
    route: Route
    to: User | None
    given: Given | None
    order: list[InTurn]
    sharing: list[Sharing]
    passed_over: list[User]
    away: list[User]


@dataclass(frozen=True)
class Reason:
    """Why one assignment went to its owner, as it was kept; empty where nothing was kept."""

    assignment: Assignment
    rule: RoutingRule | None = None
    asked: str = ""
    pool: Team | None = None
    order: list[InTurn] = field(default_factory=list)
    sharing: list[Sharing] = field(default_factory=list)
    passed_over: list[User] = field(default_factory=list)


def dry_run(lead: Lead, *, at: datetime) -> DryRun:
    """Ask the rules and the pools as they are now, as a hand-over would. Writes nothing."""
    lead = Lead.objects.select_related("company__owner__team__calendar").get(pk=lead.pk)
    routing = Routing.now(at=at)
    asked = _asked(lead, routing)
    route = routing.route([lead])[lead.pk]
    handoff = Handoff(lead=lead, pool=route.pool, rule=route.rule)
    turns = Turns([handoff], at=at, routes=routing.routes)
    passed_over = turns.passed_over[lead.pk]
    pool = turns.pools.get(handoff.pool_id, {})
    order = in_turn((seat for seat in pool.values() if seat.user_id not in passed_over), MOST)
    given = turns.next_for(handoff)
    names = _Names.of([{"turn": [seat.kept() for seat in order], "passed_over": passed_over - {None}, **route.kept}])
    owner = lead.company and lead.company.owner
    return DryRun(
        lead=lead,
        owner=owner,
        owner_counts=owners_pool(lead) is not None,
        rules=[Asked(rule, answers, route.rule == rule) for rule, answers in asked],
        route=route,
        to=given and User.objects.get(pk=given.owner_id),
        given=given,
        order=names.in_turn([seat.kept() for seat in order]),
        sharing=names.sharing(route.kept.get("pools", ())),
        passed_over=names.people_of(passed_over),
        away=_not_in_turn(route.pool, pool),
    )


def reasons(handoff: Handoff) -> list[Reason]:
    """Why a hand-off went to each who owned it, the latest first."""
    rows = list(handoff.assignments.select_related("owner", "by").order_by("-pk"))
    names = _Names.of([row.kept for row in rows if row.kept])
    rules = RoutingRule.objects.in_bulk({row.kept.get("rule") for row in rows if row.kept} - {None})
    return [_reason(row, names, rules) for row in rows]


def _reason(row: Assignment, names: _Names, rules: dict[int, RoutingRule]) -> Reason:
    kept = row.kept or {}
    rule = rules.get(kept.get("rule"))
    return Reason(
        assignment=row,
        rule=rule,
        asked=(said_of(kept["conditions"]) or "Everybody else") if rule else "",
        pool=names.pools.get(kept.get("pool")),
        order=names.in_turn(kept.get("turn", ())),
        sharing=names.sharing(kept.get("pools", ())),
        passed_over=names.people_of(kept.get("passed_over", ())),
    )


def _asked(lead: Lead, routing: Routing) -> list[tuple[RoutingRule, list[Answer]]]:
    """Every rule with what each of its conditions says of the lead, from one statement."""
    rules = [question for rule in routing.rules for question in rule.questions]
    if not rules:
        return [(rule, []) for rule in routing.rules]
    criteria = routing.criteria or Criteria()
    [explained] = explain(criteria, Now(routing.at, leads=[lead.pk]), rules=rules, known=facts_for_routing())
    wording, verdicts = Wording(facts_for_routing()), iter(explained.verdicts)
    found = []
    for rule in routing.rules:
        told = [next(verdicts) for _ in rule.conditions]
        found.append(
            (rule, [Answer(wording.clause(v.rule), v.hit, ", ".join(filter(None, v.matched or ()))) for v in told])
        )
    return found


def _not_in_turn(pool: Team | None, here: dict[int, Candidate]) -> list[User]:
    """The reps of the pool whom no turn comes to: away, or without any capacity."""
    reps = User.objects.with_role(Role.REP).filter(team=pool) if pool else User.objects.none()
    return [rep for rep in reps.order_by("name", "pk") if rep.pk not in here or not rep.daily_capacity]


@dataclass(frozen=True)
class _Names:
    """People and pools by their ids, looked up once."""

    people: dict[int, User]
    pools: dict[int, Team]

    @classmethod
    def of(cls, kept: Iterable[dict[str, Any]]) -> _Names:
        kept = list(kept)
        people = {seat[0] for each in kept for seat in each.get("turn", ())}
        people |= {user for each in kept for user in each.get("passed_over", ())}
        pools = {each.get("pool") for each in kept} | {row[0] for each in kept for row in each.get("pools", ())}
        return cls(User.objects.in_bulk(people), Team.objects.in_bulk(pools - {None}))

    def in_turn(self, turn: Iterable[list[Any]]) -> list[InTurn]:
        return [InTurn(self.people[seat[0]], *seat[1:]) for seat in turn if seat[0] in self.people]

    def sharing(self, rows: Iterable[list[int]]) -> list[Sharing]:
        return [Sharing(self.pools[pk], weight, given) for pk, weight, given in rows if pk in self.pools]

    def people_of(self, ids: Iterable[int | None]) -> list[User]:
        return sorted((self.people[pk] for pk in ids if pk in self.people), key=str)
