"""The first step: what columns a file has, what they hold, and what they most likely mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime

from django.conf import settings

from leads.importing.files import Line, Shape, Unreadable, headers, lines, shape_of
from leads.importing.mapping import guess
from leads.importing.profile import profile
from leads.models.importing import MAPPING, READING, Import, TooLarge

HEARTBEAT = 20_000  # rows between two signs of life


def read(found: Import, *, clock: Callable[[], datetime]) -> None:
    """Look at every value once and guess. Raises Unreadable or TooLarge with the sentence to show."""
    shape = shape_of(found.path, sheet=found.sheet, encoding=found.encoding)
    rows = lines(found.path, shape)
    names = headers(next(rows, None) or _nothing())
    count, columns = profile(names, _counted(found, rows, clock))
    if not count:
        raise Unreadable("The file has a line of column names and nothing below it.")
    zone = found.by.zone if found.by else settings.TIME_ZONE
    found.advance(
        since=(READING, found.next_row),
        at=clock(),
        state=MAPPING,
        rows=count,
        next_row=0,
        sheet=shape.sheet,
        encoding=shape.encoding,
        shape=asdict(shape),
        columns=[column.to_json() for column in columns],
        meaning=guess(columns, name=found.name, zone=zone).to_json(),
    )


def shape_kept(found: Import) -> Shape:
    """How the file is read, as the first step found it."""
    return Shape(**{**found.shape, "sheets": tuple(found.shape["sheets"])})


def data_lines(found: Import) -> Iterator[Line]:
    """The lines below the header."""
    rows = lines(found.path, shape_kept(found))
    next(rows)
    return rows


def _nothing() -> Line:
    raise Unreadable("The file is empty.")


def _counted(found: Import, rows: Iterator[Line], clock: Callable[[], datetime]) -> Iterator[Line]:
    """The rows, with a sign of life now and then, up to the limit."""
    for number, line in enumerate(rows, start=1):
        if number > settings.IMPORT_MAX_ROWS:
            raise TooLarge(f"The file has over {settings.IMPORT_MAX_ROWS:,} rows. Split it into parts.")
        if number % HEARTBEAT == 0:
            found.advance(since=(READING, found.next_row), at=clock(), next_row=number)
        yield line
