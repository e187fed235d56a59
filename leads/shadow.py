"""The shadow run at work: a coming version scores the same leads at the same moments as the one in force.

Whatever is scored because it is due is scored under the shadow too, in the same transaction, by the same
evaluator and with the same guard. Nobody is moved by it: what it would have done is only written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from agreements.models import COMING, RULING
from leads.models.criteria import Criteria
from leads.models.episode import Transition
from leads.models.lead import Lead, LeadQuerySet
from leads.models.score import ShadowScore
from leads.models.shadow import Ended, ShadowRun
from leads.scoring import Now, store
from leads.wording import fingerprint

NOTE = """
INSERT INTO leads_shadowlead (run_id, lead_id, {column})
SELECT %s, id, %s FROM ({chosen}) chosen (id) ORDER BY id
    ON CONFLICT (run_id, lead_id) DO UPDATE SET {column} = excluded.{column} WHERE leads_shadowlead.{column} IS NULL
"""


def running(*, at: datetime) -> ShadowRun | None:
    """The run that goes on at a moment; None also where its end has yet to be noted."""
    run = _unended()
    return None if run is None or over(run, at=at) else run


def _unended() -> ShadowRun | None:
    """The run that nobody has ended. Its definition is read once, so that what is looked at is what scores."""
    if run := ShadowRun.objects.running():
        run.criteria = Criteria.objects.with_rules().get(pk=run.criteria_id)
    return run


def over(run: ShadowRun, *, at: datetime) -> tuple[Ended, datetime] | None:
    """Why a run that nobody has ended is over, and since when; None while it goes on."""
    coming, ruling = run.criteria.revision, run.beside.revision
    if coming.in_force_at:
        return Ended.IN_FORCE, coming.in_force_at
    if coming.state not in COMING:
        return Ended.TAKEN_BACK, coming.ended_at or at
    if ruling.state not in RULING:
        return Ended.REPLACED, ruling.ended_at or at
    if fingerprint(run.criteria) != run.fingerprint:
        return Ended.EDITED, at
    return (Ended.TIME, run.until) if at >= run.until else None


def end_over(*, at: datetime) -> bool:
    """End the run whose time is over or whose definition is no longer what it was; whether there was one."""
    run = _unended()
    found = run and over(run, at=at)
    return bool(found) and run.end(found[0], at=found[1])


def follow(lead_ids: Iterable[int], *, at: datetime) -> None:
    """Score these leads under the run that goes on, if one does, and note who would now become an MQL.

    Call it where they are scored, before any of them is moved: both versions see the same lead.
    """
    if run := running(at=at):
        score(run, Now(at, leads=sorted(lead_ids)))


def score(run: ShadowRun, moments: Now) -> None:
    """Score leads under a run, and note those that would become MQLs for the first time."""
    store(run.criteria, moments, into=ShadowScore)
    among = Lead.objects.among(moments.leads, first=moments.first, before=moments.before)
    _note(run, "qualified_at", among.qualifying(run.criteria, by="shadow_score"), at=moments.at)
    made = run.leads.filter(mql_at__isnull=False, qualified_at__isnull=True).values("lead")
    _note(run, "qualified_at", among.filter(shadow_score__qualifies=True, pk__in=made), at=moments.at)


def note_made(moves: Iterable[Transition]) -> None:
    """Note beside the run whom the version in force, which a run that goes on stands beside, has made MQLs."""
    moves = list(moves)
    if moves and (run := running(at=moves[0].at)):
        _note(run, "mql_at", Lead.objects.filter(pk__in=[move.lead_id for move in moves]), at=moves[0].at)


def _note(run: ShadowRun, column: str, leads: LeadQuerySet, *, at: datetime) -> None:
    """Write the moment beside leads that have none there yet."""
    chosen, values = leads.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(NOTE.format(column=column, chosen=chosen), [run.pk, at, *values])
