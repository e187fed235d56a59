"""A worker whose clock is two hours off: breaches, deliveries and leases go by the database's clock all the same."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import User
from common import clock as db_clock
from notifications.models import Channel, Delivery, Heartbeat, KeptMail, Notice
from sla.models import Clock
from tests.builders import a_handoff, agreement_in_force
from tests.processes import Running, start_beat, start_worker, wait_until

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
CASES = 5


@pytest.fixture(params=[2 * HOUR, -2 * HOUR], ids=["two hours fast", "two hours slow"])
def wrong_worker(
    request: pytest.FixtureRequest, broker_and_url: tuple[Running, str], transactional_db, tmp_path: Path
) -> Iterator[Running]:
    """A worker with a wrong clock, and a beat that tells it each second what it is told each minute."""
    _, url = broker_and_url
    worker = start_worker(tmp_path, url, clock_off_by=request.param.total_seconds())
    beat = start_beat(tmp_path / "beat", url, app="tests.hurried")
    yield worker
    for process in (beat, worker):
        process.kill()


def last_sign() -> datetime | None:
    return Heartbeat.objects.values_list("beat_at", flat=True).first()


def work_goes_on(signs: int = 4) -> None:
    """Return when the worker has given some more signs; between two of them it does all that it is told each second."""
    for _ in range(signs):
        seen = last_sign()
        wait_until(lambda seen=seen: last_sign() != seen)


def test_a_breach_is_found_when_it_is_due_and_not_before(
    wrong_worker: Running, all_clocks_show: Callable, theo: User, nora: User, sam: User, at: datetime
) -> None:
    all_clocks_show(at)
    agreement_in_force(theo=theo, nora=nora, at=at)
    handoffs = [a_handoff(at=at, owner=sam) for _ in range(CASES)]
    handoffs[0].refresh_from_db()
    due_at = handoffs[0].due_at

    all_clocks_show(due_at - HOUR)
    work_goes_on()
    assert not Clock.objects.exclude(breached_at=None).exists()

    all_clocks_show(due_at + SECOND)
    wait_until(lambda: Clock.objects.late().count() == 2 * CASES)
    assert set(Clock.objects.late().values_list("breached_at", flat=True)) == {due_at}


def test_what_waits_for_the_morning_comes_when_it_begins_and_not_before(
    wrong_worker: Running, all_clocks_show: Callable, sam: User, at: datetime
) -> None:
    opens = datetime(2026, 3, 12, 8, 0, tzinfo=at.tzinfo)
    all_clocks_show(opens - 12 * HOUR)
    a_handoff(at=opens - 12 * HOUR, owner=sam)
    assert set(Delivery.objects.values_list("available_at", flat=True)) == {opens}

    all_clocks_show(opens - HOUR)
    work_goes_on()
    assert (Notice.objects.count(), KeptMail.objects.count()) == (0, 0)

    all_clocks_show(opens + SECOND)
    wait_until(lambda: not Delivery.objects.open().exists())
    assert (Notice.objects.count(), KeptMail.objects.count()) == (1, 1)


def test_a_lease_is_kept_until_it_is_over_and_no_longer(
    wrong_worker: Running, all_clocks_show: Callable, sam: User, at: datetime
) -> None:
    all_clocks_show(at - 12 * HOUR)
    a_handoff(at=at - 12 * HOUR, owner=sam)
    wrong_worker.hang()
    all_clocks_show(at)
    [claimed] = Delivery.objects.claim(channel=Channel.EMAIL, at=db_clock.now(), limit=1)
    wrong_worker.resume()

    work_goes_on()
    claimed.refresh_from_db()
    assert (claimed.attempts, claimed.done_at, KeptMail.objects.count()) == (1, None, 0)

    all_clocks_show(claimed.available_at + SECOND)
    wait_until(lambda: not Delivery.objects.open().exists())
    claimed.refresh_from_db()
    assert (claimed.attempts, KeptMail.objects.count()) == (2, 1)
