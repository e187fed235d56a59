"""Importing measured: a file of plain new leads, beside COPY of the very rows that it makes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.db import connection, transaction

from common import clock as db_clock
from common.bench import Timing, bench, seconds
from leads.importing.mapping import Meaning
from leads.importing.working import take_step
from leads.models import Import
from leads.models.importing import DONE

HEADER = ["Id", "Email", "First name", "Last name", "Job title", "Phone", "City", "Country"]
HEADER += ["Company", "Industry", "Employees", "Source"]
COMPANIES = 20_000
# In the order in which a foreign key lets them be filled.
TABLES = ("company", "lead", "episode", "transition", "leadversion", "duelead", "importedlead", "importedcompany")


@bench("import")
def import_leads(leads: int) -> Iterator[Timing]:
    """From the press of Import to the last row, with companies, first episodes, moves, snapshots, marks and traces."""
    found = Import.objects.upload(ContentFile(_file(leads)), name="leads.csv", by=None, at=db_clock.now())
    checking = seconds(lambda: _until_preview(found))
    found.run(by=None, at=db_clock.now())
    importing = seconds(lambda: take_step(found))
    found.refresh_from_db()
    if (found.state, found.created) != (DONE, leads):
        raise AssertionError(f"{found.state}: {found.created} of {leads} leads, {found.problem}")
    rows = {table: _dumped(table) for table in TABLES}
    _emptied()
    bare = seconds(lambda: _copied(rows))
    _emptied()
    leads_alone = seconds(lambda: _copied({table: rows[table] for table in ("company", "lead")}))
    _emptied()
    yield Timing(f"import {leads:,} leads, beside COPY of all its rows", importing, bare)
    yield Timing("the same with reading and preview, from the file on", checking + importing, bare)
    yield Timing("import beside COPY of leads and companies alone", importing, leads_alone)
    yield Timing("read, guess and check them, beside reading the CSV", checking, seconds(lambda: _read(found)))


def _file(leads: int) -> bytes:
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow(HEADER)
    for n in range(leads):
        firm = n % COMPANIES
        who = [n, f"p{n}@firm{firm}.example", "Ann", f"Doe {n}", "CEO", f"+31 20 {n:07}", "Utrecht", "Netherlands"]
        write.writerow([*who, f"Firm {firm}", "software", firm % 500, "webinar"])
    return text.getvalue().encode()


def _until_preview(found: Import) -> None:
    take_step(found)
    found.refresh_from_db()
    found.choose(Meaning.from_json(found.meaning).to_json(), by=None, at=db_clock.now())
    take_step(found)
    found.refresh_from_db()


def _dumped(table: str) -> str:
    text = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY leads_{table} TO STDOUT", text)
    return text.getvalue()


def _emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leads_lead, leads_company CASCADE")


@transaction.atomic
def _copied(rows: dict[str, str]) -> None:
    for table, text in rows.items():
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY leads_{table} FROM STDIN", io.StringIO(text))


def _read(found: Import) -> None:
    with found.path.open(newline="") as file:
        for _ in csv.reader(file):
            pass
