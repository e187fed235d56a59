"""Visits to the company's pages, day by day: what leads are counted against before they leave their data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models, transaction

from accounts.access import check
from common.errors import Incomplete

if TYPE_CHECKING:
    from accounts.models import User

DAY = timedelta(days=1)
LONGEST = 366  # days told for at once
MOST = 2_000_000_000  # visits a row
BATCH = 1000


@dataclass(frozen=True)
class Visits:
    """So many visits in the days from `first_on` to `last_on`, both included, by one channel or, "", by all of them."""

    first_on: date
    last_on: date
    count: int
    channel: str = ""

    def days(self) -> Iterator[tuple[date, int]]:
        """Each day's part: even, in whole visits that add up to the count."""
        length = (self.last_on - self.first_on).days + 1
        for n in range(length):
            yield self.first_on + n * DAY, self.count * (n + 1) // length - self.count * n // length


class TrafficQuerySet(models.QuerySet["Traffic"]):
    """Visits, found by their days and told by people and programs."""

    def visible_to(self, user: User) -> Self:
        return self

    def within(self, start_on: date, end_on: date) -> Self:
        """Those of the days from `start_on` up to, and without, `end_on`."""
        return self.filter(on__gte=start_on, on__lt=end_on)

    @transaction.atomic
    def tell(self, told: Iterable[Visits], *, by: User, at: datetime) -> int:
        """Write down visits, spread evenly over their days; return how many days that were.

        A day and channel that is known is replaced, so the same may be told twice; of several that are told at
        once for one day, the last one counts. Raises Incomplete, and writes nothing, for what cannot be.
        """
        check(by, "traffic.tell")
        told = list(told)
        for each in told:
            _check(each, today=at.date())
        days = {(on, each.channel): (visits, each) for each in told for on, visits in each.days()}
        rows = [
            self.model(
                on=on,
                channel=channel,
                visits=visits,
                told_for=(each.last_on - each.first_on).days + 1,
                told_by=by,
                told_at=at,
            )
            for (on, channel), (visits, each) in sorted(days.items(), key=lambda item: item[0])
        ]
        told_anew = ["visits", "told_for", "told_by", "told_at"]
        self.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["on", "channel"],
            update_fields=told_anew,
            batch_size=BATCH,
        )
        return len(rows)


def _check(told: Visits, *, today: date) -> None:
    if told.last_on < told.first_on:
        raise Incomplete("The last day comes before the first.", "last_on")
    if (told.last_on - told.first_on).days >= LONGEST:
        raise Incomplete("Visits are told for a year at most.", "last_on")
    if told.last_on > today + DAY:  # somewhere it is tomorrow already
        raise Incomplete(f"{told.last_on} has not come yet.", "last_on")
    if not 0 <= told.count <= MOST:
        raise Incomplete("Visits are counted from 0 up.", "visits")


class Traffic(models.Model):
    """The visits of one day by one channel; `told_for` is of how many days they are an even part."""

    on = models.DateField()
    channel = models.CharField(max_length=40, blank=True)
    visits = models.PositiveIntegerField()
    told_for = models.PositiveSmallIntegerField(default=1)
    told_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    objects = TrafficQuerySet.as_manager()

    class Meta:
        constraints = [
            # Read by who adds up the visits of some days, too.
            models.UniqueConstraint(fields=["on", "channel"], name="traffic_one_a_day_and_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.visits:,} visits"
