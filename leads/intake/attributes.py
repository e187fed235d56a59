"""The fields this organisation added: their values, in the types they were given."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from common.errors import Incomplete
from leads.intake.arrival import Arrival
from leads.models import Attribute
from leads.models.attribute import AttributeType

YES = frozenset({"yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "x", "checked"})
NO = frozenset({"no", "n", "false", "f", "0", "off", "nee", "nein", "non", "unchecked"})
LONGEST_TEXT = 2000


class Attributes:
    """The organisation's own fields, looked up once a batch and only when a row has some."""

    @cached_property
    def types(self) -> dict[tuple[str, str], str]:
        return {(on, key): kind for on, key, kind in Attribute.objects.values_list("on", "key", "type")}

    def settle(self, arrival: Arrival) -> None:
        """Give the values of an arrival their types. Raises Incomplete for unknown fields and impossible values."""
        if arrival.attributes:
            arrival.attributes = self._typed(Attribute.On.LEAD, arrival.attributes)
        if arrival.company_attributes:
            arrival.company_attributes = self._typed(Attribute.On.COMPANY, arrival.company_attributes)

    def _typed(self, on: str, values: dict[str, Any]) -> dict[str, Any]:
        typed = {}
        for key, value in values.items():
            if (on, key) not in self.types:
                raise Incomplete(f"There is no attribute called {key!r}. Importing a column adds one.", key)
            if value not in (None, ""):
                typed[key] = typed_value(self.types[on, key], value, key)
        return typed


def typed_value(kind: str, value: Any, name: str) -> Any:
    """A value as JSON keeps it: a number, "2026-03-11", true, or a text. Raises Incomplete."""
    try:
        return _READ[AttributeType(kind)](value)
    except (ValueError, InvalidOperation, OverflowError):
        article = {"number": "a number", "date": "a date like 2026-03-11", "boolean": "yes or no"}.get(kind, "text")
        raise Incomplete(f"{str(value)[:60]!r} in {name} is not {article}.", name) from None


def _number(value: Any) -> int | float:
    number = Decimal(str(value).strip())
    if not number.is_finite():
        raise ValueError(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _date(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return date.fromisoformat(str(value).strip()[:10]).isoformat()


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise ValueError(value)


def _text(value: Any) -> str:
    text = str(value).strip()
    if "\0" in text or len(text) > LONGEST_TEXT:
        raise ValueError(value)
    return text


_READ = {
    AttributeType.NUMBER: _number,
    AttributeType.DATE: _date,
    AttributeType.BOOLEAN: _boolean,
    AttributeType.TEXT: _text,
}
