"""The catalogue of numbers: one key, one plain-language definition, one calculation each.

Apps contribute metrics in their `metrics.py`, discovered when the product starts. Every page,
pack, API answer and e-mail that shows a number asks for it here by key, so that no number has
two meanings; and any floor may read a figure without importing the app that owns it.

    metrics.value("mqls_delivered", period)

A metric is a definition over event rows: its value is the number, or the sum, of the rows
that `rows()` opens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from common.periods import Period


class Unit(StrEnum):
    """What a value counts, so that every place shows it the same way."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1
    DURATION = "duration"  # a timedelta of working time
    MONEY = "money"  # Decimal in the base currency


class Better(StrEnum):
    """Which direction is good news."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Metric:
    """One number of the product.

    `value(period)` gives the number, or None where there is nothing to measure; `rows(period)`
    gives the queryset (or list) of the objects behind it, `cases(period)` how many those are;
    `side` owns it, or "" for both.
    """

    key: str
    name: str
    definition: str
    unit: Unit
    value: Callable[[Period], Any]
    rows: Callable[[Period], Any]
    better: Better = Better.HIGHER
    side: str = ""
    cases: Callable[[Period], int] | None = None


_catalogue: dict[str, Metric] = {}


def register(metric: Metric) -> Metric:
    """Add a metric to the catalogue. Raises ValueError when its key is taken."""
    if metric.key in _catalogue:
        raise ValueError(f"Two metrics are called {metric.key!r}.")
    _catalogue[metric.key] = metric
    return metric


def metric(key: str) -> Metric:
    """The metric called `key`. Raises KeyError."""
    return _catalogue[key]


def catalogue() -> list[Metric]:
    """Every metric, by name."""
    return sorted(_catalogue.values(), key=lambda each: each.name)


def value(key: str, period: Period) -> Any:
    """The value of a metric in a period, or None where there is nothing to measure. Raises KeyError."""
    return metric(key).value(period)


def rows(key: str, period: Period) -> Any:
    """The objects behind a value. Raises KeyError."""
    return metric(key).rows(period)


def cases(key: str, period: Period) -> int:
    """How many objects are behind a value. Raises KeyError."""
    count = metric(key).cases
    return count(period) if count else rows(key, period).count()
