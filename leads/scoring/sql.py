"""Statements and the values bound to them."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass
class Values:
    """Values of a statement under construction; what people typed is bound and never becomes text of it."""

    bound: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        """Keep a value and return the placeholder that stands for it."""
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return f"%({name})s"


@dataclass(frozen=True)
class Statement:
    """SQL with named placeholders, and their values."""

    text: str
    values: dict[str, Any]

    def rows(self) -> list[tuple]:
        """Run it and fetch everything."""
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.values)
            return cursor.fetchall()
