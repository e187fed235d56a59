"""A PostgreSQL that a test may crash: a server of this run's own, with a migrated database for each test."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg2
from django.conf import settings
from psycopg2 import sql

from embedded_postgres import NAME, Postgres
from supervisor import Kept, Process, spawn

MIGRATE = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]


class Server:
    """It keeps what is committed, whatever happens to it. It stands in for the supervisor of `bin`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="smarketing-fault-"))
        self.folder.chmod(0o711)  # run by root, the server is another user
        self.postgres = Postgres(self.folder / "postgres", durable=True)
        self.names = (f"{NAME}_{number}" for number in count(1))
        self.run()
        subprocess.run(MIGRATE, cwd=settings.BASE_DIR, env=os.environ | {"DATABASE_URL": self.postgres.url}, check=True)

    def run(self) -> None:
        self.kept = self.postgres.start(self, self.folder / "postgresql.log")
        self.postgres.wait_until_ready(self.kept)

    def runs(self) -> bool:
        return self.kept.running.poll() is None

    def crash(self) -> None:
        """End it as `pg_ctl stop -m immediate` would: no checkpoint, connections cut."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End it as `pg_ctl stop -m fast` would: connections cut, what they had not committed undone."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        self.kept.running.send_signal(how)
        self.kept.running.wait()

    def database(self) -> str:
        """The address of a database as the migrations leave it."""
        name = next(self.names)
        with closing(psycopg2.connect(host=self.postgres.socket, user=NAME, dbname="postgres")) as connection:
            connection.autocommit = True
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(NAME))
            connection.cursor().execute(copy)
        return f"postgresql://{NAME}@/{name}?host={self.postgres.socket}"

    def remove(self) -> None:
        if self.runs():
            self.crash()
        shutil.rmtree(self.socket, ignore_errors=True)
        shutil.rmtree(self.folder)

    # What the supervisor does for it

    def start(self, process: Process) -> Kept:
        return Kept(process, spawn(process), time.monotonic())

    def remove_at_the_end(self, path: Path) -> None:
        """Its socket lies outside the folder, where paths are short."""
        self.socket = path
