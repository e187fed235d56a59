"""What an oracle tells of a figure, and the list of them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.oracles.figures.raw import Raw


@dataclass(frozen=True)
class Told:
    """A figure's value, and the ids of the rows behind it; None where they are other figures.

    Of a cohort also how many of them still mature.
    """

    value: Any
    rows: list[int] | None
    maturing: int | None = None


Calculation = Callable[[Raw], Told]

ORACLE: dict[str, Calculation] = {}


def figure(key: str) -> Callable[[Calculation], Calculation]:
    """Add the decorated calculation as that of `key`."""

    def add(calculation: Calculation) -> Calculation:
        assert key not in ORACLE, key
        ORACLE[key] = calculation
        return calculation

    return add


def ids(rows: Iterable[Any]) -> list[int]:
    return sorted(row.id for row in rows)


def counted(rows: Iterable[Any]) -> Told:
    """So many."""
    found = ids(rows)
    return Told(len(found), found)


def shared(rows: Iterable[Any], part: Callable[[Any], Any]) -> Told:
    """The share of the rows that are such."""
    rows = list(rows)
    return Told(sum(bool(part(row)) for row in rows) / len(rows) if rows else None, ids(rows))
