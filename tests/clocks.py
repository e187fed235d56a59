"""The database's clock, moved: for one connection, or for everybody who comes by another."""

from datetime import datetime

from django.db import connection

from common import clock as db_clock

# A setting of the database counts from the next connection on, so those that rest have to come again.
ANEW = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'
"""


def show(moment: datetime) -> str:
    """Have this connection's clock show the moment, and run on from there; return the offset that does it."""
    run_on()
    offset = f"{(moment - db_clock.now()).total_seconds()} seconds"
    _shift(offset)
    return offset


def run_on() -> None:
    """Let this connection's clock show what time it is."""
    _shift("0")


def _shift(offset: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('smarketing.clock_offset', %s, false)", [offset])


def show_all(moment: datetime) -> None:
    """Have every connection's clock show the moment, also those of workers and of the web."""
    _tell_all("SET smarketing.clock_offset = %s", show(moment))


def run_on_all() -> None:
    run_on()
    _tell_all("RESET smarketing.clock_offset")


def _tell_all(clause: str, *values: str) -> None:
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {database} {clause}", values)
        cursor.execute(ANEW)
