"""Typed documents: content in rows that points at its revision one-to-one and is signed through it."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Self

from django.db import models, transaction

from accounts import access
from accounts.models import User
from agreements.models.revision import Revision, State
from common.errors import Refused


class TypedDocument(models.Model):
    """One version of something both sides sign.

    A kind says which verbs of the access table edit and propose it, writes itself as sentences,
    and does in `_begin` what follows once it is in force.
    """

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="%(class)s")

    EDIT: ClassVar[str]
    PROPOSE: ClassVar[str]

    class Meta:
        abstract = True

    @abstractmethod
    def get_absolute_url(self) -> str:
        """The page of this version."""

    @abstractmethod
    def sentences(self) -> list[str]:
        """The whole version in plain sentences; the same content always reads the same."""

    def text(self, *, at: datetime) -> str:
        """What both sides sign, proposed at a moment: its name and its sentences, one a line."""
        return "\n".join([str(self), *self.sentences()])

    def open_for_editing(self, *, by: User | None) -> None:
        """Lock the version; raise Refused unless it is a draft still, NotAllowed unless `by` may change it."""
        access.check(by, self.EDIT)
        if Revision.objects.select_for_update().get(pk=self.revision_id).state != State.DRAFT:
            raise Refused("This version can no longer be changed. Open a new draft from it.")

    @transaction.atomic
    def propose(self, *, by: User, at: datetime, effective_at: datetime | None = None) -> Self:
        """Freeze the text and ask both sides to sign it; return the version that waits.

        Raises Refused while another version waits.
        """
        access.check(by, self.PROPOSE)
        self.check_complete()
        self.revision.propose(self.text(at=at), by=by, at=at, effective_at=effective_at)
        return self

    def check_complete(self) -> None:
        """Raise Incomplete where it says too little to be signed."""

    @transaction.atomic
    def sign(self, *, by: User, at: datetime) -> bool:
        """Sign for one's side; whether that put it in force."""
        access.check(by, "revision.sign")
        return self.revision.sign(by=by, at=at) and self._begin(by=by, at=at)

    @transaction.atomic
    def take_effect(self, *, at: datetime) -> bool:
        """Put a signed version in force if its day has come; whether it did."""
        return self.revision.take_effect(at=at) and self._begin(by=None, at=at)

    def decline(self, *, by: User, because: str, at: datetime) -> None:
        """Ask for a change instead of signing. Raises Incomplete without the reason."""
        access.check(by, "revision.decline")
        self.revision.decline(by=by, because=because, at=at)

    def withdraw(self, *, by: User, at: datetime) -> None:
        """Take back a draft, a trial or a proposal; signatures given to it are void."""
        access.check(by, self.PROPOSE)
        self.revision.withdraw(by=by, at=at)

    def _begin(self, *, by: User | None, at: datetime) -> bool:
        """What follows once it is in force, by the last signature or, with nobody, as its day came; always true."""
        return True
