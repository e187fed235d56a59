"""So many a minute: a bucket for each caller that refills steadily, counted in this process, so without Redis."""

import time
from collections.abc import Hashable

ROOM = 10_000


class Buckets(dict[Hashable, tuple[float, float]]):
    """What is left for each caller, and since when; who was quiet may come `a_minute` times at once."""

    def __init__(self, a_minute: int) -> None:
        super().__init__()
        self.a_minute = a_minute

    def take(self, caller: Hashable) -> float:
        """Take one; return the seconds until there is one again, which is 0 for whoever got theirs."""
        now = time.monotonic()
        left, since = self.get(caller, (self.a_minute, now))
        left = min(self.a_minute, left + (now - since) * self.a_minute / 60)
        allowed = left >= 1
        if len(self) > ROOM:
            self.clear()
        self[caller] = (left - allowed, now)
        return 0.0 if allowed else (1 - left) * 60 / self.a_minute
