"""Keeping scores current: taking the marks of leads that are due, scoring them, and making MQLs of who qualifies.

A mark is a row written in the transaction that changed something. Draining takes marks, locks
their leads, and only then reads: whatever was committed before the lock is seen, so a score that
was read earlier never overwrites one that was read later. A rescore of everybody puts no locks on
leads; it keeps drains out, and they keep it out, by one advisory lock.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from common.wake import wake
from leads import crediting, promotion, shadow
from leads.customers import tell_owners
from leads.lifecycle import PROMOTE
from leads.models.criteria import Criteria
from leads.models.score import KeptScore, LeadScore, ShadowScore
from leads.scoring import Now, store

SCORING = 7_236_001  # the key of the advisory lock

TAKE = """
DELETE FROM leads_duelead
 WHERE id IN (SELECT id FROM leads_duelead ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING lead_id, fresh
"""
LOCK = "SELECT id FROM leads_lead WHERE id = ANY(%(leads)s) ORDER BY id FOR NO KEY UPDATE"
READY = """
SELECT s.lead_id FROM leads_leadscore s JOIN leads_lead l ON l.id = s.lead_id
 WHERE s.lead_id = ANY(%(leads)s) AND s.qualifies AND l.stage = ANY(%(stages)s)
"""
EXPIRE = """
INSERT INTO leads_duelead (lead_id, fresh)
SELECT lead_id, false FROM {scores}
 WHERE changes_on <= (%(at)s::timestamptz AT TIME ZONE %(zone)s)::date AND criteria_id = %(criteria)s
"""


@transaction.atomic
def score_due(*, at: datetime, limit: int = 2000) -> int:
    """Take up to `limit` marks, score their leads, and make MQLs of those who qualify; return the marks taken.

    Scores, promotion and the end of the marks are one transaction: killed anywhere, it is as if
    nothing had been taken. Several workers may drain at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"limit": limit})
        taken = cursor.fetchall()
        if not taken:
            return 0
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SCORING])
        criteria = Criteria.objects.ruling()
        if criteria is None:  # whoever comes into force scores everybody
            return len(taken)
        due = sorted({lead for lead, _ in taken})
        cursor.execute(LOCK, {"leads": due})
        store(criteria, Now(at, leads=due))
        cursor.execute(READY, {"leads": due, "stages": list(PROMOTE.sources)})
        ready = {lead for (lead,) in cursor.fetchall()}  # most are not, and cost nothing more
    shadow.follow(due, at=at)
    crediting.credit_of(due)
    fresh = {lead for lead, is_fresh in taken if is_fresh}
    for leads, is_fresh in ((ready & fresh, True), (ready - fresh, False)):
        if leads:
            promotion.promote(at=at, leads=sorted(leads), fresh=is_fresh)
    if fresh:
        tell_owners(fresh, at=at)
    return len(taken)


def expire(*, at: datetime) -> int:
    """Mark the leads whose points change with the day that has begun in the criteria's zone; return how many.

    The points of a version in shadow change by its own days. Run after every midnight, whichever
    zone's. Doing it again before the marks are drained only costs a second look at the same leads.
    """
    run = shadow.running(at=at)
    marked = _expire(Criteria.objects.ruling(), LeadScore, at) + _expire(run and run.criteria, ShadowScore, at)
    if marked:
        wake("leads.tasks.score_due")
    return marked


def _expire(criteria: Criteria | None, scores: type[KeptScore], at: datetime) -> int:
    if criteria is None:
        return 0
    with connection.cursor() as cursor:
        day = {"at": at, "zone": criteria.zone, "criteria": criteria.pk}
        cursor.execute(EXPIRE.format(scores=scores._meta.db_table), day)
        return cursor.rowcount
