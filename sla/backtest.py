"""What a version of the agreement would have made of the past: "you would have met 61 %".

Past hand-offs go through the very reckoning that runs the clocks (`sla/reckoning.py`), under the
version's terms, by the working hours of the teams as they are now; what was excused then counts
like any other. A figure is read off the catalogue, in the periods that are over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from math import ceil, floor
from typing import Any, NamedTuple

from django.db.models import TextChoices

from common import metrics
from common.hours import Hours
from common.memory import seldom_searched
from common.periods import Period, local_day, month_of
from common.worktime import working_days_between
from leads.verdict import Share
from sla.cases import CurrentHours
from sla.clauses import Form
from sla.models import Agreement, Commitment
from sla.pace import AROUND
from sla.past import Past
from sla.reckoning import Case, Key, Reading, Terms, read

USUALLY = Fraction(3, 4)  # of the months: what a target is worth promising for
LAST = 4  # periods in which a figure is looked up at least
ENOUGH = 3  # periods, below which nothing is usual


class Group(TextChoices):
    """What became of a promise in one case."""

    KEPT = "kept", "kept"
    MISSED = "missed", "missed"
    WAITING = "waiting", "not due yet"
    VOID = "void", "left out: withdrawn before it was due"


class Outcome(NamedTuple):
    """One clock as it would have been: of which case, since when."""

    case: int
    started_at: datetime
    group: Group
    reading: Reading


@dataclass(frozen=True)
class Tried:
    """A promise with a clock, replayed; `terms` are its own or those somebody wonders about."""

    commitment: Commitment
    terms: Terms
    outcomes: list[Outcome]
    hours: Hours

    @cached_property
    def sizes(self) -> dict[Group, int]:
        return {group: len(self.cases(group)) for group in Group}

    @property
    def groups(self) -> list[tuple[Group, int]]:
        """How many cases of each kind there are; what was left out only where anything was."""
        return [(group, count) for group, count in self.sizes.items() if count or group != Group.VOID]

    @property
    def share(self) -> Share:
        """Kept, of what would have fallen due."""
        kept = self.sizes[Group.KEPT]
        return Share(kept, kept + self.sizes[Group.MISSED])

    @property
    def is_met(self) -> bool | None:
        """Whether the promised share would have been kept; None where nothing fell due."""
        share = self.share
        return Fraction(share.count, share.of) >= Fraction(self.commitment.share) if share.of else None

    @property
    def is_as_agreed(self) -> bool:
        """Whether these are the version's own terms."""
        return self.terms == self.commitment.terms

    def cases(self, group: str) -> list[Outcome]:
        """The outcomes of one kind."""
        return [each for each in self.outcomes if each.group == group]

    @cached_property
    def due(self) -> list[Outcome]:
        """What would have fallen due, in that order."""
        counted = (each for each in self.outcomes if each.group in (Group.KEPT, Group.MISSED))
        return sorted(counted, key=lambda each: each.reading.due_at)

    @cached_property
    def months(self) -> list[tuple[Period, Share]]:
        """By the month in which it fell due, the first and the last maybe in part."""
        months = groupby(self.due, key=lambda each: month_of(each.reading.due_at, self.hours.zone))
        counted = ((month, [each.group == Group.KEPT for each in cases]) for month, cases in months)
        return [(month, Share(sum(kept), len(kept))) for month, kept in counted]

    @property
    def usual(self) -> float | None:
        """The whole percentage that would have been reached in three of four months; None of too few."""
        reached = usually([share.value for _, share in self.months])
        return None if reached is None else floor(round(reached * 100, 6)) / 100

    @property
    def limit_for_share(self) -> timedelta | None:
        """The working time within which the promised share was done; None where so many never were."""
        took = sorted(each.reading.took for each in self.due if each.reading.took is not None)
        wanted = ceil(Fraction(self.commitment.share) * len(self.due))
        return took[wanted - 1] if 0 < wanted <= len(took) else None

    def place(self, outcome: Outcome, step: timedelta) -> int | None:
        """In which step of working time, or on which working day after its start, it was done; None for never."""
        done_at, took = outcome.reading.done_at, outcome.reading.took
        if done_at is None or took is None:
            return None
        if self.terms.form == Form.DEADLINE:
            return max(0, ceil(took / step) - 1)
        zone = self.hours.zone
        days = working_days_between(local_day(outcome.started_at, zone), local_day(done_at, zone), self.hours)
        return max(0, days - 1)


