"""Telling people: a row in the transaction of what happened, delivered by a worker soon after.

The database is the queue. `tell` writes the rows and nudges a worker; `drain`, on every tick
and nudge, claims what is due and delivers it. A lost nudge, a killed worker and two drains at
once lose nothing; the notice in the app is made exactly once, a mail at least once and always
with the same Message-ID.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts.access import Role
from accounts.models import User
from common import clock as db_clock
from common.wake import wake
from notifications.addressing import Occasion, opens_for
from notifications.channels.carrying import Gone, carry
from notifications.channels.posting import ReceiverIsDown
from notifications.kinds import Ids, kind
from notifications.mail import Post, PostIsDown
from notifications.models.channel import Channel
from notifications.models.delivery import Delivery
from notifications.models.endpoint import Endpoint
from notifications.models.notice import Notice
from notifications.words import worth_saying

log = structlog.get_logger(__name__)

BATCH = 20
A_DRAIN_LASTS = 20.0  # seconds; the next tick goes on
SPREAD = 0.2
# The waits between attempts, as webhooks have them; after the last one a delivery is dead.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
LONGEST_ASKED_WAIT = 3600  # seconds
DEAD, OFF = "delivery.dead", "endpoint.off"
# There is nobody to give it to; the delivery itself may be in order.
UNREACHED = (PostIsDown, ReceiverIsDown, Gone)

_news_from: ContextVar[datetime | None] = ContextVar("news_from", default=None)


@contextmanager
def as_history(*, news_from: datetime) -> Iterator[None]:
    """Tell of what happened long ago: within this block nothing is mailed, and notices stand in the inbox at once.

    They are read, except those of `news_from` or later. Meant for whoever writes a past, such as the
    demo company.
    """
    token = _news_from.set(news_from)
    try:
        yield
    finally:
        _news_from.reset(token)


def tell(users: Iterable[User], kind_key: str, ids: Ids, *, key: str, at: datetime) -> None:
    """Tell people something, in their inbox and by the channels they chose, within their working hours.

    Call it inside the transaction of what happened. `key` names the occasion: the same person
    is told of the same occasion once, however often this is called. Raises KeyError for an
    unknown kind.
    """
    told, people = kind(kind_key), [user for user in users if user.is_active]
    if news_from := _news_from.get():
        _remember(people, told.key, ids, key=key, at=at, news_from=news_from)
    elif people:
        Delivery.objects.bulk_create(Occasion(told, ids, key, at).deliveries(people), ignore_conflicts=True)
        wake("notifications.tasks.deliver")


def _remember(people: Iterable[User], kind_key: str, ids: Ids, *, key: str, at: datetime, news_from: datetime) -> None:
    read_at = at if at < news_from else None
    Notice.objects.bulk_create(
        (
            Notice(
                user=user,
                kind=kind_key,
                key=f"{key}:{user.pk}:{Channel.INAPP}",
                ids=ids,
                created_at=at,
                read_at=read_at,
            )
            for user in people
        ),
        ignore_conflicts=True,
    )


def drain() -> int:
    """Deliver what is due; return how much was. Safe to run twice, or many at once.

    The inbox goes first, and each endpoint by itself, so that a server that hangs holds up nothing but its own.
    """
    ends = time.monotonic() + A_DRAIN_LASTS
    with Post() as post:
        delivered = _drain(_put_into_inbox, ends, channel=Channel.INAPP)
        delivered += _drain(post.carry, ends, channel=Channel.EMAIL)
    for endpoint in Endpoint.objects.ready(at=db_clock.now()):
        delivered += _drain(carry, ends, channel=endpoint.channel, endpoint=endpoint)
    return delivered


def _drain(carry: Callable[[Delivery, datetime], None], ends: float, **which: object) -> int:
    delivered = 0
    while time.monotonic() < ends:
        batch = Delivery.objects.claim(at=db_clock.now(), limit=BATCH, **which)
        for delivery in batch:
            try:
                delivered += _deliver(delivery, carry)
            except UNREACHED:
                return delivered  # the rest of the batch is tried again when its lease is over
        if len(batch) < BATCH:
            break
    return delivered


def _deliver(delivery: Delivery, carry: Callable[[Delivery, datetime], None]) -> bool:
    """Make one delivery, or record why not; whether it was made.

    A database that is down is not the delivery's failure: the error goes up, the lease runs
    out, and the attempt does not count.
    """
    at = db_clock.now()
    if not delivery.hold(at=at):
        return False
    try:
        if remark := _pointless(delivery):
            delivery.finish(at=at, remark=remark)
        elif (opens := _open_at(delivery, at)) > at:
            delivery.postpone(opens)
        else:
            carry(delivery, at)
            return True
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        _book_again(delivery, error, at=at)
        if isinstance(error, UNREACHED):
            raise
    return False


def _pointless(delivery: Delivery) -> str:
    """Why there is no point in delivering it any more, or nothing."""
    if delivery.user and not delivery.user.is_active:
        return "The recipient has left."
    return "" if worth_saying(delivery) else "It was settled, or no longer wanted, before it could be delivered."


def _open_at(delivery: Delivery, at: datetime) -> datetime:
    """Asked again on delivery: the worker may have been down over the closing hour."""
    if not delivery.user:
        return at
    return opens_for(kind(delivery.kind), delivery.user, delivery.preferences, at)


def _put_into_inbox(delivery: Delivery, at: datetime) -> None:
    with transaction.atomic():
        if delivery.finish(at=at):
            notice = Notice(
                user=delivery.user,
                kind=delivery.kind,
                key=delivery.key,
                ids=delivery.content,
                created_at=delivery.created_at,
            )
            Notice.objects.bulk_create([notice], ignore_conflicts=True)


@transaction.atomic
def _book_again(delivery: Delivery, error: Exception, *, at: datetime) -> None:
    """Book the next attempt; at the end of the schedule, leave it to the admins."""
    log.warning("delivery_failed", delivery=delivery.pk, kind=delivery.kind, error=type(error).__name__)
    sentence, endpoint = f"{type(error).__name__}: {error}", delivery.endpoint
    if isinstance(error, Gone) or (isinstance(error, ReceiverIsDown) and endpoint.failures >= len(WAITS)):
        _give_up(endpoint, sentence, at=at)
        return
    again_at = at + _wait(delivery.failures) if delivery.failures < len(WAITS) else None
    if isinstance(error, ReceiverIsDown):
        asked = timedelta(seconds=min(error.wait, LONGEST_ASKED_WAIT))
        endpoint.pause(at + max(_wait(endpoint.failures), asked))
    booked = delivery.fail(sentence, again_at=again_at, at=at)
    if booked and again_at is None and delivery.kind != DEAD:
        tell(User.objects.with_role(Role.ADMIN), DEAD, {"delivery": delivery.pk}, key=f"dead:{delivery.key}", at=at)


def _wait(failures: int) -> timedelta:
    return WAITS[failures] * random.uniform(1 - SPREAD, 1 + SPREAD)


def _give_up(endpoint: Endpoint, sentence: str, *, at: datetime) -> None:
    """Switch off an endpoint that was silent through the whole schedule, or asked for it; what waited is dead."""
    was_on = endpoint.switch_off(by=None, at=at, because=sentence)
    endpoint.deliveries.open().update(dead_at=at, last_error=sentence[:500])
    if was_on:
        told = {"endpoint": endpoint.pk}
        tell(User.objects.with_role(Role.ADMIN), OFF, told, key=f"{OFF}:{endpoint.pk}:{at:%Y%m%d%H%M%S}", at=at)
