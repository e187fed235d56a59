"""The catalogue of numbers: one key, one plain-language definition, one calculation each.

Apps contribute metrics in their `metrics`, discovered when the product starts. Every page, pack,
API answer and e-mail that shows a number asks for it here by key, so that no number has two
meanings; and any floor may read a figure without importing the app that owns it.

    metrics.value("mqls_delivered", period)

A metric is rows and a measure over them: its value is the measure over all the rows that `rows()`
opens, and that of any group, the measure over the group's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices

from common.measures import NUMBER, Measure, Parts, Reading, Reckoned, Rows
from common.once import once
from common.periods import Period


class Unit(StrEnum):
    """What a value counts, so that every place shows it the same way."""

    COUNT = "count"
    POINTS = "points"  # of a ledger, which may be taken back
    MEAN = "mean"  # so many a case, with decimals
    SHARE = "share"  # 0 to 1
    RATIO = "ratio"  # so many of one to one of another, which may be above 1
    CHANGE = "change"  # a growth or a return as a share, which may lie below 0
    DURATION = "duration"  # a timedelta of working time
    DAYS = "days"  # a timedelta on the calendar
    MONEY = "money"  # Decimal in the base currency
    MONEY_A_DAY = "money_a_day"  # the same, for each day


class Better(StrEnum):
    """Which direction is good news."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class View(TextChoices):
    """Whom a figure of a period is about; the two are never mixed on one line."""

    PERIOD = "period", "what happened in the period"
    COHORT = "cohort", "those who began in the period, and what came of them since"


class Theme(TextChoices):
    """What a figure is about: how the list is divided."""

    FUNNEL = "funnel", "Funnel"
    CONVERSION = "conversion", "Conversion"
    QUALITY = "quality", "Quality"
    SPEED = "speed", "Speed"
    PROMISES = "promises", "Promises"
    MONEY = "money", "Money"
    FOCUS = "focus", "Focus and content"
    TRUST = "trust", "Trust"
    MEETINGS = "meetings", "Meetings"


@dataclass(frozen=True)
class Trail:
    """From a row to the lead it is about, to the number of that lead's life in the funnel, and to a campaign.

    Look-ups; without one of its own the campaign is the lead's. What has no lead may have a campaign.
    """

    lead: str = ""
    life: str = ""
    campaign: str = ""


@dataclass(frozen=True)
class Of:
    """A figure that another is reckoned from: of the same period, or as `over` makes another of that one."""

    key: str
    over: Callable[[Period], Period] = lambda period: period


@dataclass(frozen=True)
class Part:
    """The value of a figure that another is reckoned from: the row of a composed figure.

    `only` says of which group alone, as the part of an address.
    """

    metric: "Metric"
    period: Period
    value: Any
    only: str = ""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number of the product.

    `rows(period)` gives the queryset (or list) of what is counted and `measure` what it comes to.
    `formula` says that in one line; `side` owns the number, or "" for both. `trail` leads from a row to
    a lead or a campaign, where there is a way: such a figure can be broken down. `made_of` names the figures that a
    composed one is reckoned from, and `reads` those whose values its rows tell of. `shortcut(period)` gives the parts
    that the measure would ask of the rows, for several figures in one look or from a rollup; it never says anything
    else than the rows.
    """

    key: str
    name: str
    definition: str
    formula: str
    unit: Unit
    theme: Theme
    rows: Callable[[Period], Rows]
    measure: Measure = NUMBER
    better: Better = Better.HIGHER
    side: str = ""
    view: View = View.PERIOD
    trail: Trail | None = None
    made_of: tuple[Of, ...] = ()
    reads: tuple[str, ...] = ()
    shortcut: Callable[[Period], Parts] | None = None

    @property
    def behind(self) -> set[str]:
        """The keys of all figures that it takes to reckon this one, its own too."""
        return {self.key, *self.reads}.union(*(metric(each.key).behind for each in self.made_of))

    def reading(self, period: Period) -> Reading:
        """The value in a period, with of how many cases."""
        return _reading(self.key, period)

    def value(self, period: Period) -> Any:
        """The value in a period, or None where there is nothing to measure."""
        return self.reading(period).value

    def cases(self, period: Period) -> int:
        """How many rows are behind it."""
        return self.reading(period).cases


def composed(*, made_of: Sequence[str | Of], reckon: Callable[..., Any], **told: Any) -> Metric:
    """A figure reckoned from others; its rows are their values, and it is None while one of them is.

    `reckon` takes the values in the order of `made_of`.
    """
    parts = tuple(each if isinstance(each, Of) else Of(each) for each in made_of)

    def rows(period: Period) -> list[Part]:
        spans = [(metric(each.key), each.over(period)) for each in parts]
        return [Part(each, span, each.value(span)) for each, span in spans]

    def by(found: list[Part]) -> Any:
        values = [part.value for part in found]
        return None if None in values else reckon(*values)

    return Metric(rows=rows, measure=Reckoned(by), made_of=parts, **told)


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


def of_theme(theme: Theme) -> list[Metric]:
    """The metrics of a theme, in the order in which their rooms tell of them."""
    return [each for each in _catalogue.values() if each.theme == theme]


def catalogued() -> dict[str, Metric]:
    """Every metric, by its key."""
    return dict(_catalogue)


def value(key: str, period: Period) -> Any:
    """The value of a metric in a period, or None where there is nothing to measure. Raises KeyError."""
    return metric(key).value(period)


def rows(key: str, period: Period) -> Any:
    """The objects behind a value. Raises KeyError."""
    return metric(key).rows(period)


def cases(key: str, period: Period) -> int:
    """How many objects are behind a value. Raises KeyError."""
    return metric(key).cases(period)


_known: ContextVar[Mapping[tuple[str, Period], Reading] | None] = ContextVar("readings known already", default=None)


@contextmanager
def known(readings: Mapping[tuple[str, Period], Reading]) -> Iterator[None]:
    """Meanwhile these readings, by key and period, are taken as they are instead of being reckoned from the rows."""
    outside = _known.set(readings)
    try:
        yield
    finally:
        _known.reset(outside)


def _reading(key: str, period: Period) -> Reading:
    return (_known.get() or {}).get((key, period)) or _reckoned(key, period)


@once
def _reckoned(key: str, period: Period) -> Reading:
    asked = metric(key)
    return asked.measure.read(asked.shortcut(period)) if asked.shortcut else asked.measure.of(asked.rows(period))
