"""The kinds of things people are told.

Apps contribute theirs in a `notices.py`, discovered when the product starts:

    kinds.register(Kind("leads.handed_over", "A lead for you", render=..., still_relevant=...))

A notice holds ids; the words are made when it is delivered or shown, so that they are true
then, and so that nobody who asked to be forgotten stays behind in old texts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User

Ids = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """A notice in words. `subject` is one line, `text` a sentence or a few, `link` a path in the app or "".

    `button` is a verb that the inbox offers with it: what it says, and the path it is posted to.
    """

    subject: str
    text: str = ""
    link: str = ""
    button: tuple[str, str] | None = None


def _always(ids: Ids) -> bool:
    return True


def _never(ids: Ids) -> bool:
    return False


def _nowhere(ids: Ids, person: User, at: datetime) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    `title` names it in settings and filters. `render(ids)` has to say what was told also when
    it is settled: the inbox shows it for as long as it likes. `still_relevant(ids)` is asked
    just before it is delivered: nobody is told of what has been settled since. With `at_once` it does not wait
    for the recipient's working hours; without `leaves` it stands in the inbox only.

    What is `bundled` stands in the inbox when the recipient works next, and what leaves the app goes
    out twice a day with all else that is bundled; where `hot(ids)` it goes out by itself. What is
    not `optional` comes whatever its recipient chose. `own_link(ids, person, at)` leads where nobody
    but the person may go, from that moment on, or is "": it stands in their post in the place of the
    link, and nowhere else. `together` renders several at once, for a kind of which an inbox is full.
    """

    key: str
    title: str
    render: Callable[[Ids], Rendered]
    still_relevant: Callable[[Ids], bool] = _always
    at_once: bool = False
    leaves: bool = True
    bundled: bool = False
    hot: Callable[[Ids], bool] = _never
    optional: bool = True
    own_link: Callable[[Ids, User, datetime], str] = _nowhere
    together: Callable[[list[Ids]], list[Rendered]] | None = None

    @property
    def may_be_hot(self) -> bool:
        return self.hot is not _never


def alone(together: Callable[[list[Ids]], list[Rendered]]) -> Callable[[Ids], Rendered]:
    """How one notice is rendered, of a kind that renders several at once."""

    def render(ids: Ids) -> Rendered:
        [said] = together([ids])
        return said

    return render


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind. Raises ValueError when its key is taken."""
    if kind.key in _kinds:
        raise ValueError(f"Two kinds of notice are called {kind.key!r}.")
    _kinds[kind.key] = kind
    return kind


def kind(key: str) -> Kind:
    """The kind called `key`. Raises KeyError."""
    return _kinds[key]


def kinds() -> list[Kind]:
    """Every kind, by title."""
    return sorted(_kinds.values(), key=lambda each: each.title)
