"""Notices in words: what their kinds make of the ids they hold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from common import clock as db_clock
from notifications.kinds import Rendered, kind
from notifications.models import Channel, Delivery, Notice

log = structlog.get_logger(__name__)

GONE = Rendered("What this was about is no longer here.")


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
    return [_worded(notice) for notice in notices]


def _worded(notice: Notice | Delivery) -> Worded:
    waits = isinstance(notice, Delivery)
    rendered = _rendered(notice.kind, notice.content if waits else notice.ids)
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


def _rendered(key: str, ids: dict) -> Rendered:
    """One kind that fails must not take the whole inbox with it."""
    try:
        return kind(key).render(ids)
    except (ObjectDoesNotExist, KeyError, AttributeError) as error:
        log.info("notice_without_object", kind=key, error=type(error).__name__)
        return GONE
