"""The worker's doors into this app."""

from celery import shared_task

from common import clock as db_clock
from leads import alike, beginnings, cover, crediting, draining, leaving, release, rescoring, shadow, tallies
from leads import backtest as replaying
from leads.importing import working
from leads.learning import studying
from leads.models import Criteria, Import

MOST_ROUNDS = 200  # then the next tick goes on, so that one task never holds a worker for long


@shared_task
def score_due() -> int:
    """Every few seconds and on a nudge: drain the leads that are due. Safe to run twice, or on two workers."""
    taken = 0
    for _ in range(MOST_ROUNDS):
        found = draining.score_due(at=db_clock.now())
        taken += found
        if not found:
            break
    return taken


@shared_task
def expire_points() -> int:
    """After every midnight, wherever it is: mark the leads whose points the new day changes. Safe to run twice."""
    return draining.expire(at=db_clock.now())


@shared_task
def rescore() -> int:
    """Go on with a rescore of everybody, if one is unfinished and nobody works on it."""
    return rescoring.go_on(clock=db_clock.now)


@shared_task
def end_shadow_run() -> bool:
    """Every minute: end the shadow run that is over. Safe to run twice."""
    return shadow.end_over(at=db_clock.now())


@shared_task
def backtest() -> int:
    """Every minute and on a nudge: go on with backtests nobody works on. Safe to run twice, or on two workers."""
    return replaying.go_on(clock=db_clock.now)


@shared_task
def study() -> int:
    """Every minute and on a nudge: go on with a study nobody works on. Safe to run twice, or on two workers."""
    return studying.go_on(clock=db_clock.now)


@shared_task
def credit_deals() -> int:
    """Every night: say anew what led to each won deal. Safe to run twice."""
    return crediting.credit_all()


@shared_task
def reckon_what_converts() -> int:
    """Every night: with what each lead began and how far it came. Safe to run twice."""
    return beginnings.reckon(at=db_clock.now())


@shared_task
def reckon_what_worked() -> int:
    """Every night: what worked with leads of each kind, for the reps. Safe to run twice."""
    return alike.reckon(at=db_clock.now())


@shared_task
def count_for_lists() -> int:
    """Every five minutes: count over all leads what lists show. Safe to run twice, or on two workers."""
    return tallies.keep(clock=db_clock.now)


@shared_task
def release_held() -> int:
    """Every quarter of an hour: each working morning, hand over the day's share. Safe to run twice."""
    return len(release.release_in_the_morning(at=db_clock.now()))


@shared_task
def hand_to_cover() -> int:
    """Every minute: give the open hand-offs of whoever has gone away to who covers. Safe to run twice."""
    return cover.hand_to_cover(at=db_clock.now())


@shared_task
def tell_of_left_books() -> int:
    """Every quarter of an hour: tell the heads of sales, once a week, of books left behind. Safe to run twice."""
    return leaving.tell_of_left_books(at=db_clock.now())


@shared_task
def take_effect() -> int:
    """Every minute: put the signed definition in force whose day has come. Safe to run twice."""
    return Criteria.objects.take_effect(at=db_clock.now())


@shared_task
def end_trials() -> int:
    """Every minute: end the trial whose thirty days are over. Safe to run twice."""
    return Criteria.objects.end_trials(at=db_clock.now())


@shared_task
def run_imports() -> int:
    """Every few seconds and on a nudge: do what imports wait for. Safe to run twice, or on two workers."""
    return working.run_imports()


@shared_task
def forget_import_files() -> int:
    """Every night: delete uploaded files that nobody needs any more."""
    return Import.objects.forget_files(at=db_clock.now())
