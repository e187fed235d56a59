"""Visits from a CSV: one line a day, with the columns day and visits, and channel where there is one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from campaigns.models.traffic import Visits
from common.errors import Incomplete

DAY, VISITS, CHANNEL = ("day", "date"), ("visits", "sessions"), ("channel", "source")
LARGEST = 1_000_000  # bytes
CHANNEL_LENGTH = 40


def read_visits(content: bytes) -> list[Visits]:
    """Every line of a file. Raises Incomplete, with the line, for what cannot be read."""
    if len(content) > LARGEST:
        raise Incomplete("The file is larger than a megabyte.", "file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Incomplete("The file is no text in UTF-8.", "file") from error
    if "\0" in text:
        raise Incomplete("The file is no text.", "file")
    try:
        return list(_read(text))
    except csv.Error as error:
        raise Incomplete(f"The file is no CSV: {error}.", "file") from error


def _read(text: str) -> Iterator[Visits]:
    separator = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    names = [name.strip().lower() for name in next(rows, [])]
    day, visits, channel = (_place(names, wanted) for wanted in (DAY, VISITS, CHANNEL))
    if day is None or visits is None:
        raise Incomplete("The first line names the columns: day and visits, and channel where there is one.", "file")
    for row in rows:
        if any(cell.strip() for cell in row):
            yield _line(row, rows.line_num, day, visits, channel)


def _place(names: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _line(row: list[str], number: int, day: int, visits: int, channel: int | None) -> Visits:
    try:
        on, count = date.fromisoformat(row[day].strip()), int(row[visits].strip())
        by = "" if channel is None else row[channel].strip()[:CHANNEL_LENGTH]
    except (ValueError, IndexError) as error:
        raise Incomplete(f"Line {number} has no day like 2026-11-30, or no whole number of visits.", "file") from error
    return Visits(on, on, count, by)
