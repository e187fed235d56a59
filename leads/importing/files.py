"""Opening a file that somebody exported somewhere: its kind, encoding and delimiter found out, its rows as text.

Whatever is wrong with a file as a whole raises Unreadable with a sentence that says what to do.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from charset_normalizer import from_bytes
from django.conf import settings
from python_calamine import CalamineError, CalamineWorkbook

from common.errors import Incomplete
from common.sheets import restored
from leads.intake.addresses import EMAIL

MAX_COLUMNS = 200
MAX_CELL = 32_768
MAX_UNPACKED = 20  # times IMPORT_MAX_BYTES: what a workbook may hold unpacked
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "^": "caret", "`": "backquote"}
SAMPLE = 256 * 1024

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows Western European",
    "cp1250": "Windows Central European",
    "cp1251": "Windows Cyrillic",
    "iso-8859-15": "Western European (ISO)",
    "mac-roman": "Mac Western European",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
}
# By the names of the library that guesses; a few letters with accents cannot tell one Latin encoding from another.
EIGHT_BIT = {
    "cp1252": "cp1252",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "iso8859_15": "iso-8859-15",
    "mac_roman": "mac-roman",
    "shift_jis": "shift_jis",
    "gb18030": "gb18030",
}
NOT_LATIN = frozenset({"cp1251", "shift_jis", "gb18030"})
TELLING_BYTES = 50
NUL = "\N{SYMBOL FOR NULL}"  # stands for a character that no database keeps; the row is refused
UNDECODED = re.compile("[\ud800-\udfff]")
NO_TABLES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save it as .xlsx or .csv first",
    b"{": "JSON, not a table",
    b"<": "a web page or XML, not a table",
}

csv.field_size_limit(MAX_CELL)


class Unreadable(Incomplete):
    """The file as a whole cannot be imported; the sentence says why and what to do. HTTP 422."""

    title = "This file cannot be read"


@dataclass(frozen=True)
class Shape:
    """How a file is to be read. `delimiter` is empty for a workbook."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The shape in words: "UTF-8, separated by commas"."""
        if not self.delimiter:
            return f"Excel workbook, sheet {self.sheet}"
        return f"{ENCODINGS.get(self.encoding, self.encoding)}, separated by {DELIMITERS[self.delimiter]}s"


@dataclass(frozen=True)
class Line:
    """A row of the file: the number of its first line in it, and its cells as text."""

    number: int
    cells: list[str]


def shape_of(path: Path, *, sheet: str = "", encoding: str = "") -> Shape:
    """Find out what kind of file this is; `sheet` and `encoding` are a person's choice. Raises Unreadable."""
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    if not start.strip():
        raise Unreadable("The file is empty.")
    if start.startswith(b"PK\x03\x04"):
        return _workbook_shape(path, sheet)
    for magic, what in NO_TABLES.items():
        if start.lstrip().startswith(magic):
            raise Unreadable(f"This is {what}. Export the leads as CSV or as an Excel workbook (.xlsx).")
    chosen = encoding or _encoding(path, start)
    text = codecs.getincrementaldecoder(chosen)(errors="replace").decode(start)
    if sum(text.count(sign) for sign in "\0\1\2\3\4\5\6\7\x0e\x0f") > 3 + len(text) / 100:
        raise Unreadable("This is no text and no workbook. Export the leads as CSV or as an Excel workbook (.xlsx).")
    return Shape(chosen, _delimiter(text, whole=len(start) < SAMPLE))


def lines(path: Path, shape: Shape) -> Iterator[Line]:
    """The rows that hold anything, the header first. Raises Unreadable where the file ends making sense."""
    rows = _text_rows(path, shape) if shape.delimiter else _workbook_rows(path, shape)
    for number, cells in rows:
        if any(cells):
            yield Line(number, cells)


