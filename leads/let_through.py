"""Which rules let through what sales sent back, read off the ledgers that are frozen on the hand-offs.

A rule let a hand-off through when it gave it points or was its fast track. It was decisive when
without it the lead would have been no MQL: the points left reach no threshold, and no other fast
track remains. Hand-offs that a marketer qualified by hand were let through by no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from common.periods import Period, between, local_day
from leads.models import Criteria, Handoff, HandoffReturn, Rule
from leads.verdict import Share
from leads.wording import Wording, signed

WEEKS = (4, 13, 52)  # how far back is looked
# What of a rule counts, and so what each of its figures opens; `p` is a hand-off that it let through.
GROUPS = {
    "counted": "true",
    "decided": "p.decided",
    "returned": "p.decided AND p.returned",
    "decisive": "p.decisive",
    "decisive_returned": "p.decisive AND p.decided AND p.returned",
}
# A rule stands under its line, which is the same in every version. The points of a ledger add up to the score.
PASSED = """
SELECT h.id, r.line, h.decided_at IS NOT NULL AS decided, h.returned, {all} AND NOT {without} AS decisive
  FROM ({handoffs}) AS h (id, criteria, entries, decided_at, returned)
  JOIN leads_criteria c ON c.id = h.criteria
  JOIN LATERAL (
       SELECT coalesce(sum(points) FILTER (WHERE axis = 'fit'), 0) AS fit,
              coalesce(sum(points) FILTER (WHERE axis = 'engagement'), 0) AS engagement,
              count(*) FILTER (WHERE section = 'fast_track') AS tracks
         FROM jsonb_to_recordset(h.entries) AS e (section text, axis text, points numeric)) s ON true
  JOIN LATERAL jsonb_to_recordset(h.entries) AS e (rule bigint, section text, axis text, points numeric)
       ON e.section = 'fast_track' OR e.points > 0
  JOIN leads_rule r ON r.id = e.rule
"""
# A rule stands once in a ledger. Among all of them a hand-off counts once, however many rules let it through.
COUNTED = """
WITH passed AS ({passed})
SELECT p.line, {counts} FROM passed p GROUP BY p.line
 UNION ALL
SELECT NULL, {counts} FROM (SELECT id, decided, returned, bool_or(decisive) AS decisive FROM passed GROUP BY 1, 2, 3) p
"""
QUALIFIES = """
(s.tracks - {tracks} > 0 OR s.fit + s.engagement - {fit} - {engagement} >= c.threshold
 AND s.fit - {fit} >= coalesce(c.min_fit, s.fit - {fit})
 AND s.engagement - {engagement} >= coalesce(c.min_engagement, s.engagement - {engagement}))
"""
ALL = QUALIFIES.format(tracks=0, fit=0, engagement=0)
WITHOUT = QUALIFIES.format(
    tracks="(e.section = 'fast_track')::int",
    fit="CASE e.axis WHEN 'fit' THEN e.points ELSE 0 END",
    engagement="CASE e.axis WHEN 'engagement' THEN e.points ELSE 0 END",
)


Counts = dict[UUID | None, dict[str, int]]


@dataclass(frozen=True)
class LetThrough:
    """A rule in its newest words, and how many hand-offs it let through: `counts` by the names of GROUPS."""

    line: str
    label: str
    worth: str
    counts: dict[str, int]

    @property
    def returned(self) -> Share:
        """Of those that sales decided on, those returned for their quality."""
        return Share(self.counts["returned"], self.counts["decided"])


def handed_over(period: Period, criteria: Criteria | None = None) -> QuerySet[Handoff]:
    """The hand-offs made in a period, under one version or under all, without those withdrawn."""
    rows = Handoff.objects.filter(made_at__gte=period.start, made_at__lt=period.end, withdrawn=False)
    return rows.filter(criteria=criteria) if criteria else rows


def last_weeks(weeks: int, zone: str, *, at: datetime) -> Period:
    """So many weeks up to and with today."""
    end_on = local_day(at, zone) + timedelta(days=1)
    return between(end_on - timedelta(weeks=weeks), end_on, zone)


def let_through(counts: Counts, criteria: Criteria | None) -> tuple[list[LetThrough], Share]:
    """The rules that let hand-offs through under one version or under all, those with the most returned first; and
    of all that any rule let through, the share returned for their quality. Three queries.
    """
    everything, found = counts[None], {line: told for line, told in counts.items() if line}
    rules = Rule.objects.filter(line__in=found).with_names()
    rules = rules.filter(criteria=criteria) if criteria else rules.order_by("criteria__revision__number")
    wording = Wording.now()
    newest = {rule.line: rule for rule in rules}
    told = [
        LetThrough(str(line), wording.rule(rule), signed(rule.points) if rule.points else "at once", found[line])
        for line, rule in newest.items()
    ]
    told.sort(key=lambda rule: (-rule.counts["returned"], -rule.counts["counted"], rule.label))
    return told, Share(everything["returned"], everything["decided"])


def stands_out(rules: list[LetThrough], overall: Share) -> LetThrough | None:
    """The rule whose hand-offs surely came back more often than all did, most of all; None where that may be chance."""
    worse = [rule for rule in rules if overall.of and rule.returned.interval[0] > overall.value]
    return max(worse, key=lambda rule: rule.returned.interval[0], default=None)


def counted(period: Period, criteria: Criteria | None) -> Counts:
    """The size of each group by the line of the rule; None stands for whatever any rule let through. One query."""
    counts = ", ".join(f"count(*) FILTER (WHERE {of})" for of in GROUPS.values())
    passed, values = _passed(period, criteria)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(passed=passed, counts=counts), values)
        return {line: dict(zip(GROUPS, told, strict=True)) for line, *told in cursor.fetchall()}


def passed_by(line: Any, group: str, period: Period, criteria: Criteria | None) -> QuerySet[Handoff]:
    """The hand-offs behind one figure of a rule. Raises KeyError for no such group."""
    passed, values = _passed(period, criteria)
    ids = f"SELECT p.id FROM ({passed}) p WHERE p.line = %s AND {GROUPS[group]}"
    return handed_over(period, criteria).filter(pk__in=RawSQL(ids, [*values, line]))


def _passed(period: Period, criteria: Criteria | None) -> tuple[str, tuple[Any, ...]]:
    """One row for each rule and hand-off that it let through, as SQL with its values."""
    # None comes back before it was made: said, so that few returns are looked at.
    returned = HandoffReturn.objects.against_quality().filter(handoff=OuterRef("pk"), at__gte=period.start)
    handoffs = (
        handed_over(period, criteria)
        .filter(by_hand=False)
        .annotate(returned=Exists(returned))
        .values_list("id", "criteria", "ledger", "decided_at", "returned")
    )
    text, values = handoffs.query.sql_with_params()
    return PASSED.format(all=ALL, without=WITHOUT, handoffs=text), values
