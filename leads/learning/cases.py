"""The cases that are learnt from: each lead as sales first got it, and what became of it.

A case is a lead's first hand-off at the moment it was made. It is good when it became an SQL in that
life; returned when sales sent it back for a reason that counts against quality; other when it ended
otherwise. History that was imported has no hand-off: such a lead is taken as it came, for nobody
knows when sales got it; one disqualified there counts as returned. It is learnt from only where there
are too few hand-offs of one's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from django.db import connection

from common.hours import zone_named

DECISIONS, GOOD_ONES, RETURNED_ONES = 200, 40, 40  # the least to learn from
RIPENS = timedelta(days=28)
HELD_BACK = 0.25
LEAST_MONTHS = 4  # fewer are no course of time: a part is held back by lot then
PACE = timedelta(weeks=8)


class Outcome(StrEnum):
    GOOD = "good"
    RETURNED = "returned"
    OTHER = "other"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Case:
    """One lead as sales first got it."""

    lead_id: int
    at: datetime
    outcome: Outcome
    won: bool
    imported: bool

    @property
    def good(self) -> bool:
        return self.outcome == Outcome.GOOD


@dataclass(frozen=True)
class Past:
    """The cases whose end is known, the oldest first; `held` tells which of them are kept for the check.

    `fresh` were handed over too lately, `open` are not at their end, `imported_besides` are not needed.
    `by_lot` says that they came all at once, so that there are no later months to hold back.
    """

    cases: list[Case]
    held: list[bool]
    months: list[str]
    held_months: list[str]
    by_lot: bool
    fresh: int
    open: int
    imported_besides: int = 0

    @property
    def good(self) -> list[bool]:
        return [case.good for case in self.cases]

    @property
    def pairs(self) -> list[tuple[int, datetime]]:
        return [(case.lead_id, case.at) for case in self.cases]

    def count(self, outcome: Outcome) -> int:
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def needed(self) -> list[tuple[str, int, int]]:
        """What there has to be: in words, how many there are, how many it takes."""
        return [
            ("decisions", len(self.cases), DECISIONS),
            ("leads that became SQLs", self.count(Outcome.GOOD), GOOD_ONES),
            ("quality returns", self.count(Outcome.RETURNED), RETURNED_ONES),
        ]

    @property
    def is_enough(self) -> bool:
        return all(there >= least for _, there, least in self.needed)

    def weeks_to_go(self, *, until: datetime) -> int | None:
        """About how many weeks until there are enough decisions, at the pace of late; None where none come."""
        latest = sum(case.at >= until - RIPENS - PACE for case in self.cases)
        missing = max(0, DECISIONS - len(self.cases))
        return -(-missing * (PACE // timedelta(weeks=1)) // latest) if latest else None


# The first hand-off of each lead that was not withdrawn, and leads of imported history that had none.
CASES = """
SELECT h.lead_id, h.made_at,
       CASE WHEN e.sql_at >= h.made_at THEN 'good' WHEN r.id IS NOT NULL THEN 'returned'
            WHEN h.closed_at IS NOT NULL THEN 'other' ELSE 'open' END,
       coalesce(e.customer_at >= h.made_at, false), false
  FROM (SELECT DISTINCT ON (lead_id) id, lead_id, episode, made_at, closed_at FROM leads_handoff
         WHERE NOT withdrawn AND made_at < %(until)s ORDER BY lead_id, made_at, id) h
  JOIN leads_lead l ON l.id = h.lead_id AND l.origin = 'marketing'
  LEFT JOIN leads_episode e ON e.lead_id = h.lead_id AND e.number = h.episode
  LEFT JOIN LATERAL (
       SELECT r.id FROM leads_handoffreturn r JOIN leads_returnreason x ON x.id = r.reason_id
        WHERE r.handoff_id = h.id AND r.undone_at IS NULL AND x.counts_against_quality
          AND r.result IN ('recycled', 'disqualified')
          AND NOT EXISTS (SELECT FROM leads_correction c WHERE c.returned_id = r.id AND c.undone_at IS NULL)
        LIMIT 1) r ON true
 UNION ALL
SELECT e.lead_id, coalesce(e.lead_at, l.created_at),
       CASE WHEN e.sql_at IS NOT NULL THEN 'good' WHEN e.disqualified_at IS NOT NULL THEN 'returned' ELSE 'other' END,
       e.customer_at IS NOT NULL, true
  FROM leads_episode e JOIN leads_lead l ON l.id = e.lead_id AND l.origin = 'marketing'
 WHERE e.imported AND e.number = 1 AND NOT e.self_sourced AND l.created_at < %(until)s
   AND coalesce(e.sql_at, e.disqualified_at, e.recycled_at, e.lost_at) IS NOT NULL
   AND NOT EXISTS (SELECT FROM leads_handoff h WHERE h.lead_id = e.lead_id)
 ORDER BY 2, 1
"""


def look(*, until: datetime, zone: str) -> Past:
    """Read the cases up to a moment, and hold back the later months of the zone.

    Hand-offs of the last four weeks are left out: returns come sooner than SQLs, so those would look worse
    than they are.
    """
    with connection.cursor() as cursor:
        cursor.execute(CASES, {"until": until})
        found = [Case(lead, at, Outcome(end), won, old) for lead, at, end, won, old in cursor.fetchall()]
    own = _past([case for case in found if not case.imported], until=until, zone=zone)
    if own.is_enough:
        return replace(own, imported_besides=sum(case.imported for case in found))
    return _past(found, until=until, zone=zone)


def _past(found: list[Case], *, until: datetime, zone: str) -> Past:
    ripe = [case for case in found if case.imported or case.at < until - RIPENS]
    ended = [case for case in ripe if case.outcome != Outcome.OPEN]
    months = [f"{case.at.astimezone(zone_named(zone)):%Y-%m}" for case in ended]
    counts = Counter(months)
    by_lot = len(counts) < LEAST_MONTHS
    late = [] if by_lot else _late(counts)
    held = [_by_lot(n) if by_lot else month in late for n, month in enumerate(months)]
    return Past(ended, held, sorted(counts), late, by_lot, len(found) - len(ripe), len(ripe) - len(ended))


def _late(counts: Counter[str]) -> list[str]:
    """The fewest whole months, from the last one back, that hold a quarter of the cases."""
    late: list[str] = []
    for month in sorted(counts, reverse=True):
        late.insert(0, month)
        if sum(counts[each] for each in late) >= HELD_BACK * counts.total():
            break
    return late


def _by_lot(number: int) -> bool:
    """One in four, the same ones every time, with no regard to the order they came in."""
    return crc32(str(number).encode()) % round(1 / HELD_BACK) == 0


def of(column: Sequence, chosen: Sequence[bool]) -> list:
    """The values of the cases that are chosen."""
    return [value for value, is_chosen in zip(column, chosen, strict=True) if is_chosen]
