"""The first seconds after a start."""

from notifications.models import Heartbeat
from tests.processes import Running, wait_until


def test_a_worker_is_heard_before_the_first_tick_asks_for_it(worker: Running, idle_beat: Running) -> None:
    wait_until(Heartbeat.objects.exists)
