"""Running the compiled definition: to look, or to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from leads.models.criteria import Criteria
from leads.scoring.compiler import COLUMNS, compile_criteria
from leads.scoring.moments import Moments, Now
from leads.scoring.sql import Statement

KEPT = COLUMNS[2:]

# What is equal stays unwritten. Only then is the conflict looked for, which would lock the row.
STORE = """
INSERT INTO leads_leadscore (lead_id, criteria_id, scored_at, {columns})
SELECT e.lead_id, %(criteria)s, e.as_of, {new}
  FROM ({evaluation}) e LEFT JOIN leads_leadscore s ON s.lead_id = e.lead_id
 WHERE s.lead_id IS NULL OR (s.criteria_id, {old}) IS DISTINCT FROM (%(criteria)s, {new})
    ON CONFLICT (lead_id) DO UPDATE
   SET criteria_id = excluded.criteria_id, scored_at = excluded.scored_at, {changes}
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


def evaluate(criteria: Criteria, moments: Moments) -> list[Score]:
    """The scores of these leads at these moments; nothing is written."""
    return [Score(*row) for row in compile_criteria(criteria, moments).statement.rows()]


def store(criteria: Criteria, moments: Now) -> int:
    """Score these leads and write what changed; return how many scores that were.

    Call it in a transaction that keeps other scoring of the same leads out (`marks.py`), or an
    older reading may overwrite a newer one.
    """
    evaluation = compile_criteria(criteria, moments).statement
    text = STORE.format(
        columns=", ".join(KEPT),
        evaluation=evaluation.text,
        new=", ".join(f"e.{name}" for name in KEPT),
        old=", ".join(f"s.{name}" for name in KEPT),
        changes=", ".join(f"{name} = excluded.{name}" for name in KEPT),
    )
    return Statement(text, evaluation.values | {"criteria": criteria.pk}).run()
