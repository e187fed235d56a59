"""The grammar of conditions: what may be asked of a fact, by its type, and how it reads.

    Condition("employees", "between", ("200", "2000"))  ->  "people between 200 and 2,000"

Text is compared trimmed and case-insensitively. Every negated operator is the exact opposite of
another one, so an unknown fact satisfies it, and the sentence says so. Values are kept in a
canonical form: text as typed, numbers as plain decimals, dates as ISO, yes and no as booleans.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from common.errors import Incomplete

LONGEST_VALUE = 200  # characters
MOST_VALUES = 100
MOST_DAYS = 3650
LARGEST_NUMBER = Decimal(10) ** 15
BLANKS = " \t\n\r\f\v\u00a0"  # what trimming takes away, on both sides of a comparison


class Type(StrEnum):
    """What a fact is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


class Takes(StrEnum):
    """The values an operator needs."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    MANY = "many"
    DAYS = "days"


@dataclass(frozen=True)
class Operator:
    """One question. `negates` names the operator it is the exact opposite of."""

    key: str
    words: str
    takes: Takes
    negates: str = ""


def _operators(*rows: Operator) -> dict[str, Operator]:
    return {row.key: row for row in rows}


_KNOWN = (
    Operator("is_known", "is known", Takes.NOTHING),
    Operator("is_unknown", "is unknown", Takes.NOTHING, "is_known"),
)
OPERATORS: dict[Type, dict[str, Operator]] = {
    Type.TEXT: _operators(
        Operator("is_any_of", "is any of", Takes.MANY),
        Operator("is_none_of", "is none of", Takes.MANY, "is_any_of"),
        Operator("contains", "contains", Takes.MANY),
        Operator("does_not_contain", "does not contain", Takes.MANY, "contains"),
        Operator("starts_with", "starts with", Takes.MANY),
        Operator("is", "is", Takes.ONE),
        Operator("is_not", "is not", Takes.ONE, "is"),
        *_KNOWN,
    ),
    Type.NUMBER: _operators(
        Operator("between", "between", Takes.TWO),
        Operator("at_least", "at least", Takes.ONE),
        Operator("at_most", "at most", Takes.ONE),
        Operator("greater_than", "greater than", Takes.ONE),
        Operator("less_than", "less than", Takes.ONE),
        Operator("is", "is", Takes.ONE),
        Operator("is_not", "is not", Takes.ONE, "is"),
        *_KNOWN,
    ),
    Type.DATE: _operators(
        Operator("within_days", "within the last", Takes.DAYS),
        Operator("not_within_days", "not within the last", Takes.DAYS, "within_days"),
        Operator("after", "after", Takes.ONE),
        Operator("before", "before", Takes.ONE),
        *_KNOWN,
    ),
    Type.BOOLEAN: _operators(Operator("is", "is", Takes.ONE), *_KNOWN),
}


@dataclass(frozen=True)
class Condition:
    """A question asked of one fact: its key, the operator's key, and the values."""

    field: str
    operator: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Phrase:
    """A condition in words, in three parts, so that a page can set the values apart."""

    verb: str
    values: str = ""
    tail: str = ""


def operator(key: str, of: Type) -> Operator:
    """The operator by its key. Raises Incomplete when facts of this type know no such question."""
    found = OPERATORS[Type(of)].get(key)
    if found is None:
        raise Incomplete("Choose what to ask: this kind of field does not know that question.", "operator")
    return found


def validate(condition: Condition, of: Type) -> Condition:
    """Return the condition in its canonical form. Raises Incomplete with a sentence for the person."""
    takes = operator(condition.operator, of).takes
    given = [value.strip(BLANKS) if isinstance(value, str) else value for value in condition.values]
    values = _unique(_READ[Takes.DAYS if takes == Takes.DAYS else Type(of)](value) for value in given if value != "")
    _check_count(takes, values)
    if takes == Takes.TWO:
        values = tuple(sorted(values, key=Decimal))
    return replace(condition, values=values)


