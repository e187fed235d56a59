"""The sign that a worker is at work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

# Beat asks for a sign every ten seconds; three missed ones are no accident.
SILENT_AFTER = timedelta(seconds=45)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """The one row."""

    def beat(self, *, at: datetime) -> None:
        """Say that beat, the broker and a worker are all there: the task went all the way."""
        self.update_or_create(name="worker", defaults={"beat_at": at})

    def age(self, *, at: datetime) -> timedelta | None:
        """How long ago a worker was last heard; None when none ever was."""
        last = self.filter(name="worker").values_list("beat_at", flat=True).first()
        return at - last if last else None

    def is_silent(self, *, at: datetime) -> bool:
        """Whether no worker has been heard lately, so that nothing is delivered, scored or swept."""
        age = self.age(at=at)
        return age is None or age > SILENT_AFTER


class Heartbeat(models.Model):
    """When a process that has to be running was last heard."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at:%H:%M:%S}"
