"""Who gets a hand-off: a plain calculation over the people, or the pools, who could.

Those with room left today come before those without. Among them the next one goes to whoever has been
given the smallest part of what they could have taken over the last weeks, so that a small capacity is
never rounded to nothing and nobody is flooded after days away; of equals, to the one who has waited longest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from heapq import nsmallest

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A rep who could be given a hand-off now: capacity and load in hand-offs a working day.

    `given` was given today, `before` in the weeks before, and `days` are those of them the person was here.
    """

    user_id: int
    capacity: int
    given: int = 0
    last_given_at: datetime | None = None
    before: int = 0
    days: Fraction = Fraction(1)

    @property
    def part_used(self) -> Fraction:
        """The part of what they could have taken that is used once one more is given."""
        return Fraction(self.given + self.before + 1) / (self.capacity * self.days)

    @property
    def room(self) -> int:
        """How many more they can take today."""
        return max(self.capacity - self.given, 0)

    def given_one(self, at: datetime) -> "Candidate":
        """The candidate after one more hand-off."""
        return replace(self, given=self.given + 1, last_given_at=at)

    def kept(self) -> list[float]:
        """Person, today, capacity, the weeks before and days here: what a hand-off keeps of who was in turn."""
        return [self.user_id, self.given, self.capacity, self.before, round(float(self.days), 1)]


@dataclass(frozen=True)
class Sharer:
    """A pool that shares the leads of a rule, with what the rule gave it lately."""

    pool_id: int
    weight: int
    given: int = 0
    last_given_at: datetime | None = None

    @property
    def part_used(self) -> Fraction:
        return Fraction(self.given + 1, self.weight)

    def given_one(self, at: datetime) -> "Sharer":
        return replace(self, given=self.given + 1, last_given_at=at)


def choose(candidates: Iterable[Candidate]) -> Candidate | None:
    """The candidate whose turn it is, or None when nobody can take a hand-off."""
    return next(iter(in_turn(candidates, 1)), None)


def in_turn(candidates: Iterable[Candidate], count: int) -> list[Candidate]:
    """The next ones whose turn it is, in their order."""
    return nsmallest(count, (candidate for candidate in candidates if candidate.capacity > 0), key=_turn)


def share(sharers: Iterable[Sharer]) -> Sharer:
    """The pool that is given the next one."""
    return min(sharers, key=lambda each: (each.part_used, each.last_given_at or LONG_AGO, each.pool_id))


def _turn(candidate: Candidate) -> tuple[bool, Fraction, datetime, int]:
    return not candidate.room, candidate.part_used, candidate.last_given_at or LONG_AGO, candidate.user_id
