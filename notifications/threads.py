"""Threads: people talk beside the thing they talk about, and whoever is mentioned is told.

Any object can have one whose model finds its objects by `visible_to(user)` and has an address,
`get_absolute_url()`. A page shows it with one tag, `{% thread campaign %}`.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete
from notifications.models import Comment
from notifications.outbox import tell

MENTION = re.compile(r"(?<![\w.@])@([A-Za-z][\w.+-]*\w)")
LONGEST = 10_000


@dataclass(frozen=True)
class Thread:
    """The thread on one thing, and where a remark is posted to."""

    thing: models.Model
    comments: list[Comment]
    post_to: str


def thread_on(thing: models.Model) -> Thread:
    """The thread on a thing, the oldest remark first."""
    about = ContentType.objects.get_for_model(thing)
    return Thread(thing, list(Comment.objects.on(thing)), reverse("post_comment", args=[about.pk, thing.pk]))


@transaction.atomic
def post(thing: models.Model, text: str, *, by: User, at: datetime) -> Comment:
    """Say something about a thing; whoever is mentioned as @name is told. Raises Incomplete for no text."""
    check(by, "comment.post")
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Incomplete(f"Write something, in at most {LONGEST:,} characters.", "text")
    comment = Comment.objects.create(thing=thing, text=text, author=by, at=at)
    mentioned = mentioned_in(text).exclude(pk=by.pk)
    tell(mentioned, "comment.mention", {"comment": comment.pk}, key=f"mention:{comment.pk}", at=at)
    return comment


def mentioned_in(text: str) -> models.QuerySet[User]:
    """The active people a text mentions: @ and a first name, or what stands before the @ of their address.

    A first name that several share mentions each of them.
    """
    names = {name.lower() for name in MENTION.findall(text)}
    called = Q(pk=None)
    for name in names:
        called |= Q(email__istartswith=f"{name}@") | Q(name__iexact=name) | Q(name__istartswith=f"{name} ")
    return User.objects.active().filter(called).order_by("pk")
