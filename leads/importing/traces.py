"""What an import leaves behind for later: the refused lines with their reasons, and what an undo has to know."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from common.copying import copy_in
from leads.importing.files import Line
from leads.intake import Received
from leads.models.importing import Import

CREATED = """
INSERT INTO leads_imported{thing} (imported_id, {thing}_id, created, before, after, kept)
SELECT %s, unnest(%s::bigint[]), true, '{{}}', '{{}}', ''
"""
CHANGED = """
INSERT INTO leads_imported{thing} AS known (imported_id, {thing}_id, created, before, after, kept)
SELECT %s, told.id, false, told.before, told.after, ''
  FROM json_to_recordset(%s::json) AS told (id bigint, before jsonb, after jsonb)
    ON CONFLICT (imported_id, {thing}_id)
    DO UPDATE SET before = excluded.before || known.before, after = known.after || excluded.after
"""
Changes = dict[int, dict[str, list[Any]]]


def keep_refusals(found: Import, refused: list[tuple[Line, str]]) -> None:
    """Keep lines that were not imported, as they stood, for the file of refused rows."""
    rows = [(found.pk, line.number, line.cells, why) for line, why in refused]
    if rows:
        copy_in("leads_refusedrow", ("imported_id", "line", "cells", "reason"), rows)


def keep_traces(found: Import, received: Received) -> None:
    """Keep what one chunk made and changed. What is changed twice keeps its first "before" and its last "after"."""
    _keep("lead", found, received.created, received.changed)
    _keep("company", found, received.companies_created, received.companies_changed)


def _keep(thing: str, found: Import, created: list[int], changed: Changes) -> None:
    with connection.cursor() as cursor:
        if created:
            cursor.execute(CREATED.format(thing=thing), [found.pk, created])
        if changed:
            told = [{"id": number, **_flat(columns)} for number, columns in changed.items()]
            cursor.execute(CHANGED.format(thing=thing), [found.pk, json.dumps(told, default=str)])


def _flat(columns: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """Before and after by column; each attribute that changed stands for itself, as "attributes.seats"."""
    before, after = {}, {}
    for column, (was, became) in columns.items():
        if column == "attributes":
            for key in (key for key in became if was.get(key) != became[key]):
                before[f"attributes.{key}"], after[f"attributes.{key}"] = was.get(key), became[key]
        else:
            before[column], after[column] = was, became
    return {"before": before, "after": after}
