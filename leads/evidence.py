"""What a return is shown by: which shape it has, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import TextChoices

from common.conditions import listed
from common.errors import Incomplete


class Evidence(TextChoices):
    """What a reason has to be shown by; what is asked for stands in the evidence under this name."""

    NONE = "none", "Nothing more"
    NOTE = "note", "A note"
    DATE = "date", "A date to come back"
    FIELDS = "fields", "The missing fields"
    CRITERION = "criterion", "The criterion that does not fit"
    LEAD = "lead", "The other record"
    ATTEMPTS = "attempts", "The agreed attempts, logged"


def check_shape(needed: Evidence, given: Mapping[str, Any], *, at: datetime) -> None:
    """Raise Incomplete unless the evidence that is there can be read.

    A date is a day (ISO) after `at`, fields a text or several, a criterion {"what": "size",
    "how": "too small"}, a lead the number of the other record.
    """
    value = given.get(needed.value)
    if needed == Evidence.DATE and day(value) <= at:
        raise Incomplete("The day to come back has to lie ahead.", "date")
    if needed == Evidence.FIELDS and not all(map(_is_text, value if isinstance(value, list) else [value])):
        raise Incomplete("Name the fields that are missing or wrong, in words.", "fields")
    if needed == Evidence.CRITERION and not (isinstance(value, Mapping) and all(map(_is_text, value.values()))):
        raise Incomplete("Say what does not fit, and how.", "criterion")
    if needed == Evidence.LEAD and not str(value).isdecimal():
        raise Incomplete("Give the number of the other record.", "lead")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def day(given: date | str) -> datetime:
    """The start of a day given as evidence, in UTC. Raises Incomplete."""
    try:
        on = date.fromisoformat(given) if isinstance(given, str) else given
        return datetime.combine(on, time(), UTC)
    except (TypeError, ValueError) as error:
        raise Incomplete("Give the day to come back as a date.", "date") from error


def words(evidence: Mapping[str, Any]) -> str:
    """The evidence as people say it: "size, too small", "phone and city", "come back on 1 June 2026"."""
    said = []
    if fields := evidence.get("fields"):
        said.append(fields if isinstance(fields, str) else listed(fields, last="and"))
    if criterion := evidence.get("criterion"):
        said.append(", ".join(filter(None, [criterion.get("what"), criterion.get("how")])))
    if asked_for := evidence.get("date"):
        said.append(f"come back on {day(asked_for):%-d %B %Y}")
    if other := evidence.get("lead"):
        said.append(f"the same person as lead {other}")
    return "; ".join(said)
