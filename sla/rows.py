"""The rows of clocks, written many at once: begun by COPY, rewritten and marked by one statement each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from common.copying import copy_in
from sla.reckoning import Key, Reading

SHOWN = ("due_at", "done_at", "took", "void_at", "stopped_at", "breached_at", "logged_late", "rungs", "rung_at")
STARTED = (
    "handoff_id",
    "commitment_id",
    "owner_id",
    "started_at",
    "kind",
    "desk_id",
    "waived_because",
    "climbed",
    *SHOWN,
)

REWRITE = """
UPDATE sla_clock AS c
   SET due_at = r.due_at, done_at = r.done_at, took = r.took, void_at = r.void_at, stopped_at = r.stopped_at,
       breached_at = r.breached_at, logged_late = r.logged_late, rungs = r.rungs::timestamptz[], rung_at = r.rung_at
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::interval[], %s::timestamptz[],
              %s::timestamptz[], %s::timestamptz[], %s::boolean[], %s::text[], %s::timestamptz[])
       AS r (id, due_at, done_at, took, void_at, stopped_at, breached_at, logged_late, rungs, rung_at)
 WHERE c.id = r.id
"""

# One statement finds and marks. Rows that somebody settles at this moment are left for the next
# minute, so that no two of us wait for each other; what is marked was still running when locked.
# Found as an array they are looked up one by one; joined, they may have the whole table read for them.
FLAG = """
UPDATE sla_clock SET breached_at = due_at
 WHERE id = ANY(ARRAY(SELECT id FROM sla_clock
                       WHERE due_at < %(at)s AND done_at IS NULL AND void_at IS NULL
                         AND breached_at IS NULL AND waived_at IS NULL AND stopped_at IS NULL
                         FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id
"""

# A clock climbs every rung it has come to at once, so that after an outage each is told of the last alone.
CLIMB = """
UPDATE sla_clock
   SET climbed = (SELECT count(*) FROM unnest(rungs) AS rung WHERE rung <= %(at)s),
       rung_at = rungs[(SELECT count(*) FROM unnest(rungs) AS rung WHERE rung <= %(at)s) + 1]
 WHERE id = ANY(ARRAY(SELECT id FROM sla_clock
                       WHERE rung_at <= %(at)s AND waived_at IS NULL
                         FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id
"""


def start(clocks: Iterable[tuple[Key, int, Reading]]) -> None:
    """Add clocks, each with the id of the desk whose hours it keeps."""
    copy_in("sla_clock", STARTED, (_row(key, desk, reading) for key, desk, reading in clocks))


def _row(key: Key, desk: int, reading: Reading) -> tuple[Any, ...]:
    kind = "owner" if key.owner_id else "customer"
    took = None if reading.took is None else f"{reading.took.total_seconds()} seconds"
    breached_at = reading.due_at if reading.overdue else None
    rungs = [*reading.rungs, None]
    shown = (reading.due_at, reading.done_at, took, reading.void_at, reading.stopped_at, breached_at, False)
    return (*key, kind, desk, "", 0, *shown, _array(reading.rungs), rungs[0])


def _array(moments: Iterable[datetime]) -> str:
    """Moments as PostgreSQL writes an array of them."""
    return "{" + ",".join(moment.isoformat() for moment in moments) + "}"


def rewrite(changed: list[tuple[Any, ...]]) -> None:
    """Write what clocks show now: their id, and the columns of `SHOWN`."""
    if changed:
        with connection.cursor() as cursor:
            columns = [list(column) for column in zip(*changed, strict=True)]
            place = 1 + SHOWN.index("rungs")
            columns[place] = [_array(rungs) for rungs in columns[place]]
            cursor.execute(REWRITE, columns)


def flag(at: datetime) -> list[int]:
    """Mark what runs and fell due before a moment; return their ids."""
    return _changed(FLAG, at)


def climb(at: datetime) -> list[int]:
    """Let clocks climb the rungs they have come to; return their ids. Of two who ask at once one is given each."""
    return _changed(CLIMB, at)


def _changed(statement: str, at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": at})
        return [pk for (pk,) in cursor.fetchall()]
