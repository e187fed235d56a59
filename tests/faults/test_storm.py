"""Hand-offs while everything around them is killed: none is lost, nobody is told twice, each clock runs once.

In the suite it is a small one. The whole storm, with what came of it on the screen:

    STORM_HANDOFFS=10000 STORM_KILLS=20 ./bin/test tests/faults/test_storm.py -s
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Semaphore

import pytest
from django.db import Error, connection

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from common import clock as db_clock
from leads.handover import hand_over
from leads.intake import receive_many
from leads.lifecycle import PROMOTE
from leads.models import Assignment, Handoff, Lead, Transition
from notifications.models import Channel, Delivery, Endpoint, Notice, Preferences
from sla.models import Clock
from tests.builders import agreement_in_force
from tests.faults.own_postgres import Server
from tests.notifications.http_server import Receiver
from tests.notifications.smtp_server import SmtpServer
from tests.processes import Running, start_beat, start_worker, wait_until

HANDOFFS = int(os.environ.get("STORM_HANDOFFS", "500"))
KILLS = int(os.environ.get("STORM_KILLS", "4"))
IS_WHOLE = HANDOFFS >= 10_000
TOGETHER = 10  # hand-offs of one transaction
DESKS = 4  # people at once who hand over
REPS = ("Sam", "Rita", "Ines", "Karl")
TOLD = "leads.handed_over"


@pytest.fixture
def outside(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SmtpServer, Receiver]]:
    """A mail server and a program that listens, which the workers are sent to; they count what arrives."""
    with SmtpServer() as post, Receiver() as receiver:
        settings.INTERNAL_RECEIVERS = [receiver.place]
        monkeypatch.setenv("INTERNAL_RECEIVERS", receiver.place)
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{post.port}")
        monkeypatch.setenv("SMARKETING_DEMO", "0")
        yield post, receiver


@pytest.fixture
def waiting(database: None, outside: tuple[SmtpServer, Receiver]) -> list[int]:
    """MQLs that wait to be handed over, in a company with an agreement in force; all are told at any hour."""
    at = db_clock.now()
    calendar = WorkCalendar.objects.create(name="Office", zone="UTC")
    team = Team.objects.create(name="Sales", side=Side.SALES, calendar=calendar)
    for name in REPS:
        User.objects.create_user(f"{name.lower()}@acme.test", name=name, roles=[Role.REP], team=team)
    theo = User.objects.create_user("theo@acme.test", name="Theo", roles=[Role.HEAD_OF_MARKETING])
    nora = User.objects.create_user("nora@acme.test", name="Nora", roles=[Role.HEAD_OF_SALES], team=team)
    ada = User.objects.create_user("ada@acme.test", name="Ada", roles=[Role.ADMIN])
    agreement_in_force(theo=theo, nora=nora, at=at - timedelta(hours=1))
    Preferences.objects.bulk_create(Preferences(user=user, within_hours=False) for user in User.objects.all())
    Endpoint.objects.set_up(Channel.WEBHOOK, name="CRM", url=outside[1].url, told=[TOLD], by=ada, at=at)
    received = receive_many([{"email": f"person{n}@company{n}.test"} for n in range(HANDOFFS)], at=at)
    Transition.objects.make(PROMOTE, leads=Lead.objects.filter(pk__in=received.leads), at=at)
    return received.leads


class Desks:
    """Some people at once who hand over what waits, as much as they are let; whoever finds no database tries again."""

    def __init__(self, leads: list[int]) -> None:
        self.batches = [leads[start : start + TOGETHER] for start in range(0, len(leads), TOGETHER)]
        self.let, self.closed = Semaphore(0), False
        self.people = ThreadPoolExecutor(DESKS)
        self.at_work = [self.people.submit(self.work, self.batches[n::DESKS]) for n in range(DESKS)]

    def work(self, batches: list[list[int]]) -> None:
        for batch in batches:
            self.let.acquire()
            while not self.closed and not self.hand_over(batch):
                time.sleep(0.1)
        connection.close()

    @staticmethod
    def hand_over(batch: list[int]) -> bool:
        try:
            hand_over(batch, at=db_clock.now())
        except Error:
            if connection.connection and connection.is_usable():
                raise  # the database is there, and did not like it
            connection.close()
            return False
        return True

    def finish(self) -> None:
        self.let.release(len(self.batches))
        for each in self.at_work:
            each.result()

    def close(self) -> None:
        """Leave what is not handed over yet: the test has failed, or there is nothing left."""
        self.closed = True
        self.let.release(len(self.batches))
        self.people.shutdown()


@dataclass
class Storm:
    """What befalls the servers and the worker, one blow after another, each of which ends a worker's processes."""

    server: Server
    broker: Running
    worker: Running
    beats: list[Running]
    blows: int = 0

    def strike(self) -> None:
        kinds = [self.kill, self.kill_children, self.crash, self.kill, self.lose_broker, self.kill_children, self.stop]
        kinds[self.blows % len(kinds)]()
        self.blows += 1
        connection.close()
        self.supervise()

    def kill(self) -> None:
        self.worker.kill()

    def kill_children(self) -> None:
        self.worker.kill_children()

    def crash(self) -> None:
        self.server.crash()
        self.worker.kill()
        self.server.run()

    def stop(self) -> None:
        self.server.stop()
        self.worker.kill()
        self.server.run()

    def lose_broker(self) -> None:
        self.broker.kill()
        self.worker.kill()
        self.broker.start()

    def supervise(self) -> None:
        """Start again what has ended, as the supervisor does."""
        for process in (self.worker, *self.beats):
            if process.popen.poll() is not None:
                process.start()

    def let_leases_run_out(self) -> None:
        """As if half a minute had passed: whoever holds a delivery ends, and all are due."""
        self.worker.kill()
        self.blows += 1
        Delivery.objects.open().update(available_at=db_clock.now())
        self.supervise()

    def is_over(self) -> bool:
        self.supervise()
        return not Delivery.objects.open().exists()


