"""The worker's side of imports: claim one that waits, do its step, hand it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from common import clock as db_clock
from common.memory import seldom_searched
from leads.importing.checking import check
from leads.importing.files import Unreadable
from leads.importing.reading import read
from leads.importing.running import run
from leads.importing.undoing import undo
from leads.models.importing import CHECKING, READING, RUNNING, UNDOING, Import, Superseded, TooLarge

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
STEPS = {READING: read, CHECKING: check, RUNNING: run, UNDOING: undo}


def run_imports(*, clock: Clock = db_clock.now) -> int:
    """Do the step of every import that waits for a worker; return how many steps were done.

    A step keeps its place in the import's row, chunk by chunk. A worker that is killed loses its
    lease after half a minute; the next one goes on where the last whole chunk ended.
    """
    done = 0
    while found := Import.objects.claim(at=clock()):
        take_step(found, clock=clock)
        done += 1
    return done


def take_step(found: Import, *, clock: Clock = db_clock.now) -> None:
    """Do what this import waits for, to its end. A file that cannot be read stops it with a sentence."""
    try:
        with seldom_searched():
            STEPS[found.state](found, clock=clock)
    except (Unreadable, TooLarge) as refusal:
        found.stop(str(refusal), at=clock())
    except Superseded:
        log.info("import_superseded", imported=found.pk)
    except Exception:
        log.exception("import_step_broke", imported=found.pk, step=found.state)
        found.stumble(at=clock())
