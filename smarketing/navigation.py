"""The frame around every page: the menu with its badges, and the page's one now."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.access import allowed
from common import clock as db_clock
from common.badges import badge_of
from common.once import one_page

MENU = (
    ("", (("Queue", "queue"), ("Leads", "leads"), ("Campaigns", "campaigns"), ("Content", "content"))),
    (
        "Agreed",
        (
            ("Who does what", "roles"),
            ("Personas", "personas"),
            ("Sales focus", "focus"),
            ("MQL criteria", "criteria"),
            ("Stage map", "stages"),
            ("Credit", "credit"),
            ("Agreement", "agreement"),
        ),
    ),
    (
        "Together",
        (
            ("Scorecard", "scorecard"),
            ("Goals", "goals"),
            ("Points", "ledgers"),
            ("Wins", "wins"),
            ("Reports", "reports"),
            ("Meetings", "meetings"),
            ("Actions", "actions"),
        ),
    ),
    ("Set up", (("Imports", "imports"), ("Routing", "routing"), ("Settings", "settings"))),
)


# Entries that are not for everyone, by the verb that opens them.
FOR = {"queue": "handoff.accept", "imports": "import.run"}


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    label: str
    url: str
    badge: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Entries under one heading; the first group has none."""

    title: str
    entries: list[Entry]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for every template. All are functions, so that a part that shows no menu asks for no badge."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "navigation": cache(lambda: _menu(request) if signed_in else []),
        "bell": cache(lambda: badge_of("notifications", user) if signed_in else ""),
        "now": cache(db_clock.now),
    }


@one_page()
def _menu(request: HttpRequest) -> list[Group]:
    open_to = {name for _, entries in MENU for _, name in entries if allowed(request.user, FOR.get(name, "read"))}
    urls = {name: url for _, entries in MENU for _, name in entries if name in open_to and (url := _url(name))}
    current = max((url for url in urls.values() if request.path.startswith(url)), key=len, default="")
    groups = []
    for title, names in MENU:
        entries = [
            Entry(label, urls[name], badge_of(name, request.user), urls[name] == current)
            for label, name in names
            if name in urls
        ]
        groups += [Group(title, entries)] if entries else []
    return groups


def _url(name: str) -> str:
    """The address of a named page, or "" where this installation has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
