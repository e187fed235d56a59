"""Where the catalogue and plain Python do not say the same."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from common import metrics
from common.periods import Period
from tests.oracles.figures import ORACLE
from tests.oracles.figures.raw import Raw

NO_ROWS = {"briefs_in_time", "alignment", "reward_missing"}  # their rows are reckoned, not kept


class Difference(NamedTuple):
    """A figure of a period whose value, or whose rows, are not what follows from the events."""

    key: str
    period: str
    catalogue: Any
    oracle: Any


def differences(period: Period, raw: Raw) -> Iterator[Difference]:
    """All of them; values exactly, but for the last digits of what was summed in another order."""
    for key, calculate in sorted(ORACLE.items()):
        told = calculate(raw.of(period))
        value, rows = metrics.value(key, period), _ids(key, period)
        if value != (pytest.approx(told.value, rel=1e-9) if isinstance(told.value, float) else told.value):
            yield Difference(key, period.key, value, told.value)
        if told.rows is not None and rows != told.rows:
            yield Difference(f"{key}, its rows", period.key, rows, told.rows)


def _ids(key: str, period: Period) -> list[int] | None:
    return None if key in NO_ROWS else sorted(row.pk for row in metrics.rows(key, period))
