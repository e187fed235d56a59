"""The database and the broker of a run, and the environment that the project's processes get from them."""

import fcntl
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psycopg2

from bootstrap import PYTHON, ROOT, make_var
from embedded_postgres import Postgres
from embedded_valkey import Valkey
from supervisor import Supervisor

EMBEDDED = "embedded"


class Servers:
    """What DATABASE_URL and REDIS_URL name, and where they name nothing, servers of our own below `folder`."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.logs = folder / "log"
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(folder / "postgres", durable=durable)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(folder / "valkey")

    @property
    def database(self) -> str:
        """What this run's data are known by in var/: an address without its password, or a word for our own."""
        if self.postgres:
            return EMBEDDED
        scheme, _, rest = os.environ["DATABASE_URL"].partition("://")
        user, _, place = rest.rpartition("@")
        return f"{scheme}://{user.partition(':')[0]}@{place}"

    @property
    def addresses(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.postgres.url if self.postgres else os.environ["DATABASE_URL"],
            "REDIS_URL": self.valkey.url if self.valkey else os.environ["REDIS_URL"],
        }

    def start(self, supervisor: Supervisor) -> None:
        """Start what is ours, both at once, and return when they answer. Leaves where a given database does not."""
        if not self.postgres:
            _insist_on_an_answer(os.environ["DATABASE_URL"])
        started = [
            (server, server.start(supervisor, self.logs / f"{name}.log"))
            for name, server in (("postgresql", self.postgres), ("valkey", self.valkey))
            if server
        ]
        for server, kept in started:
            server.wait_until_ready(kept)


def _insist_on_an_answer(address: str) -> None:
    try:
        psycopg2.connect(address, connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        sys.exit(f"DATABASE_URL is set, but that database does not answer: {error}".strip())


def environment(addresses: Mapping[str, str], **more: str) -> dict[str, str]:
    """The environment of the project's processes: the caller's, with the addresses and what the settings need."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "smarketing.settings",
        "PYTHONUNBUFFERED": "1",
        "SMARKETING_EMBEDDED": "1",
        **addresses,
        **more,
    }
    if not {"SECRET_KEY", "SECRET_KEY_FILE"} & env.keys():
        env["SECRET_KEY_FILE"] = str(_secret_key())
    return env


def django(*arguments: str) -> list[str]:
    return [str(PYTHON), str(ROOT / "manage.py"), *arguments]


def claim(what: str, seconds: float = 0.0) -> IO | None:
    """Take this checkout's data for `what`, or return None if another process has them still after `seconds`.

    The claim lasts as long as the file that is returned stays open, here or in the undertaker.
    """
    deadline = time.monotonic() + seconds
    file = open(make_var() / "claim", "a+", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return None
            time.sleep(0.1)
        else:
            break
    file.truncate(0)
    file.write(json.dumps({"process": os.getpid(), "what": what}))
    file.flush()
    return file


def claimant() -> dict:
    """Who has this checkout's data: `process`, `what`, and once it is ready `addresses`, `database` and `url`."""
    var = make_var()
    try:
        return json.loads((var / "claim").read_text()) | _read(var / "running.json")
    except ValueError:  # it is being written
        return {"process": 0, "what": "another command"}


def announce(supervisor: Supervisor, servers: Servers, url: str = "") -> None:
    """Write down where everything is, for ./bin/manage and for a second start."""
    path = make_var() / "running.json"
    supervisor.remove_at_the_end(path)
    _write(path, {"addresses": servers.addresses, "database": servers.database, "url": url})


def kind_of(database: str) -> str:
    """What was put into the database at its first start: "demo", "unfinished" (a demo), "empty", or nothing known."""
    return _read(make_var() / "databases.json").get(database, "")


def remember_kind(database: str, kind: str) -> None:
    path = make_var() / "databases.json"
    _write(path, _read(path) | {database: kind})


def _secret_key() -> Path:
    path = make_var() / "secret-key"
    if not path.exists():
        _write_privately(path, secrets.token_urlsafe(50))
    return path


def _read(path: Path) -> dict:
    return json.loads(path.read_text()) if path.exists() else {}


def _write(path: Path, content: dict) -> None:
    _write_privately(path, json.dumps(content, indent=1))


def _write_privately(path: Path, text: str) -> None:
    """Write the whole file or nothing, readable by its owner alone."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with open(unfinished, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    unfinished.replace(path)
