"""A worker killed while it scores: no mark is lost, and nobody becomes an MQL or is handed over twice."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from accounts.models import User
from common.wake import wake
from leads.intake import receive_many
from leads.models import DueLead, Handoff, Lead, LeadScore, Rescore, Transition
from notifications.models import Delivery
from tests.builders import a_touch, criteria_in_force
from tests.processes import Running, wait_until

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PEOPLE = 600  # more than one drain takes
# Where a drain writes, in its order: the scores, the moves, the hand-offs, what their owners are told.
ON_ITS_WAY = ("leads_leadscore", "leads_transition", "leads_handoff", "notifications_delivery")

score_due = partial(wake, "leads.tasks.score_due")
rescore = partial(wake, "leads.tasks.rescore")


def people(at: datetime) -> list[int]:
    """People who asked for a demo just now, which is a fast track."""
    asked = [a_touch("demo_request", at=at - timedelta(minutes=5))]
    rows = [{"email": f"person{n}@company{n % 200}.test", "touches": asked} for n in range(PEOPLE)]
    return receive_many(rows, at=at - timedelta(minutes=1)).leads


def each_once() -> dict[int, int]:
    return dict.fromkeys(Lead.objects.values_list("pk", flat=True), 1)


def promoted() -> Counter[int]:
    return Counter(Transition.objects.filter(to_stage="mql").values_list("lead_id", flat=True))


def handed_over() -> Counter[int]:
    return Counter(Handoff.objects.values_list("lead_id", flat=True))


def test_a_drain_killed_anywhere_on_its_way_is_as_if_it_had_not_begun(
    worker: Running, stop_at: Callable, all_clocks_show: Callable, theo: User, nora: User, sam: User, at: datetime
) -> None:
    all_clocks_show(at)
    criteria_in_force(theo=theo, nora=nora, at=at)
    wait_until(lambda: Rescore.objects.running() is None)
    first = stop_at(ON_ITS_WAY[0])
    people(at)

    for block in (first, *map(stop_at, ON_ITS_WAY[1:])):
        block.wait_until_reached(score_due)
        assert DueLead.objects.count() == PEOPLE
        assert not LeadScore.objects.exists()
        assert not promoted()
        worker.kill_children()
        block.lift()
    worker.kill()
    worker.start()
    wait_until(lambda: not score_due() and not DueLead.objects.exists(), every=0.5)

    assert LeadScore.objects.filter(qualifies=True, fast_track=True).count() == PEOPLE
    assert promoted() == handed_over() == each_once()
    told = Delivery.objects.filter(kind="leads.handed_over", channel="inapp")
    assert Counter(pk for each in told for pk in each.content["handoffs"]) == dict.fromkeys(
        Handoff.objects.filter(owner=sam).values_list("pk", flat=True), 1
    )


def test_a_rescore_of_everybody_goes_on_after_its_worker_was_killed(
    worker: Running, stop_at: Callable, all_clocks_show: Callable, theo: User, nora: User, sam: User, at: datetime
) -> None:
    all_clocks_show(at)
    people(at)
    wait_until(lambda: not DueLead.objects.exists())
    block = stop_at("leads_transition")
    criteria = criteria_in_force(theo=theo, nora=nora, at=at)

    block.wait_until_reached(rescore)
    worker.kill()
    block.lift()
    job = Rescore.objects.get()
    assert (job.done, job.finished_at, LeadScore.objects.count()) == (0, None, 0)
    worker.start()
    rescore()
    Rescore.objects.update(leased_until=at)  # as if the lease of the killed had run out
    wait_until(lambda: not rescore() and Rescore.objects.running() is None, every=0.5)

    job.refresh_from_db()
    assert (job.criteria, job.done, job.total) == (criteria, PEOPLE, PEOPLE)
    assert promoted() == each_once()
    assert not Handoff.objects.exists()
