"""How a figure is measured: over the rows it counts, whatever rows those are.

A value is a measure over rows, so that a day's, a source's or a persona's is the same measure over
fewer of them. Most measures are sums of what each row adds (`additive`): groups may then be counted
apart and put together again.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Aggregate, Avg, Count, DurationField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from common.estimates import interval

NEVER = timedelta(days=100_000)
FEW = 30  # cases; fewer are a small sample

Rows = QuerySet | list
Parts = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What some rows come to: None where there is nothing to measure.

    `cases` is how many rows there are. Of a share, `part` is how many of them count, and of a cohort,
    `maturing` how many do not yet and still may.
    """

    value: Any
    cases: int
    part: int | None = None
    maturing: int | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where a share plausibly lies, with 90 % confidence."""
        return None if self.part is None or not self.cases else interval(self.part, self.cases)

    @property
    def is_small(self) -> bool:
        return self.cases < FEW


class Measure(ABC):
    """A calculation over rows."""

    additive: ClassVar[bool] = False
    is_sample: ClassVar[bool] = False  # of few rows it says little

    @abstractmethod
    def of(self, rows: Rows) -> Reading:
        """The reading of all these rows."""


class Added(Measure):
    """A measure that the database adds up: what is asked of the rows, and what the answers come to."""

    additive = True

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """What is asked of the rows, by name."""

    @abstractmethod
    def read(self, parts: Parts) -> Reading:
        """What the answers come to."""

    def of(self, rows: Rows) -> Reading:
        """The reading of all these rows. One query."""
        return self.read(rows.order_by().aggregate(**self.columns()))

    def nothing(self) -> Reading:
        """The reading of no rows."""
        return self.read(dict.fromkeys(self.columns(), 0))


@dataclass(frozen=True)
class Number(Added):
    """How many rows there are."""

    def columns(self) -> dict[str, Any]:
        return {"cases": Count("pk")}

    def read(self, parts: Parts) -> Reading:
        return Reading(parts["cases"], parts["cases"])

    def of(self, rows: Rows) -> Reading:
        return self.read({"cases": len(rows)}) if isinstance(rows, list) else super().of(rows)


NUMBER = Number()


@dataclass(frozen=True)
class Share(Added):
    """The share of the rows, 0 to 1, that meet a condition; `maturing` is met by those that still may come to it."""

    is_sample = True
    part: Q
    maturing: Q | None = None

    def columns(self) -> dict[str, Any]:
        counted = {"part": Count("pk", filter=self.part), "cases": Count("pk")}
        return counted if self.maturing is None else counted | {"maturing": Count("pk", filter=self.maturing)}

    def read(self, parts: Parts) -> Reading:
        part, cases = parts["part"], parts["cases"]
        return Reading(part / cases if cases else None, cases, part, parts.get("maturing"))


@dataclass(frozen=True)
class Total(Added):
    """The sum of a column; nothing comes to 0."""

    column: str

    def columns(self) -> dict[str, Any]:
        return {"total": Sum(self.column), "cases": Count("pk")}

    def read(self, parts: Parts) -> Reading:
        return Reading(parts["total"] or 0, parts["cases"])


@dataclass(frozen=True)
class Mean(Added):
    """The mean of a column."""

    additive = False
    is_sample = True
    column: str

    def columns(self) -> dict[str, Any]:
        return {"mean": Avg(self.column), "cases": Count("pk")}

    def read(self, parts: Parts) -> Reading:
        return Reading(parts["mean"] if parts["cases"] else None, parts["cases"])


class Percentile(Aggregate):
    """The least length of time within which a share of all cases lies; what is null stands at the end."""

    function = "percentile_disc"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, length: str, share: float) -> None:
        super().__init__(Coalesce(F(length), Value(NEVER)), share=share, output_field=DurationField())


@dataclass(frozen=True)
class Within(Added):
    """The least length of time within which a share of the rows lies: 0.5 for the median.

    A row without a length is not over and stands at the end; None where that share never came to an end.
    """

    additive = False
    is_sample = True
    column: str
    share: float = 0.5

    def columns(self) -> dict[str, Any]:
        return {"length": Percentile(self.column, self.share), "cases": Count("pk")}

    def read(self, parts: Parts) -> Reading:
        ended = parts["cases"] and parts["length"] != NEVER
        return Reading(parts["length"] if ended else None, parts["cases"])


@dataclass(frozen=True)
class Kept(Measure):
    """The share of listed things, 0 to 1, of which something holds."""

    is_sample = True
    holds: Callable[[Any], bool]

    def of(self, rows: Rows) -> Reading:
        part, cases = sum(map(self.holds, rows)), len(rows)
        return Reading(part / cases if cases else None, cases, part)


@dataclass(frozen=True)
class Reckoned(Measure):
    """What a calculation makes of listed things; None of nothing."""

    by: Callable[[list[Any]], Any]

    def of(self, rows: Rows) -> Reading:
        return Reading(self.by(list(rows)) if rows else None, len(rows))
