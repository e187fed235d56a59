"""The moments that are scored: a relation of leads and points in time, read now or then.

`Now` takes leads as their rows are; `Then` takes them as they were at past moments, from kept
versions and from the touches that had occurred by then; `Every` takes them at every moment of
theirs at which something changed. All offer the same columns, so one compilation serves all:

    m.*          the lead's row          m.lead_id, m.as_of   the moment
    m.day        its calendar day        m.zone               the zone of the criteria
    m.counts_from                        touches before this count no more, or NULL
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads import facts
from leads.scoring.sql import Values

COLUMNS = """
    m.*, m.id AS lead_id, {as_of} AS as_of, {zone}::text AS zone, ({as_of} AT TIME ZONE {zone})::date AS day,
    {counts_from} AS counts_from
"""

# What was known by the moment: a touch counts once it was recorded, and one that came with the lead itself
# from the lead's beginning.
KNOWN_BY = "AND t.recorded_at <= greatest(m.as_of, m.recorded_at)"

# Every moment at which a lead changed: it came, it did something we had recorded by then, facts about it changed.
CHANGES = """
    SELECT l.id AS lead_id, l.created_at AS as_of FROM leads_lead l WHERE {leads}
     UNION
    SELECT l.id, greatest(l.created_at, t.occurred_at,
                          CASE WHEN t.recorded_at > l.recorded_at THEN t.recorded_at END)
      FROM leads_lead l JOIN leads_touch t ON t.lead_id = l.id AND {touches}
     WHERE {leads} AND t.responded
     UNION
    SELECT l.id, greatest(l.created_at, v.from_at)
      FROM leads_lead l JOIN leads_leadversion v ON v.lead_id = l.id AND {versions} WHERE {leads}
"""

# The engagement_from that was in force at a past moment. Where the present one came later, it was
# that of the last move out of the funnel before.
COUNTED_FROM_THEN = """
    CASE WHEN m.engagement_from <= p.as_of THEN m.engagement_from
         WHEN m.engagement_from > p.as_of THEN (
              SELECT max(x.at) FROM leads_transition x
               WHERE x.lead_id = m.id AND x.to_stage IN ('recycled', 'disqualified') AND x.at <= p.as_of
                 AND x.corrects_id IS NULL AND NOT EXISTS (SELECT FROM leads_transition y WHERE y.corrects_id = x.id))
    END
"""


@dataclass(frozen=True)
class Now:
    """Leads as they are, scored at one moment: all, some, or those with `first` <= id < `before`."""

    at: datetime
    leads: Sequence[int] | None = None
    first: int | None = None
    before: int | None = None

    columns = facts.NOW
    joins = facts.JOIN_NOW
    known_by = ""

    def roughly(self, days: int) -> str:
        """Nothing: the exact cut-off is a constant already."""
        return ""

    def relation(self, zone: str, values: Values) -> str:
        """The moments as SQL. The moment itself is a constant there, which the planner folds into every cut-off."""
        as_of = f"{values.bind(self.at)}::timestamptz"
        columns = COLUMNS.format(as_of=as_of, zone=zone, counts_from="m.engagement_from")
        return f"SELECT {columns} FROM leads_lead m WHERE {self.among('m.id', values)}"

    def among(self, column: str, values: Values) -> str:
        """The same choice of leads on another table's column: the planner sees no range through a join."""
        wanted = ["true"]
        if self.leads is not None:
            wanted.append(f"{column} = ANY({values.bind(list(self.leads))}::bigint[])")
        if self.first is not None:
            wanted.append(f"{column} >= {values.bind(self.first)}")
        if self.before is not None:
            wanted.append(f"{column} < {values.bind(self.before)}")
        return " AND ".join(wanted)


@dataclass(frozen=True)
class Then:
    """Leads as they were: pairs of a lead's id and a moment; a pair given twice counts once.

    With `as_known`, touches and facts that were recorded only after the moment are left out; those that
    came with the lead itself count as known from its beginning.
    """

    pairs: tuple[tuple[int, datetime], ...]
    as_known: bool = False

    columns = facts.THEN

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, datetime]], *, as_known: bool = False) -> Then:
        return cls(tuple(pairs), as_known)

    @property
    def joins(self) -> str:
        """Where the facts of the moment stand."""
        return facts.JOIN_KNOWN_THEN if self.as_known else facts.JOIN_THEN

    @property
    def known_by(self) -> str:
        """A further condition on touches t, or nothing."""
        return KNOWN_BY if self.as_known else ""

    def roughly(self, days: int) -> str:
        """Nothing: the exact cut-off is looked up in the index."""
        return ""

    def among(self, column: str, values: Values) -> str:
        """Nothing to narrow: the pairs are looked up one by one."""
        return "true"

    def relation(self, zone: str, values: Values) -> str:
        """The moments as SQL."""
        leads = values.bind([lead for lead, _ in self.pairs])
        moments = values.bind([at for _, at in self.pairs])
        columns = COLUMNS.format(as_of="p.as_of", zone=zone, counts_from=COUNTED_FROM_THEN)
        return (
            f"SELECT {columns} FROM (SELECT DISTINCT lead_id, as_of "
            f"FROM unnest({leads}::bigint[], {moments}::timestamptz[]) AS pair (lead_id, as_of)) p "
            "JOIN leads_lead m ON m.id = p.lead_id"
        )


@dataclass(frozen=True)
class Every:
    """Leads with `first` <= id < `before` at each moment at which something about them changed.

    These are leads that came from `since` on, if it is given, and their moments before `until`. Nothing leaks
    back from later: facts are those of the moment, and a touch is there once it was recorded.
    """

    until: datetime
    first: int | None = None
    before: int | None = None
    since: datetime | None = None

    columns = facts.THEN
    joins = facts.JOIN_THEN
    known_by = KNOWN_BY

    def roughly(self, days: int) -> str:
        """A cheap cut-off beside the exact one, which costs a calendar for each pair of a moment and a touch."""
        return f"AND t.occurred_at >= m.as_of - interval '{days + 1} days'"

    def among(self, column: str, values: Values) -> str:
        """The range of ids on another table's column."""
        wanted = ["true"]
        if self.first is not None:
            wanted.append(f"{column} >= {values.bind(self.first)}")
        if self.before is not None:
            wanted.append(f"{column} < {values.bind(self.before)}")
        return " AND ".join(wanted)

    def relation(self, zone: str, values: Values) -> str:
        """The moments as SQL."""
        leads = self.among("l.id", values)
        if self.since is not None:
            leads += f" AND l.created_at >= {values.bind(self.since)}"
        changes = CHANGES.format(
            leads=leads, touches=self.among("t.lead_id", values), versions=self.among("v.lead_id", values)
        )
        columns = COLUMNS.format(as_of="p.as_of", zone=zone, counts_from=COUNTED_FROM_THEN)
        return (
            f"SELECT {columns} FROM ({changes}) p JOIN leads_lead m ON m.id = p.lead_id "
            f"WHERE p.as_of < {values.bind(self.until)} AND {self.among('m.id', values)}"
        )


Moments = Now | Then | Every
