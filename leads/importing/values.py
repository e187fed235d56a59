"""Reading what people and their systems write in cells: numbers, moments, yes and no. Plain calculations."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from leads.intake.attributes import NO, YES

_CLOCK = r"(?:[\sT,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s?([AaPp][Mm])?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_WEEKDAY = r"(?:[A-Za-z]{3,9},?\s+)?"
NUMERIC = re.compile(r"(\d{4}(?=[./-])|\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{1,2})" + _CLOCK)
DAY_NAME = re.compile(_WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th)?[\s-]([A-Za-z]{3,9})\.?,?[\s-](\d{4}|\d{2})" + _CLOCK)
NAME_DAY = re.compile(_WEEKDAY + r"([A-Za-z]{3,9})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})" + _CLOCK)
EPOCH = re.compile(r"1\d{12}")  # milliseconds, as HubSpot exports them
MONTHS = {name: n for n, name in enumerate(("jan feb mar apr may jun jul aug sep oct nov dec").split(), start=1)}  # noqa: SIM905

_CURRENCY = r"(?:[€$£¥₹%]|EUR|USD|GBP|CHF|JPY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|CNY|ZAR)"
MONEY = re.compile(rf"^{_CURRENCY}\s?|\s?{_CURRENCY}$")
# Only where the sign before the last digits can be nothing but a decimal comma, or nothing but a point.
_DECIMAL = (
    r"[+-]?(\d{{1,3}}({group}\d{{3}})+{sign}\d+|\d{{1,3}}({group}\d{{3}}){{2,}}"
    r"|\d+{sign}(\d{{1,2}}|\d{{4,}})|0{sign}\d+|\d{{4,}}{sign}\d+)"
)
COMMA_DECIMAL = re.compile(_DECIMAL.format(sign=",", group=r"\."))
POINT_DECIMAL = re.compile(_DECIMAL.format(sign=r"\.", group=","))
RANGE = re.compile(
    r"(\d[\d,. ]*)\s*(?:-|–|to|\+|and more|or more)\s*\d*[\d,. ]*\s*(?:employees|people)?", re.IGNORECASE
)


def read_number(text: str, *, decimal_comma: bool = False) -> Decimal:
    """The number in a cell: "1,200.50", "€ 1.200,50" with a decimal comma, "12 %", "3.00E+07". Raises ValueError."""
    if _is_plain(text):
        return Decimal(text)
    bare = MONEY.sub("", text.strip())
    bare = bare.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace("'", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    bare = bare.replace(".", "").replace(",", ".") if decimal_comma else bare.replace(",", "")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return number


def _is_plain(text: str) -> bool:
    """Whether there are digits and nothing else, as in most cells that hold a number."""
    return text.isdecimal() and text.isascii()


def read_size(text: str, *, decimal_comma: bool = False) -> Decimal:
    """A number of people, where a range such as "51-200" or "10,000+" counts as its lower end. Raises ValueError."""
    found = RANGE.fullmatch(text.strip())
    return read_number(found[1] if found else text, decimal_comma=decimal_comma)


def comma_evidence(text: str) -> int:
    """1 for a number with a decimal comma (1.200,50), -1 for one with a point, 0 where it could be either.

    "1,200" could be either; without other evidence it is taken for a thousand two hundred, and
    "1.200" for one and a fifth.
    """
    if _is_plain(text):
        return 0
    bare = MONEY.sub("", text.strip())
    return bool(COMMA_DECIMAL.fullmatch(bare)) - bool(POINT_DECIMAL.fullmatch(bare))


def is_number(text: str) -> bool:
    """Whether a cell holds a quantity, however it writes fractions.

    What begins with a nought or has over 15 digits is a code, not a quantity.
    """
    bare = text.strip()
    digits = sum(map(str.isdigit, bare))
    if not digits or digits > 15 or (bare[0] == "0" and bare.isdigit() and len(bare) > 1):
        return False
    for decimal_comma in (False, True):
        with suppress(ValueError):
            read_number(text, decimal_comma=decimal_comma)
            return True
    return False


def read_yes(text: str) -> bool:
    """Yes or no, in the words that systems export. Raises ValueError."""
    word = text.strip().lower()
    if word not in YES and word not in NO:
        raise ValueError(text)
    return word in YES


@lru_cache(maxsize=65536)
def read_moment(text: str, zone: ZoneInfo, *, day_first: bool = True) -> datetime:
    """The moment in a cell, in UTC. A date alone is its midnight in `zone`; an offset in the cell wins over `zone`.

    `day_first` decides between 03/04 as 3 April and as 4 March. Raises ValueError.
    """
    bare = text.strip()
    if EPOCH.fullmatch(bare):
        return datetime.fromtimestamp(int(bare) / 1000, UTC)
    moment = _iso(bare) or _written(bare, day_first)
    if moment is None or not 1900 < moment.year < 2200:
        raise ValueError(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _iso(text: str) -> datetime | None:
    """Only with dashes: fromisoformat would take 20210415 for a date, and that may be a number."""
    if len(text) < 10 or text[4] != "-":
        return None
    bare = text.replace(" UTC", "+00:00").replace(" +", "+")
    try:
        return datetime.fromisoformat(bare)
    except ValueError:
        return None


def _written(text: str, day_first: bool) -> datetime | None:
    if found := NUMERIC.fullmatch(text):
        first, _, second, last, *clock = found.groups()
        if len(first) > 2:
            year, month, day = first, second, last
        else:
            year, (day, month) = last, (first, second) if day_first else (second, first)
    elif found := DAY_NAME.fullmatch(text):
        day, month, year, *clock = found.groups()
    elif found := NAME_DAY.fullmatch(text):
        month, day, year, *clock = found.groups()
    else:
        return None
    number = MONTHS.get(month[:3].lower(), 0) if month.isalpha() else int(month)
    return _moment(_full_year(int(year)), number, int(day), clock)


def _full_year(year: int) -> int:
    """Two digits mean the years from 1970 to 2069."""
    return year + (0 if year > 99 else 2000 if year < 70 else 1900)


def _moment(year: int, month: int, day: int, clock: list[str | None]) -> datetime:
    """Raises ValueError when there is no such day or time."""
    hours, minutes, seconds, half, offset = clock
    hour = int(hours or 0)
    if half:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    moment = datetime(year, month, day, hour, int(minutes or 0), int(seconds or 0))  # noqa: DTZ001 - the zone follows
    return moment.replace(tzinfo=_offset(offset)) if offset else moment


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    length = timedelta(hours=hours, minutes=minutes)
    return timezone(length if text[0] == "+" else -length)


def is_moment(text: str, *, day_first: bool = True) -> bool:
    """Whether a cell holds a date or a moment."""
    try:
        read_moment(text, UTC, day_first=day_first)
    except ValueError:
        return False
    return True


def date_evidence(text: str) -> str:
    """How a date like 03/04/2021 is written: "day", "month", "unclear", or "" where it is not written like that."""
    found = NUMERIC.fullmatch(text.strip())
    if not found or len(found[1]) > 2:
        return ""
    if int(found[1]) > 12:
        return "day"
    return "month" if int(found[3]) > 12 else "unclear"
