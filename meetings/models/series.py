"""The weekly meeting as both sides agreed on it: the day, the hour, how long."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Q

from accounts.access import check
from accounts.models import User, check_zone
from common.errors import Refused
from common.hours import WEEKDAYS

if TYPE_CHECKING:
    from meetings.models.meeting import Meeting

DAY = timedelta(days=1)


class Rhythm(models.TextChoices):
    """How often a series meets."""

    WEEKLY = "weekly", "weekly, both teams"


class SeriesQuerySet(models.QuerySet["Series"]):
    """Series of meetings."""

    def visible_to(self, user: User) -> Self:
        """Everyone knows when the teams meet."""
        return self

    def weekly(self) -> Series | None:
        return self.filter(rhythm=Rhythm.WEEKLY).first()

    @transaction.atomic
    def set_up(self, *, weekday: int, time: time, zone: str, minutes: int, by: User, at: datetime) -> Series:
        """Agree on the weekly meeting and plan the first one. Raises Refused where there is one already."""
        check(by, "meeting.plan")
        if self.weekly():
            raise Refused("The weekly meeting is set already; change its day or hour instead.")
        series = self.model(weekday=weekday, time=time, zone=zone, minutes=minutes, created_by=by, created_at=at)
        series.full_clean()
        series.save()
        series.plan_next(after=at)
        return series


class Series(models.Model):
    """A meeting that comes again: at a local time of a weekday, counted from Monday, 0, in a zone."""

    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    weekday = models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS)), default=0)
    time = models.TimeField(default=time(10))
    zone = models.CharField("time zone", max_length=64, validators=[check_zone])
    minutes = models.PositiveSmallIntegerField("how long, in minutes", default=30)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = SeriesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rhythm"], name="series_one_a_rhythm"),
            models.CheckConstraint(condition=Q(weekday__lt=len(WEEKDAYS)), name="series_weekday_is_one"),
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=480), name="series_lasts_minutes_to_hours"),
        ]

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.time:%H:%M}"

    @property
    def day_name(self) -> str:
        return WEEKDAYS[self.weekday]

    def next_start(self, after: datetime) -> datetime:
        """The first moment, in UTC, after `after` at which it meets; the hour is that of the wall, also across DST."""
        zone = ZoneInfo(self.zone)
        today = after.astimezone(zone).date()
        ahead = (self.weekday - today.weekday()) % len(WEEKDAYS)
        starts = (datetime.combine(today + (ahead + n) * DAY, self.time, zone).astimezone(UTC) for n in (0, 7))
        return next(start for start in starts if start > after)

    def plan_next(self, *, after: datetime) -> Meeting:
        """Put the next meeting into the calendar."""
        return self.meetings.create(starts_at=self.next_start(after))

    @transaction.atomic
    def change(self, *, by: User, at: datetime, **changes: Any) -> None:
        """Meet on another day, at another hour, or longer; the meeting to come moves with it.

        Raises ValidationError for a day, zone or length that cannot be.
        """
        check(by, "meeting.plan")
        for field, value in changes.items():
            setattr(self, field, value)
        self.full_clean()
        self.save(update_fields=list(changes))
        last = self.meetings.over().first()
        self.meetings.coming().update(starts_at=self.next_start(max(at, last.starts_at) if last else at))
