"""What a change took the place of: kept beside the event as JSON, and put back by an undo.

A document `{model: {"id": 7, column: value, …}}`; a row that the change itself made is
`{"id": 7}` alone, and putting back takes it away.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Model

Before = dict[str, dict[str, Any]]


def keep(*rows: Model | None) -> Before:
    """The columns that each row's model names in `KEPT`, as they are now."""
    return {
        row._meta.model_name: {"id": row.pk, **{column: _plain(getattr(row, column)) for column in row.KEPT}}
        for row in rows
        if row is not None
    }


def made(row: Model) -> Before:
    """A row that was not there before."""
    return {row._meta.model_name: {"id": row.pk}}


def put_back(before: Before) -> None:
    """Make every row what it was before, to the microsecond and the cent."""
    for name, kept in before.items():
        columns = {column: value for column, value in kept.items() if column != "id"}
        rows = apps.get_model("leads", name).objects.filter(pk=kept["id"])
        if columns:
            rows.update(**columns)
        else:
            rows.delete()


def _plain(value: Any) -> Any:
    """JSON's own encoder would round moments to the millisecond."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
