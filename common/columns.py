"""Columns of a list that apps above it fill.

A list offers a place ("campaigns"); an app above contributes columns to it in its `panels.py`:
one function that gives the values of all rows shown, so that a list asks once and not once a row.

    @columns("campaigns", "Leads", "MQLs")
    def came_of(ids, user) -> dict[int, tuple]: ...
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Fill = Callable[[list[int], Any], dict[int, tuple]]


@dataclass(frozen=True)
class Columns:
    """Some columns of a place; a row that `fill` does not tell of shows noughts."""

    place: str
    labels: tuple[str, ...]
    fill: Fill


_columns: list[Columns] = []


def columns(place: str, *labels: str) -> Callable[[Fill], Fill]:
    """Contribute the decorated function as columns of `place`: of row ids and a reader it makes a tuple a row."""

    def contribute(fill: Fill) -> Fill:
        _columns.append(Columns(place, labels, fill))
        return fill

    return contribute


def columns_for(place: str, ids: Iterable[int], user: Any) -> tuple[list[str], dict[int, list]]:
    """The labels of a place's columns, and the values of each row in that order."""
    ids = list(ids)
    labels: list[str] = []
    values: dict[int, list] = {row: [] for row in ids}
    for each in (c for c in _columns if c.place == place):
        labels += each.labels
        told = each.fill(ids, user)
        for row in ids:
            values[row] += told.get(row, (0,) * len(each.labels))
    return labels, values
