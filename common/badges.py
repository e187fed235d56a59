"""The small words beside the entries of the menu ("4", "v4 draft"), contributed by the apps that know them.

An app registers its badge in its `panels.py`, under the URL name the entry leads to:

    @badge("queue")
    def waiting(user) -> str: ...
"""

from collections.abc import Callable
from typing import Any

Badge = Callable[[Any], str]

_badges: dict[str, Badge] = {}


def badge(url_name: str) -> Callable[[Badge], Badge]:
    """Contribute the decorated function as the badge of one entry; it returns "" to show none."""

    def contribute(words: Badge) -> Badge:
        _badges[url_name] = words
        return words

    return contribute


def badge_of(url_name: str, user: Any) -> str:
    """The badge of one entry for one reader, or ""."""
    words = _badges.get(url_name)
    return words(user) if words else ""
