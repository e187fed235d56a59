"""Running the compiled definition: to look, or to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from leads.facts import Fact
from leads.models.criteria import Criteria, Rule
from leads.models.score import KeptScore, LeadScore
from leads.scoring.compiler import COLUMNS, compile_criteria
from leads.scoring.moments import Moments, Now
from leads.scoring.sql import Statement, Values

KEPT = COLUMNS[2:]
# The total and the grade follow from these under one definition.
COMPARED = [name for name in KEPT if name not in ("total", "grade")]

# What is equal stays unwritten. What differs is updated in place, which costs less than an insert that
# finds a conflict; nobody else writes these rows meanwhile (`leads/draining.py`).
STORE = """
WITH e AS MATERIALIZED (
    SELECT e.*, s.lead_id IS NULL AS is_first
      FROM ({evaluation}) e LEFT JOIN {scores} s ON s.lead_id = e.lead_id AND {among}
     WHERE s.lead_id IS NULL OR (s.criteria_id, {old}) IS DISTINCT FROM (%(criteria)s, {compared})
), updated AS (
    UPDATE {scores} s
       SET criteria_id = %(criteria)s, scored_at = e.as_of, {changes}
      FROM e WHERE s.lead_id = e.lead_id AND NOT e.is_first AND {among}
), inserted AS (
    INSERT INTO {scores} (lead_id, criteria_id, scored_at, {columns})
    SELECT e.lead_id, %(criteria)s, e.as_of, {new} FROM e WHERE e.is_first
)
SELECT count(*) FROM e
"""


@dataclass(frozen=True)
class Score:
    """A lead under a definition at a moment. Points are exact to hundredths; `total` is never under zero."""

    lead_id: int
    as_of: datetime
    fit: Decimal
    engagement: Decimal
    total: Decimal
    grade: str
    qualifies: bool
    fast_track: bool
    hot: bool
    engaged_at: datetime | None
    fast_track_at: datetime | None
    changes_on: date | None


def evaluate(criteria: Criteria, moments: Moments, *, rules: Sequence[Rule] | None = None) -> list[Score]:
    """The scores of these leads at these moments, with `rules` as if the definition had these instead of its own.

    Nothing is written.
    """
    return [Score(*row) for row in compile_criteria(criteria, moments, rules=rules).statement.rows()]


def hits(
    criteria: Criteria, rules: Sequence[Rule], moments: Moments, *, known: Mapping[str, Fact] | None = None
) -> Iterator[tuple[int, list[bool]]]:
    """Each lead at its moment, and which of these rules it matches; rules of any kind, saved or not.

    `known` are the facts that may be asked for, where they are not those of a definition.
    """
    compiled = compile_criteria(criteria, moments, detail=("hit",), rules=rules, known=known)
    for row in compiled.statement.rows():
        yield row[0], row[len(COLUMNS) + 1 :]


def store(criteria: Criteria, moments: Now, *, into: type[KeptScore] = LeadScore) -> int:
    """Score these leads and write what changed among the scores that count, or `into` others; return how many.

    Call it in a transaction that keeps other scoring of the same leads out (`leads/draining.py`), or
    an older reading may overwrite a newer one.
    """
    evaluation = compile_criteria(criteria, moments).statement
    values = Values(evaluation.values)
    text = STORE.format(
        scores=into._meta.db_table,
        evaluation=evaluation.text,
        among=moments.among("s.lead_id", values),
        columns=", ".join(KEPT),
        new=", ".join(f"e.{name}" for name in KEPT),
        old=", ".join(f"s.{name}" for name in COMPARED),
        compared=", ".join(f"e.{name}" for name in COMPARED),
        changes=", ".join(f"{name} = e.{name}" for name in KEPT),
    )
    [(written,)] = Statement(text, values.bound | {"criteria": criteria.pk}).rows()
    return written
