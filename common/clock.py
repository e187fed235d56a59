"""The database's now: one clock for web, workers and commands, on however many machines they run."""

from datetime import datetime

from django.db import connection

NOW = """
    SELECT clock_timestamp()
         + coalesce(nullif(current_setting('smarketing.clock_offset', true), ''), '0')::interval
"""


def now() -> datetime:
    """Return the database's present moment, in UTC.

    Doors (a view, a task, a command) read it once and pass it on as `at=`. The database
    setting `smarketing.clock_offset` moves it for tests; production refuses to start with one.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        return cursor.fetchone()[0]
