"""Kinds of notice for the tests; a process of its own imports this module to know them too."""

from django.db import connection

from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered


def render(ids: Ids) -> Rendered:
    if ids.get("broken"):
        raise ZeroDivisionError("our own mistake")
    if ids.get("database goes down"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return Rendered(f"Hello {ids['name']}", f"Good to see you, {ids['name']}.", "/leads/7/")


def still_relevant(ids: Ids) -> bool:
    return not ids.get("settled")


GREETING = kinds.register(Kind("test.greeting", "A greeting", render, still_relevant))
HOT = kinds.register(Kind("test.hot", "A hot one", render, still_relevant, at_once=True))
QUIET = kinds.register(Kind("test.quiet", "For the inbox only", render, still_relevant, leaves=False))
BUNDLED = kinds.register(
    Kind("test.bundled", "One of many", render, still_relevant, bundled=True, hot=lambda ids: bool(ids.get("hot")))
)
kinds.register(Kind("test.another_bundled", "Another of many", render, still_relevant, bundled=True))
