"""Slack: for those who chose it, in their hours, with their name before it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from common.errors import Refused
from notifications.models import Channel, Delivery, Endpoint, Preferences
from notifications.outbox import drain
from tests.notifications.greeting import BUNDLED, GREETING
from tests.notifications.http_server import Receiver


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime, settings) -> None:
    settings.PUBLIC_URL = "https://smarketing.acme.test"
    clock_shows(at)


@pytest.fixture
def sam_wants_it(sam: User) -> None:
    answers = {Channel.SLACK: {GREETING.key: True, BUNDLED.key: True}}
    Preferences(user=sam).choose(answers, within_hours=True, by=sam)


def said(receiver: Receiver) -> list[str]:
    return [json.loads(each.body)["text"] for each in receiver.taken]


def test_only_who_chose_it_is_told_there(
    greet: Callable, sam: User, rita: User, sam_wants_it: None, receiver: Receiver, slack: Endpoint
) -> None:
    greet(sam, rita, name="Sam")

    drain()

    assert said(receiver) == ["*Sam de Wit*\n<https://smarketing.acme.test/leads/7/|Hello Sam>\nGood to see you, Sam."]
    assert receiver.taken[0].headers["Content-Type"] == "application/json"


def test_a_name_mentions_no_channel_and_makes_no_link(
    greet: Callable, sam: User, sam_wants_it: None, receiver: Receiver, slack: Endpoint
) -> None:
    greet(sam, name="<!channel> & <https://evil.test|x>")

    drain()

    [text] = said(receiver)
    assert "Hello &lt;!channel&gt; &amp; &lt;https://evil.test¦x&gt;>" in text


def test_it_waits_for_the_hours_of_whom_it_is_for(
    greet: Callable, sam: User, sam_wants_it: None, receiver: Receiver, slack: Endpoint
) -> None:
    greet(sam, moment=datetime(2026, 3, 14, 12, 0, tzinfo=UTC))

    waiting = Delivery.objects.get(channel=Channel.SLACK)
    assert (waiting.available_at, waiting.endpoint) == (datetime(2026, 3, 16, 8, 0, tzinfo=UTC), slack)


def test_a_bundle_is_one_message(
    greet: Callable, sam: User, sam_wants_it: None, receiver: Receiver, slack: Endpoint, clock_shows
) -> None:
    for name in ("Ann", "Bob"):
        greet(sam, kind=BUNDLED.key, key=name, name=name)
    clock_shows(datetime(2026, 3, 11, 13, 0, tzinfo=UTC))

    drain()

    [text] = said(receiver)
    assert text.startswith("*Sam de Wit*")
    assert ("Hello Ann" in text, "Hello Bob" in text) == (True, True)


def test_without_slack_there_is_nothing_to_choose_and_nothing_waits(
    greet: Callable, sam: User, sam_wants_it: None
) -> None:
    greet(sam)

    assert not Delivery.objects.filter(channel=Channel.SLACK).exists()


def test_one_slack_is_enough(slack: Endpoint, receiver: Receiver, ada: User, at: datetime) -> None:
    with pytest.raises(Refused, match="set up already"):
        Endpoint.objects.set_up(Channel.SLACK, name="Slack", url=receiver.url, told=[], by=ada, at=at)

    assert Endpoint.objects.count() == 1
