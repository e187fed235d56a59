"""The agreement on paper: the very text that is signed, and who signed it, as a PDF.

The same version in the same state always gives the same file, byte for byte.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst
from django.conf import settings

from agreements.models import Signature
from agreements.signing import Line
from sla.models import Agreement

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "sla" / "agreement.typ"
LONGEST_HEADING = 60  # letters before a colon, beyond which it is no heading


def pdf(agreement: Agreement, lines: list[Line]) -> bytes:
    """The version as a tagged PDF; `lines` are its sides with their signatures, as the page shows them."""
    told = {"told": json.dumps(_told(agreement, lines))}
    return typst.compile(
        TEMPLATE.read_bytes(), format="pdf", sys_inputs=told, ignore_system_fonts=True, pdf_standards=["ua-1"]
    )


def _told(agreement: Agreement, lines: list[Line]) -> dict[str, Any]:
    revision = agreement.revision
    text = revision.text or "\n".join(agreement.sentences())
    return {
        "title": str(agreement),
        "state": _state(agreement),
        "lines": [_parted(line) for line in text.splitlines()],
        "signatures": [_signed(line, agreement.zone) for line in lines],
        "sha256": revision.sha256,
    }


def _state(agreement: Agreement) -> str:
    revision, zone = agreement.revision, agreement.zone
    since = f" since {_moment(revision.in_force_at, zone)}" if revision.rules and revision.in_force_at else ""
    return f"{revision.get_state_display()[0].upper()}{revision.get_state_display()[1:]}{since}"


def _parted(line: str) -> dict[str, str]:
    """A sentence with its heading set apart; together they are the sentence as it is signed."""
    heading, colon, _ = line.partition(": ")
    heading = heading + colon if colon and len(heading) <= LONGEST_HEADING else ""
    return {"heading": heading, "text": line.removeprefix(heading)}


def _signed(line: Line, zone: str) -> dict[str, str]:
    given: Signature | None = line.signature
    if given is None:
        return {"side": line.side.label, "who": "", "said": "not signed"}
    return {"side": line.side.label, "who": given.who, "said": f"signed {_moment(given.at, zone)}"}


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%-d %B %Y, %H:%M} ({zone})"
