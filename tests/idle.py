"""The product's beat with nothing to do."""

from smarketing.celery import app

__all__ = ["app"]

app.conf.beat_schedule = {}
