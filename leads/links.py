"""Signed links: from a notice in the post straight to one hand-off, without signing in on the phone.

A link names its hand-off, its recipient and the moment it was made, and is signed. It is good for
three days while the hand-off is open and its recipient's, and until a call is logged on it: for
accepting, returning and logging that one call, done by the recipient and marked as done through a
link. Asking for its page changes nothing, because mail servers do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from common.errors import Refused
from leads.models import Handoff, ThroughLink

SALT = "leads.links"
LASTS = timedelta(hours=72)
MILLISECOND = timedelta(milliseconds=1)
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


class Over(Refused):
    """The link is no good, or no longer; `handoff` where somebody who signs in could still look at it. HTTP 410."""

    status = 410
    title = "This link has done its work"

    def __init__(self, sentence: str, handoff: Handoff | None = None) -> None:
        super().__init__(sentence)
        self.handoff = handoff


class Done(Over):
    """It is over because its recipient did through it what it was for: whoever looks at it again is told so."""


@dataclass(frozen=True)
class Link:
    """A link that is good: for which hand-off, and who does what is done through it."""

    handoff: Handoff
    person: User

    @contextmanager
    def deed(self, verb: str, *, at: datetime) -> Iterator[None]:
        """What is done inside is marked as done through a link; refused, neither is there."""
        with transaction.atomic():
            yield
            ThroughLink.objects.create(handoff=self.handoff, by=self.person, verb=verb, at=at)


def link_to(handoff: int, person: User, *, at: datetime) -> str:
    """The path of a person's own link to a hand-off, made at a moment."""
    made = (at - BEGAN) // MILLISECOND
    return reverse("by_link", args=[signing.Signer(salt=SALT).sign_object([handoff, person.pk, made])])


def opened(token: str, *, at: datetime) -> Link:
    """The link that a token stands for. Raises Over, with a sentence for whoever holds it."""
    try:
        handoff_id, person_id, made = signing.Signer(salt=SALT).unsign_object(token)
        made_at = BEGAN + made * MILLISECOND
    except (signing.BadSignature, ValueError, TypeError):
        raise Over("It is not complete, or was changed on its way.") from None
    if at >= made_at + LASTS:
        raise Over("It was good for three days, and they are over.")
    handoff = Handoff.objects.filter(pk=handoff_id).select_related("lead__company", "owner", "accepted_by").first()
    person = User.objects.active().filter(pk=person_id).first()
    if not handoff or not person:
        raise Over("Whom it was for, or what, is no longer here.")
    if handoff.through_links.filter(by=person, verb="return", at__gt=made_at).exists():
        raise Done(f"{handoff.lead} is returned. {handoff.stands}", handoff)
    if not handoff.is_open or handoff.repair_since or handoff.owner_id != person.pk:
        raise Over(handoff.stands, handoff)
    logged = handoff.attempts.standing().filter(by=person, recorded_at__gt=made_at).order_by("-recorded_at").first()
    if logged:
        raise Done(f"{logged}: logged on {handoff.lead}.", handoff)
    return Link(handoff, person)
