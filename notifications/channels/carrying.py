"""Carrying a delivery to its endpoint, and what follows from the answer."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from accounts.access import check
from accounts.models import User
from common import clock as db_clock
from notifications.channels import slack, webhook
from notifications.channels.guard import Forbidden
from notifications.channels.posting import ReceiverIsDown, look_up, post
from notifications.kinds import kind
from notifications.models import Channel, Delivery, Endpoint
from notifications.words import address_of, said_by

TEST = "test"

Letter = tuple[bytes, Mapping[str, str]]


class Declined(Exception):
    """The other side answered that it does not take this."""


class Gone(Exception):
    """The other side answered that it is not there any more."""


def carry(delivery: Delivery, at: datetime) -> None:
    """Post one delivery and mark it as delivered.

    Raises ReceiverIsDown, Gone, Declined, or Forbidden when the address is not one of the internet
    (any more). A look-up may take long, so the lease is renewed after it, just before the effect.
    """
    endpoint = delivery.endpoint
    target = look_up(endpoint.url)
    body, headers = _slack(delivery) if delivery.channel == Channel.SLACK else _webhook(delivery, at)
    if not delivery.hold(at=db_clock.now()):
        return
    answer = post(target, body, headers)
    if answer.is_down:
        raise ReceiverIsDown(str(answer), answer.wait)
    endpoint.recover()
    if answer.is_gone:
        raise Gone(str(answer))
    if not answer.took_it:
        raise Declined(str(answer))
    delivery.finish(at=at)


def try_out(endpoint: Endpoint, *, by: User, at: datetime) -> str:
    """Post a test to an endpoint now, and say in a sentence what truly came of it."""
    check(by, "channel.edit")
    body, headers = _test(endpoint, by, at)
    try:
        answer = post(look_up(endpoint.url), body, headers)
    except (Forbidden, ReceiverIsDown) as error:
        return f"It did not arrive. {error}"
    return f"It arrived. {answer}" if answer.took_it else f"It was not taken. {answer}"


def _slack(delivery: Delivery) -> Letter:
    with timezone.override(delivery.user.tz):
        notices = [(said.subject, said.text, address_of(said)) for said in said_by(delivery)]
    return slack.message(str(delivery.user), notices), slack.HEADERS


def _webhook(delivery: Delivery, at: datetime) -> Letter:
    told = kind(delivery.kind)
    data = {"title": told.title, "ids": delivery.content}
    body = webhook.message(told.key, made_at=delivery.created_at, data=data)
    keys = delivery.endpoint.keys(at=at)
    return body, webhook.headers(body, message_id=delivery.public_id, keys=keys, at=at)


def _test(endpoint: Endpoint, by: User, at: datetime) -> Letter:
    if not endpoint.is_webhook:
        return slack.message(str(by), [("A test from Smarketing", "", "")]), slack.HEADERS
    body = webhook.message(TEST, made_at=at, data={"endpoint": endpoint.pk})
    return body, webhook.headers(body, message_id=f"{TEST}.{uuid.uuid4()}", keys=endpoint.keys(at=at), at=at)
