"""The database's now: one clock for web, workers and commands, on however many machines they run."""

from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from common.once import once

NOW = """
    SELECT clock_timestamp()
         + coalesce(nullif(current_setting('smarketing.clock_offset', true), ''), '0')::interval
"""


@once
def now() -> datetime:
    """Return the database's present moment, in UTC.

    Doors (a view, a task, a command) read it once and pass it on as `at=`; the parts of `one_page`
    all read the same moment. The database setting `smarketing.clock_offset` moves it for tests;
    production refuses to start with one.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        return cursor.fetchone()[0]


def refuse_a_moved_clock() -> None:
    """Raise ImproperlyConfigured where the database's clock was moved: then no deadline would be true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(nullif(current_setting('smarketing.clock_offset', true), ''), '0')")
        offset = cursor.fetchone()[0]
    if offset != "0":
        raise ImproperlyConfigured(f"The database's smarketing.clock_offset is {offset!r}. It is for tests only.")
