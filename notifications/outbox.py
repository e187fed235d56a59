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
from notifications.kinds import Ids, Kind, kind
from notifications.mail import Post, PostIsDown
from notifications.models.channel import Channel
from notifications.models.delivery import Delivery
from notifications.models.notice import Notice
from notifications.models.preferences import Preferences
from notifications.timing import bundle_for, opening_for

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
DEAD = "delivery.dead"

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
        Delivery.objects.bulk_create(_deliveries(told, people, ids, key=key, at=at), ignore_conflicts=True)
        wake("notifications.tasks.deliver")


def _deliveries(told: Kind, people: list[User], ids: Ids, *, key: str, at: datetime) -> Iterator[Delivery]:
    """One for each person and channel they want; the inbox gathers by itself, so nothing in it is bundled."""
    bundled, preferences = told.bundled and not told.hot(ids), Preferences.objects.of_all(people)
    for user in people:
        opens = _opening(told, user, preferences[user.pk], at)
        for channel in Channel:
            if not preferences[user.pk].wants(told, channel):
                continue
            travels = bundled and channel != Channel.INAPP
            yield Delivery(
                kind=told.key,
                channel=channel,
                user=user,
                key=f"{key}:{user.pk}:{channel}",
                content=ids,
                bundled=travels,
                available_at=bundle_for(user, at) if travels else opens,
                created_at=at,
            )


def _opening(told: Kind, user: User, chosen: Preferences, at: datetime) -> datetime:
    return at if told.at_once or not chosen.within_hours else opening_for(user, at)


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

    The inbox goes first, so that a mail server that hangs holds up nothing but mail.
    """
    ends = time.monotonic() + A_DRAIN_LASTS
    with Post() as post:
        return _drain(Channel.INAPP, _put_into_inbox, ends) + _drain(Channel.EMAIL, post.carry, ends)


def _drain(channel: str, carry: Callable[[Delivery, datetime], None], ends: float) -> int:
    delivered = 0
    while time.monotonic() < ends:
        batch = Delivery.objects.claim(channel=channel, at=db_clock.now(), limit=BATCH)
        for delivery in batch:
            try:
                delivered += _deliver(delivery, carry)
            except PostIsDown:
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
        if isinstance(error, PostIsDown):
            raise
    return False


def _pointless(delivery: Delivery) -> str:
    """Why there is no point in delivering it any more, or nothing."""
    if delivery.user and not delivery.user.is_active:
        return "The recipient has left."
    if delivery.user and not delivery.preferences.wants(kind(delivery.kind), delivery.channel):
        return "The recipient does not want it any more."
    if not any(kind(each.kind).still_relevant(each.content) for each in delivery.bundle()):
        return "It was settled before it could be delivered."
    return ""


def _open_at(delivery: Delivery, at: datetime) -> datetime:
    """Asked again on delivery: the worker may have been down over the closing hour."""
    if not delivery.user:
        return at
    return _opening(kind(delivery.kind), delivery.user, delivery.preferences, at)


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
    again_at = None
    if delivery.failures < len(WAITS):
        again_at = at + WAITS[delivery.failures] * random.uniform(1 - SPREAD, 1 + SPREAD)
    booked = delivery.fail(f"{type(error).__name__}: {error}", again_at=again_at, at=at)
    if booked and again_at is None and delivery.kind != DEAD:
        tell(User.objects.with_role(Role.ADMIN), DEAD, {"delivery": delivery.pk}, key=f"dead:{delivery.key}", at=at)
