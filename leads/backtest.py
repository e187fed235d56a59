"""The backtest: leads of the past replayed under a definition, each at the first moment it would have qualified.

The evaluator runs over every moment of a lead, with what was known by then; what became of the
lead is noted beside it. Slices of leads, each one transaction with the place reached: a worker
that is killed leaves a slice either done or not begun.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts.models import User
from leads.models.backtest import Backtest
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.rescoring import planned_for_many
from leads.scoring.compiler import compile_criteria
from leads.scoring.moments import Every
from leads.scoring.sql import Statement, Values
from leads.wording import fingerprint

SLICE = 10_000
PERIOD = timedelta(weeks=52)
LEAST_POINTS = Decimal("0.01")

BOUNDS = """
SELECT max(id), count(*) FILTER (WHERE created_at >= %s AND created_at < %s AND origin = 'marketing')
  FROM (SELECT id, created_at, origin FROM leads_lead WHERE id >= %s ORDER BY id LIMIT %s) slice
"""
# What became of the leads: their first life's stages, the first decision of sales, and what quality it returned.
# A decision or a deal from before a lead would have qualified cannot have come of it.
REPLAY = """
WITH happened AS MATERIALIZED (
    SELECT l.id AS lead_id, e.mql_at, h.decided_at, h.accepted, e.sql_at, e.dealt_at, e.won_at, r.reason_id
      FROM leads_lead l
      LEFT JOIN (SELECT lead_id, min(mql_at) AS mql_at, min(sql_at) AS sql_at, min(customer_at) AS won_at,
                        coalesce(min(opportunity_at), min(customer_at)) AS dealt_at
                   FROM leads_episode WHERE NOT self_sourced AND {of_lead} GROUP BY lead_id) e ON e.lead_id = l.id
      LEFT JOIN (SELECT DISTINCT ON (lead_id) lead_id, decided_at,
                        accepted_at IS NOT DISTINCT FROM decided_at AS accepted
                   FROM leads_handoff WHERE decided_at IS NOT NULL AND NOT withdrawn AND {of_lead}
                  ORDER BY lead_id, decided_at, id) h ON h.lead_id = l.id
      LEFT JOIN (SELECT DISTINCT ON (h.lead_id) h.lead_id, r.reason_id
                   FROM leads_handoffreturn r JOIN leads_handoff h ON h.id = r.handoff_id
                   JOIN leads_returnreason x ON x.id = r.reason_id AND x.counts_against_quality
                  WHERE r.undone_at IS NULL AND r.result IN ('recycled', 'disqualified') AND {of_lead}
                    AND NOT EXISTS (SELECT FROM leads_correction c WHERE c.returned_id = r.id AND c.undone_at IS NULL)
                  ORDER BY h.lead_id, r.at, r.id) r ON r.lead_id = l.id
     WHERE {leads} AND l.origin = 'marketing' AND l.created_at >= {since} AND l.created_at < {until}
), replayed AS (
    SELECT e.lead_id, min(e.as_of) FILTER (WHERE {qualifies}) AS qualified_at,
           (array_agg(e.total ORDER BY e.as_of) FILTER (WHERE {qualifies}))[1] AS total,
           min(e.as_of) FILTER (WHERE e.fast_track) AS fast_track_at,
           max(e.total) FILTER (WHERE NOT e.fast_track) AS best,
           max(e.total) FILTER (WHERE NOT e.fast_track AND e.as_of <= h.decided_at) AS best_decided,
           max(e.total) FILTER (WHERE NOT e.fast_track AND e.as_of <= h.dealt_at) AS best_dealt
      FROM ({evaluation}) e JOIN happened h ON h.lead_id = e.lead_id
     WHERE e.qualifies
     GROUP BY e.lead_id
)
INSERT INTO leads_backtestlead (backtest_id, lead_id, qualified_at, total, fast_track_at, best, best_decided,
                                best_dealt, mql_at, decided_at, accepted, sql_at, dealt_at, won_at, reason_id)
SELECT {backtest}, h.lead_id, r.qualified_at, r.total, r.fast_track_at, coalesce(r.best, 0),
       coalesce(r.best_decided, 0), coalesce(r.best_dealt, 0), h.mql_at, h.decided_at, h.accepted, h.sql_at,
       h.dealt_at, h.won_at, h.reason_id
  FROM happened h LEFT JOIN replayed r ON r.lead_id = h.lead_id
 WHERE r.lead_id IS NOT NULL OR h.mql_at IS NOT NULL OR h.decided_at IS NOT NULL OR h.sql_at IS NOT NULL
    OR h.won_at IS NOT NULL
