"""The rules of routing: who gets which leads. The first row that fits decides, and the last one fits everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Max, Prefetch, Q

from accounts.access import Role, Side, check
from accounts.models import Team, User
from common.conditions import Condition, listed, validate
from common.errors import Incomplete, Refused
from common.once import once
from leads.definition import Section
from leads.facts import EVERYWHERE, facts_for_routing
from leads.models.routing_change import Did, RoutingChange
from leads.models.rule import Rule
from leads.wording import Wording

MOST_CONDITIONS = 10
MOST_WEIGHT = 100


class RoutingRuleQuerySet(models.QuerySet["RoutingRule"]):
    """Rules in the order in which they are asked."""

    def visible_to(self, user: User) -> RoutingRuleQuerySet:
        """Both sides see who gets what, and why."""
        return self

    def standing(self) -> RoutingRuleQuerySet:
        """Those that are asked now, the last row last, with whom they go to."""
        return (
            self.filter(removed_at=None)
            .select_related("person__team__calendar")
            .prefetch_related(Prefetch("shares", RoutingShare.objects.select_related("team__calendar")))
        )

    def last_row(self) -> RoutingRule:
        """The row of everybody else."""
        return self.standing().get(is_last=True)

    @transaction.atomic
    def add(
        self,
        *,
        conditions: Sequence[Condition],
        person: User | None = None,
        weights: Mapping[int, int] | None = None,
        by: User,
        at: datetime,
    ) -> RoutingRule:
        """Add a rule above the last row; it holds for the hand-offs from now on. `weights` are by the id of a pool.

        Raises Incomplete for what makes no rule.
        """
        check(by, "routing.edit")
        self.hold()
        place = self.filter(removed_at=None, is_last=False).aggregate(last=Max("position"))["last"] or 0
        rule = RoutingRule(position=place + 1, shared_at=at)
        rule._take(conditions, person, weights or {}, at=at)
        RoutingChange.objects.create(rule=rule, did=Did.ADDED, by=by, at=at, became=rule.told())
        return rule

    def hold(self) -> list[RoutingRule]:
        """Lock the rows that stand, in their order: changes happen one after another."""
        return list(self.filter(removed_at=None).select_for_update())


class RoutingRule(models.Model):
    """One row: the leads that meet every condition go to a person, or to pools that share them by weight.

    `conditions` are of the grammar of `common/conditions.py`, each with `field`, `operator` and `values`.
    The last row has none; while it names nobody, everybody else goes to the sales team that was formed first.
    """

    position = models.PositiveIntegerField(default=0)
    is_last = models.BooleanField(default=False)
    conditions = models.JSONField(default=list, blank=True)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="routing_rules")
    shared_at = models.DateTimeField(null=True, blank=True, help_text="Since when its pools share as they do.")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        ordering = ["is_last", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_last"], condition=Q(is_last=True), name="routing_one_last_row"),
            models.CheckConstraint(
                condition=Q(is_last=True, conditions=[]) | (Q(is_last=False) & ~Q(conditions=[])),
                name="routing_last_row_alone_has_no_conditions",
            ),
            models.CheckConstraint(
                condition=Q(is_last=False) | Q(removed_at__isnull=True), name="routing_last_row_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.whom_said}: {self.where_said}"

    # In words

    @property
    def questions(self) -> list[Rule]:
        """Its conditions as rows that the one evaluator compiles; they are never saved."""
        return questions(self.conditions)

    @property
    def whom_said(self) -> str:
        """Which leads it is about."""
        return said_of(self.conditions) or "Everybody else"

    @property
    def where_said(self) -> str:
        """Who gets them."""
        shares = [(share.team, share.weight) for share in self.shares.all()]
        if self.person is None and not shares and self.pools:
            return f"{self.pools[0]}, the sales team that was formed first"
        return where_said(self.person, shares)

    @property
    def pools(self) -> list[Team]:
        """Where its leads can go; everybody else's to the team that was formed first, while the row names nobody."""
        if self.person and self.person.team and self.person.team.side == Side.SALES:
            return [self.person.team]
        shared = [share.team for share in self.shares.all()]
        return shared or sales_teams()[:1]

    @property
    def doubt(self) -> str:
        """What is wrong with whom it names, in a sentence, or ""."""
        if self.person is None or is_of_sales(self.person):
            return ""
        return f"{self.person} is not active in a sales team any more. Name somebody else."

    def told(self) -> dict[str, Any]:
        """What it says, in ids and numbers: what the trail keeps, and a hand-off."""
        return {
            "conditions": self.conditions,
            "person": self.person_id,
            "weights": {str(share.team_id): share.weight for share in self.shares.all()},
            "place": self.position,
        }

    # It is changed

    @transaction.atomic
    def change(
        self,
        *,
        conditions: Sequence[Condition],
        person: User | None = None,
        weights: Mapping[int, int] | None = None,
        by: User,
        at: datetime,
    ) -> None:
        """Say otherwise whom it is about or who gets them, for the hand-offs from now on.

        Raises Incomplete for what makes no rule, Refused once it was removed.
        """
        was = self._open(by)
        self._take(conditions, person, weights or {}, at=at)
        self._note(Did.CHANGED, was, by, at)

    @transaction.atomic
    def move(self, *, up: bool, by: User, at: datetime) -> None:
        """Change places with the rule above, or below; at the end of the list it stays. The last row stays last."""
        was = self._open(by)
        rules = [rule for rule in RoutingRule.objects.standing() if not rule.is_last]
        if self.is_last:
            raise Refused("The last row takes everybody else, so it stays last.")
        place = rules.index(self)
        other = place - 1 if up else place + 1
        if 0 <= other < len(rules):
            rules.insert(other, rules.pop(place))
            self._number(rules)
            self._note(Did.MOVED, was, by, at)

    @transaction.atomic
    def remove(self, *, by: User, at: datetime) -> RoutingChange:
        """Take it out; hand-offs it made keep it as their reason. Raises Refused for the last row."""
        was = self._open(by)
        if self.is_last:
            raise Refused("The last row takes everybody else and cannot be removed.")
        self.removed_at = at
        self.save(update_fields=["removed_at"])
        return RoutingChange.objects.create(rule=self, did=Did.REMOVED, by=by, at=at, was=was)

    # Steps of the verbs above, and of what takes a change back; all rows are held

    def put_back_as(self, was: dict[str, Any] | None, *, at: datetime) -> None:
        """Make it what it was, where it was; nothing means that it was not there."""
        self.removed_at = None if was else at
        self.save(update_fields=["removed_at"])
        if was is None:
            return
        person = User.objects.filter(pk=was["person"]).first()
        weights = {int(pk): weight for pk, weight in was["weights"].items()}
        if was["conditions"] != self.conditions or (person, weights) != (self.person, self._weights()):
            self._take(conditions_of(was["conditions"]), person, weights, at=at)
        others = [rule for rule in RoutingRule.objects.standing().exclude(pk=self.pk) if not rule.is_last]
        if not self.is_last:
            self._number([*others[: was["place"] - 1], self, *others[was["place"] - 1 :]])

    def _open(self, by: User) -> dict[str, Any]:
        """Hold all rows, and say what this one says now."""
        check(by, "routing.edit")
        held = {rule.pk: rule for rule in RoutingRule.objects.hold()}
        if self.pk not in held:
            raise Refused("This rule was removed meanwhile.")
        self.refresh_from_db()
        return self.told()

    def _take(
        self, conditions: Sequence[Condition], person: User | None, weights: Mapping[int, int], *, at: datetime
    ) -> None:
        self.conditions = checked(conditions, is_last=self.is_last)
        self.person = _somebody_of_sales(person) if person else None
        shares = {} if person else _checked_weights(weights, may_be_none=self.is_last)
        if self.pk is None or shares != self._weights():
            self.shared_at = at
        self.save()
        self.shares.all().delete()
        RoutingShare.objects.bulk_create(
            RoutingShare(rule=self, team_id=team, weight=weight) for team, weight in shares.items()
        )

    def _weights(self) -> dict[int, int]:
        return dict(self.shares.values_list("team_id", "weight"))

    def _number(self, rules: list[RoutingRule]) -> None:
        for place, rule in enumerate(rules, 1):
            rule.position = place
            self.position = place if rule.pk == self.pk else self.position
        RoutingRule.objects.bulk_update(rules, ["position"])

    def _note(self, did: Did, was: dict[str, Any], by: User, at: datetime) -> None:
        if (became := self.told()) != was:
            RoutingChange.objects.create(rule=self, did=did, by=by, at=at, was=was, became=became)


