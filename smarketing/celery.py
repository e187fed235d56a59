"""The worker's application. Messages only wake workers up; what is to be done stands in the database."""

import os

from celery import Celery
from celery.signals import beat_init, setup_logging

from common.wake import wake

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")

app = Celery("smarketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs) -> None:
    """Celery would replace the logging that settings configured; a receiver here stops it."""


@beat_init.connect
def ask_for_a_sign_at_once(**kwargs) -> None:
    """The first tick comes a whole period after the start, and till then every page would call the worker silent."""
    wake("notifications.tasks.beat")
