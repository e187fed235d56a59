"""Programs that listen: signed messages, tried again until they are taken, under one id."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from common.errors import Incomplete, NotAllowed, Refused
from notifications.channels.webhook import sign
from notifications.models import Channel, Delivery, Endpoint, Notice
from notifications.models.delivery import LEASE
from notifications.outbox import WAITS, drain
from tests.notifications.greeting import BUNDLED, HOT
from tests.notifications.http_server import Receiver


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime) -> None:
    clock_shows(at)


@pytest.fixture
def hot(greet: Callable) -> Callable:
    def hot(*people: User, **more: object) -> None:
        greet(*people, kind=HOT.key, **more)

    return hot


def posted() -> Delivery:
    return Delivery.objects.filter(channel=Channel.WEBHOOK).order_by("pk").first()


def test_the_signature_is_that_of_the_specification() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(
        key, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330", body=b'{"test": 2432232314}'
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_one_message_an_occasion_goes_to_the_program_at_any_hour(
    hot: Callable, sam: User, rita: User, receiver: Receiver, listens: Endpoint, clock_shows
) -> None:
    sunday = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
    clock_shows(sunday)
    hot(sam, rita, moment=sunday)

    drain()

    [message] = receiver.taken
    assert message.path == "/hooks?team=1"
    assert json.loads(message.body) == {
        "type": "test.hot",
        "timestamp": "2026-03-15T03:00:00+00:00",
        "data": {"title": "A hot one", "ids": {"name": "you"}},
    }
    headers = message.headers
    assert headers["webhook-id"] == f"delivery.{posted().pk}.20260315030000000000"
    assert headers["webhook-signature"] == sign(
        listens.key, message_id=headers["webhook-id"], timestamp=headers["webhook-timestamp"], body=message.body
    )
    assert int(headers["webhook-timestamp"]) - int(sunday.timestamp()) < 60
    assert posted().done_at


def test_it_is_told_of_what_was_chosen_and_never_of_what_stays_inside(
    greet: Callable, sam: User, ada: User, receiver: Receiver, listens: Endpoint
) -> None:
    greet(sam)
    greet(sam, kind="test.quiet", key="quiet")
    assert posted() is None

    listens.tell_of([BUNDLED.key], by=ada)
    greet(sam, kind=BUNDLED.key, key="bundled")
    drain()
    assert [json.loads(each.body)["type"] for each in receiver.taken] == ["test.bundled"]


def test_who_does_not_answer_is_left_in_peace_ever_longer_and_then_told_under_the_same_id(
    hot: Callable, sam: User, receiver: Receiver, listens: Endpoint, clock_shows, at: datetime
) -> None:
    receiver.will_answer(503, b"busy")
    receiver.will_answer(500)
    hot(sam)
    hot(sam, key="another")
    drain()

    assert len(receiver.taken) == 1  # the other one is not even tried
    listens.refresh_from_db()
    assert (listens.failures, posted().failures, posted().last_error) == (
        1, 1, "ReceiverIsDown: It answered 503: busy",
    )  # fmt: skip
    assert 4 <= (listens.paused_until - at).total_seconds() <= 9
    drain()
    assert len(receiver.taken) == 1

    clock_shows(at + LEASE)
    drain()
    listens.refresh_from_db()
    assert listens.failures == 2
    assert 240 <= (listens.paused_until - at - LEASE).total_seconds() <= 362

    clock_shows(at + timedelta(minutes=10))
    drain()
    listens.refresh_from_db()
    ids = [message.headers["webhook-id"] for message in receiver.taken]
    assert (len(ids), len(set(ids)), listens.failures, listens.paused_until) == (4, 2, 0, None)
    assert not Delivery.objects.open().filter(channel=Channel.WEBHOOK).exists()


def test_it_may_ask_for_a_pause_of_its_own(
    hot: Callable, sam: User, receiver: Receiver, listens: Endpoint, at: datetime
) -> None:
    receiver.will_answer(429, Retry_After="1800")
    hot(sam)
    drain()

    listens.refresh_from_db()
    assert 1799 <= (listens.paused_until - at).total_seconds() <= 1810


def test_what_it_declines_is_tried_again_and_holds_up_nothing_else(
    hot: Callable, sam: User, receiver: Receiver, listens: Endpoint
) -> None:
    receiver.will_answer(400, b"no such field")
    hot(sam)
    hot(sam, key="another")
    drain()

    assert len(receiver.taken) == 2
    assert (posted().failures, posted().last_error) == (1, "Declined: It answered 400: no such field")
    listens.refresh_from_db()
    assert (listens.failures, listens.paused_until) == (0, None)


def test_who_is_gone_is_switched_off_and_the_admins_know(
    hot: Callable, sam: User, ada: User, receiver: Receiver, listens: Endpoint
) -> None:
    receiver.will_answer(410)
    hot(sam)
    hot(sam, key="another")
    drain()
    drain()

    listens.refresh_from_db()
    assert (listens.off_because, len(receiver.taken)) == ("Gone: It answered 410.", 1)
    assert Delivery.objects.dead().filter(channel=Channel.WEBHOOK).count() == 2
    assert Notice.objects.get(user=ada).kind == "endpoint.off"
    hot(sam, key="a third")
    assert Delivery.objects.filter(channel=Channel.WEBHOOK).count() == 2


def test_who_is_silent_through_the_whole_schedule_is_switched_off_and_can_be_replayed(
    hot: Callable, sam: User, ada: User, receiver: Receiver, listens: Endpoint, at: datetime, clock_shows
) -> None:
    hot(sam)
    moment = at
    for wait in [*WAITS, timedelta(minutes=1)]:
        receiver.will_answer(503)
        drain()
        moment += max(wait * 1.3, LEASE)
        clock_shows(moment)
    drain()

    listens.refresh_from_db()
    assert (len(receiver.taken), listens.off_because) == (10, "ReceiverIsDown: It answered 503.")
    dead = posted()
    assert dead.dead_at is not None
    with pytest.raises(Refused, match="switch it on first"):
        dead.replay(by=ada, at=moment)
    listens.switch_on(by=ada)
    posted().replay(by=ada, at=moment)

    drain()
    assert posted().done_at
    assert len({message.headers["webhook-id"] for message in receiver.taken}) == 1


def test_all_that_is_dead_is_replayed_at_once_but_for_what_is_switched_off(
    hot: Callable, sam: User, ada: User, rita: User, receiver: Receiver, listens: Endpoint, at: datetime
) -> None:
    hot(sam, rita)
    Delivery.objects.update(dead_at=at, failures=10)
    listens.switch_off(by=ada, at=at)

    with pytest.raises(NotAllowed):
        Delivery.objects.replay_all(by=sam, at=at)
    assert Delivery.objects.dead().count() == 5
    assert Delivery.objects.replay_all(by=ada, at=at) == 4
    assert [each.channel for each in Delivery.objects.dead()] == [Channel.WEBHOOK]
    assert drain() == 4

    listens.switch_on(by=ada)
    assert Delivery.objects.replay_all(by=ada, at=at) == 1
    assert drain() == 1
    assert len(receiver.taken) == 1


def test_what_waits_for_a_silent_endpoint_is_no_sign_of_a_worker_that_is_late(
    hot: Callable, sam: User, ada: User, receiver: Receiver, listens: Endpoint, at: datetime
) -> None:
    receiver.will_answer(503)
    hot(sam)
    hot(sam, key="another")
    later = at + timedelta(seconds=3)
    drain()
    assert not Delivery.objects.late(at=later).exists()

    listens.switch_on(by=ada)
    assert Delivery.objects.late(at=at + LEASE * 2).count() == 2
    listens.switch_off(by=ada, at=at)
    assert not Delivery.objects.late(at=at + LEASE * 2).exists()


def test_a_message_that_breaks_the_receiver_ends_although_others_arrive(
    hot: Callable, sam: User, receiver: Receiver, listens: Endpoint, at: datetime, clock_shows
) -> None:
    receiver.breaks_on = b'"poison"'
    hot(sam, name="poison")
    for number in range(len(WAITS) + 1):
        day = at + timedelta(days=2 * number)
        clock_shows(day)
        hot(sam, key=f"good {number}", moment=day)
        drain()
        clock_shows(day + timedelta(days=1))
        drain()

    [dead] = Delivery.objects.dead()
    listens.refresh_from_db()
    assert (dead.pk, dead.failures, listens.off_at) == (posted().pk, len(WAITS) + 1, None)
    assert Delivery.objects.filter(channel=Channel.WEBHOOK, done_at__isnull=False).count() == len(WAITS) + 1


def test_one_that_is_down_holds_up_no_other(
    hot: Callable, sam: User, ada: User, receiver: Receiver, listens: Endpoint, settings, at: datetime
) -> None:
    with Receiver() as other:
        settings.INTERNAL_RECEIVERS = [receiver.place, other.place]
        told = {"name": "Other", "url": other.url, "told": [HOT.key]}
        Endpoint.objects.set_up(Channel.WEBHOOK, **told, by=ada, at=at)
        receiver.will_answer(503)
        hot(sam)

        drain()

        assert (len(receiver.taken), len(other.taken)) == (1, 1)


def test_without_the_setting_nothing_ever_reaches_this_machine(
    hot: Callable, sam: User, receiver: Receiver, listens: Endpoint, settings
) -> None:
    hot(sam)
    settings.INTERNAL_RECEIVERS = []

    drain()

    assert receiver.taken == []
    assert posted().last_error.startswith("Forbidden: ")


def test_after_a_change_the_old_secret_signs_too_for_a_week(ada: User, listens: Endpoint, at: datetime) -> None:
    old = listens.key
    listens.change_secret(by=ada, at=at)

    assert listens.key != old
    assert listens.keys(at=at + timedelta(days=6)) == [listens.key, old]
    assert listens.keys(at=at + timedelta(days=7)) == [listens.key]


def test_only_admins_set_it_up_and_only_for_an_address_we_would_post_to(
    ada: User, sam: User, receiver: Receiver, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        Endpoint.objects.set_up(Channel.WEBHOOK, name="CRM", url=receiver.url, told=[], by=sam, at=at)
    with pytest.raises(Incomplete, match="begin with https"):
        Endpoint.objects.set_up(Channel.WEBHOOK, name="CRM", url="http://hooks.example/", told=[], by=ada, at=at)
    with pytest.raises(Incomplete, match="kinds of notices"):
        Endpoint.objects.set_up(Channel.WEBHOOK, name="CRM", url=receiver.url, told=["no.such"], by=ada, at=at)

    assert not Endpoint.objects.exists()
