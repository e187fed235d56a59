"""A checkout of its own, whose path has a space, to run the commands in. It borrows this one's environment."""

import http.client
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bootstrap import ROOT
from embedded_valkey import free_port
from tests.processes import wait_until

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "tests", "*_cache", "__pycache__", "*.png", ".hypothesis")

WHICH = "from django.db import connection as c; print(c.settings_dict['HOST'])"
"""For ./bin/manage shell: which server it works on."""


class Start:
    """A running ./bin/start. Its environment is empty, as after `env -i`."""

    def __init__(self, checkout: Path) -> None:
        self.port = free_port()
        self.popen = run(checkout, "./bin/start", "--empty", "--port", str(self.port))
        self.said = ""
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        wait_until(lambda: "Ctrl-C stops everything" in self.said or self.popen.poll() is not None, seconds=60)
        assert self.popen.poll() is None, self.said

    def _listen(self) -> None:
        for line in self.popen.stdout:
            self.said += line

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.popen.send_signal(number)
        status = self.popen.wait(30)
        self.listener.join(10)
        return status

    def child(self, name: str) -> int:
        """The process number of "web", "worker", "beat", "postgres" or "valkey"; 0 where it does not run."""
        pattern = {
            "web": r" gunicorn ",
            "worker": r" celery .* worker ",
            "beat": r" celery .* beat ",
            "postgres": r"/postgres -D ",
            "valkey": r"/(valkey|redis)-server",
        }[name]
        children = (one for one, parent in parents().items() if parent == self.popen.pid)
        return next((one for one in children if re.search(pattern, command_line(one))), 0)


def run(checkout: Path, *command: str) -> subprocess.Popen:
    return subprocess.Popen(
        command,
        cwd=checkout,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_as_in_the_background,
    )


def _as_in_the_background() -> None:
    """A script that starts something with "&" has it ignore Ctrl-C; we stop by it all the same."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def parents() -> dict[int, int]:
    """Every living process of this machine and its parent."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state not in "ZX":
            found[int(stat.parent.name)] = int(parent)
    return found


def command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def family(process: int) -> set[int]:
    """The process and all that descend from it."""
    found, all_parents = {process}, parents()
    while more := {one for one, parent in all_parents.items() if parent in found} - found:
        found |= more
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("a place") / "my checkout"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED, symlinks=True)
    (folder / ".venv").symlink_to(sys.prefix)
    yield folder
    data = folder / "var" / "postgres"
    if data.is_symlink():  # root's temporary folders are closed to the server's user
        shutil.rmtree(data.resolve())


@pytest.fixture
def start(checkout: Path) -> Iterator[Callable[[], Start]]:
    """Run ./bin/start until it is ready: `start()`. What still runs at the test's end is ended."""
    started: list[Start] = []

    def begin() -> Start:
        started.append(Start(checkout))
        return started[-1]

    yield begin
    for one in started:
        if one.popen.poll() is None:
            one.end()


@pytest.fixture(scope="module")
def running(checkout: Path) -> Iterator[Start]:
    """A ./bin/start that the tests of a module look at together."""
    one = Start(checkout)
    yield one
    one.end()


def gone(processes: set[int]) -> bool:
    """Whether none of them lives any more."""
    return not processes & parents().keys()


def manage(checkout: Path, *arguments: str) -> str:
    """What ./bin/manage says, after it ended well."""
    command = run(checkout, "./bin/manage", *arguments)
    said, _ = command.communicate(timeout=60)
    assert command.returncode == 0, said
    return said
