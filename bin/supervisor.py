"""Starts processes, keeps them running, and sees to it that none outlives this one."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import undertaker
from bootstrap import ROOT

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

LONGEST_PAUSE = 30.0
"""Seconds between two attempts to start what keeps dying; the pause doubles from one second up to this."""

HEALTHY_AFTER = 60.0
"""A process that ran for so many seconds starts over with the shortest pause."""

BIGGEST_LOG = 10_000_000
"""Bytes; at the next start a bigger log becomes NAME.log.1."""


class AskedToStop(KeyboardInterrupt):
    """SIGTERM or SIGHUP came: an interruption like Ctrl-C, of which the commands in the foreground know nothing."""


@dataclass(frozen=True)
class Process:
    """What to run, and how to end it: `stop_signal`, then by force after `patience` seconds.

    What has a lower `rank` is ended first. `owner` is the (uid, gid) to run as; None is whoever runs this.
    """

    name: str
    argv: Sequence[str | os.PathLike]
    env: Mapping[str, str]
    log: Path
    cwd: Path = ROOT
    owner: tuple[int, int] | None = None
    stop_signal: int = signal.SIGTERM
    patience: float = 8.0
    rank: int = 0


@dataclass
class Kept:
    """A process under care: the running one, and when it started, ended and may start again (monotonic seconds)."""

    process: Process
    running: subprocess.Popen
    started: float
    pause: float = 1.0
    due: float | None = None


@dataclass
class Supervisor:
    """Use it as a context: on leaving, whatever it started is ended.

    `say` takes the sentences for the user. `hold` is an open file, a lock, that stays open until everything has ended,
    even when this process is killed.
    """

    say: Callable[[str], None]
    hold: IO | None = None
    kept: dict[str, Kept] = field(default_factory=dict)
    told: list[dict] = field(default_factory=list)

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which a script's "&" would have us ignore
        self._call_the_undertaker()
        return self

    def __exit__(self, *exc: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects the dead, so that they count as gone
        for kept in self.kept.values():
            kept.running.poll()
        undertaker.end(undertaker.Charge(**message) for message in self.told if "group" in message)
        self.undertaker.stdin.close()
        self.undertaker.wait()

    def start(self, process: Process) -> Kept:
        """Start the process and take it into care."""
        kept = self.kept[process.name] = Kept(process, self._spawn(process), time.monotonic())
        return kept

    def run(self, argv: Sequence[str | os.PathLike], env: Mapping[str, str], *, foreground: bool) -> int:
        """Run a command to its end and return its status, as a shell would.

        In the foreground it shares the terminal, its Ctrl-C too; else it has a session of its own, like what is kept.
        """
        hook = _die_with_parent(os.getpid(), signal.SIGTERM)
        child = subprocess.Popen(argv, env=env, cwd=ROOT, start_new_session=not foreground, preexec_fn=hook)
        if not foreground:
            self._tell(vars(undertaker.Charge(child.pid, signal.SIGTERM, patience=2.0, rank=0)))
        try:
            status = child.wait()
        except AskedToStop:
            child.terminate()
            raise
        except KeyboardInterrupt:
            if foreground:
                child.wait()  # the terminal has told it too; it says its last words
            raise
        if not foreground:
            self._forget(child.pid)
        return status if status >= 0 else 128 - status

    def remove_at_the_end(self, path: Path) -> None:
        """Have the file or folder removed when everything has ended, however it ends."""
        self._tell({"remove": str(path)})

    def tend(self) -> None:
        """Start again what dies, until a signal raises out of this."""
        while True:
            time.sleep(0.2)
            if self.undertaker.poll() is not None:
                self._call_the_undertaker()
            for kept in self.kept.values():
                self._tend(kept)

    def _tend(self, kept: Kept) -> None:
        now = time.monotonic()
        if kept.due is not None:
            if now >= kept.due:
                kept.running, kept.started, kept.due = self._spawn(kept.process), now, None
        elif (status := kept.running.poll()) is not None:
            self._bury(kept)
            if now - kept.started > HEALTHY_AFTER:
                kept.pause = 1.0
            self.say(f"{kept.process.name} {_how(status)}; starting it again. Its log: {_shown(kept.process.log)}")
            kept.due, kept.pause = now + kept.pause, min(kept.pause * 2, LONGEST_PAUSE)

    def _bury(self, kept: Kept) -> None:
        """Kill what a dead process left in its group, and have the undertaker forget it."""
        group = kept.running.pid
        if undertaker.members(group):
            os.killpg(group, signal.SIGKILL)
        self._forget(group)

    def _forget(self, group: int) -> None:
        self.told = [message for message in self.told if message.get("group") != group]
        self._write({"forget": group})

    def _spawn(self, process: Process) -> subprocess.Popen:
        child = spawn(process)
        charge = undertaker.Charge(child.pid, process.stop_signal, process.patience, process.rank)
        self._tell(vars(charge))
        return child

    def _call_the_undertaker(self) -> None:
        self.undertaker = subprocess.Popen(
            [sys.executable, undertaker.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=[self.hold.fileno()] if self.hold else [],
        )
        for message in self.told:
            self._write(message)

    def _tell(self, message: dict) -> None:
        self.told.append(message)
        self._write(message)

    def _write(self, message: dict) -> None:
        try:
            print(json.dumps(message), file=self.undertaker.stdin, flush=True)
        except BrokenPipeError:
            pass  # killed; `tend` calls another and tells it everything


def say(sentence: str) -> None:
    """Tell the user, who may have closed the terminal meanwhile."""
    try:
        print(sentence, flush=True)
    except OSError:
        pass


def spawn(process: Process) -> subprocess.Popen:
    """Start the process in a session of its own; it hears what is typed at no terminal, and ends with this process."""
    uid, gid = process.owner or (None, None)
    with open_log(process.log) as log:
        return subprocess.Popen(
            process.argv,
            env=process.env,
            cwd=process.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            preexec_fn=_die_with_parent(os.getpid(), process.stop_signal),
        )


def open_log(path: Path) -> IO[bytes]:
    """The log, opened to append; an overlong one is set aside first."""
    if path.exists() and path.stat().st_size > BIGGEST_LOG:
        path.replace(path.with_name(path.name + ".1"))
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def _die_with_parent(parent: int, number: int) -> Callable[[], None] | None:
    """A hook for the child, between fork and exec: on Linux, have the kernel send it `number` when `parent` ends.

    It runs after the change of user, which would clear the request.
    """
    if LIBC is None:
        return None  # elsewhere the undertaker alone does it

    def hook() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel knew
            os._exit(1)

    return hook


def _leave(number: int, frame: object) -> None:
    raise AskedToStop


def _how(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
