"""The worker's doors into this app."""

from celery import shared_task

from common import clock as db_clock
from notifications import outbox
from notifications.models import Delivery, Heartbeat


@shared_task
def deliver() -> int:
    """Every few seconds, and on every nudge. Safe to run twice, or on two workers at once."""
    return outbox.drain()


@shared_task
def beat() -> None:
    """Every ten seconds: the page says so when no worker is heard."""
    Heartbeat.objects.beat(at=db_clock.now())


@shared_task
def forget_done() -> int:
    """Every night: what was delivered two weeks ago is of no use to anybody."""
    return Delivery.objects.forget_done(at=db_clock.now())
