"""COPY: the quickest way for many rows into a table; and telling the planner that they are there."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.db import connection
from django.db.models import Model

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table, in one statement of the present transaction.

    `table` and `columns` are names of ours, never from outside. A dict or a list becomes JSON;
    columns that are not named get the database's default.
    """
    cell = _cell  # most cells are plain words, and a call for each of those took as long as all the rest
    lines = [
        "\t".join([value if type(value) is str and value.isalnum() else cell(value) for value in row]) for row in rows
    ]
    text = StringIO("\n".join([*lines, ""]))
    # Django wraps the errors of execute alone; a constraint refuses a COPY no less.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def measure(*models: type[Model]) -> None:
    """Let the planner know how large these tables have become.

    The database finds out by itself within a minute or two. Until then it takes thousands of new rows for
    one, joins them in nested loops, and a statement of a tenth of a second takes minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")


def _cell(value: Any) -> str:
    """A value as COPY's text format writes it."""
    write = _WRITERS.get(type(value))
    return write(value) if write else str(value).translate(_ESCAPES)


def _text(value: str) -> str:
    """What is printable needs no escape but of the backslash itself; asking is quicker than translating."""
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


def _json(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False)) if value else _EMPTY[type(value)]


_EMPTY = {dict: "{}", list: "[]"}
_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    dict: _json,
    list: _json,
}
