"""Notices while the broker is hung, gone and back again: the web stays quick, nothing is lost or doubled."""

import time
from collections.abc import Callable

import pytest

from accounts.models import User
from common import clock as db_clock
from common import wake
from leads.intake import receive
from notifications import threads
from notifications.models import Delivery, Heartbeat, KeptMail, Notice
from tests.processes import Running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

FOR_EVER = 20  # seconds: a broker that hangs never answers


@pytest.fixture
def say(maya: User, ada: User) -> Callable[[str], None]:
    """Mention Ada, who is told at any hour, in a remark."""
    lead = receive({"email": "jane.doe@acme.example"}, by=maya, at=db_clock.now())

    def say(remark: str) -> None:
        threads.post(lead, f"@ada {remark}", by=maya, at=db_clock.now())

    return say


def all_is_told() -> bool:
    return not Delivery.objects.open().exists()


@pytest.mark.parametrize("fail", ["hang", "kill"], ids=["hung", "gone"])
def test_a_broker_that_fails_is_waited_for_once_and_not_for_long(
    fail: str, broker: Running, tries: list[str], say: Callable
) -> None:
    getattr(broker, fail)()
    tries.clear()

    began = time.monotonic()
    for remark in ("one", "two", "three"):
        say(remark)

    assert time.monotonic() - began < FOR_EVER
    assert tries == ["once"]
    assert Delivery.objects.open().count() == 6


def test_a_broker_has_two_seconds_to_take_a_nudge(broker: Running) -> None:
    given = wake._sender().conf.broker_transport_options

    assert given["socket_connect_timeout"] + given["socket_timeout"] < 2


def test_a_nudge_tells_within_a_moment(worker: Running, say: Callable) -> None:
    say("one")

    wait_until(all_is_told)  # no beat ticks
    assert (Notice.objects.count(), KeptMail.objects.count()) == (1, 1)


def test_when_the_broker_is_back_what_waited_goes_out(
    broker: Running, worker: Running, beat: Running, say: Callable
) -> None:
    broker.kill()
    say("while it is away")
    broker.start()

    def told_under_supervision() -> bool:
        if worker.popen.poll() is not None:
            worker.start()  # a worker may end because its broker did; the supervisor starts it again
        return all_is_told()

    wait_until(told_under_supervision, seconds=60)
    wait_until(lambda: not Heartbeat.objects.is_silent(at=db_clock.now()), seconds=40)
    assert (Notice.objects.count(), KeptMail.objects.count()) == (1, 1)


def test_a_worker_killed_again_and_again_tells_everything_once(worker: Running, beat: Running, say: Callable) -> None:
    for number in range(30):
        say(str(number))
        if number % 10 == 5:
            worker.kill()
        if number % 10 == 9:
            worker.start()
    say("the last")
    Delivery.objects.open().update(available_at=db_clock.now())  # as if the leases of the killed had run out

    wait_until(all_is_told, seconds=60)
    assert (Notice.objects.count(), KeptMail.objects.count()) == (31, 31)