RETURNING lead_id
"""
# What was told more than a day after it happened was not there to act on, and is not counted before it was told.
KNOWN = """
SELECT json_build_object(
    'leads_from', (SELECT min(created_at) FROM leads_lead WHERE created_at >= %(since)s AND origin = 'marketing'),
    'touches_from', min(t.recorded_at), 'touches', count(*),
    'late', count(*) FILTER (WHERE t.recorded_at > greatest(t.occurred_at + interval '1 day', l.recorded_at)),
    'facts_from', (SELECT min(v.recorded_at) FROM leads_leadversion v))
  FROM leads_touch t JOIN leads_lead l ON l.id = t.lead_id
 WHERE t.responded AND l.origin = 'marketing' AND l.created_at >= %(since)s AND t.occurred_at < %(until)s
"""


def period(criteria: Criteria, *, at: datetime) -> tuple[datetime, datetime]:
    """The year that a backtest begun at a moment is about: up to the midnight before, where the points age."""
    zone = ZoneInfo(criteria.zone)
    midnight = datetime.combine(at.astimezone(zone).date(), time(), zone)
    return midnight - PERIOD, midnight


def start(criteria: Criteria, *, by: User | None, at: datetime) -> Backtest:
    """Ask for the backtest of a version, and over the same period that of the version that rules."""
    since, until = period(criteria, at=at)
    ruling = Criteria.objects.ruling()
    asked = [criteria] if ruling is None or ruling.pk == criteria.pk else [criteria, ruling]
    made = [
        Backtest.objects.start(each, fingerprint=fingerprint(each), since=since, until=until, by=by, at=at)
        for each in asked
    ]
    return made[0]


def go_on(*, clock: Callable[[], datetime], size: int = SLICE) -> int:
    """Go on with every backtest that no other worker has; return how many leads were replayed."""
    replayed = 0
    while job := Backtest.objects.claim(at=clock()):
        before = job.done
        while step(job, at=clock(), size=size):
            pass
        replayed += max(job.done - before, 0)
    return replayed


@transaction.atomic
def step(job: Backtest, *, at: datetime, size: int = SLICE) -> bool:
    """Replay the next slice of leads; False when there is none left. A text changed meanwhile is begun again."""
    criteria = Criteria.objects.with_rules().get(pk=job.criteria_id)
    if (now := fingerprint(criteria)) != job.fingerprint:
        job.begin_again(fingerprint=now)
    if job.total is None:
        _count(job)
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS, [job.since, job.until, job.next_id, size])
        last, found = cursor.fetchone()
    if last is None:
        job.finish(at=at)
        return False
    if not job.advance(next_id=last + 1, done=found, at=at):
        return False
    _replay(job, criteria, before=last + 1)
    job.next_id, job.done = last + 1, job.done + found
    return True


def _replay(job: Backtest, criteria: Criteria, *, before: int) -> None:
    moments = Every(job.until, first=job.next_id, before=before, since=job.since)
    evaluation = compile_criteria(_for_any_points(criteria), moments).statement
    values = Values(evaluation.values)
    text = REPLAY.format(
        evaluation=evaluation.text,
        leads=moments.among("l.id", values),
        of_lead=moments.among("lead_id", values),
        since=values.bind(job.since),
        until=values.bind(job.until),
        qualifies=f"e.fast_track OR e.total >= {values.bind(criteria.threshold)}",
        backtest=values.bind(job.pk),
    )
    with planned_for_many():
        Statement(text, values.bound).rows()


def _for_any_points(criteria: Criteria) -> Criteria:
    """The same definition asking for hardly any points: who qualifies by it then needs only the points."""
    lenient = copy(criteria)
    lenient.threshold = LEAST_POINTS
    return lenient


def _count(job: Backtest) -> None:
    """How much there is to replay, and since when it is known."""
    came = Lead.objects.filter(created_at__gte=job.since, created_at__lt=job.until, origin="marketing")
    job.count(came.count(), _known(job))


def _known(job: Backtest) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"since": job.since, "until": job.until})
        return cursor.fetchone()[0]
