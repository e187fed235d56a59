"""What leads really have: the values of a fact, and how its numbers and dates lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from leads.facts import JOIN_NOW, NOW, Fact


@dataclass(frozen=True)
class Seen:
    """A value that leads really have, and how many."""

    value: str
    leads: int


SEEN = """
SELECT min(value), count(*) FROM (SELECT {said} AS value, {read} AS compared FROM m {join}) seen
 WHERE compared IS NOT NULL GROUP BY compared ORDER BY count(*) DESC, min(value) LIMIT %(limit)s
"""
SPREAD = """
SELECT count(value), min(value)::text, percentile_disc(0.5) WITHIN GROUP (ORDER BY value)::text, max(value)::text
  FROM (SELECT {read} AS value FROM m {join}) seen
"""
EVERYONE_NOW = """
WITH m AS NOT MATERIALIZED (
    SELECT *, %(as_of)s::timestamptz AS as_of, 'UTC' AS zone FROM leads_lead
)
"""


@dataclass(frozen=True)
class Spread:
    """Of how many leads a number or a date is known, and how it lies."""

    known: int
    least: str | None
    median: str | None
    most: str | None


def values_seen(fact: Fact, *, at: datetime, limit: int = 30) -> list[Seen]:
    """The values of a text or a yes and no that leads have now, the most frequent first."""
    statement = EVERYONE_NOW + SEEN.format(said=fact.said(NOW), read=fact.read(NOW), join=JOIN_NOW)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"as_of": at, "limit": limit})
        return [Seen(*row) for row in cursor.fetchall()]


def spread(fact: Fact, *, at: datetime) -> Spread:
    """How a number or a date lies among the leads as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYONE_NOW + SPREAD.format(read=fact.read(NOW), join=JOIN_NOW), {"as_of": at})
        return Spread(*cursor.fetchone())
