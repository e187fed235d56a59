"""COPY: the quickest way for many rows into a table."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.db import connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table, in one statement of the present transaction.

    `table` and `columns` are names of ours, never from outside. A dict or a list becomes JSON;
    columns that are not named get the database's default.
    """
    cell = _cell
    text = StringIO("".join(["\t".join([cell(value) for value in row]) + "\n" for row in rows]))
    # Django wraps the errors of execute alone; a constraint refuses a COPY no less.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def _cell(value: Any) -> str:
    """A value as COPY's text format writes it."""
    write = _WRITERS.get(type(value))
    return write(value) if write else str(value).translate(_ESCAPES)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: lambda text: text if text.isalnum() else text.translate(_ESCAPES),
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    date: date.isoformat,
    dict: _json,
    list: _json,
}
