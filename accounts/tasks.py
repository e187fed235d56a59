"""The worker's doors into this app."""

from celery import shared_task

from accounts.models import IdempotentAnswer, WorkCalendar
from common import clock as db_clock


@shared_task
def look_ahead() -> int:
    """Every night: the public holidays of next year are known before a deadline falls into it."""
    return WorkCalendar.objects.look_ahead(at=db_clock.now())


@shared_task
def forget_old() -> int:
    """Every night: answers to repeated requests are kept for a day."""
    return IdempotentAnswer.objects.forget_old(at=db_clock.now())
