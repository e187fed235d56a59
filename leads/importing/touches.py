"""Touches out of files: whose they are is told by e-mail address or id, or by a unique name where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from common.errors import Incomplete, Refused
from leads.importing.fields import plain
from leads.importing.files import Line, headers, lines, shape_of
from leads.importing.mapping import day_first
from leads.importing.profile import profile
from leads.importing.values import read_moment, read_yes
from leads.intake import receive_touches
from leads.models import Lead
from leads.models.importing import TooLarge
from leads.models.touch import KINDS

CHUNK = 5000
FIELDS = {
    "email": "email emailaddress leademail contactemail prospectemail",
    "lead_id": "leadid contactid recordid prospectid personid vid",
    "kind": "kind type activity activitytype event eventtype status action touch activitytypename",
    "occurred_at": "occurredat date time timestamp activitydate createdat lastmodifiedtime when eventdate happenedat",
    "campaign": "campaign campaignname program utmcampaign",
    "content": "content asset offer page title form formname",
    "channel": "channel medium utmmedium source",
    "detail": "detail details description url subject note",
    "responded": "responded hasresponded",
    "external_id": "touchid activityid eventid id",
    "first_name": "firstname leadfirstname contactfirstname",
    "last_name": "lastname leadlastname contactlastname",
    "ignore": "",
}
# What other systems call a touch, and what we call it; "" is what has not happened.
KINDS_ELSEWHERE = {
    "opened": "email_open",
    "open_email": "email_open",
    "clicked": "email_click",
    "click_email": "email_click",
    "responded": "reply",
    "replied": "reply",
    "received": "sent",
    "delivered": "sent",
    "send_email": "sent",
    "unsubscribed": "opted_out",
    "unsubscribe_email": "opted_out",
    "hard_bounce": "bounced",
    "registered": "webinar_registered",
    "attended": "webinar_attended",
    "form_submission": "form",
    "fill_out_form": "form",
    "visit": "page_view",
    "visit_webpage": "page_view",
    "planned": "",
}


@dataclass
class TouchImport:
    """How a file of touches is to be understood."""

    path: Path
    columns: dict[str, int]
    zone: ZoneInfo
    day_first: bool = True
    system: str = ""
    kind: str = ""
    by_name: bool = False


@dataclass
class TouchesRead:
    """What became of a file of touches."""

    rows: int = 0
    recorded: int = 0
    known: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[Line, str]] = field(default_factory=list)


def open_touches(path: Path, told: dict[str, str], *, zone: str, **more: Any) -> TouchImport:
    """Find out what the columns of a file of touches mean; `told` is {column: field}. Raises Refused."""
    shape = shape_of(path)
    rows = lines(path, shape)
    names = headers(next(rows))
    count, columns = profile(names, rows)
    if count > settings.IMPORT_MAX_ROWS:
        raise TooLarge(f"The file has {count:,} rows; {settings.IMPORT_MAX_ROWS:,} are the most. Split it into parts.")
    found = TouchImport(path, _columns(names, told), ZoneInfo(zone), day_first(columns, zone), **more)
    if "occurred_at" not in found.columns:
        raise Incomplete("No column says when the touches happened. Name it with --map.", "map")
    if "kind" not in found.columns and not found.kind:
        raise Incomplete("No column says what kind of touches these are. Name it with --map, or the kind with --kind.")
    if not {"email", "lead_id"} & set(found.columns) and not found.by_name:
        raise Incomplete(
            "No column says whose touches these are: an e-mail address or an id. Name it with --map.", "map"
        )
    return found


def _columns(names: list[str], told: dict[str, str]) -> dict[str, int]:
    if unknown := set(told) - set(names):
        raise Incomplete(f"There is no column {min(unknown)!r}; there are {', '.join(names)}.", "map")
    if unknown := set(told.values()) - set(FIELDS):
        raise Incomplete(f"A column cannot mean {min(unknown)!r}; it can mean {', '.join(FIELDS)}.", "map")
    columns = {key: names.index(header) for header, key in told.items()}
    for index, header in enumerate(names):
        guess = next((key for key, known in FIELDS.items() if plain(header) in known.split()), "ignore")
        if header not in told:
            columns.setdefault(guess, index)
    columns.pop("ignore", None)
    return columns


def import_touches(
    found: TouchImport, *, by: User | None, at: datetime, dry_run: bool = False, said: Callable[[int], None] = print
) -> TouchesRead:
    """Record the touches of a file, chunk by chunk; good rows are in, the others come back with their reasons."""
    result = TouchesRead()
    names = _unique_names() if found.by_name else {}
    rows = lines(found.path, shape_of(found.path))
    next(rows)
    while chunk := list(islice(rows, CHUNK)):
        result.rows += len(chunk)
        good = list(_good(chunk, found, names, result))
        if not dry_run:
            _record(good, result, by=by, at=at)
        said(result.rows)
    return result


def _good(
    chunk: list[Line], found: TouchImport, names: dict[tuple[str, str], int], result: TouchesRead
) -> Iterator[tuple[Line, dict[str, Any]]]:
    for line in chunk:
        try:
            touch = _touch(line, found, names)
        except Refused as refusal:
            result.refused.append((line, str(refusal)))
        else:
            result.kinds[touch["kind"]] = result.kinds.get(touch["kind"], 0) + 1
            yield line, touch


def _record(good: list[tuple[Line, dict[str, Any]]], result: TouchesRead, *, by: User | None, at: datetime) -> None:
    received = receive_touches([touch for _, touch in good], by=by, at=at, fresh=False)
    result.recorded += received.recorded
    result.known += len(good) - len(received.refused) - received.recorded
    result.refused += [(good[index][0], str(why)) for index, why in received.refused.items()]


def _touch(line: Line, found: TouchImport, names: dict[tuple[str, str], int]) -> dict[str, Any]:
    told = {key: line.cells[index] for key, index in found.columns.items() if index < len(line.cells)}
    first, last = told.pop("first_name", ""), told.pop("last_name", "")
    touch: dict[str, Any] = {key: text for key, text in told.items() if text}
    touch["kind"] = _kind(told.get("kind", "") or found.kind)
    touch["occurred_at"] = _moment(told.get("occurred_at", ""), found)
    if "responded" in touch:
        touch["responded"] = _responded(touch["responded"])
    if "external_id" in touch:
        touch["external_source"] = found.system
    if "lead_id" in touch:
        touch["lead_source"] = found.system
    if found.by_name and not {"email", "lead_id"} & set(touch):
        touch["lead"] = _by_name(first, last, names)
    return touch


def _kind(text: str) -> str:
    kind = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if kind in KINDS:
        return kind
    if KINDS_ELSEWHERE.get(kind) == "":
        raise Refused(f"“{text}” has not happened yet.")
    return KINDS_ELSEWHERE.get(kind, kind)


def _moment(text: str, found: TouchImport) -> datetime:
    try:
        return read_moment(text, found.zone, day_first=found.day_first)
    except ValueError:
        raise Refused(f"“{text[:60]}” is not a date that exists.") from None


def _responded(text: str) -> bool:
    try:
        return read_yes(text)
    except ValueError:
        raise Refused(f"“{text[:60]}” is not yes or no.") from None


def _unique_names() -> dict[tuple[str, str], int]:
    """Leads by first and last name in lower case; 0 where two are called the same."""
    names: dict[tuple[str, str], int] = {}
    for number, first, last in Lead.objects.values_list("pk", "first_name", "last_name"):
        key = (first.lower(), last.lower())
        names[key] = 0 if key in names else number
    return names


def _by_name(first: str, last: str, names: dict[tuple[str, str], int]) -> int:
    """The one lead of that name. An export may repeat the last name where it knows no first one."""
    told = (first.lower(), last.lower())
    keys = [told, ("", told[1])] if told[0] == told[1] else [told]
    number = next((names[key] for key in keys if key in names), None)
    if number is None:
        raise Refused(f"We know nobody called {' '.join(dict.fromkeys(filter(None, [first, last])))}.")
    if not number:
        raise Refused(f"More than one lead is called {' '.join(dict.fromkeys(filter(None, [first, last])))}.")
    return number
