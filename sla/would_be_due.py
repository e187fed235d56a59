"""What a hand-off would owe at a desk that may not be open yet: tried before the hours are saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from common.hours import Hours
from sla.clauses import CLAUSES, Start
from sla.models import Agreement, Commitment
from sla.reckoning import Case, read


@dataclass(frozen=True)
class Due:
    """A promise, and when it would fall due."""

    promise: Commitment
    at: datetime


def would_be_due(hours: Hours, *, made_at: datetime) -> list[Due]:
    """When each promise on a hand-off made at a moment would fall due, hot or not, in the agreement's order.

    By the agreement in force, without one by the product's usual terms. What the desk is not open
    long enough for within a year has no due moment and is left out.
    """
    promises = _promises()
    terms = [promise.terms for promise in promises]
    cases = (Case(0, made_at, hot=hot) for hot in (False, True))
    due = {
        key.commitment_id: reading.due_at
        for case in cases
        for key, reading in read(case, terms, lambda key: hours).items()
    }
    return [Due(promise, due[promise.pk]) for promise in promises if promise.pk in due]


def _promises() -> list[Commitment]:
    """The promises that start with a hand-off."""
    agreement = Agreement.objects.ruling()
    promises = agreement.commitments.all() if agreement else _usual()
    return [each for each in promises if each.runs_clocks and each.starts == Start.HAND_OFF]


def _usual() -> Iterator[Commitment]:
    clauses = (clause for clause in CLAUSES.values() if not clause.opt_in)
    for pk, clause in enumerate(clauses):
        promise = Agreement().commitment(clause)
        promise.pk = pk
        yield promise