def headers(first: Line) -> list[str]:
    """The names of the columns, made different where they repeat. Raises Unreadable when they are no names."""
    names = [" ".join(cell.split())[:120] for cell in first.cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise Unreadable(
            f"The file has {len(names)} columns; {MAX_COLUMNS} are the most. Leave some out of the export."
        )
    if any(EMAIL.fullmatch(name.lower()) for name in names):
        raise Unreadable(
            f"Line {first.number} should name the columns, but it holds a lead's data. Add a line of names."
        )
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        base = name or f"Column {index + 1}"
        seen[base.lower()] = seen.get(base.lower(), 0) + 1
        names[index] = base if seen[base.lower()] == 1 else f"{base} ({seen[base.lower()]})"
    return names


def _encoding(path: Path, start: bytes) -> str:
    for bom, name in BOMS.items():
        if start.startswith(bom):
            return name
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > len(start) / 5:
        return "utf-16-be" if even > odd else "utf-16-le"
    if _is_utf8(path):
        return "utf-8-sig"
    best = from_bytes(start, cp_isolation=list(EIGHT_BIT)).best()
    found = EIGHT_BIT[best.encoding] if best else "cp1252"
    telling = sum(byte > 127 for byte in start)
    return found if found in NOT_LATIN or telling >= TELLING_BYTES else "cp1252"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while part := file.read(1 << 20):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _delimiter(text: str, *, whole: bool) -> str:
    """The sign that splits the first rows most often into equally many cells."""
    start = text if whole else text[: text.rfind("\n") + 1]

    def worth(sign: str) -> tuple[float, int]:
        widths = []
        with suppress(csv.Error):  # reading the whole says on which line
            widths = [len(row) for row in islice(csv.reader(io.StringIO(start), delimiter=sign), 50) if row]
        if not widths or widths[0] == 1:
            return 0, 1
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(DELIMITERS, key=worth)


def _text_rows(path: Path, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    with _opened(path, shape) as file:
        watched = _Watched(file)
        reader = csv.reader(watched, delimiter=shape.delimiter)
        number, spans = 1, False
        try:
            for cells in reader:
                yield number, [restored(cell) if cell[:1] == "'" else cell for cell in map(str.strip, cells)]
                spans, opened, number = reader.line_num > number, number, reader.line_num + 1
        except csv.Error as error:
            raise _broken(error, number) from None
        except UnicodeError:
            words = ENCODINGS.get(shape.encoding, shape.encoding)
            raise Unreadable(
                f"Line {watched.number} is not {words}. Save the file as UTF-8, or choose another encoding."
            ) from None
        if spans and watched.odd:
            raise Unreadable(f"A quotation mark that opens on line {opened} is never closed.")


@contextmanager
def _opened(path: Path, shape: Shape) -> Iterator[TextIO]:
    with path.open("r", encoding=shape.encoding, errors="surrogateescape", newline="") as file:
        yield file


class _Watched:
    """The lines of a file, with an eye on what could not be decoded, and on whether quotation marks are even."""

    def __init__(self, file: Iterable[str]) -> None:
        self.file, self.odd, self.number = file, False, 0

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.file, start=1):
            self.number = number
            if not line.isascii() and UNDECODED.search(line):
                raise UnicodeError
            self.odd ^= bool(line.count('"') % 2)
            yield line.replace("\0", NUL)


def _broken(error: csv.Error, number: int) -> Unreadable:
    if "field larger" in str(error):
        return Unreadable(f"A cell on line {number} holds over {MAX_CELL} characters. Is a quotation mark missing?")
    return Unreadable(f"Line {number} cannot be read: {error}.")


def _workbook_shape(path: Path, sheet: str) -> Shape:
    most = settings.IMPORT_MAX_BYTES * MAX_UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable("This is a zip archive and no Excel workbook. Unpack it, and upload the file inside.")
        if unpacked > most:
            raise Unreadable(f"Unpacked, this workbook is {unpacked >> 20:,} MB; {most >> 20:,} MB are the most.")
        names = tuple(_workbook(path).sheet_names)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise Unreadable(f"This Excel workbook is damaged ({error}). Save it once more, or as CSV.") from None
    if sheet and sheet not in names:
        raise Unreadable(f"The workbook has no sheet called {sheet}; it has {', '.join(names)}.")
    return Shape(sheet=sheet or names[0], sheets=names)


def _workbook(path: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(str(path))


def _workbook_rows(path: Path, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = _workbook(path).get_sheet_by_name(shape.sheet)
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            yield number, [_as_text(cell) for cell in row]
    except CalamineError as error:
        raise Unreadable(f"This Excel workbook is damaged ({error}). Save it once more, or as CSV.") from None


def _as_text(cell: Any) -> str:
    """A typed cell as it would stand in a CSV."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip().replace("\0", NUL)
