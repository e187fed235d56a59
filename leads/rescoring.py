"""Scoring everybody: after a definition comes into force, batch by batch, with progress that survives a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from leads import promotion, shadow
from leads.draining import SCORING
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.models.score import LeadScore, Rescore
from leads.models.shadow import ShadowRun
from leads.scoring import Now, store

BATCH = 100_000

BOUNDS = "SELECT max(id), count(*) FROM (SELECT id FROM leads_lead WHERE id >= %s ORDER BY id LIMIT %s) batch"


def rescore(*, at: datetime, progress: Callable[[Rescore], None] | None = None) -> int:
    """Score everybody under the ruling definition, here and now; return how many leads were read.

    Nothing happens where no definition rules. MQLs that come of it wait to be released.
    """
    criteria = Criteria.objects.ruling()
    if criteria is None:
        return 0
    job = Rescore.objects.start(criteria=criteria, at=at)
    while step(job, at=at):
        if progress:
            progress(job)
    return job.done


def go_on(*, clock: Callable[[], datetime], batch: int = BATCH) -> int:
    """Go on with every unfinished rescore that no other worker has; return how many leads were read.

    Every batch is scored as of its own moment, read from `clock`.
    """
    read = 0
    while job := Rescore.objects.claim(at=clock()):
        before = job.done
        while step(job, at=clock(), batch=batch):
            pass
        read += job.done - before
    return read


@transaction.atomic
def step(job: Rescore, *, at: datetime, batch: int = BATCH) -> bool:
    """Score the next batch and promote whom it shows to qualify, or in a shadow run note them; False when none is left.

    The scores and the place reached are one transaction, so that a worker killed half way leaves
    a batch either done or not begun. Drains are kept out while it reads and writes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SCORING])
        cursor.execute(BOUNDS, [job.next_id, batch])
        last, found = cursor.fetchone()
    run = shadow.running(at=at) if job.shadow_id else None
    if last is None or not _is_wanted(job, run):
        job.finish(at=at)
        if run and last is None:
            run.count_from(at)
        return False
    if job.total is None:
        job.count(Lead.objects.count())
    if not job.advance(next_id=last + 1, done=found, at=at):
        return False
    first = job.next_id
    moments = Now(at, first=first, before=last + 1)
    if run:
        with planned_for_many():
            shadow.score(run, moments)
    else:
        _score_and_promote(job.criteria, moments)
    job.next_id, job.done = last + 1, job.done + found
    return True


def _is_wanted(job: Rescore, run: ShadowRun | None) -> bool:
    """Whether the definition still is the one to score by."""
    if job.shadow_id:
        return run is not None and run.pk == job.shadow_id
    return Criteria.objects.ruling() == job.criteria


def _score_and_promote(criteria: Criteria, moments: Now) -> None:
    with planned_for_many():
        store(criteria, moments)
    ready = LeadScore.objects.filter(lead_id__gte=moments.first, lead_id__lt=moments.before, qualifies=True)
    promotion.promote(at=moments.at, leads=list(ready.values_list("lead_id", flat=True)), fresh=False)


@contextmanager
def planned_for_many() -> Iterator[None]:
    """A batch reads a good part of every table: joined in memory, and never row by row. Where tables have just
    been filled the planner does not know that yet, and would take minutes over what is done in seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL work_mem TO DEFAULT")
