"""Readings of the catalogue's figures that a worker has kept, and what may have moved them since.

Both tables may be emptied at any time: a figure that was not kept is reckoned from its rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Now

from common.measures import Reading
from common.periods import Period, parse


class ThisTransaction(Func):
    """The number of the present transaction, as the database counts them."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class ThisTransactionIfAny(Func):
    """The same, or 0 where the present transaction has written nothing, as a page that only reads."""

    template = "coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0)"
    output_field = models.BigIntegerField()


class FigureChangeQuerySet(models.QuerySet["FigureChange"]):
    """What may have moved figures, found by the readings that cannot have seen it."""

    def unseen(self) -> FigureChangeQuerySet:
        """Changes that were written or committed after an outer reading was begun."""
        committed = Func(
            "transaction", OuterRef("snapshot"), output_field=models.BooleanField(),
            template="pg_visible_in_snapshot(%(expressions)s::pg_snapshot)", arg_joiner="::text::xid8, ",
        )  # fmt: skip
        # Of what the present transaction wrote itself, which no snapshot calls committed, the order tells.
        others = self.alias(committed=committed, own=ThisTransactionIfAny())
        return others.filter(Q(committed=False) & ~Q(transaction=F("own")) | Q(pk__gt=OuterRef("last_change")))


class FigureChange(models.Model):
    """Something happened that may move the figures of every period that ends after `since`.

    Written in the transaction of what happened and never updated, so that nobody waits for anybody.
    """

    since = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())
    transaction = models.BigIntegerField(db_default=ThisTransaction())

    objects = FigureChangeQuerySet.as_manager()

    class Meta:
        # Read with each kept reading of a closed period: what reaches back into it.
        indexes = [models.Index(fields=["since"], name="figure_change_by_reach")]

    def __str__(self) -> str:
        return f"since {self.since:%Y-%m-%d %H:%M}"


class KeptReadingQuerySet(models.QuerySet["KeptReading"]):
    """Kept readings, found by their period and by whether they still hold."""

    def of(self, periods: Iterable[Period]) -> KeptReadingQuerySet:
        wanted = Q(pk=None)
        for period in periods:
            wanted |= Q(period=period.key, zone=period.zone)
        return self.filter(wanted)

    def with_touched(self) -> KeptReadingQuerySet:
        """Mark as `touched` those that something may have moved since they were read."""
        later = FigureChange.objects.unseen().filter(since__lt=OuterRef("ends_at"))
        return self.annotate(touched=Exists(later))


class KeptReading(models.Model):
    """What one figure came to in one period, when it was last read.

    `snapshot` says which transactions were committed by then, `last_change` which change was the last one written.
    """

    metric = models.CharField(max_length=80)
    zone = models.CharField(max_length=64)
    period = models.CharField(max_length=40, help_text="Its key, as in an address.")
    ends_at = models.DateTimeField()
    value = models.JSONField(null=True)
    cases = models.BigIntegerField()
    part = models.BigIntegerField(null=True)
    maturing = models.BigIntegerField(null=True)
    snapshot = models.TextField()
    last_change = models.BigIntegerField()
    read_at = models.DateTimeField()

    objects = KeptReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "zone", "metric"], name="kept_reading_one_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.metric}, {self.period}"

    @property
    def span(self) -> Period:
        return parse(self.period, self.zone)

    @property
    def reading(self) -> Reading:
        """The reading as it was."""
        return Reading(read(self.value), self.cases, self.part, self.maturing)


def written(value: Any) -> Any:
    """A value as it is kept, exactly: amounts as text, lengths of time in microseconds."""
    if isinstance(value, timedelta):
        return {"microseconds": value // timedelta(microseconds=1)}
    return {"amount": str(value)} if isinstance(value, Decimal) else value


def read(kept: Any) -> Any:
    """The value that was kept."""
    if not isinstance(kept, dict):
        return kept
    [(kind, told)] = kept.items()
    return timedelta(microseconds=told) if kind == "microseconds" else Decimal(told)
