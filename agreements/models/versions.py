"""Typed documents whose content stands in their own row: begun, changed, and taken up again as the next version."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction

from accounts.access import check
from accounts.models import User
from agreements.models.revision import RULING, Revision, State
from agreements.models.typed import TypedDocument
from common.errors import Refused


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions of a document, found by where they stand."""

    def visible_to(self, user: User) -> Self:
        """Both sides read every version."""
        return self

    def with_revision(self) -> Self:
        return self.select_related("revision")

    def of(self, document: str) -> Self:
        """The versions of one document, the newest first."""
        return self.with_revision().filter(revision__document=document).order_by("-revision__number")

    def ruling(self) -> Self:
        return self.with_revision().filter(revision__state__in=RULING)

    def shown(self, document: str) -> Version | None:
        """What a page opens with: the version in force, else the newest that was not taken back."""
        versions = self.of(document)
        return versions.ruling().first() or versions.exclude(revision__state=State.WITHDRAWN).first()

    def before(self, version: Version) -> Version | None:
        """The version of the same document that was in force before this one."""
        earlier = self.of(version.revision.document).filter(revision__number__lt=version.revision.number)
        return earlier.filter(revision__in_force_at__isnull=False).first()

    @transaction.atomic
    def begin(self, document: str, *, by: User | None, at: datetime, **content: Any) -> Version:
        """Open a draft with this content. Raises Refused while a draft of the document is open."""
        check(by, self.model.EDIT)
        if Revision.objects.of(document).filter(state=State.DRAFT).exists():
            raise Refused("There is a draft already; change that one.")
        return self.create(revision=Revision.objects.draft(document, by=by, at=at), **content)


class Version(TypedDocument):
    """A typed document whose content is the columns named in `CONTENT`."""

    objects = VersionQuerySet.as_manager()

    CONTENT: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> None:
        """Change a draft. Raises Refused unless it is one, ValidationError for what cannot be."""
        self.open_for_editing(by=by)
        for name, value in changes.items():
            setattr(self, name, value)
        self.full_clean()
        self.save(update_fields=list(changes))

    @transaction.atomic
    def amend(self, *, by: User | None, at: datetime) -> Self:
        """Take it up again as the draft of the next version; a proposal is taken back by that.

        Raises Refused while another draft is open.
        """
        check(by, self.EDIT)
        if self.revision.state == State.PROPOSED:
            self.revision.withdraw(by=by, at=at)
        content = {name: getattr(self, name) for name in self.CONTENT}
        return type(self).objects.begin(self.revision.document, by=by, at=at, **content)
