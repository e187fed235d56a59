"""A real PostgreSQL of this checkout's own: found in the installed wheel or on the machine, reached by a socket only.

PostgreSQL refuses to run as root. Started by root it therefore runs as the owner of its data, `postgres` or `nobody`;
where that user cannot reach the checkout (a home that only root may enter), data and programs lie under /var/lib.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

from postgres_programs import ENV, OUTSIDE, Owner, as_owner, choose, owner_for, reachable, reaches
from supervisor import Kept, Process, Supervisor, tail

NAME = "smarketing"
"""Of the database, and of the role that owns it, which may make databases (the tests do) and is no superuser."""

MAP = """\
# map       user of this machine  role
smarketing  "{login}"  postgres
smarketing  "{login}"  smarketing
"""

# Half-written pages and lost commits do not matter to a database that a test run throws away. Its tables are emptied
# all the time: counted in such a moment, they would seem empty for good, and statements would be planned for that.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres:
    """The server whose data lie in `home`. `start` it with a supervisor, then read `url`."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.durable = durable
        self.owner = owner_for(home / "data")
        self.home = _settle(home, self.owner)
        self.data = self.home / "data"
        self.programs = reachable(choose(self.data), self.owner)
        # A socket's path may have about 100 characters; a checkout's path may have more.
        self.socket = Path(tempfile.mkdtemp(prefix="smarketing-", dir="/tmp"))
        if self.owner:
            os.chown(self.socket, *self.owner)

    @property
    def url(self) -> str:
        """The address of the database, as DATABASE_URL takes it."""
        return f"postgresql://{NAME}@/{NAME}?host={self.socket}"

    def start(self, supervisor: Supervisor, log: Path) -> Kept:
        """Start the server, making its data folder first where there is none; `wait_until_ready` does the rest."""
        supervisor.remove_at_the_end(self.socket)
        if not self.data.exists():
            self._make_data()
        self._let_only_us_in()
        _make_sure_that_nobody_runs_on(self.data)
        argv = [self.programs.folder / "postgres", "-D", self.data]
        for setting, value in self._settings().items():
            argv += ["-c", f"{setting}={value}"]
        # SIGINT is its fast shutdown: it ends connections, writes a checkpoint and goes.
        return supervisor.start(
            Process("PostgreSQL", argv, ENV, log, self.home, self.owner, signal.SIGINT, patience=60.0, rank=1)
        )

    def wait_until_ready(self, kept: Kept, seconds: float = 120.0) -> None:
        """Return when it takes connections and has our database. After a crash it first reads its log again."""
        deadline = time.monotonic() + seconds
        while kept.running.poll() is None and time.monotonic() < deadline:
            try:
                self._make_database()
            except psycopg2.OperationalError:
                time.sleep(0.03)
            else:
                return
        sys.exit(f"PostgreSQL did not start. The end of {kept.process.log}:\n{tail(kept.process.log)}")

    def drop_database(self) -> None:
        """Throw the database away and make an empty one."""
        with _superuser(self.socket) as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))
        self._make_database()

    def _settings(self) -> dict[str, object]:
        return {
            "listen_addresses": "",
            "unix_socket_directories": self.socket,
            "unix_socket_permissions": "0700",
            "hba_file": self.home / "hba.conf",
            "ident_file": self.home / "ident.conf",
            "max_connections": 60,
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | ({} if self.durable else THROW_AWAY)

    def _make_data(self) -> None:
        """Make the data folder under another name first, so that a half-made one is never taken for a whole one."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.owner:
            os.chown(unfinished, *self.owner)
        # From 17 on PostgreSQL brings this locale itself; before, and on Debian, the C library has it.
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if int(self.programs.major) >= 17
            else ["--locale=C.UTF-8"]
        )
        result = subprocess.run(
            [self.programs.folder / "initdb", "-D", unfinished, "-U", "postgres", "--auth=peer", "--encoding=UTF8"]
            + locale
            + (["--data-checksums"] if self.durable else ["--no-sync"]),
            env=ENV,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **as_owner(self.owner),
        )
        if result.returncode:
            sys.exit(f"PostgreSQL could not make its data folder in {self.home}:\n{result.stderr.strip()}")
        unfinished.rename(self.data)

    def _let_only_us_in(self) -> None:
        """Take the user who runs this, by what the system says of a socket's other end, and nobody else."""
        (self.home / "hba.conf").write_text("local all all peer map=smarketing\n")
        (self.home / "ident.conf").write_text(MAP.format(login=_login()))

    def _make_database(self) -> None:
        name = sql.Identifier(NAME)
        with _superuser(self.socket) as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone():
                return
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
            if not self.durable:  # tests move the clock of their databases; nobody else may
                cursor.execute(sql.SQL("GRANT SET ON PARAMETER smarketing.clock_offset TO {}").format(name))
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))


@contextmanager
def _superuser(socket: Path) -> Iterator["psycopg2.extensions.cursor"]:
    """A cursor for the superuser, outside any transaction."""
    connection = psycopg2.connect(host=str(socket), user="postgres", dbname="postgres")
    try:
        connection.autocommit = True
        yield connection.cursor()
    finally:
        connection.close()


def _login() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        sys.exit(f"The user {os.geteuid()} has no name on this machine, and PostgreSQL needs one; set DATABASE_URL.")


def _settle(home: Path, owner: Owner | None) -> Path:
    """Make the folder where the server's user can reach it, and return where it is.

    In a place out of reach, `home` is a link to a folder under /var/lib. The folder stays ours, the data in it are the
    server's: so nothing that is written here by root passes through a folder of another user.
    """
    if not home.exists():
        home.unlink(missing_ok=True)  # a link to what somebody removed
        if reaches(owner, home.parent):
            home.mkdir()
        else:
            OUTSIDE.mkdir(mode=0o755, exist_ok=True)
            home.symlink_to(tempfile.mkdtemp(prefix="data-", dir=OUTSIDE))
            note = f"PostgreSQL does not run as root, and its user cannot reach {home.parent}; its data lie in"
            print(f"{note} {home.resolve()}.", file=sys.stderr)
        home.chmod(0o711 if owner else 0o700)
    if not reaches(owner, home.resolve()):
        sys.exit(f"PostgreSQL's user can no longer reach {home}. Let others pass through the folders above it again.")
    return home.resolve()


def _make_sure_that_nobody_runs_on(data: Path) -> None:
    """Leave if another server has these data open; forget a server that is gone.

    After a hard end its number may already belong to another process, and PostgreSQL would refuse to start.
    """
    note = data / "postmaster.pid"
    if not note.exists() or not Path("/proc/self").exists():
        return
    number = note.read_text().split("\n")[0].strip()
    try:
        runs = Path(f"/proc/{number}/cwd").resolve() == data
    except OSError:
        runs = False
    if runs:
        sys.exit(f"Another PostgreSQL (process {number}) has {data} open. End it first: kill -INT {number}")
    note.unlink()
