"""Real workers, beat and brokers for the tests of faults: to be hung, killed and started again.

Each has a session of its own and ends with the test process, however that ends.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from celery import Celery
from django.conf import settings
from django.db import connection
from redis.exceptions import ConnectionError

import undertaker
from embedded_valkey import Valkey
from supervisor import Process, spawn, tail


@dataclass
class Running:
    """A process of a test. `ready` says whether it does its work."""

    process: Process
    ready: Callable[[], bool]
    popen: subprocess.Popen = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def log(self) -> str:
        return tail(self.process.log, lines=100)

    def start(self, seconds: float = 30.0) -> None:
        """Start it, or start it again, and return when it is ready."""
        self.popen = spawn(self.process)
        wait_until(lambda: self.popen.poll() is not None or self.ready(), seconds=seconds)
        assert self.popen.poll() is None, f"{self.process.name} did not start:\n{self.log}"

    def children(self) -> set[int]:
        """The process numbers of its group, its own left out."""
        return undertaker.members(self.popen.pid) - {self.popen.pid}

    def hang(self) -> None:
        """Stop it without ending it: its connections stay open and nothing answers."""
        os.killpg(self.popen.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.popen.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        if undertaker.members(self.popen.pid):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def kill_children(self) -> None:
        """End its children at once; it is left to find out, and to start others."""
        for child in self.children():
            os.kill(child, signal.SIGKILL)


def start_broker(folder: Path) -> tuple[Running, str]:
    """A Valkey of the test's own, and its address."""
    valkey = Valkey(folder)
    return Running(valkey.process(folder / "valkey.log"), valkey.answers), valkey.url


def start_worker(folder: Path, broker: str, *, concurrency: int = 2, clock_off_by: float = 0.0) -> Running:
    """A Celery worker on the test's database; ready once it has its pool and reads the queue.

    Its own clock may be so many seconds off.
    """
    name = f"worker-{os.getpid()}@test"
    options = ["-n", name, "-c", str(concurrency), "--without-gossip", "--without-mingle"]
    caller = Celery(set_as_current=False, broker=broker)
    caller.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    def ready() -> bool:
        try:
            return bool(caller.control.ping(destination=[name], timeout=0.5))
        except ConnectionError:  # a connection from before the broker went away; the next try has a new one
            return False

    start = ["tests.wrong_clock", str(clock_off_by)] if clock_off_by else ["celery"]
    return Running(_celery("worker", _environment(broker), folder, options, start=start), ready)


def start_beat(folder: Path, broker: str, *, app: str = "smarketing") -> Running:
    """Celery beat with the product's own schedule; `tests.hurried` ticks the same each second, `tests.idle` never."""
    folder.mkdir(exist_ok=True)
    schedule = folder / "beat-schedule"
    process = _celery("beat", _environment(broker), folder, ["--pidfile=", "-s", str(schedule)], app=app)
    return Running(process, lambda: bool(list(folder.glob("beat-schedule*"))))


def wait_until(true: Callable[[], bool], *, seconds: float = 20.0, every: float = 0.05) -> None:
    """Return when `true()` says so; fail the test where it does not within the time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"it did not happen within {seconds:g} s"
        time.sleep(every)


def test_database_url() -> str:
    """The address of the database that this test process works on."""
    database = connection.settings_dict
    user, password, name, host = (quote(str(database[key]), safe="") for key in ("USER", "PASSWORD", "NAME", "HOST"))
    port = f"&port={database['PORT']}" if database["PORT"] else ""
    return f"postgresql://{user}{':' + password if password else ''}@/{name}?host={host}{port}"


def _celery(
    name: str,
    env: dict[str, str],
    folder: Path,
    options: list[str],
    *,
    app: str = "smarketing",
    start: Sequence[str] = ("celery",),
) -> Process:
    argv = [sys.executable, "-m", *start, "--quiet", "-A", app, name, "--loglevel", "info", *options]
    return Process(name, argv, env, folder / f"{name}.log", settings.BASE_DIR)


def _environment(broker: str) -> dict[str, str]:
    addresses = {"DATABASE_URL": test_database_url(), "REDIS_URL": broker, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    return os.environ | addresses | {"SECRET_KEY": settings.SECRET_KEY}


test_database_url.__test__ = False
