"""Two beats or two sweepers at once: each missed promise is recorded once, and each person is told of it once."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from accounts.models import User
from notifications.models import Delivery, KeptMail, Notice
from sla.models import Clock
from tests.builders import a_handoff, agreement_in_force
from tests.processes import Running, test_database_url, wait_until

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

CASES, SECOND = 20, timedelta(seconds=1)


def all_is_told() -> bool:
    return not Delivery.objects.open().exists()


def test_two_beats_record_each_breach_once_and_tell_each_person_once(
    all_clocks_show: Callable,
    worker: Running,
    hurried_beats: list[Running],
    theo: User,
    nora: User,
    sam: User,
    at: datetime,
) -> None:
    all_clocks_show(at)
    agreement_in_force(theo=theo, nora=nora, at=at)
    for _ in range(CASES):
        a_handoff(at=at, owner=sam)
    wait_until(all_is_told)

    now = at + timedelta(days=1, hours=2)
    all_clocks_show(now)
    wait_until(
        lambda: Clock.objects.late().count() == 2 * CASES and not Clock.objects.filter(rung_at__lte=now).exists()
    )
    wait_until(all_is_told)
    before = swept()
    time.sleep(3)  # so that both beats sweep some more times

    assert swept() == before
    told = Notice.objects.filter(kind="sla.breached")
    assert set(told.values_list("user", flat=True)) == {sam.pk, nora.pk}
    clocks = Counter(clock for notice in told for clock in notice.ids["clocks"])
    assert clocks == dict.fromkeys(Clock.objects.late().values_list("pk", flat=True), 1)
    assert KeptMail.objects.count() == Notice.objects.count()


def swept() -> list[list[tuple]]:
    """What a sweep writes, and what comes of it."""
    return [list(model.objects.order_by("pk").values_list()) for model in (Clock, Delivery, Notice, KeptMail)]


SWEEP = """
import django; django.setup()
import sys
from datetime import datetime
from sla.models import Clock
print("ready", flush=True)
for line in sys.stdin:
    print(Clock.objects.flag_breaches(at=datetime.fromisoformat(line.strip())), flush=True)
"""


class Sweeper:
    """A process that sweeps at each moment it is told, and answers how many it found."""

    def __init__(self) -> None:
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "smarketing.settings", "DATABASE_URL": test_database_url()}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-c", SWEEP], env=env, cwd=settings.BASE_DIR, **pipes)
        self.said()

    def sweep(self, at: datetime) -> None:
        self.process.stdin.write(f"{at.isoformat()}\n")
        self.process.stdin.flush()

    def said(self) -> str:
        return self.process.stdout.readline()


def test_two_sweepers_at_once_find_each_breach_once(theo: User, nora: User, sam: User, at: datetime) -> None:
    """While they sweep, one hand-off after another falls due: one of them always sees some more than the other."""
    agreement_in_force(theo=theo, nora=nora, at=at - timedelta(hours=1))
    for n in range(CASES):
        a_handoff(at=at + n * SECOND, owner=sam)
    due = sorted(set(Clock.objects.filter(due_at__lt=at + timedelta(days=2)).values_list("due_at", flat=True)))
    sweepers = Sweeper(), Sweeper()

    found = []
    for moment in due:
        for ahead, sweeper in enumerate(sweepers, start=1):
            sweeper.sweep(moment + ahead * SECOND)
        found += [int(sweeper.said()) for sweeper in sweepers]
    for sweeper in sweepers:
        sweeper.process.communicate(timeout=20)

    assert len(due) == CASES
    assert sum(found) == Clock.objects.late().count() == 2 * CASES
    told = Delivery.objects.filter(kind="sla.breached", channel="inapp")
    clocks = Counter(clock for each in told for clock in each.content["clocks"])
    assert clocks == dict.fromkeys(Clock.objects.late().values_list("pk", flat=True), 1)
