"""Figures of the catalogue as a pack keeps them: plain JSON numbers, put into words when they are shown."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from common import metrics
from common.metrics import Unit
from common.periods import Period, between, local_day
from common.templatetags.words import in_unit, money_short

READING = timedelta(days=28)

Plain = int | float | None


def known(key: str) -> bool:
    """Whether the catalogue has a figure of that name."""
    return any(metric.key == key for metric in metrics.catalogue())


def lately(at: datetime, zone: str) -> Period:
    """The four weeks up to and with a moment's day: always the same length, so that two readings can be compared."""
    today = local_day(at, zone)
    return between(today - READING + timedelta(days=1), today + timedelta(days=1), zone)


def reading(key: str, *, at: datetime, zone: str) -> Plain:
    """How a figure stands over the last four weeks, as a plain number; None without a figure or a value."""
    return plain(metrics.value(key, lately(at, zone))) if key and known(key) else None


def readings(keys: Iterable[str], *, at: datetime, zone: str) -> dict[str, Plain]:
    """The readings of several figures, each taken once."""
    return {key: reading(key, at=at, zone=zone) for key in set(keys)}


def plain(value: Any) -> Plain:
    """A figure's value as a JSON number: lengths of time in seconds, money in whole units of its currency."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, Decimal) else value


def in_words(key: str, value: Plain) -> str:
    """A plain number as its figure is read: "84 %", "12", "2 h 05", "€ 318k"."""
    unit = metrics.metric(key).unit if known(key) else Unit.COUNT
    if unit == Unit.MONEY:
        return money_short(value)
    is_length = value is not None and unit in (Unit.DURATION, Unit.DAYS)
    return in_unit(timedelta(seconds=value) if is_length else value, unit)
