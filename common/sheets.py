"""Text for spreadsheets: a cell that a spreadsheet would take for a formula is written so that it stays text."""

import csv
from collections.abc import Iterable, Iterator

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # full-width ones too


def neutral(text: str) -> str:
    """The cell as it may be exported: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def restored(text: str) -> str:
    """The cell as it was before `neutral`, so that what is exported comes back unchanged."""
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text


class _Echo:
    """A file that hands each line straight on."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Rows as the lines of a CSV, every cell quoted and neutral; the first begins with the mark that Excel needs."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"
    for row in rows:
        yield writer.writerow([neutral(str(cell)) for cell in row])
