"""The lists people choose from: time zones and the countries whose public holidays are known."""

import re
from functools import cache
from zoneinfo import available_timezones

from holidays.registry import COUNTRIES

AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

Choices = list[tuple[str, str]]


@cache
def zone_choices() -> Choices:
    """The time zones that are named after a city, and UTC."""
    cities = sorted(name for name in available_timezones() if name.startswith(AREAS))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in cities)]


@cache
def country_choices() -> Choices:
    """Two-letter codes and names, by name, such as ("NL", "Netherlands")."""
    named = ((codes[1], re.sub(r"(?<=[a-z])(?=[A-Z])", " ", codes[0])) for codes in COUNTRIES.values())
    return sorted(named, key=lambda pair: pair[1])
