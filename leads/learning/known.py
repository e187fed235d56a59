"""What was known of each case at its moment, read through the one evaluator: facts, conditions, points.

Nothing that was written down after the moment is read; what came with a lead's first import counts as
known since the lead was created.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.conditions import Type
from leads import scoring
from leads.facts import Fact
from leads.learning.cases import Past
from leads.models.criteria import Criteria
from leads.models.rule import Rule
from leads.scoring import Now, Then
from leads.scoring.matching import read_columns, reading
from leads.scoring.sql import Statement, Values

AT_ONCE = 100  # rules in one statement
JUST_UNDER = 0.01

TOLD = "SELECT m.lead_id, coalesce(v.recorded_at <= m.as_of, false){columns} FROM ({moments}) m {joins}"
KNOWN_NOW = """
SELECT is_case, count(*){counts} FROM (
    SELECT m.lead_id = ANY({cases}::bigint[]) AS is_case{columns} FROM ({moments}) m {joins}
     WHERE m.origin = 'marketing'
) k GROUP BY is_case
"""

Tick = Callable[[], None]


@dataclass(frozen=True)
class Standing:
    """What a definition says of one case: whether it lets it through, and its points.

    The points tell how high it stands: at least those asked for when it qualifies at once, just
    under them when it has enough and a must, a never or a minimum keeps it out.
    """

    points: float
    passes: bool
    at_once: bool


@dataclass(frozen=True)
class Told:
    """The value of each fact for each case as it was known then, None where it was not; texts as people wrote them.

    `proven` says of each case whether that was written down by then; else it came with a first import.
    """

    values: dict[str, list[Any]]
    proven: list[bool]


def told(facts: Iterable[Fact], past: Past, *, zone: str) -> Told:
    """Read the facts of each case at its moment; what is made of other facts has no value of its own."""
    moments, values = Then.of(past.pairs, as_known=True), Values()
    plain = [fact for fact in facts if not fact.is_composed]
    columns = "".join(f", {_as_written(fact, moments.columns)}" for fact in plain)
    text = TOLD.format(columns=columns, moments=moments.relation(values.bind(zone), values), joins=moments.joins)
    rows = {row[0]: row[1:] for row in Statement(text, values.bound).rows()}
    read = [rows[case.lead_id] for case in past.cases]
    return Told({fact.key: [row[n] for row in read] for n, fact in enumerate(plain, start=1)}, [row[0] for row in read])


def _as_written(fact: Fact, columns: dict[str, str]) -> str:
    return f"nullif(btrim({fact.raw(columns)}), '')" if fact.type == Type.TEXT else fact.read(columns)


def known_now(facts: Iterable[Fact], past: Past, *, criteria: Criteria, until: datetime) -> dict[bool, dict[str, int]]:
    """Of how many leads each fact is known now: of the cases (True) and of the others (False); `""` counts them all."""
    moments, values = Now(until), Values()
    read = reading(fact for fact in facts if not fact.is_composed)
    text = KNOWN_NOW.format(
        cases=values.bind([case.lead_id for case in past.cases]),
        counts="".join(f", count({column})" for _, column in read.values()),
        columns=read_columns(read, moments.columns),
        moments=moments.relation(values.bind(criteria.zone), values),
        joins=moments.joins,
    )
    rows = {row[0]: dict(zip(["", *read], row[1:], strict=True)) for row in Statement(text, values.bound).rows()}
    return {is_case: rows.get(is_case, dict.fromkeys(["", *read], 0)) for is_case in (True, False)}


def matched(criteria: Criteria, rules: Sequence[Rule], past: Past, *, tick: Tick) -> list[bytes]:
    """For each rule, whether each case matched it: 1 or 0, in the order of the cases."""
    moments, columns = Then.of(past.pairs, as_known=True), []
    for begin in range(0, len(rows := list(rules)), AT_ONCE):
        found = dict(scoring.hits(criteria, rows[begin : begin + AT_ONCE], moments))
        columns += map(bytes, zip(*(found[case.lead_id] for case in past.cases), strict=True))
        tick()
    return columns


def standing(criteria: Criteria, past: Past, *, rules: Sequence[Rule] | None = None) -> list[Standing]:
    """What a definition, or one with these rules instead, says of each case."""
    scores = scoring.evaluate(criteria, Then.of(past.pairs, as_known=True), rules=rules)
    found = {score.lead_id: _standing(score, float(criteria.threshold)) for score in scores}
    return [found[case.lead_id] for case in past.cases]


def _standing(score: scoring.Score, asked: float) -> Standing:
    total = float(score.total)
    points = max(total, asked) if score.qualifies else min(total, asked - JUST_UNDER)
    return Standing(points, score.qualifies, score.fast_track)
