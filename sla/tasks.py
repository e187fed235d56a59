"""The worker's doors into this app."""

from celery import shared_task

from common import clock as db_clock
from leads import readings
from sla import climbing, findings, sampling
from sla.asked import zones
from sla.models import Agreement, Clock


@shared_task
def flag_breaches() -> int:
    """Every minute. Safe to run twice, or on two workers at once."""
    return Clock.objects.flag_breaches(at=db_clock.now())


@shared_task
def climb() -> int:
    """Every minute: remind, and give on what waits too long. Safe to run twice, or on two workers at once."""
    return climbing.climb(at=db_clock.now())


@shared_task
def take_effect() -> int:
    """Every minute: put the signed agreement in force whose day has come. Safe to run twice."""
    return Agreement.objects.take_effect(at=db_clock.now())


@shared_task
def draw_sample() -> int:
    """Each quarter of an hour: draw the returns of last week that both sides review, once a week. Safe to run twice."""
    return sampling.draw(at=db_clock.now())


@shared_task
def keep_readings() -> int:
    """Every five minutes: read the figures that were touched, or were read too long ago. Safe to run twice."""
    return readings.keep(readings.wanted(zones(), at=db_clock.now()), clock=db_clock.now)


@shared_task
def keep_findings() -> int:
    """Every five minutes: find out what the pages of analysis tell of the latest periods. Safe to run twice."""
    return findings.keep(findings.wanted(zones(), at=db_clock.now()), clock=db_clock.now)
