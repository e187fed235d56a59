"""One rule of a definition as SQL: whether it matches, what it is worth, and when time changes that.

Points are whole hundredths inside the database ("cents"), ages whole calendar days of the
criteria's zone. A touch counts in a window of N days while its age is under N, so it goes at the
midnight N days after its own day. One that halves every N days is worth p·2^(−⌊age/N⌋), and
nothing after twelve halvings. A rule's sum is rounded to hundredths, then capped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from common.conditions import Condition, Type
from leads.definition import HALVINGS, Axis, Section, reach
from leads.facts import Fact
from leads.models.criteria import Rule
from leads.scoring.matching import flips_in, matches
from leads.scoring.sql import Values

LOOKED_AT = 50  # of the latest touches, for what they were about
WHOLE = 1 << (HALVINGS - 1)  # the weight of a fresh touch: a halving is then a shift of bits


@dataclass(frozen=True)
class Term:
    """A compiled rule. Its expressions stand over a row `k` of facts and `a` of counted touches.

    `details` and `matched`, the words of what was found, are there only where a ledger is asked for.
    """

    rule: Rule
    hit: str
    cents: str = "0"
    days: str = "NULL::int"
    at: str = "NULL::timestamptz"
    count: str = "NULL::bigint"
    later: str = "0"
    matched: str = "NULL::text[]"
    touches: str = ""
    aggregates: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)

    @property
    def earns(self) -> bool:
        """Whether its touches show interest: a scored rule on engagement that gives points."""
        return self.rule.axis == Axis.ENGAGEMENT and self.rule.points > 0


def cents(points: Decimal | None) -> int:
    """Points in hundredths."""
    return int((points or Decimal(0)) * 100)


def fact_term(rule: Rule, fact: Fact, column: str, values: Values) -> Term:
    """A rule about who they are."""
    condition = Condition(rule.field, rule.operator, tuple(rule.values))
    hit = matches(condition, fact.type, column, values)
    return Term(
        rule,
        hit,
        cents=f"CASE WHEN {hit} THEN {cents(rule.points)} ELSE 0 END",
        days=flips_in(condition, column) or "NULL::int",
        matched="NULL::text[]" if fact.is_composed or fact.type == Type.BOOLEAN else f"ARRAY[{column}_said]",
    )


def touch_term(rule: Rule, name: str, values: Values) -> Term:
    """A rule about what they did; `name` is the prefix of its aggregates."""
    limit = reach(rule)
    age = [f"t.age < {limit}"] if limit else []
    matching = " AND ".join(_of_kind(rule, values) + age) or "true"
    only = f"FILTER (WHERE {matching})"
    aggregates = {f"{name}_n": f"count(*) {only}", f"{name}_at": f"max(t.occurred_at) {only}"}
    if rule.halves_days:
        aggregates[f"{name}_weight"] = f"sum({_weight(rule, 't.age')}) {only}"
        aggregates[f"{name}_turns"] = f"max(mod(t.age, {rule.halves_days})) {only}"
        days = f"{rule.halves_days} - a.{name}_turns"
    elif rule.section == Section.FAST_TRACK:
        aggregates[f"{name}_newest"] = f"min(t.age) {only}"
        days = f"{limit} - a.{name}_newest"
    elif limit:
        aggregates[f"{name}_oldest"] = f"max(t.age) {only}"
        days = f"{limit} - a.{name}_oldest"
    else:
        days = "NULL::int"
    return Term(
        rule,
        hit=f"coalesce(a.{name}_n > 0, false)",
        cents=_worth(rule, f"a.{name}_weight" if rule.halves_days else f"a.{name}_n"),
        days=days,
        at=f"a.{name}_at",
        count=f"coalesce(a.{name}_n, 0)",
        later=_later(rule, name, days, limit),
        touches=matching,
        aggregates=aggregates,
        matched=f"a.{name}_named",
        details={
            f"{name}_ages": f"array_agg(t.age) {only}",
            f"{name}_named": f"(array_agg(t.named ORDER BY t.occurred_at DESC, t.named) {only})[1:{LOOKED_AT}]",
        },
    )


def _of_kind(rule: Rule, values: Values) -> list[str]:
    wanted = []
    if rule.touch_kind:
        wanted.append(f"t.kind = {values.bind(rule.touch_kind)}")
    if rule.campaign_id:
        wanted.append(f"t.campaign_id = {values.bind(rule.campaign_id)}")
    if rule.content_id:
        wanted.append(f"t.content_id = {values.bind(rule.content_id)}")
    return wanted


def _weight(rule: Rule, age: str) -> str:
    """What one touch weighs at an age: 1 in a window, WHOLE halved again and again otherwise."""
    return f"({WHOLE} >> (({age}) / {rule.halves_days}))" if rule.halves_days else "1"


def _worth(rule: Rule, weight: str) -> str:
    """The cents of a summed weight: rounded half away from zero, capped, with the sign of the points."""
    size = abs(cents(rule.points))
    if not size:
        return "0"
    worth = f"coalesce({weight}, 0) * {size}"
    if rule.halves_days:
        worth = f"({worth} * 2 + {WHOLE}) / {2 * WHOLE}"
    if rule.cap is not None:
        worth = f"least({worth}, {cents(rule.cap)})"
    return f"({worth})" if rule.points > 0 else f"-({worth})"


def _later(rule: Rule, name: str, days: str, limit: int | None) -> str:
    """The cents on the day of the next change, when every counted touch is that much older."""
    if limit is None or rule.section != Section.SCORED:
        return "0"
    older = f"age + {days}"
    total = f"(SELECT sum({_weight(rule, older)}) FROM unnest(a.{name}_ages) AS age WHERE {older} < {limit})"
    return _worth(rule, total)
