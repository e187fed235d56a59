"""Workers that die in the middle, and workers at the same time: real processes, real signals, a real mail server."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from common import clock as db_clock
from notifications.models import Channel, Delivery, Endpoint, Notice
from notifications.models.delivery import LEASE
from notifications.outbox import drain
from tests.notifications.greeting import HOT
from tests.notifications.http_server import Receiver
from tests.notifications.smtp_server import SmtpServer
from tests.processes import test_database_url, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

DRAIN = """
import django; django.setup()
import tests.notifications.greeting
from notifications.outbox import drain
print(drain())
"""


def start_drain(server: SmtpServer, receiver: Receiver | None = None) -> subprocess.Popen:
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "smarketing.settings",
        "DATABASE_URL": test_database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "SMARKETING_DEMO": "0",
        "INTERNAL_RECEIVERS": receiver.place if receiver else "",
    }
    return subprocess.Popen(
        [sys.executable, "-c", DRAIN], env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def after_the_lease(clock_shows: Callable) -> None:
    clock_shows(db_clock.now() + LEASE + timedelta(seconds=1))


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else one transaction always sees the same activity
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def test_killed_between_claim_and_notice_nothing_is_lost_and_nothing_doubled(
    greet: Callable, sam: User, rita: User, mail_server: SmtpServer, clock_shows
) -> None:
    greet(sam, rita, kind=HOT.key)
    occasion = Delivery.objects.get(user=sam, channel=Channel.INAPP)
    with transaction.atomic():
        # An uncommitted row with the same key: the other process has claimed its deliveries and hangs on the notice.
        Notice.objects.create(user=sam, key=occasion.key, kind=HOT.key, created_at=db_clock.now())
        process = start_drain(mail_server)
        wait_until(somebody_waits_for_a_lock)
        kill(process)
        transaction.set_rollback(True)

    assert (Notice.objects.count(), Delivery.objects.open().count()) == (0, 4)
    assert drain() == 2  # the mails, which nobody had claimed
    after_the_lease(clock_shows)
    assert drain() == 2

    assert Counter(Notice.objects.values_list("user", flat=True)) == {sam.pk: 1, rita.pk: 1}
    assert sorted(mail["To"] for mail in mail_server.taken) == ["rita@acme.test", "sam@acme.test"]
    assert not Delivery.objects.open().exists()


def test_killed_while_the_mail_is_on_its_way_it_goes_out_once_more_with_the_same_id(
    greet: Callable, sam: User, mail_server: SmtpServer, clock_shows
) -> None:
    greet(sam, kind=HOT.key)
    mail_server.may_answer.clear()
    process = start_drain(mail_server)
    assert mail_server.data_arrived.wait(20)
    kill(process)
    mail_server.may_answer.set()

    assert (Notice.objects.count(), Delivery.objects.open().count()) == (1, 1)
    assert drain() == 0
    after_the_lease(clock_shows)
    assert drain() == 1

    assert (Notice.objects.count(), Delivery.objects.open().count()) == (1, 0)
    assert len({mail["Message-ID"] for mail in mail_server.taken}) == 1
    assert len(mail_server.taken) == 2


def test_three_drains_at_once_deliver_everything_once(
    greet: Callable, sam: User, rita: User, mail_server: SmtpServer
) -> None:
    for number in range(60):
        greet(sam, rita, kind=HOT.key, key=f"occasion {number}", name=str(number))

    drains = [start_drain(mail_server) for _ in range(3)]
    delivered = [int(process.communicate(timeout=60)[0]) for process in drains]

    assert sum(delivered) == 240
    assert Notice.objects.count() == 120
    assert max(Counter(mail["Message-ID"] for mail in mail_server.taken).values()) == 1
    assert len(mail_server.taken) == 120
    assert not Delivery.objects.open().exists()


def test_killed_while_a_webhook_is_on_its_way_it_goes_out_once_more_with_the_same_id(
    greet: Callable, sam: User, mail_server: SmtpServer, receiver: Receiver, listens: Endpoint, clock_shows
) -> None:
    greet(sam, kind=HOT.key)
    for _ in range(3):
        receiver.arrived.clear()
        receiver.may_answer.clear()
        process = start_drain(mail_server, receiver)
        assert receiver.arrived.wait(20)
        kill(process)
        receiver.may_answer.set()
        Delivery.objects.open().update(available_at=db_clock.now())  # the lease is over
    kills = len(receiver.taken)

    assert drain() == 1

    assert (kills, len(receiver.taken)) == (3, 4)
    assert len({message.headers["webhook-id"] for message in receiver.taken}) == 1
    assert (Notice.objects.count(), len(mail_server.taken), Delivery.objects.open().count()) == (1, 1, 0)


def test_two_drains_at_once_post_everything_once(
    greet: Callable, sam: User, mail_server: SmtpServer, receiver: Receiver, listens: Endpoint
) -> None:
    for number in range(50):
        greet(sam, kind=HOT.key, key=f"occasion {number}")

    drains = [start_drain(mail_server, receiver) for _ in range(2)]
    delivered = [int(process.communicate(timeout=120)[0]) for process in drains]

    ids = [message.headers["webhook-id"] for message in receiver.taken]
    assert (sum(delivered), len(ids), len(set(ids))) == (150, 50, 50)
