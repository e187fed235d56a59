"""The process that outlives a supervisor by a few seconds, to end what it leaves behind.

A supervisor that is killed cannot clean up. So it tells this process, over a pipe, every process group it starts;
when the pipe closes, for whatever reason, everything still running is ended and the temporary folders are removed.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc/self/stat").exists() and Path("/proc")


HURRY = 3.0
"""Seconds between being asked to leave at once and being killed."""


@dataclass(frozen=True)
class Charge:
    """A process group to end: by the signal its leader understands, then after `patience` seconds by force.

    Charges of a lower rank are ended first: workers before the database they write to.
    """

    group: int
    signal: int
    patience: float
    rank: int


def end(charges: Iterable[Charge]) -> None:
    """End the groups, rank by rank, and return when nothing of them runs any more."""
    charges = list(charges)
    for rank in sorted({charge.rank for charge in charges}):
        _end_together([charge for charge in charges if charge.rank == rank])


def _end_together(charges: list[Charge]) -> None:
    started = time.monotonic()
    for charge in charges:
        _signal(charge.group, charge.signal)
    hurried = set()
    while charges := [charge for charge in charges if _runs(charge)]:
        for charge in charges:
            late = time.monotonic() - started - charge.patience
            if late > HURRY:
                _signal(-charge.group, signal.SIGKILL)
            elif late > 0 and charge not in hurried:
                hurried.add(charge)
                _signal(charge.group, signal.SIGQUIT)  # PostgreSQL, Celery and gunicorn all leave at once on it
        time.sleep(0.05)


def _runs(charge: Charge) -> bool:
    """Whether anything of the group still runs. Once its leader is gone, the rest is killed on the way."""
    living = members(charge.group)
    if living and charge.group not in living:
        _signal(-charge.group, signal.SIGKILL)
    return bool(living)


def members(group: int) -> set[int]:
    """The living processes of a group; the dead whom no parent has collected do not count."""
    if not PROC:
        return {group} if _signal(-group, 0) else set()
    found = set()
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
        except OSError:  # it ended while we looked
            continue
        if int(its_group) == group and state not in "ZX":
            found.add(int(stat.parent.name))
    return found


def _signal(target: int, number: int) -> bool:
    try:
        os.kill(target, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    charges: dict[int, Charge] = {}
    leftovers: list[str] = []
    for line in sys.stdin:
        message = json.loads(line)
        if "remove" in message:
            leftovers.append(message["remove"])
        elif "forget" in message:
            charges.pop(message["forget"], None)
        else:
            charges[message["group"]] = Charge(**message)
    end(charges.values())
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)
        Path(path).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
