from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from accounts.models import User
from common import clock as db_clock
from notifications.models import Heartbeat
from notifications.tasks import beat

SILENT = "No worker has been heard lately; work waits in the database."
NO_BROKER = "The message broker does not answer; work waits in the database."


@pytest.fixture
def no_broker(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


def ready() -> tuple[int, dict]:
    answer = Client().get("/health/ready")
    return answer.status_code, answer.json()


def test_alive_asks_nothing_of_the_database(django_assert_num_queries: Callable, db) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_ready_when_the_worker_was_heard(db) -> None:
    beat()

    status, said = ready()

    assert status == 200
    assert SILENT not in said["degraded"]


def test_a_silent_worker_and_a_missing_broker_slow_things_down_but_pages_are_served(no_broker, db) -> None:
    assert ready() == (200, {"status": "degraded", "degraded": [NO_BROKER, SILENT]})
    beat()
    assert ready() == (200, {"status": "degraded", "degraded": [NO_BROKER]})

    Heartbeat.objects.update(beat_at=db_clock.now() - timedelta(seconds=46))
    assert SILENT in ready()[1]["degraded"]


def test_a_delivery_that_has_waited_too_long_is_said(greet: Callable, ada: User, no_broker) -> None:
    greet(ada, moment=db_clock.now() - timedelta(seconds=90))

    assert "The oldest due delivery has waited for 90 seconds." in ready()[1]["degraded"]


def test_without_its_tables_it_is_not_ready(db) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="notifications").delete()

    status, said = ready()

    assert (status, said["status"]) == (503, "unavailable")
    assert "migrations are missing" in said["reason"]


def test_without_a_database_it_is_not_ready_and_still_alive(db, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")

    assert ready() == (503, {"status": "unavailable", "reason": "The database does not answer."})
    assert Client().get("/health/live").status_code == 200
    monkeypatch.undo()
    connection.close()


def test_a_banner_says_on_every_page_that_the_worker_is_silent(sam: User, client_of: Callable, at: datetime) -> None:
    client = client_of(sam)
    assert "The worker is silent." in client.get("/account/").content.decode()

    beat()
    assert "The worker is silent." not in client.get("/account/").content.decode()
