"""Conditions as SQL: when a fact matches, and how many days until time alone changes that."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from common.conditions import Condition, Type, operator
from leads.facts import FACTS, Fact
from leads.scoring.sql import Values

Reading = dict[str, tuple[Fact, str]]


def matches(condition: Condition, of: Type, column: str, values: Values) -> str:
    """A boolean that is never NULL. A negated operator is the opposite of the one it negates,
    so that an unknown fact satisfies it.
    """
    asked = operator(condition.operator, of)
    positive = _MATCH[asked.negates or asked.key](column, condition.values, of, values)
    held = positive if asked.key in ("is_known", "is_unknown") else f"coalesce({positive}, false)"
    return f"NOT {held}" if asked.negates else held


def all_match(conditions: Iterable[Condition], read: Reading, values: Values) -> str:
    """A boolean that is never NULL: whether every condition holds, over the columns that facts are read in."""
    held = (matches(each, read[each.field][0].type, f"k.{read[each.field][1]}", values) for each in conditions)
    return "(" + " AND ".join(["true", *held]) + ")"


def reading(facts: Iterable[Fact]) -> Reading:
    """These facts and those that their conditions ask about, each with the column that holds it."""
    wanted = {fact.key: fact for fact in facts}
    wanted |= {each.field: FACTS[each.field] for fact in list(wanted.values()) for each in fact.conditions}
    return {key: (fact, f"f{number}") for number, (key, fact) in enumerate(wanted.items())}


def read_columns(read: Reading, columns: dict[str, str], *, said: bool = False) -> str:
    """The columns of a SELECT over the moments `m`; facts that are made of conditions have none.

    With `said`, beside each the column that holds it as text, as people wrote it.
    """
    plain = [(fact, column) for fact, column in read.values() if not fact.is_composed]
    found = "".join(f", {fact.read(columns)} AS {column}" for fact, column in plain)
    written = "".join(f", {fact.said(columns)} AS {column}_said" for fact, column in plain)
    return found + written if said else found


def flips_in(condition: Condition, column: str) -> str | None:
    """The days until the condition on a date changes its answer, NULL where it never will; None for others."""
    if condition.operator not in ("within_days", "not_within_days"):
        return None
    days = int(condition.values[0])
    return (
        f"CASE WHEN k.day < {column} THEN {column} - k.day "
        f"WHEN k.day < {column} + {days} THEN {column} + {days} - k.day END"
    )


def _value(value: Any, of: Type, values: Values) -> str:
    """A bound value, typed; whole numbers as integers, which compare with integer columns at no cost."""
    if of == Type.TEXT:
        return f"lower({values.bind(value)})"
    if of == Type.NUMBER:
        number = Decimal(value)
        return values.bind(int(number) if number == number.to_integral_value() else number)
    return f"{values.bind(value)}::{of}"


def _any_of(column: str, given: tuple, of: Type, values: Values) -> str:
    return f"{column} IN ({', '.join(_value(value, of, values) for value in given)})"


def _contains(column: str, given: tuple, of: Type, values: Values) -> str:
    return "(" + " OR ".join(f"strpos({column}, {_value(value, of, values)}) > 0" for value in given) + ")"


def _starts_with(column: str, given: tuple, of: Type, values: Values) -> str:
    return "(" + " OR ".join(f"starts_with({column}, {_value(value, of, values)})" for value in given) + ")"


def _between(column: str, given: tuple, of: Type, values: Values) -> str:
    return f"{column} BETWEEN {_value(given[0], of, values)} AND {_value(given[1], of, values)}"


def _within_days(column: str, given: tuple, of: Type, values: Values) -> str:
    return f"k.day - {column} BETWEEN 0 AND {int(given[0]) - 1}"


def _known(column: str, given: tuple, of: Type, values: Values) -> str:
    return f"({column} IS NOT NULL)"


def _compared(sign: str) -> Callable[..., str]:
    def compare(column: str, given: tuple, of: Type, values: Values) -> str:
        return f"{column} {sign} {_value(given[0], of, values)}"

    return compare


_MATCH: dict[str, Callable[..., str]] = {
    "is": _compared("="),
    "is_any_of": _any_of,
    "contains": _contains,
    "starts_with": _starts_with,
    "between": _between,
    "greater_than": _compared(">"),
    "at_least": _compared(">="),
    "less_than": _compared("<"),
    "at_most": _compared("<="),
    "after": _compared(">"),
    "before": _compared("<"),
    "within_days": _within_days,
    "is_known": _known,
}
