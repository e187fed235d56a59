"""Standing in a worker's way: a table or a row held by a connection of the test's own, so that it waits there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.processes import wait_until

WAITING = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid)))"


@dataclass
class Block:
    """Something that everybody may read and nobody may write, until it is lifted."""

    holder: BaseDatabaseWrapper
    process: int

    def wait_until_reached(self, nudge: Callable[[], None]) -> None:
        """Nudge the workers until one of them waits here, in the middle of its transaction."""

        def reached() -> bool:
            nudge()
            with connection.cursor() as cursor:
                cursor.execute(WAITING, [self.process])
                return cursor.fetchone()[0]

        wait_until(reached, seconds=30, every=0.3)

    def lift(self) -> None:
        self.holder.close()


def stand_at(table: str, pk: int | None = None) -> Block:
    """Hold the row, or the whole table."""
    holder = connection.copy()
    holder.set_autocommit(False)
    with holder.cursor() as cursor:
        if pk:
            cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [pk])
        else:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT pg_backend_pid()")
        return Block(holder, cursor.fetchone()[0])
