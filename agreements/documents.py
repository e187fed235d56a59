"""The kinds of documents that both sides sign, contributed by the apps that hold their content.

An app registers its kind in its `documents.py`, which is discovered when the product starts. So
one page can list all that is open and pass a signature on to the verb that gives it its effect.
"""

from __future__ import annotations

from dataclasses import dataclass

from agreements.models import Revision, TypedDocument, credit, focus, persona, responsibilities, stage_map


@dataclass(frozen=True)
class Document:
    """One kind: the beginning of its key, and the name by which a revision knows its content."""

    prefix: str
    content: str


_documents: list[Document] = []


def register(document: Document) -> None:
    """Contribute a kind of document."""
    _documents.append(document)


def content_of(revision: Revision) -> TypedDocument:
    """What a revision is a version of. Raises LookupError where no app registered its kind."""
    for document in _documents:
        if revision.document.startswith(document.prefix):
            return getattr(revision, document.content)
    raise LookupError(revision.document)


@dataclass(frozen=True)
class Named:
    """A version as people call it, and its page."""

    name: str
    url: str


def named(revision: Revision) -> Named:
    """What a version is called, and where it is read."""
    content = content_of(revision)
    return Named(str(content), content.get_absolute_url())


register(Document(responsibilities.DOCUMENT, "responsibilities"))
register(Document(focus.PREFIX, "focus"))
register(Document(credit.DOCUMENT, "credit"))
register(Document(stage_map.DOCUMENT, "stagemap"))
register(Document(persona.PREFIX, "personaversion"))
