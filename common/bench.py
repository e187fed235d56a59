"""Benchmarks: our way beside the best that can be written by hand for the same work, in the same run.

An app contributes a benchmark in its `bench.py`:

    @bench("rescore")
    def rescore(leads: int) -> Iterator[Timing]: ...

It fills the empty database it is given, does each piece of work both ways, and yields the seconds.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from threading import Barrier
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault

ROUNDS = 3
USUAL_ROUNDS = 7
TO_CONNECT = 60  # seconds until all that are to begin at once must have their connections


@dataclass(frozen=True)
class Timing:
    """One piece of work, in seconds: as the product does it, and bare; of a page, how many statements it asks."""

    what: str
    ours: float
    bare: float
    queries: int | None = None

    @property
    def ratio(self) -> float:
        """How many times longer ours takes."""
        return self.ours / self.bare


Bench = Callable[[int], Iterator[Timing]]

_benches: dict[str, Bench] = {}


def bench(name: str) -> Callable[[Bench], Bench]:
    """Contribute the decorated function as a benchmark; it is called with how many leads to try it with."""

    def contribute(function: Bench) -> Bench:
        _benches[name] = function
        return function

    return contribute


def benches() -> dict[str, Bench]:
    """The benchmarks that were contributed, by name."""
    return dict(_benches)


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes, on the monotonic clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def best(
    what: str,
    ours: Callable[[], object],
    bare: Callable[[], object],
    *,
    before: Callable[[], object] = lambda: None,
    timed: Callable[[Callable[[], object]], float] = seconds,
    rounds: int = ROUNDS,
) -> Timing:
    """The best of some rounds of each, taken in turns, so that a busy machine is unfair to both alike."""
    taken = []
    for _ in range(rounds):
        before()
        mine = timed(ours)
        before()
        taken.append((mine, timed(bare)))
    return Timing(what, min(mine for mine, _ in taken), min(theirs for _, theirs in taken))


def usual(what: str, ours: Callable[[], object], bare: Callable[[], object], *, queries: int) -> Timing:
    """The median of some rounds of each, taken in turns after one that warms up: what somebody waits who has come."""
    bare()
    taken = [(seconds(ours), seconds(bare)) for _ in range(USUAL_ROUNDS)]
    return Timing(what, median(mine for mine, _ in taken), median(theirs for _, theirs in taken), queries)


def at_once(works: list[Callable[[], object]]) -> float:
    """Do each work in a thread with a connection of its own, all from the same moment on; the seconds until the last
    is done. Raises what any of them raised.
    """
    began: list[float] = []
    # the last to come reads the clock before any of them goes on: read after the wait, it would start late
    ready = Barrier(len(works), action=lambda: began.append(time.perf_counter()), timeout=TO_CONNECT)

    def go(work: Callable[[], object]) -> float:
        connection.ensure_connection()
        try:
            ready.wait()
            work()
            return time.perf_counter()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return max(pool.map(go, works)) - began[0]


def run(statement: str, values: Any = None) -> None:
    """Run a statement and take in all that it finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.description:
            cursor.fetchall()


def insert(model: type[Model], rows: str, known: dict[str, Any], **columns: str) -> None:
    """Fill a table set-based: a row for each that `rows`, the text after a FROM, finds; `known` are its values.

    `columns` are SQL by column; those that are not named get what the model gives a new row.
    """
    given = {field.column: field.get_default() for field in model._meta.concrete_fields if not field.primary_key}
    usual = {
        name: model._meta.get_field(name).get_db_prep_save(value, connection)
        for name, value in given.items()
        if name not in columns and value is not None and not isinstance(value, DatabaseDefault)
    }
    chosen = columns | {name: f"%(usual_{name})s" for name in usual}
    run(
        f"INSERT INTO {model._meta.db_table} ({', '.join(chosen)}) SELECT {', '.join(chosen.values())} FROM {rows}",
        known | {f"usual_{name}": value for name, value in usual.items()},
    )