def phrase(condition: Condition, of: Type) -> Phrase:
    """The condition in words, without the fact's label."""
    asked = operator(condition.operator, of)
    unknown = ", or unknown" if asked.negates and asked.takes != Takes.NOTHING else ""
    verb = asked.words
    if asked.takes == Takes.MANY and len(condition.values) == 1:
        verb = verb.replace("any of", "").replace("none of", "not").strip()
    if asked.takes == Takes.NOTHING:
        return Phrase(verb)
    if asked.takes == Takes.DAYS:
        return Phrase(verb, plural(int(condition.values[0]), "day"), unknown)
    word = "and" if asked.takes == Takes.TWO else "or"
    return Phrase(verb, listed([shown(value, of) for value in condition.values], word), unknown)


def sentence(condition: Condition, label: str, of: Type) -> str:
    """The condition as people say it: "people between 200 and 2,000"."""
    said = phrase(condition, of)
    return " ".join(filter(None, [label, said.verb, said.values])) + said.tail


def shown(value: Any, of: Type) -> str:
    """One value as people write it."""
    if of == Type.BOOLEAN:
        return "yes" if value else "no"
    if of == Type.NUMBER:
        return number_words(Decimal(str(value)))
    if of == Type.DATE:
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    return str(value)


def number_words(number: Decimal) -> str:
    """A number with its thousands set apart and no idle zeros: 2,000 and 0.5."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(words: list[str], last: str = "or") -> str:
    """A list as people say it: "VP, Director or Head"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plural(count: int, word: str) -> str:
    """ "1 day", "14 days"."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _unique(values: Iterable[Any]) -> tuple[Any, ...]:
    seen = {value.lower() if isinstance(value, str) else value: value for value in values}
    return tuple(seen.values())


def _check_count(takes: Takes, values: tuple[Any, ...]) -> None:
    if takes == Takes.NOTHING and values:
        raise Incomplete("This question takes no value.", "values")
    if takes in (Takes.ONE, Takes.DAYS) and len(values) != 1:
        raise Incomplete("Give one value to compare with.", "values")
    if takes == Takes.TWO and len(values) != 2:
        raise Incomplete("Give two different numbers, from and to.", "values")
    if takes == Takes.MANY and not 1 <= len(values) <= MOST_VALUES:
        raise Incomplete(f"Give at least one value and at most {MOST_VALUES}.", "values")


def _text(value: Any) -> str:
    if len(str(value)) > LONGEST_VALUE or "\x00" in str(value):
        raise Incomplete(f"A value may have {LONGEST_VALUE} characters at most.", "values")
    return str(value)


def _number(value: Any) -> str:
    try:
        number = Decimal(str(value).replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise Incomplete(f"“{value}” is not a number.", "values") from None
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER or number.as_tuple().exponent < -6:
        raise Incomplete(f"“{value}” is too large or has too many decimals.", "values")
    return number_words(number).replace(",", "")


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Incomplete(f"“{value}” is not a date; one is written 2026-11-30.", "values") from None


def _boolean(value: Any) -> bool:
    answers = {"yes": True, "true": True, "no": False, "false": False}
    found = value if isinstance(value, bool) else answers.get(str(value).lower())
    if found is None:
        raise Incomplete("Choose yes or no.", "values")
    return found


def _days(value: Any) -> int:
    digits = str(value)
    if not digits.isdecimal() or len(digits) > 5 or not 1 <= int(digits) <= MOST_DAYS:
        raise Incomplete(f"Give a number of days from 1 to {MOST_DAYS:,}.", "values")
    return int(digits)


_READ: dict[str, Callable[[Any], Any]] = {
    Type.TEXT: _text,
    Type.NUMBER: _number,
    Type.DATE: _date,
    Type.BOOLEAN: _boolean,
    Takes.DAYS: _days,
}
