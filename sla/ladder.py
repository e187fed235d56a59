"""The ladder: what happens while a promise waits to be kept, as both sides sign it.

Each rung is a percentage of the working time that a clock allows: under a hundred whoever has to
act is reminded, at a hundred they and the head of their side are told of the breach, above a
hundred the hand-off goes to somebody else.
"""

from decimal import Decimal
from typing import NamedTuple

from sla.clauses import percent

ALL = 100


class Ladder(NamedTuple):
    """The terms of an agreement: percentages of the allowed time, and misses in a row; 0 for no such step."""

    first_reminder: int = 0
    second_reminder: int = 0
    reroute_at: int = 0
    misses: int = 0

    @property
    def reminders(self) -> tuple[int, ...]:
        return tuple(each for each in (self.first_reminder, self.second_reminder) if each)

    def sentences(self) -> list[str]:
        """What happens on each rung, in words."""
        said = []
        if self.reminders:
            gone = " and again when ".join(_share(each) for each in self.reminders)
            said.append(
                f"Whoever has to act is reminded when {gone} of the time for it has gone: of a hot lead at once, "
                "of the others together, in the morning and in the afternoon."
            )
        if self.reroute_at:
            said.append(
                f"When {_share(self.reroute_at)} of the time for a first attempt has gone, a hot lead that nobody "
                "accepted goes to the rep whose turn it is; any other goes when the head of sales says so."
            )
        if self.misses:
            often = "a first attempt" if self.misses == 1 else f"{self.misses} first attempts in a row"
            said.append(f"A rep who misses {often} is given no new lead until they say that they are back.")
        return said


USUAL = Ladder(50, 80, 200, 2)


def _share(hundredths: int) -> str:
    return percent(Decimal(hundredths) / ALL)
