"""Where leads go: each to the first rule of routing that it meets, and there to a pool. Set-based.

The rules are compiled by the evaluator that scores (`leads/scoring/compiler.py`): one statement asks every
condition of every rule of a whole batch. The owner of the company comes before all rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice

from django.db.models import Count, Max, Q

from accounts.models import Team
from leads.facts import facts_for_routing
from leads.models.criteria import Criteria
from leads.models.handoff import Handoff
from leads.models.lead import Lead
from leads.models.routing import RoutingRule, is_of_sales
from leads.models.turns import LATELY, Route, Seats, seats
from leads.routing import Sharer, share
from leads.scoring import Now, hits

Sharers = dict[int, dict[int, Sharer]]


@dataclass
class Routing:
    """The rules as they stand at one moment, asked for one batch after another.

    `routes` are those of all leads asked for so far, by lead.
    """

    at: datetime
    criteria: Criteria | None
    rules: list[RoutingRule]
    routes: dict[int, Route] = field(default_factory=dict)

    @classmethod
    def now(cls, *, at: datetime) -> Routing:
        return cls(at, Criteria.objects.ruling(), list(RoutingRule.objects.standing()))

    def route(self, leads: Sequence[Lead]) -> Mapping[int, Route]:
        """The route of each lead; they come with their company and its owner's team."""
        others = [lead.pk for lead in leads if not owners_pool(lead)]
        rule_of = self.first_met(others) if others else {}
        for lead in leads:
            pool = owners_pool(lead)
            self.routes[lead.pk] = Route(pool) if pool else self._under(rule_of[lead.pk])
        return self.routes

    def first_met(self, lead_ids: Sequence[int]) -> dict[int, RoutingRule]:
        """The first rule that each lead meets: one statement for all of them and all rules."""
        *rules, last = self.rules
        asked = [question for rule in rules for question in rule.questions]
        if not asked:
            return dict.fromkeys(lead_ids, last)
        moments, found = Now(self.at, leads=lead_ids), {}
        for lead_id, answers in hits(self.criteria or Criteria(), asked, moments, known=facts_for_routing()):
            said = iter(answers)
            held = [all(list(islice(said, len(rule.conditions)))) for rule in rules]
            found[lead_id] = next((rule for rule, holds in zip(rules, held, strict=True) if holds), last)
        return found

    @cached_property
    def pools_of(self) -> dict[int, list[Team]]:
        """Where the leads of each rule can go, by the rule's id."""
        return {rule.pk: rule.pools for rule in self.rules}

    def _under(self, rule: RoutingRule) -> Route:
        kept = {"rule": rule.pk, "conditions": rule.conditions}
        pools = {pool.pk: pool for pool in self.pools_of[rule.pk]}
        if len(pools) < 2:
            return Route(next(iter(pools.values()), None), rule, kept)
        sharers = self.shared[rule.pk]
        kept["pools"] = [[each.pool_id, each.weight, each.given] for each in sharers.values()]
        chosen = share(self._able(sharers))
        sharers[chosen.pool_id] = chosen.given_one(self.at)
        return Route(pools[chosen.pool_id], rule, kept)

    def _able(self, sharers: dict[int, Sharer]) -> list[Sharer]:
        """Those with somebody there who takes part; where nobody is anywhere, all of them."""
        able = [each for each in sharers.values() if any(rep.capacity for rep in self._seats[each.pool_id].values())]
        return able or list(sharers.values())

    @cached_property
    def _seats(self) -> Seats:
        return seats({pool for pools in self.pools_of.values() for pool in pools}, at=self.at)

    @cached_property
    def shared(self) -> Sharers:
        """Of each rule that several pools share, what it gave each of them lately, since they share as they do."""
        several = [rule for rule in self.rules if len(rule.shares.all()) > 1]
        return {
            rule.pk: {
                each.team_id: Sharer(each.team_id, each.weight, *given.get((rule.pk, each.team_id), ()))
                for each in rule.shares.all()
            }
            for given in [_given_lately(several, at=self.at)]
            for rule in several
        }


def _given_lately(rules: Iterable[RoutingRule], *, at: datetime) -> dict[tuple[int, int], tuple[int, datetime]]:
    lately = Q(pk=None)
    for rule in rules:
        lately |= Q(rule=rule, made_at__gte=max(at - LATELY, rule.shared_at or at - LATELY))
    counted = Handoff.objects.filter(lately).order_by().values_list("rule", "pool")
    found = counted.annotate(given=Count("pk"), last_at=Max("made_at"))
    return {(rule, pool): (given, last_at) for rule, pool, given, last_at in found}


def owners_pool(lead: Lead) -> Team | None:
    """The pool of the company's owner, who comes before every rule; colleagues stand in while they are away."""
    owner = lead.company and lead.company.owner
    return owner.team if owner and is_of_sales(owner) else None
