"""What the tests of faults break: a broker, a worker and a beat of each test's own, on that test's database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection

from common import wake
from smarketing import env
from tests.faults.blocking import Block, stand_at
from tests.faults.own_postgres import Server
from tests.processes import Running, start_beat, start_broker, start_worker


@pytest.fixture
def broker_and_url(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Running, str]]:
    folder = tmp_path / "broker"
    broker, url = start_broker(folder)
    settings.CELERY_BROKER_URL = url
    monkeypatch.setattr(wake, "_broker", None)
    monkeypatch.setattr(wake, "_silent_until", 0.0)
    yield broker, url
    broker.kill()


@pytest.fixture
def broker(broker_and_url: tuple[Running, str]) -> Running:
    """The broker that this test's nudges go to: `broker.hang()`, `.resume()`, `.kill()`, `.start()`."""
    return broker_and_url[0]


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The times that the web turned to the broker; the quiet after a failure outlasts the test, however slow it is."""
    sender, tried = wake._sender, []

    def noted() -> Celery:
        tried.append("again" if tried else "once")
        return sender()

    monkeypatch.setattr(wake, "_sender", noted)
    monkeypatch.setattr(wake, "QUIET_AFTER_FAILURE", 3600.0)
    return tried


@pytest.fixture
def worker(broker_and_url: tuple[Running, str], transactional_db, tmp_path: Path) -> Iterator[Running]:
    """A real worker with two children: `worker.kill()`, `worker.start()`, `worker.children()`."""
    worker = start_worker(tmp_path, broker_and_url[1])
    yield worker
    worker.kill()


@pytest.fixture
def beat(broker_and_url: tuple[Running, str], transactional_db, tmp_path: Path) -> Iterator[Running]:
    """A real beat, ticking the product's schedule."""
    beat = start_beat(tmp_path, broker_and_url[1])
    yield beat
    beat.kill()


@pytest.fixture
def idle_beat(broker_and_url: tuple[Running, str], transactional_db, tmp_path: Path) -> Iterator[Running]:
    """A beat that never ticks."""
    beat = start_beat(tmp_path, broker_and_url[1], app="tests.idle")
    yield beat
    beat.kill()


@pytest.fixture
def hurried_beats(broker_and_url: tuple[Running, str], transactional_db, tmp_path: Path) -> Iterator[list[Running]]:
    """Two beats at once, both of which do each second what is done each minute."""
    beats = [start_beat(tmp_path / name, broker_and_url[1], app="tests.hurried") for name in ("one", "another")]
    yield beats
    for beat in beats:
        beat.kill()


@pytest.fixture
def stop_at(transactional_db) -> Iterator[Callable[..., Block]]:
    """Stand in the workers' way at a table, or at one row of it: `stop_at("leads_handoff")`."""
    with ExitStack() as stack:

        def stop(table: str, pk: int | None = None) -> Block:
            block = stand_at(table, pk)
            stack.callback(block.lift)
            return block

        yield stop


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Server]:
    server = Server()
    yield server
    server.remove()


@pytest.fixture
def server(own_postgres: Server) -> Server:
    """A PostgreSQL that may be crashed: `server.crash()`, `.stop()`, `.run()`."""
    if not own_postgres.runs():
        own_postgres.run()
    return own_postgres


@pytest.fixture
def database(server: Server, django_db_blocker: pytest.FixtureDef, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database on it, as the migrations leave it, which the models of this test read and write in every thread."""
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setenv("DATABASE_URL", server.database())
        kept = dict(connection.settings_dict)
        connection.settings_dict.update(env.database("DATABASE_URL"))
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(kept)
