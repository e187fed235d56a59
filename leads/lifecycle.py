"""The life of a lead: its stages, every move that is allowed, and the one signal that tells of it.

The table below is the law. What is not in it raises IllegalMove and changes nothing. Who may
make a move stands in `accounts/access.py`; what a move needs beyond its source (an open
hand-off, a reason, an amount) is checked by the verb that makes it; `Transition.objects.make`
carries it out, for one lead or for a million, with the table's sources as its guard.
"""

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import TextChoices

from common.batch import EventsSignal


class Stage(TextChoices):
    """Where a lead is. The first six are the path; the last three are off it."""

    LEAD = "lead", "Lead"
    MQL = "mql", "MQL"
    SAL = "sal", "SAL"
    SQL = "sql", "SQL"
    OPPORTUNITY = "opportunity", "Opportunity"
    CUSTOMER = "customer", "Customer"
    RECYCLED = "recycled", "Recycled"
    DISQUALIFIED = "disqualified", "Disqualified"
    LOST = "lost", "Lost"


LEAD, MQL, SAL, SQL, OPPORTUNITY, CUSTOMER, RECYCLED, DISQUALIFIED, LOST = Stage
PATH = (LEAD, MQL, SAL, SQL, OPPORTUNITY, CUSTOMER)
WITH_SALES = (MQL, SAL, SQL, OPPORTUNITY)


@dataclass(frozen=True)
class Move:
    """One allowed move: the word for it, where it may start, where it ends.

    From a source in `reopens` it opens the lead's next episode, with clocks of its own.
    """

    name: str
    sources: frozenset[Stage]
    target: Stage
    reopens: frozenset[Stage] = frozenset()

    def hops(self, source: Stage) -> list[tuple[Stage, Stage]]:
        """The single steps from `source` to the target: a jump forward fills the stages it passes."""
        if source in PATH and self.target in PATH and PATH.index(source) < PATH.index(self.target):
            passed = PATH[PATH.index(source) : PATH.index(self.target) + 1]
            return list(pairwise(passed))
        return [(source, self.target)]


def _move(name: str, sources: set[Stage], target: Stage, reopens: frozenset[Stage] = frozenset()) -> Move:
    return Move(name, frozenset(sources), target, reopens)


PROMOTE = _move("promote", {LEAD, RECYCLED, LOST}, MQL, reopens=frozenset({RECYCLED, LOST}))
ACCEPT = _move("accept", {MQL}, SAL)
ACCEPT_AS_SQL = _move("accept", {MQL}, SQL)
CONFIRM = _move("confirm", {SAL}, SQL)
RECYCLE = _move("recycle", {MQL, SAL, SQL}, RECYCLED)
DISQUALIFY = _move("disqualify", {MQL, SAL, SQL}, DISQUALIFIED)
OPEN_DEAL = _move("open deal", {SAL, SQL}, OPPORTUNITY)
WIN = _move("win", {OPPORTUNITY}, CUSTOMER)
LOSE = _move("lose", {OPPORTUNITY}, LOST)
START_OVER = _move(
    "start over", {DISQUALIFIED, CUSTOMER, LOST}, LEAD, reopens=frozenset({DISQUALIFIED, CUSTOMER, LOST})
)


def back(source: Stage, target: Stage, name: str = "restore") -> Move:
    """The move back to the stage before: a mistake undone, a lost deal reopened, a customer churned."""
    return _move(name, {source}, target)


# Sent once per batch, inside the transaction, with `events`: the list of event rows just written
# (Transition, HandoffReturn, Assignment, Attempt, Opportunity …). Receivers do not fail it lightly:
# an exception takes the move back with it.
leads_changed = EventsSignal()
