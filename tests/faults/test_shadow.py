"""A worker killed while a version runs in shadow: nothing of the run is lost, and nobody is moved by it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from accounts.models import User
from common.wake import wake
from leads.intake import receive_many
from leads.models import Criteria, DueLead, Handoff, Rescore, ShadowLead, ShadowRun, ShadowScore, Transition
from tests.builders import a_touch, criteria_in_force
from tests.processes import Running, wait_until

# What migrations put there, such as the return reasons, is put back before each test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PEOPLE = 120

score_due = partial(wake, "leads.tasks.score_due")
rescore = partial(wake, "leads.tasks.rescore")


def people(at: datetime, kind: str) -> None:
    rows = [
        {"email": f"{kind}{n}@company{n}.test", "touches": [a_touch(kind, at=at - timedelta(minutes=5))]}
        for n in range(PEOPLE)
    ]
    receive_many(rows, at=at - timedelta(minutes=1))


def in_shadow(theo: User, nora: User, at: datetime) -> ShadowRun:
    """Whoever visits an event is an MQL at once by the coming version, and is none by the one in force."""
    criteria_in_force(theo=theo, nora=nora, at=at)
    wait_until(lambda: not rescore() and Rescore.objects.running() is None)
    draft = Criteria.objects.draft_from(Criteria.objects.ruling(), by=theo, at=at)
    draft.rules.filter(section="fast_track").delete()
    draft.add_rule(by=theo, section="fast_track", touch_kind="event", window_days=14)
    return ShadowRun.objects.start(draft, days=14, by=theo, at=at)


def test_a_drain_killed_where_it_writes_for_the_shadow_is_as_if_it_had_not_begun(
    worker: Running, stop_at: Callable, all_clocks_show: Callable, theo: User, nora: User, sam: User, at: datetime
) -> None:
    all_clocks_show(at)
    run = in_shadow(theo, nora, at)
    wait_until(lambda: not rescore() and ShadowRun.objects.filter(since__isnull=False).exists(), every=0.5)
    first = stop_at("leads_shadowscore")
    people(at, "event")

    for block in (first, stop_at("leads_shadowlead")):
        block.wait_until_reached(score_due)
        assert DueLead.objects.count() == PEOPLE
        assert not ShadowScore.objects.exists()
        worker.kill_children()
        block.lift()
    worker.kill()
    worker.start()
    wait_until(lambda: not score_due() and not DueLead.objects.exists(), every=0.5)

    assert run.leads.filter(qualified_at__isnull=False, mql_at__isnull=True).count() == PEOPLE
    assert (ShadowLead.objects.count(), ShadowScore.objects.filter(qualifies=True).count()) == (PEOPLE, PEOPLE)
    assert not Transition.objects.filter(to_stage="mql").exists()
    assert not Handoff.objects.exists()


def test_scoring_everybody_for_the_shadow_goes_on_after_its_worker_was_killed(
    worker: Running, stop_at: Callable, all_clocks_show: Callable, theo: User, nora: User, sam: User, at: datetime
) -> None:
    all_clocks_show(at)
    people(at, "event")
    wait_until(lambda: not DueLead.objects.exists())
    block = stop_at("leads_shadowlead")
    run = in_shadow(theo, nora, at)

    block.wait_until_reached(rescore)
    worker.kill()
    block.lift()
    assert (ShadowScore.objects.count(), ShadowLead.objects.count()) == (0, 0)
    worker.start()
    rescore()
    Rescore.objects.filter(finished_at=None).update(leased_until=at)  # as if the lease of the killed had run out
    wait_until(lambda: not rescore() and ShadowRun.objects.filter(since__isnull=False).exists(), every=0.5)

    assert ShadowScore.objects.count() == PEOPLE
    assert ShadowLead.objects.filter(run=run, qualified_at__isnull=False).count() == PEOPLE
    assert not Transition.objects.filter(to_stage="mql").exists()