@pytest.fixture
def storm(waiting: list[int], server: Server, broker_and_url: tuple[Running, str], tmp_path: Path) -> Iterator[Storm]:
    """A real worker, its broker and two beats that tick each second, on a database that may be crashed."""
    broker, url = broker_and_url
    beats = [start_beat(tmp_path / name, url, app="tests.hurried") for name in ("one", "another")]
    storm = Storm(server, broker, start_worker(tmp_path, url), beats)
    yield storm
    for process in (storm.worker, *storm.beats):
        process.kill()


@pytest.fixture
def desks(waiting: list[int], storm: Storm) -> Iterator[Desks]:
    desks = Desks(waiting)
    yield desks
    desks.close()


def delivered() -> int:
    return Delivery.objects.filter(done_at__isnull=False).count()


def is_delivered(count: int) -> bool:
    return delivered() >= count


def test_in_a_storm_nothing_is_lost_and_nobody_is_told_twice(
    waiting: list[int], outside: tuple[SmtpServer, Receiver], storm: Storm, desks: Desks
) -> None:
    began = time.monotonic()
    for _ in range(KILLS):
        some_more = delivered() + TOGETHER
        desks.let.release(len(desks.batches) // KILLS)
        wait_until(partial(is_delivered, some_more), seconds=120)  # so that the blow falls in the middle of the work
        storm.strike()
    desks.finish()
    last_blow = time.monotonic()
    if not IS_WHOLE:
        storm.let_leases_run_out()
    wait_until(storm.is_over, seconds=1200, every=0.5)
    ended = time.monotonic()

    owners = dict(Handoff.objects.values_list("pk", "owner"))
    assert Counter(Handoff.objects.values_list("lead", flat=True)) == dict.fromkeys(waiting, 1)
    assert Counter(Assignment.objects.values_list("handoff", "owner")) == dict.fromkeys(owners.items(), 1)
    clocks = clocks_of_each()
    assert set(clocks) == set(owners)
    assert set(clocks.values()) == {4}
    notices = Notice.objects.filter(kind=TOLD)
    told = Counter((pk, notice.user_id) for notice in notices for pk in notice.ids["handoffs"])
    assert told == dict.fromkeys(owners.items(), 1)
    assert not Delivery.objects.exclude(failures=0, dead_at=None).exists()
    again = sent_again(*outside)
    assert sum(again.values()) <= storm.blows
    told_after = f"{len(owners):,} hand-offs, {storm.blows} blows, the last after {last_blow - began:.0f} s"
    print(f"\n{told_after}; all told {ended - last_blow:.0f} s later, {len(notices):,} notices; again: {dict(again)}")


def clocks_of_each() -> dict[int, int]:
    """How many clocks each hand-off has, of which no two are of the same promise to the same person."""
    clocks = defaultdict(list)
    for handoff, *which in Clock.objects.values_list("handoff", "commitment", "owner"):
        clocks[handoff].append(tuple(which))
    return {handoff: len(set(each)) if len(set(each)) == len(each) else -1 for handoff, each in clocks.items()}


def sent_again(post: SmtpServer, receiver: Receiver) -> Counter[str]:
    """How many mails and webhooks came more than once; each of them came, with its own id and always the same words."""
    mails, posted = defaultdict(list), defaultdict(list)
    for mail in post.taken:
        mails[mail["Message-ID"].strip("<>").partition("@")[0]].append(mail.get_payload())
    for message in receiver.taken:
        posted[message.headers["webhook-id"]].append(message.body)
    again: Counter[str] = Counter()
    for channel, arrived in ((Channel.EMAIL, mails), (Channel.WEBHOOK, posted)):
        sent = {each.public_id for each in Delivery.objects.filter(channel=channel)}
        assert set(arrived) == sent
        assert all(len(set(words)) == 1 for words in arrived.values())
        again[channel.label] = sum(len(words) - 1 for words in arrived.values())
    return again