@once
def sales_teams() -> list[Team]:
    """The pools there are, with their hours, the one that was formed first at the top."""
    return list(Team.objects.filter(side=Side.SALES).select_related("calendar").order_by("pk"))


@once
def standing_rules() -> list[RoutingRule]:
    """The rules that are asked now, the last row last, with whom they go to."""
    return list(RoutingRule.objects.standing())


def pools_routed_to() -> list[Team]:
    """The pools that the standing rules go to, each once, with its hours; in the order of the rules."""
    found = [pool for rule in standing_rules() for pool in rule.pools]
    return list({pool.pk: pool for pool in found}.values())


class RoutingShare(models.Model):
    """A pool that a rule goes to, and its weight among those that share."""

    rule = models.ForeignKey(RoutingRule, models.CASCADE, related_name="shares")
    team = models.ForeignKey(Team, models.PROTECT, related_name="routing_shares")
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["team__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "team"], name="routing_share_once_a_pool"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=MOST_WEIGHT), name="routing_weight_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.weight}"


def questions(conditions: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Conditions as rows that the one evaluator compiles; they are never saved."""
    return [Rule(section=Section.MUST, **each) for each in conditions]


def conditions_of(kept: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """Kept conditions in the words of the grammar."""
    return [Condition(each["field"], each["operator"], tuple(each["values"])) for each in kept]


def said_of(conditions: Iterable[Mapping[str, Any]]) -> str:
    """Conditions as the end of "leads where …": "its country is DE and it is hot", or ""."""
    conditions = list(conditions)
    known = all(each["field"] in EVERYWHERE for each in conditions)
    wording = Wording(EVERYWHERE if known else facts_for_routing())
    said = listed([wording.clause(question) for question in questions(conditions)], "and")
    return said[:1].upper() + said[1:]


def where_said(person: User | None, shares: Sequence[tuple[Team, int]]) -> str:
    """Who gets the leads of a rule: "Sam de Wit", "Sales", "Sales (3 of 4) and Key accounts (1 of 4)"."""
    if person:
        return str(person)
    if len(shares) < 2:
        return "".join(str(team) for team, _ in shares) or "the sales team that was formed first"
    whole = sum(weight for _, weight in shares)
    return listed([f"{team} ({weight} of {whole})" for team, weight in shares], "and")


def checked(conditions: Sequence[Condition], *, is_last: bool = False) -> list[dict[str, Any]]:
    """The conditions as they are kept. Raises Incomplete for what makes no condition, or too few or many of them."""
    if is_last and conditions:
        raise Incomplete("The last row takes everybody else, so it has no conditions.", "conditions")
    if not is_last and not conditions:
        raise Incomplete("Say of which leads: add a condition. Everybody else is what the last row is for.", "field")
    if len(conditions) > MOST_CONDITIONS:
        raise Incomplete(f"A rule has at most {MOST_CONDITIONS} conditions.", "field")
    return [_checked(condition) for condition in conditions]


def _checked(condition: Condition) -> dict[str, Any]:
    fact = facts_for_routing().get(condition.field)
    if fact is None:
        raise Incomplete("Choose a field that this installation knows.", "field")
    valid = validate(condition, fact.type)
    return {"field": valid.field, "operator": valid.operator, "values": list(valid.values)}


def is_of_sales(person: User) -> bool:
    """Whether somebody works in a sales team, so that leads can come to them and their pool."""
    in_sales = person.team and person.team.side == Side.SALES
    return bool(person.is_active and in_sales and person.has_role(Role.REP, Role.HEAD_OF_SALES))


def _somebody_of_sales(person: User) -> User:
    """Who could be named. Raises Incomplete for anybody who is in no pool."""
    if not is_of_sales(person):
        raise Incomplete(f"{person} is not active in a sales team.", "person")
    return person


def _checked_weights(weights: Mapping[int, int], *, may_be_none: bool) -> dict[int, int]:
    if not weights and not may_be_none:
        raise Incomplete("Say who gets them: a pool or a person.", "person")
    if any(not 1 <= weight <= MOST_WEIGHT for weight in weights.values()):
        raise Incomplete(f"A weight is a whole number from 1 to {MOST_WEIGHT}.", "person")
    if Team.objects.filter(pk__in=weights, side=Side.SALES).count() != len(weights):
        raise Incomplete("A pool is a sales team.", "person")
    return dict(weights)
