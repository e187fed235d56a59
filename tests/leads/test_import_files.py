"""Files as people upload them: every usual shape is read, and what cannot be read says so in a sentence."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.files.base import ContentFile

from common.errors import Refused
from leads.importing.files import headers, lines, shape_of
from leads.importing.mapping import Meaning
from leads.models import Import, ImportedLead, Lead, RefusedRow
from leads.models.importing import FAILED, MAPPING
from tests.leads.files import imported, stepped, table, uploaded

PEOPLE = [("Email", "Last name", "City"), ("jane@acme.example", "Müller", "Köln"), ("joe@acme.example", "Åse", "Århus")]


def read(path: Path, content: bytes, **chosen: str) -> tuple[str, list[list[str]]]:
    """How a file is read, in words, and its cells."""
    path.write_bytes(content)
    shape = shape_of(path, **chosen)
    return shape.words, [line.cells for line in lines(path, shape)]


@pytest.mark.parametrize(
    ("sign", "name"),
    [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "pipes"), ("^", "carets"), ("`", "backquotes")],
)
def test_any_usual_delimiter_is_found_out(tmp_path, sign, name):
    words, rows = read(tmp_path / "f", table(*PEOPLE, delimiter=sign))
    assert words == f"UTF-8, separated by {name}"
    assert rows == [list(row) for row in PEOPLE]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso-8859-15"]
)
def test_any_usual_encoding_is_found_out(tmp_path, encoding):
    _, rows = read(tmp_path / "f", table(*PEOPLE, encoding=encoding))
    assert rows == [list(row) for row in PEOPLE]


def test_another_encoding_can_be_chosen(tmp_path):
    cyrillic = table(("Email", "Город"), ("jane@acme.example", "Омск"), encoding="cp1251")
    _, rows = read(tmp_path / "f", cyrillic, encoding="cp1251")
    assert rows[1] == ["jane@acme.example", "Омск"]


def test_cells_may_hold_delimiters_quotes_and_line_breaks_and_lines_keep_their_numbers(tmp_path):
    (tmp_path / "f").write_bytes(b'Email,Note\r\na@x.example,"one, ""two""\nthree"\r\n\r\nb@x.example,plain\r\n')
    found = list(lines(tmp_path / "f", shape_of(tmp_path / "f")))
    assert [(line.number, line.cells) for line in found] == [
        (1, ["Email", "Note"]),
        (2, ["a@x.example", 'one, "two"\nthree']),
        (5, ["b@x.example", "plain"]),
    ]


def test_a_delimiter_in_quoted_cells_misleads_nobody(tmp_path):
    words, rows = read(
        tmp_path / "f", b'Email;Company\na@x.example;"Grimes, Madden, and Huff"\nb@x.example;"A, B, C"\n'
    )
    assert words == "UTF-8, separated by semicolons"
    assert rows[1] == ["a@x.example", "Grimes, Madden, and Huff"]


def workbook(*sheets: tuple[str, list[tuple]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_read_like_a_csv(tmp_path):
    rows = [("Email", "People", "Since", "Active"), ("jane@acme.example", 80, datetime(2026, 3, 1, 9, 30), True)]  # noqa: DTZ001
    content = workbook(("Leads", rows), ("Notes", [("Hello",)]))
    words, cells = read(tmp_path / "f", content)
    assert words == "Excel workbook, sheet Leads"
    assert cells == [["Email", "People", "Since", "Active"], ["jane@acme.example", "80", "2026-03-01 09:30:00", "yes"]]
    words, cells = read(tmp_path / "f", content, sheet="Notes")
    assert (words, cells) == ("Excel workbook, sheet Notes", [["Hello"]])


def test_columns_of_the_same_name_or_of_none_are_told_apart(tmp_path):
    (tmp_path / "f").write_bytes(b"Phone,Phone,,E-mail,\n1,2,3,a@x.example,\n")
    first = next(lines(tmp_path / "f", shape_of(tmp_path / "f")))
    assert headers(first) == ["Phone", "Phone (2)", "Column 3", "E-mail"]


def bomb() -> bytes:
    """A workbook of a few kilobytes that unpacks to more than the limit of this test."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))
    return content.getvalue()


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("leads.csv", "Email\n")
    return content.getvalue()


