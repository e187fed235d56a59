"""Files for the tests of imports, and the way from one to leads, through the verbs."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import User
from leads.importing.mapping import Meaning
from leads.importing.working import take_step
from leads.models import Import
from leads.models.importing import MAPPING, PREVIEW

# Two people as a CRM exports them.
HEADER = ("Id", "Email", "First Name", "Last Name", "Company", "Lead Status", "Created", "Seats", "Partner", "Since")
JANE = ("00Q5", "jane@acme.example", "Jane", "Doe", "Acme", "Open", "2026-01-05 10:00", "12", "Yes", "2025-12-31")
JOE = ("00Q6", "joe@bolt.example", "Joe", "Roe", "Bolt", "Qualified", "2026-01-06 10:00", "7.5", "No", "")


def table(*rows: Iterable[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows as a CSV; the first is the header."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def uploaded(content: bytes, *, by: User | None, at: datetime, name: str = "leads.csv") -> Import:
    """A file that a worker has read: it waits for its columns, or has stopped."""
    found = Import.objects.upload(ContentFile(content), name=name, by=by, at=at)
    return stepped(found, at)


def stepped(found: Import, at: datetime) -> Import:
    """The import after the step that it waits for."""
    take_step(found, clock=lambda: at)
    found.refresh_from_db()
    return found


def checked(found: Import, *, by: User | None, at: datetime, **changes: Any) -> Import:
    """The import with its preview. `changes` are of its meaning: `columns={header: field}`, `stages`, `rule` …"""
    assert found.state == MAPPING, found.problem
    meaning = Meaning.from_json(found.meaning)
    for choice in meaning.columns:
        choice.field = changes.get("columns", {}).get(choice.header, choice.field)
    for name in set(changes) - {"columns"}:
        setattr(meaning, name, changes[name])
    meaning.check()
    found.choose(meaning.to_json(), by=by, at=at)
    return stepped(found, at)


def imported(content: bytes, *, by: User | None, at: datetime, name: str = "leads.csv", **changes: Any) -> Import:
    """The import of a file, done."""
    found = checked(uploaded(content, by=by, at=at, name=name), by=by, at=at, **changes)
    assert found.state == PREVIEW, found.problem
    found.run(by=by, at=at)
    return stepped(found, at)
