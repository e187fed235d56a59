"""How long a reader waits for something counted live, before being told instead."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PATIENCE = 4000  # milliseconds


@contextmanager
def patience(milliseconds: int = PATIENCE) -> Iterator[None]:
    """Give each statement inside this long. Raises OperationalError when one takes longer; nothing is kept then."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [milliseconds])
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
