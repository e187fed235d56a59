"""Who hears of a minor change: the heads and deputies who may object, and whoever proposed it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.access import Side
from accounts.models import User
from notifications.outbox import tell

if TYPE_CHECKING:
    from agreements.models.revision import Revision

MINOR_PROPOSED, MINOR_OBJECTED, MINOR_IN_FORCE = "minor.proposed", "minor.objected", "minor.in_force"


def tell_heads(revision: Revision, kind: str, *, by: User | None, at: datetime) -> None:
    """Tell the heads of both sides, and the deputies of those who are away, but not who did it."""
    heads = {head for side in Side.values for head in User.objects.heads_of(side)}
    away = User.objects.filter(pk__in=[head.pk for head in heads], deputy__isnull=False).absent(at=at)
    _tell(revision, (heads | {head.deputy for head in away.select_related("deputy")}) - {by}, kind, at)


def tell_proposer(revision: Revision, kind: str, *, by: User | None, at: datetime) -> None:
    _tell(revision, {revision.proposed_by} - {by, None}, kind, at)


def _tell(revision: Revision, people: set[User], kind: str, at: datetime) -> None:
    ordered = sorted(people, key=lambda person: person.pk)
    tell(ordered, kind, {"revision": revision.pk}, key=f"{kind}:{revision.pk}", at=at)
