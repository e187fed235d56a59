"""The product's beat in a hurry: what it does up to once a minute, it does each second."""

from smarketing.celery import app
from smarketing.schedule import EVERY_MINUTE, SCHEDULE

__all__ = ["app"]

A_SECOND = 1.0


def hurried(tick: dict) -> dict:
    often = isinstance(tick["schedule"], float) and tick["schedule"] <= EVERY_MINUTE
    return tick | {"schedule": A_SECOND} if often else tick


app.conf.beat_schedule = {name: hurried(tick) for name, tick in SCHEDULE.items()}
