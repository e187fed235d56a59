"""The broker hung or gone while people work: no page waits for it, hand-offs are made and decided, notices follow."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from leads.lifecycle import SAL
from leads.models import Handoff, Lead
from notifications.models import Delivery, KeptMail, Notice
from tests.builders import a_lead
from tests.processes import Running, wait_until

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def post(client: Client, name: str, pk: int, **data: str) -> None:
    """Press a button, and be answered."""
    assert client.post(reverse(name, args=[pk]), data).status_code == 302


@pytest.mark.parametrize(("fail", "come_back"), [("hang", "resume"), ("kill", "start")], ids=["hung", "gone"])
def test_leads_are_handed_over_and_accepted_while_the_broker_is_away(
    fail: str,
    come_back: str,
    broker: Running,
    tries: list[str],
    worker: Running,
    hurried_beats: list[Running],
    all_clocks_show: Callable,
    client_of: Callable[[User], Client],
    maya: User,
    sam: User,
    at: datetime,
) -> None:
    all_clocks_show(at)
    leads = [a_lead(at=at) for _ in range(6)]
    marketer, rep = client_of(maya), client_of(sam)

    getattr(broker, fail)()
    tries.clear()
    for lead in leads:
        post(marketer, "qualify_by_hand", lead.pk, note="Met at the fair")
    handoffs = list(Handoff.objects.filter(owner=sam).order_by("pk"))
    for handoff in handoffs[:3]:
        post(rep, "accept", handoff.pk)

    assert tries == ["once"]
    assert Lead.objects.filter(stage=SAL, owner=sam).count() == 3
    assert not Notice.objects.exists()

    getattr(broker, come_back)()

    def told_under_supervision() -> bool:
        for process in (worker, *hurried_beats):
            if process.popen.poll() is not None:
                process.start()  # it may end because the broker did; the supervisor starts it again
        return not Delivery.objects.open().exists()

    wait_until(told_under_supervision, seconds=60)
    # What was accepted meanwhile is no news to whoever accepted it.
    assert [notice.ids["handoffs"] for notice in Notice.objects.order_by("pk")] == [[each.pk] for each in handoffs[3:]]
    assert KeptMail.objects.count() == 3
