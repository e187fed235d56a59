"""The product's beat in a hurry: what it does up to once a quarter of an hour, it does each second."""

from smarketing.celery import app
from smarketing.schedule import EVERY_MINUTE, EVERY_QUARTER, SCHEDULE

__all__ = ["app"]

A_SECOND = 1.0


def hurried(tick: dict) -> dict:
    pace = tick["schedule"]
    often = pace == EVERY_QUARTER or (isinstance(pace, float) and pace <= EVERY_MINUTE)
    return tick | {"schedule": A_SECOND} if often else tick


app.conf.beat_schedule = {name: hurried(tick) for name, tick in SCHEDULE.items()}