@dataclass(frozen=True)
class Measured:
    """A promised figure in the periods that are over: (period, value, whether the promise was kept)."""

    commitment: Commitment
    periods: list[tuple[Period, Any, bool]]

    @property
    def kept(self) -> Share:
        return Share(sum(kept for *_, kept in self.periods), len(self.periods))

    @property
    def is_met(self) -> bool | None:
        """Whether it would have been kept in three of four periods; None of too few."""
        return self.usual >= self.commitment.target if self.usual is not None else None

    @property
    def usual(self) -> Decimal | None:
        """What was reached in three of four periods: a count, or a whole percentage as a share."""
        reached = usually([value for _, value, _ in self.periods])
        if reached is None:
            return None
        return Decimal(reached) if self.commitment.is_count else Decimal(floor(round(reached * 100, 6))) / 100


def usually(values: Sequence[float]) -> float | None:
    """What was reached or exceeded in three of four, of at least three."""
    if len(values) < ENOUGH:
        return None
    return sorted(values, reverse=True)[ceil(USUALLY * len(values)) - 1]


def try_promise(commitment: Commitment, agreement: Agreement, past: Past, *, limit: Decimal | None = None) -> Tried:
    """Replay one promise that runs clocks; `limit` asks about other hours, or working days, than it says."""
    terms = asked(commitment, limit)
    return Tried(commitment, terms, _replay([terms], agreement, past)[commitment.pk], agreement.hours)


def try_all(agreement: Agreement, past: Past) -> list[Tried | Measured]:
    """Every promise of a version, in its order."""
    found = _replay(agreement.terms, agreement, past)
    return [
        Tried(each, each.terms, found[each.pk], agreement.hours) if each.runs_clocks else measure(each, agreement, past)
        for each in agreement.commitments.all()
    ]


def _replay(terms: list[Terms], agreement: Agreement, past: Past) -> dict[int, list[Outcome]]:
    hours = CurrentHours(dict.fromkeys(past.leads, agreement), past.cases)
    return replay(terms, past.cases, hours.of, at=past.until)


def asked(commitment: Commitment, limit: Decimal | None) -> Terms:
    """The terms of a promise, or what they would be with another limit: hours, or working days."""
    if limit is None:
        return commitment.terms
    if commitment.form == Form.DEADLINE:
        return commitment.terms._replace(allowed=timedelta(minutes=round(limit * 60)))
    return commitment.terms._replace(within_days=int(limit))


def replay(
    terms: list[Terms], cases: Iterable[Case], hours_for: Callable[[Key], Hours], *, at: datetime
) -> dict[int, list[Outcome]]:
    """What the clocks of these terms would have shown on these cases, by the id of the commitment."""
    found: dict[int, list[Outcome]] = {term.commitment_id: [] for term in terms}
    with seldom_searched():
        for case in cases:
            for key, reading in read(case, terms, hours_for).items():
                shown = Outcome(case.handoff_id, key.started_at, _group(reading, at), reading)
                found[key.commitment_id].append(shown)
    return found


def _group(reading: Reading, at: datetime) -> Group:
    if reading.void_at:
        return Group.VOID
    if reading.overdue or (reading.done_at is None and reading.due_at < at):
        return Group.MISSED
    return Group.WAITING if reading.done_at is None else Group.KEPT


def measure(commitment: Commitment, agreement: Agreement, past: Past) -> Measured:
    """A promised figure in the periods that are over: those of the stretch, and the last four in any case."""
    periods = [AROUND[commitment.period](past.until, agreement.zone).previous()]
    while len(periods) < LAST or periods[-1].start > past.since:
        periods.append(periods[-1].previous())
    values = ((period, metrics.value(commitment.metric, period)) for period in reversed(periods))
    rows = ((period, value, Decimal(str(value)) >= commitment.target) for period, value in values if value is not None)
    return Measured(commitment, list(rows))
