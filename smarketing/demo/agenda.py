"""The simulated time: what everybody is about to do, in order of its moment.

A process is a generator. It yields the moment at which it goes on, and is sent that moment when
it has come, so that a rep's work on one lead reads from top to bottom:

    now = yield first_answer
    Attempt.objects.log(handoff, …, at=now)
    now = yield next_try
"""

from collections.abc import Generator
from datetime import datetime
from heapq import heappop, heappush

from common.errors import IllegalMove, Refused

Process = Generator[datetime, datetime, None]


class Agenda:
    """Processes and when each goes on. Of two at the same moment the one that began first goes first."""

    def __init__(self, since: datetime) -> None:
        self.now = since
        self.refusals: list[Refused] = []
        self._waiting: list[tuple[datetime, int, Process]] = []
        self._begun = 0

    def begin(self, process: Process) -> None:
        """Let a process begin now."""
        self._begun += 1
        self._wait(self._begun, process, next(process, None))

    def live(self, until: datetime) -> None:
        """Let time pass up to a moment. Who is told that somebody was quicker lets it be."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, number, process = heappop(self._waiting)
            self.now = max(self.now, moment)
            try:
                self._wait(number, process, process.send(self.now))
            except StopIteration:
                continue
            except (Refused, IllegalMove) as refusal:
                if type(refusal) not in (Refused, IllegalMove):
                    raise
                self.refusals.append(refusal)
        self.now = max(self.now, until)

    def _wait(self, number: int, process: Process, until: datetime | None) -> None:
        if until is not None:
            heappush(self._waiting, (until, number, process))
