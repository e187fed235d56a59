"""One change of a definition: tried on a copy without a trace, or made in a draft by the verbs of the studio."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from accounts.models import User
from common.conditions import number_words
from common.errors import Refused
from leads.definition import Axis, Section
from leads.models.criteria import Criteria
from leads.models.rule import Rule
from leads.wording import Wording, signed


class Kind(StrEnum):
    """What is suggested."""

    NEVER = "never"
    MUST = "must"
    POINTS = "points"
    CAP = "cap"
    THRESHOLD = "threshold"


@dataclass(frozen=True)
class Edit:
    """A rule to add (`given` as `criteria.add_rule` takes it), a rule to change (`line` tells which), or the threshold.

    Points are decimals in text, so that it can be kept as JSON.
    """

    kind: Kind
    given: dict[str, Any]
    line: str = ""

    def applied(self, criteria: Criteria, rules: Sequence[Rule]) -> tuple[Criteria, list[Rule]]:
        """The definition as it would be; nothing is saved."""
        if self.kind == Kind.THRESHOLD:
            changed = copy(criteria)
            changed.threshold = Decimal(self.given["threshold"])
            return changed, list(rules)
        if self.line:
            return criteria, [_changed(rule, self._values) if str(rule.line) == self.line else rule for rule in rules]
        return criteria, [*rules, Rule.draw_up(criteria, **self._values)]

    def says(self, criteria: Criteria, rules: Sequence[Rule], wording: Wording) -> str:
        """It in a sentence."""
        if self.kind == Kind.THRESHOLD:
            now = number_words(criteria.threshold)
            return f"Ask for {number_words(Decimal(self.given['threshold']))} points instead of {now}."
        if self.line:
            [rule] = [rule for rule in rules if str(rule.line) == self.line]
            return self._says_change(rule, wording.rule(rule))
        rule = self.applied(criteria, [])[1][0]
        if self.kind == Kind.NEVER:
            return f"Never when {wording.clause(rule)}."
        if self.kind == Kind.MUST:
            return f"A must: {wording.clause(rule)}."
        once = "" if rule.field else ", once"
        return f"{wording.rule(rule)}{once}: {signed(rule.points)} points."

    def make(self, draft: Criteria, *, by: User | None) -> dict[str, Any]:
        """Make it in a draft; return what takes it back. Raises Refused where the draft has no such rule any more."""
        if self.kind == Kind.THRESHOLD:
            before = {"threshold": str(draft.threshold)}
            draft.edit(by=by, threshold=Decimal(self.given["threshold"]))
            return {"before": before}
        if not self.line:
            return {"rule": draft.add_rule(by=by, **self._values).pk}
        rule = _rule(draft, line=self.line)
        before = {name: value and str(value) for name in self.given for value in [getattr(rule, name)]}
        rule.edit(by=by, **self._values)
        return {"rule": rule.pk, "before": before}

    def take_back(self, draft: Criteria, made: dict[str, Any], *, by: User | None) -> None:
        """Undo what `make` did. Raises Refused where the rule is gone or the draft is none any more."""
        before = {name: value and Decimal(value) for name, value in made.get("before", {}).items()}
        if self.kind == Kind.THRESHOLD:
            draft.edit(by=by, **before)
        elif before:
            _rule(draft, pk=made["rule"]).edit(by=by, **before)
        else:
            _rule(draft, pk=made["rule"]).remove(by=by)

    @property
    def _values(self) -> dict[str, Any]:
        return {name: Decimal(value) if name in ("points", "cap") else value for name, value in self.given.items()}

    def _says_change(self, rule: Rule, said: str) -> str:
        if self.kind == Kind.CAP:
            now = f"{number_words(rule.cap)}" if rule.cap is not None else "without a limit"
            return f"{said}: at most {number_words(Decimal(self.given['cap']))} points (now {now})."
        return f"{said}: {signed(Decimal(self.given['points']))} points instead of {signed(rule.points)}."


def excluding(rule: Rule, kind: Kind) -> Edit:
    """A must or a never of the condition of a rule."""
    return Edit(kind, {"section": kind.value, **_asks(rule)})


def scored(rule: Rule, points: int) -> Edit:
    """Points for the condition of a rule; a touch earns them once."""
    worth = {"section": Section.SCORED.value, "points": str(points)}
    return Edit(Kind.POINTS, worth | _asks(rule) | ({} if rule.field else {"cap": str(abs(points))}))


def rescored(rule: Rule, points: Decimal) -> Edit:
    """Other points for a rule that is there."""
    return Edit(Kind.POINTS, {"points": str(points)}, line=str(rule.line))


def capped(rule: Rule, cap: Decimal) -> Edit:
    return Edit(Kind.CAP, {"cap": str(cap)}, line=str(rule.line))


def asking(points: Decimal) -> Edit:
    return Edit(Kind.THRESHOLD, {"threshold": str(points)})


def _asks(rule: Rule) -> dict[str, Any]:
    if rule.axis == Axis.FIT:
        return {"field": rule.field, "operator": rule.operator, "values": rule.values}
    about = {name: getattr(rule, name) for name in ("touch_kind", "campaign_id", "content_id", "window_days")}
    return {name: value for name, value in about.items() if value}


def _changed(rule: Rule, values: dict[str, Any]) -> Rule:
    changed = copy(rule)
    for name, value in values.items():
        setattr(changed, name, value)
    return changed


def _rule(draft: Criteria, **which: Any) -> Rule:
    found = draft.rules.select_related("criteria").filter(**which).first()
    if found is None:
        raise Refused("The draft has no such rule any more; change it there by hand.")
    return found
