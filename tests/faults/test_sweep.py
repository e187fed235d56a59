"""Two beats at once: each missed promise is recorded once, and each person is told of it once."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from notifications.models import Delivery, KeptMail, Notice
from sla.models import Clock
from tests.builders import a_handoff, agreement_in_force
from tests.processes import Running, wait_until

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

CASES = 20


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

    all_clocks_show(at + timedelta(days=1, hours=2))
    wait_until(lambda: Clock.objects.late().count() == 2 * CASES and all_is_told())
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
