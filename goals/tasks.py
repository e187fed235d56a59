"""The worker's doors into this app."""

from celery import shared_task

from common import clock as db_clock
from goals.models import Plan


@shared_task
def take_effect() -> int:
    """Every minute: put the signed plans in force whose day has come. Safe to run twice."""
    return Plan.objects.take_effect(at=db_clock.now())