WIDE = table([f"c{n}" for n in range(300)], ["x"] * 300)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"  \n \n", "The file is empty."),
        (b"Email,Name\n", "The file has a line of column names and nothing below it."),
        (
            b"\x89PNG\r\n\x1a\n" + bytes(100),
            "This is a picture. Export the leads as CSV or as an Excel workbook (.xlsx).",
        ),
        (b"%PDF-1.7 ...", "This is a PDF document. Export the leads as CSV or as an Excel workbook (.xlsx)."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
            "This is an old Excel or Word file; save it as .xlsx or .csv first."
            " Export the leads as CSV or as an Excel workbook (.xlsx).",
        ),
        (
            bytes(range(256)) * 20,
            "This is no text and no workbook. Export the leads as CSV or as an Excel workbook (.xlsx).",
        ),
        (
            zipped(),
            "This is a zip archive and no Excel workbook. Unpack it, and upload the file inside.",
        ),
        (
            b"PK\x03\x04 broken",
            "This Excel workbook is damaged (File is not a zip file). Save it once more, or as CSV.",
        ),
        (bomb(), "Unpacked, this workbook is 30 MB; 20 MB are the most."),
        (WIDE, "The file has 300 columns; 200 are the most. Leave some out of the export."),
        (
            b"jane@acme.example,Jane\njoe@acme.example,Joe\n",
            "Line 1 should name the columns, but it holds a lead's data. Add a line of names.",
        ),
        (b'Email,Name\na@x.example,"Jane\nb@x.example,Joe\n', "A quotation mark that opens on line 2 is never closed."),
        (
            b'Email,Name\na@x.example,"Jane\n' + b"b@x.example,Joe\n" * 4000,
            "A cell on line 2 holds over 32768 characters. Is a quotation mark missing?",
        ),
    ],
)
def test_a_file_that_cannot_be_read_stops_with_a_sentence_and_writes_nothing(db, maya, at, settings, content, sentence):
    settings.IMPORT_MAX_BYTES = 1 << 20
    found = uploaded(content, by=maya, at=at)
    assert (found.state, found.problem) == (FAILED, sentence)
    assert (Lead.objects.count(), ImportedLead.objects.count(), RefusedRow.objects.count()) == (0, 0, 0)


def test_bytes_of_another_encoding_in_the_middle_are_named(db, maya, at):
    found = uploaded(table(*PEOPLE), by=maya, at=at)
    found.read_again(sheet="", encoding="utf-8-sig", by=maya, at=at)
    found.path.write_bytes(table(*PEOPLE) + b"x@x.example,M\xfcller,Ulm\n")
    problem = "Line 4 is not UTF-8. Save the file as UTF-8, or choose another encoding."
    assert stepped(found, at).problem == problem


def test_over_the_limits_it_is_refused_before_anything_is_kept(db, maya, at, settings):
    settings.IMPORT_MAX_BYTES = 1000
    with pytest.raises(Refused) as refusal:
        Import.objects.upload(ContentFile(b"x" * 2000), name="big.csv", by=maya, at=at)
    assert refusal.value.status == 413
    assert str(refusal.value) == "The file has 0.0 MB; 0 MB are the most. Split it, or leave columns out."
    assert Import.objects.count() == 0


def test_too_many_rows_are_refused(db, maya, at, settings):
    settings.IMPORT_MAX_ROWS = 2
    found = uploaded(table(*PEOPLE, ("x@x.example", "X", "Y")), by=maya, at=at)
    assert (found.state, found.problem) == (FAILED, "The file has over 2 rows. Split it into parts.")
    assert uploaded(table(*PEOPLE), by=maya, at=at).state == MAPPING


def test_without_an_address_or_an_id_nothing_can_be_imported(db, maya, at):
    found = uploaded(table(("Name", "Phone"), ("Jane Doe", "1")), by=maya, at=at)
    with pytest.raises(Refused) as refusal:
        Meaning.from_json(found.meaning).check()
    assert str(refusal.value) == (
        "No column holds an e-mail address or an id, so nobody could tell the leads apart. Choose one of them."
    )


def test_ragged_rows_are_refused_one_by_one_and_short_ones_are_taken(db, maya, at):
    content = b"Email,City,Title\na@x.example\nb@x.example,Ulm,CFO,extra\nc@x.example,Ulm,CFO,\nd\0@x.example,Ulm,CFO\n"
    found = imported(content, by=maya, at=at)
    assert (found.created, found.refused) == (2, 2)
    assert [(row.line, row.reason) for row in found.refusals.order_by("line")] == [
        (3, "It has 4 cells, but the header names 3 columns."),
        (5, "It contains a NUL character, which is no text."),
    ]
    assert list(Lead.objects.order_by("email").values_list("email", "city")) == [
        ("a@x.example", ""),
        ("c@x.example", "Ulm"),
    ]
