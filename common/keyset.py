"""Long lists page by page, by the key of the last row: as quick on the thousandth page as on the first.

No page counts all rows. A cursor is the last row's key, signed, so that a made-up one is not a query.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.http import QueryDict

SALT = "keyset"


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the cursor of those after them ("" on the last page)."""

    rows: list[Any]
    older: str


def newest_first(rows: QuerySet, moment: str, *, cursor: str = "", size: int = 50) -> Page:
    """A page of rows by a moment's field and id, both descending; a cursor that is not ours starts at the top."""
    if key := _read(cursor):
        at, pk = key
        # The first condition is the index's range; the second leaves out what the last page showed.
        rows = rows.filter(**{f"{moment}__lte": at}).exclude(**{moment: at, "pk__gte": pk})
    found = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    older = _write(found[size - 1], moment) if len(found) > size else ""
    return Page(found[:size], older)


def oldest_first(rows: QuerySet, moment: str, *, cursor: str = "", size: int = 50) -> Page:
    """A page of rows by a moment's field and id, both ascending; a cursor that is not ours starts at the top."""
    if key := _read(cursor):
        at, pk = key
        rows = rows.filter(**{f"{moment}__gte": at}).exclude(**{moment: at, "pk__lte": pk})
    found = list(rows.order_by(moment, "pk")[: size + 1])
    further = _write(found[size - 1], moment) if len(found) > size else ""
    return Page(found[:size], further)


def without_page(query: QueryDict) -> str:
    """What an address asks for, without which page of it: for the links to the other pages."""
    asked = query.copy()
    asked.pop("older", None)
    return asked.urlencode()


def _write(row: Model, moment: str) -> str:
    return signing.dumps([getattr(row, moment).isoformat(), row.pk], salt=SALT, compress=True)


def _read(cursor: str) -> tuple[datetime, int] | None:
    try:
        at, pk = signing.loads(cursor, salt=SALT)
        return datetime.fromisoformat(at), int(pk)
    except (signing.BadSignature, ValueError, TypeError):
        return None
