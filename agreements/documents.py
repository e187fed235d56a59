"""The kinds of documents that both sides sign, contributed by the apps that hold their content.

An app registers its kind in its `documents.py`, which is discovered when the product starts. So
one page can list all that is open and pass a signature on to the verb that gives it its effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from agreements.models import Revision, focus, responsibilities, stage_map
from agreements.models.persona import PREFIX


class Typed(Protocol):
    """A version with its content: criteria, an agreement, a plan."""

    def sign(self, *, by: Any, at: datetime) -> bool: ...

    def decline(self, *, by: Any, because: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class Document:
    """One kind: the beginning of its key, and how to get from a revision to its content and its page."""

    prefix: str
    of: Callable[[Revision], Typed]
    url: Callable[[Revision], str]


_documents: list[Document] = []


def register(document: Document) -> None:
    """Contribute a kind of document."""
    _documents.append(document)


def document_of(revision: Revision) -> Document:
    """The kind that a revision is of. Raises LookupError where no app registered it."""
    for document in _documents:
        if revision.document.startswith(document.prefix):
            return document
    raise LookupError(revision.document)


@dataclass(frozen=True)
class Named:
    """A version as people call it, and its page."""

    name: str
    url: str


def named(revision: Revision) -> Named:
    """What a version is called, and where it is read."""
    document = document_of(revision)
    return Named(str(document.of(revision)), document.url(revision))


register(
    Document(
        prefix=responsibilities.DOCUMENT,
        of=lambda revision: revision.responsibilities,
        url=lambda revision: revision.responsibilities.get_absolute_url(),
    )
)
register(
    Document(
        prefix=focus.PREFIX,
        of=lambda revision: revision.focus,
        url=lambda revision: revision.focus.get_absolute_url(),
    )
)
register(
    Document(
        prefix=stage_map.DOCUMENT,
        of=lambda revision: revision.stagemap,
        url=lambda revision: revision.stagemap.get_absolute_url(),
    )
)
register(
    Document(
        prefix=PREFIX,
        of=lambda revision: revision.personaversion,
        url=lambda revision: revision.personaversion.get_absolute_url(),
    )
)
