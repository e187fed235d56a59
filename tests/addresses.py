"""Every address of the product, read from the URLconf, and filled in with what stands there in a living company."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# A word of an address and the parameters after it: leads/<int:pk>/, comments/<int:content_type>/<int:pk>/
GAP = re.compile(r"([\w-]+)/((?:<[^>]+>/?)+)")
NUMBER = re.compile(r"<int:\w+>")


@dataclass(frozen=True)
class Address:
    """One route and its name."""

    route: str
    name: str

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/v1/") and not self.is_description

    @property
    def is_description(self) -> bool:
        """Whether it describes the API to strangers."""
        return self.name in {"api_docs", "schema"}

    def paths(self, things: Mapping[str, list[Any]]) -> Iterator[str]:
        """The address, once for each of the things that stand in its gaps. Raises KeyError for a word unknown there."""
        words = [word for word, _ in GAP.findall(self.route)]
        for chosen in product(*(things[word] for word in words)):
            yield "/" + GAP.sub(partial(_filled, iter(chosen)), self.route)

    def path(self, things: Mapping[str, list[Any]]) -> str:
        """The address with the first thing in each gap."""
        return next(self.paths(things))

    def path_of(self, number: int) -> str:
        """The address with this number in the place of every number."""
        return "/" + re.sub(r"<(?:\w+:)?\w+>", "x", NUMBER.sub(str(number), self.route))

    def __str__(self) -> str:
        return self.name


def _filled(left: Iterator[Any], gap: re.Match[str]) -> str:
    return f"{gap[1]}/{next(left)}" + "/" * gap[2].endswith("/")


def addresses() -> list[Address]:
    """All of them, in the order of the URLconf."""
    found = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for each in patterns:
            route = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each.url_patterns, route)
            else:
                found.append(Address(route, each.name))

    walk(get_resolver().url_patterns, "")
    return found
