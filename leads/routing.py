"""Who gets a hand-off: a plain calculation over the people who could.

Round robin by capacity: the next one goes to whoever has been given the smallest part of
their daily capacity, so small capacities are never rounded to nothing; of equals, to the
one who has waited longest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A rep who could be given a hand-off now: capacity and load in hand-offs a working day."""

    user_id: int
    capacity: int
    given: int = 0
    last_given_at: datetime | None = None

    @property
    def part_used(self) -> Fraction:
        """The part of the capacity that is used once one more is given."""
        return Fraction(self.given + 1, self.capacity)

    @property
    def room(self) -> int:
        """How many more they can take today."""
        return max(self.capacity - self.given, 0)

    def given_one(self, at: datetime) -> "Candidate":
        """The candidate after one more hand-off."""
        return Candidate(self.user_id, self.capacity, self.given + 1, at)


def choose(candidates: Iterable[Candidate]) -> Candidate | None:
    """The candidate whose turn it is, or None when nobody can take a hand-off."""
    able = [candidate for candidate in candidates if candidate.capacity > 0]
    return min(able, key=_turn, default=None)


def _turn(candidate: Candidate) -> tuple[Fraction, datetime, int]:
    return candidate.part_used, candidate.last_given_at or LONG_AGO, candidate.user_id
