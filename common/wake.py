"""Nudges to workers. A nudge that is lost costs a few seconds, because beat ticks anyway."""

import time
from dataclasses import dataclass

import structlog
from celery import Celery, current_app
from django.conf import settings
from django.db import transaction

log = structlog.get_logger(__name__)

# After a failure nobody tries again for this long: a request must not pay for a broker that hangs.
QUIET_AFTER_FAILURE = 5.0

_broker: Celery | None = None
_silent_until = 0.0


def wake(task_name: str, *ids: int) -> None:
    """Ask a worker, once this transaction has committed, to run the task; never fail, never wait long.

    `task_name` is the task's full name, such as `"notifications.tasks.deliver"`; `ids` are its arguments.
    """
    nudge = Nudge(task_name, ids)
    if all(waiting != nudge for _, waiting, _ in transaction.get_connection().run_on_commit):
        transaction.on_commit(nudge, robust=True)


@dataclass(frozen=True)
class Nudge:
    """One task to wake. A transaction does it once, however many of its changes ask for it."""

    task_name: str
    ids: tuple[int, ...]

    def __call__(self) -> None:
        _send(self.task_name, self.ids)


def _send(task_name: str, ids: tuple[int, ...]) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        _sender().send_task(task_name, args=ids, retry=False, ignore_result=True)
    except Exception as error:  # whatever the broker does, the change that woke it is already safe
        _silent_until = time.monotonic() + QUIET_AFTER_FAILURE
        log.warning("wake_failed", task=task_name, error=type(error).__name__)


def _sender() -> Celery:
    """A publisher with short time-outs of its own; workers keep the patient settings."""
    global _broker
    if _broker is None:
        _broker = Celery("nudge", set_as_current=False, broker=settings.CELERY_BROKER_URL)
        _broker.conf.update(
            broker_transport_options={
                "socket_connect_timeout": 0.5,
                "socket_timeout": 1.0,
                "global_keyprefix": settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"],
            },
            broker_connection_timeout=0.5,
            broker_connection_retry=False,
            task_publish_retry=False,
            task_default_queue=current_app.conf.task_default_queue,
        )
    return _broker
