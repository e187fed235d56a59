"""What somebody asks to be changed in a version that waits for signatures, beside the clause it is about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q

from accounts import access
from accounts.models import User
from agreements.models.minor import MinorChange
from agreements.models.revision import State
from agreements.models.typed import TypedDocument
from common.errors import Incomplete, Refused
from notifications import threads
from notifications.models import Comment
from notifications.outbox import tell

LONGEST = 2000  # characters


def says_something(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=~Q(text=""), name=name)


def settled_by_somebody(name: str) -> models.CheckConstraint:
    nobody = Q(settled_at=None, settled_by=None)
    return models.CheckConstraint(condition=nobody | Q(settled_at__isnull=False, settled_by__isnull=False), name=name)


class AskedChangeQuerySet(models.QuerySet["AskedChange"]):
    """Changes that were asked for; the model names the version each is asked of by its field `VERSION`."""

    def visible_to(self, user: User) -> Self:
        """Both sides read what is asked of a version."""
        return self

    def unsettled(self) -> Self:
        return self.filter(settled_at=None)

    def of(self, version: TypedDocument) -> Self:
        """What is shown beside a version, the oldest first: of a draft all that is unsettled, else its own."""
        field = self.model.VERSION
        if version.revision.is_draft:
            found = self.unsettled().filter(**{f"{field}__revision__number__lt": version.revision.number})
        else:
            found = self.filter(**{field: version})
        return found.select_related("by", f"{field}__revision", "settled_by").order_by("at", "id")

    @transaction.atomic
    def put(self, version: TypedDocument, text: str, *, by: User, at: datetime, **about: Any) -> AskedChange:
        """Ask for a change of what `about` names; whoever proposed the version is told.

        Asked by a head, it is an objection to a minor change. Raises Incomplete without a text,
        Refused where the version does not wait for signatures.
        """
        access.check(by, "revision.discuss")
        version.revision.refresh_from_db()
        if version.revision.state != State.PROPOSED:
            raise Refused("A change is asked for while a version waits for signatures.")
        asked = self.create(**{self.model.VERSION: version}, text=_said(text), by=by, at=at, **about)
        MinorChange.objects.hear(version.revision, by=by, at=at)
        asked._tell([version.revision.proposed_by], asked.ASKED, {"change": asked.pk}, f"change:{asked.pk}", by, at)
        return asked


class AskedChange(models.Model):
    """One change asked for. It stays beside what it is about, also in the next draft, until it is settled.

    A kind says by which field it points at its version, who may settle, and by which kinds of notice
    it is told of.
    """

    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    VERSION: ClassVar[str]
    SETTLE: ClassVar[str]
    ASKED: ClassVar[str]
    ANSWERED: ClassVar[str]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.about}: {self.text}"

    def get_absolute_url(self) -> str:
        return f"{self.version.get_absolute_url()}#asked-{self.pk}"

    @property
    @abstractmethod
    def about(self) -> str:
        """What it is about, in words."""

    @property
    def version(self) -> TypedDocument:
        """The version it was asked of."""
        return getattr(self, self.VERSION)

    @transaction.atomic
    def reply(self, text: str, *, by: User, at: datetime) -> Comment:
        """Answer it; whoever asked, proposed or answered before is told. Raises Incomplete without a text."""
        access.check(by, "revision.discuss")
        spoke = [comment.author for comment in Comment.objects.on(self)]
        comment = threads.post(self, _said(text), by=by, at=at)
        people = [self.by, self.version.revision.proposed_by, *spoke]
        ids = {"change": self.pk, "comment": comment.pk}
        self._tell(people, self.ANSWERED, ids, f"change-answer:{comment.pk}", by, at)
        return comment

    def settle(self, *, by: User, at: datetime) -> None:
        """Call it settled. Raises Refused once it is."""
        access.check(by, self.SETTLE)
        found = type(self).objects.unsettled().filter(pk=self.pk)
        if not found.update(settled_by=by, settled_at=at):
            raise Refused("This was settled already.")

    def _tell(self, people: Iterable[User | None], kind: str, ids: dict, key: str, by: User, at: datetime) -> None:
        tell({person for person in people if person and person != by}, kind, ids, key=f"{kind}:{key}", at=at)


def _said(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Incomplete(f"Say what would have to change, in at most {LONGEST:,} characters.", "text")
    return text
