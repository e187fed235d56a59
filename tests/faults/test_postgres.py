"""PostgreSQL crashes in the middle of a worker's batch: what it had not committed is done again, and once."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from common import clock as db_clock
from common.wake import wake
from leads.intake import receive_many
from leads.models import DueLead, Handoff, Lead, LeadScore, Rescore, Transition
from notifications.models import Delivery, Notice
from tests.builders import a_touch, criteria_in_force
from tests.faults.blocking import stand_at
from tests.faults.own_postgres import Server
from tests.processes import Running, start_worker, wait_until

PEOPLE = 200

score_due = partial(wake, "leads.tasks.score_due")


@pytest.fixture
def heads(database: None) -> tuple[User, User]:
    """The heads of marketing and sales of an otherwise empty company."""
    theo = User.objects.create_user("theo@acme.test", name="Theo Blom", roles=[Role.HEAD_OF_MARKETING])
    nora = User.objects.create_user("nora@acme.test", name="Nora Vos", roles=[Role.HEAD_OF_SALES])
    calendar = WorkCalendar.objects.create(name="Office", zone="UTC")
    Team.objects.create(name="Sales", side=Side.SALES, calendar=calendar)
    return theo, nora


def people(at: datetime) -> None:
    """People who asked for a demo just now, which is a fast track."""
    asked = [a_touch("demo_request", at=at - timedelta(minutes=5))]
    receive_many([{"email": f"person{n}@company{n}.test", "touches": asked} for n in range(PEOPLE)], at=at)


def test_a_batch_that_a_crash_of_the_database_cut_off_is_done_once(
    server: Server, heads: tuple[User, User], broker_and_url: tuple[Running, str], tmp_path: Path
) -> None:
    theo, nora = heads
    at = db_clock.now()
    criteria_in_force(theo=theo, nora=nora, at=at)
    worker = start_worker(tmp_path, broker_and_url[1])
    wait_until(lambda: Rescore.objects.running() is None)
    block = stand_at("leads_handoff")
    people(at)
    block.wait_until_reached(score_due)

    server.crash()
    assert Client().get("/health/ready").status_code == 503
    server.run()
    connection.close()
    assert DueLead.objects.count() == PEOPLE
    assert not LeadScore.objects.exists()
    if worker.popen.poll() is not None:
        worker.start()
    wait_until(lambda: not score_due() and not DueLead.objects.exists(), every=0.5)
    worker.kill()

    once = dict.fromkeys(Lead.objects.values_list("pk", flat=True), 1)
    assert Counter(Transition.objects.filter(to_stage="mql").values_list("lead_id", flat=True)) == once
    assert Counter(Handoff.objects.values_list("lead_id", flat=True)) == once
    assert Delivery.objects.filter(user=nora, kind="leads.unassigned").exists() or Notice.objects.exists()
