"""Notices in words: what their kinds make of the ids they hold."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from common import clock as db_clock
from notifications.kinds import Ids, Rendered, kind
from notifications.models import Channel, Delivery, Notice

log = structlog.get_logger(__name__)

GONE = Rendered("What this was about is no longer here.")
GONE_WRONG = (ObjectDoesNotExist, KeyError, AttributeError)


@dataclass(frozen=True)
class Worded:
    """One notice as the inbox shows it; `at` is when it was made, or for one that waits, when it will come."""

    pk: int
    subject: str
    text: str
    link: str
    button: tuple[str, str] | None
    at: datetime
    is_read: bool


def in_words(notices: Iterable[Notice | Delivery]) -> list[Worded]:
    """Each notice in words; one whose object is gone says so."""
    notices = list(notices)
    told: dict[str, list[Ids]] = {}
    for notice in notices:
        told.setdefault(notice.kind, []).append(_ids(notice))
    said = {key: iter(_all_rendered(key, of_kind)) for key, of_kind in told.items()}
    return [_worded(notice, next(said[notice.kind])) for notice in notices]


def _ids(notice: Notice | Delivery) -> Ids:
    return notice.content if isinstance(notice, Delivery) else notice.ids


def _worded(notice: Notice | Delivery, rendered: Rendered) -> Worded:
    waits = isinstance(notice, Delivery)
    return Worded(
        pk=notice.pk,
        subject=rendered.subject,
        text=rendered.text,
        link=rendered.link,
        button=rendered.button,
        at=notice.available_at if waits else notice.created_at,
        is_read=waits or notice.read_at is not None,
    )


def worth_saying(delivery: Delivery) -> list[Delivery]:
    """Of a delivery, and of what travels with it, what is not settled since and still wanted by this channel."""
    bundle = delivery.bundle()
    if delivery.user:
        bundle = [each for each in bundle if delivery.preferences.wants(kind(each.kind), each.channel)]
    return [each for each in bundle if kind(each.kind).still_relevant(each.content)]


def said_by(delivery: Delivery) -> list[Rendered]:
    """What a delivery has to say: one thing, or several that are bundled; in the post by links of the person's own."""
    said = worth_saying(delivery)
    if delivery.channel != Channel.EMAIL or not delivery.user:
        return [kind(each.kind).render(each.content) for each in said]
    # Not from now on: sent once more, under the same id, it has to say the same.
    links_from = delivery.first_tried_at or db_clock.now()
    return [_with_own_link(each, at=links_from) for each in said]


def _with_own_link(delivery: Delivery, *, at: datetime) -> Rendered:
    told = kind(delivery.kind)
    said = told.render(delivery.content)
    own = told.own_link(delivery.content, delivery.user, at)
    return replace(said, link=own) if own else said


def address_of(said: Rendered) -> str:
    """Where it leads, for somebody who is not in the app; "" for nowhere."""
    return settings.PUBLIC_URL.rstrip("/") + said.link if said.link else ""


def _all_rendered(key: str, told: list[Ids]) -> list[Rendered]:
    """Several of one kind, each by itself where they cannot be told together."""
    with suppress(*GONE_WRONG):
        if together := kind(key).together:
            return together(told)
    return [_rendered(key, ids) for ids in told]


def _rendered(key: str, ids: Ids) -> Rendered:
    """One kind that fails must not take the whole inbox with it."""
    try:
        return kind(key).render(ids)
    except GONE_WRONG as error:
        log.info("notice_without_object", kind=key, error=type(error).__name__)
        return GONE
