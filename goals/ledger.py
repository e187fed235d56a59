"""Ledgers of points: what a side was given and what was taken back, each line from the event it tells of.

No line is kept anywhere. A kind of line says which events of a period it is about and what each is
worth, by the version of "how credit is given" that was in force at that moment; so lines follow an
undo by themselves, and a total is the sum of the lines it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from accounts.access import Side
from accounts.models import User
from agreements.models import Credit
from common.measures import Measure, Reading
from common.once import once
from common.periods import Period
from leads.models import Lead

COLUMNS = ("moment", "what", "person", "points", "version", "about", "rep")
AT_ONCE = 2000


@once
def agreed() -> list[Credit]:
    """The versions with points that both sides have signed and that counted at some time, the earliest first."""
    return [version for version in Credit.objects.ever_in_force() if version.gives_points]


def in_force(version: Credit, at: str) -> Q:
    """Whether a version was in force at the moment in a column."""
    counts = Q(**{f"{at}__gte": version.revision.in_force_at})
    return counts & Q(**{f"{at}__lt": version.revision.ended_at}) if version.revision.ended_at else counts


def worth(points: str, at: str) -> Case:
    """What one event gives, by the column of points and the column of its moment; nothing before points were agreed."""
    return _by_version(at, lambda version: getattr(version, points))


def version_at(at: str) -> Case:
    """The number of the version in force at the moment in a column."""
    return _by_version(at, lambda version: version.revision.number)


def _by_version(at: str, told: Callable[[Credit], int]) -> Case:
    cases = [When(in_force(version, at), then=Value(told(version))) for version in agreed()]
    return Case(*cases, default=Value(0), output_field=IntegerField())


@dataclass(frozen=True)
class Kind:
    """One kind of line. `rows` gives the events of a period with the columns that a line has: their `moment`, `points`,
    `version`, what else to say `about` it and whose it is (`rep`); `lead` is the look-up to their lead.
    """

    key: str
    label: str
    lead: str
    rows: Callable[[Period], QuerySet]


@dataclass(frozen=True)
class Which:
    """Which lines are wanted: of leads with a first campaign, of one rep, of one kind; None is all."""

    campaign: int | None = None
    rep: int | None = None
    kind: str | None = None


ALL = Which()


@dataclass(frozen=True)
class Subtotal:
    """How many lines of a kind there are, and what they come to."""

    kind: Kind
    count: int
    points: int


@dataclass(frozen=True)
class Entry:
    """One line: what happened to whom and when, what it gave, and under which version."""

    at: datetime
    kind: Kind
    lead: Lead
    points: int
    version: int
    about: str
    rep: User | None

    @property
    def words(self) -> str:
        """What happened, as it is read."""
        return f"{self.kind.label}: {self.about}" if self.about else self.kind.label


@dataclass(frozen=True)
class Ledger:
    """The ledger of one side."""

    side: Side
    kinds: tuple[Kind, ...]

    def counts(self, period: Period) -> bool:
        """Whether points were agreed by the end of a period."""
        return any(version.revision.in_force_at < period.end for version in agreed())

    def total(self, period: Period, which: Which = ALL) -> int | None:
        """What the lines of a period come to; None where no points were agreed by then."""
        return self.lines(period, which).total()

    def subtotals(self, period: Period, which: Which = ALL) -> list[Subtotal]:
        """The same by kind; kinds without a line are left out."""
        found = []
        for kind in self._wanted(which):
            summed = self._rows(kind, period, which).aggregate(count=Count("pk"), sum=Sum("points"))
            found += [Subtotal(kind, summed["count"], summed["sum"])] if summed["count"] else []
        return found

    def by_rep(self, period: Period) -> list[tuple[int, int]]:
        """What each rep's lines come to, the most first."""
        sums: dict[int, int] = {}
        for kind in self.kinds:
            for rep, points in self._rows(kind, period, ALL).values_list("rep").annotate(sum=Sum("points")):
                sums[rep] = sums.get(rep, 0) + points
        return sorted(((rep, points) for rep, points in sums.items() if rep), key=lambda each: (-each[1], each[0]))

    def lines(self, period: Period, which: Which = ALL) -> Lines:
        """The lines of a period, the latest first."""
        return Lines(self, period, which)

    def _wanted(self, which: Which) -> list[Kind]:
        return [kind for kind in self.kinds if which.kind in (None, kind.key)]

    def _rows(self, kind: Kind, period: Period, which: Which) -> QuerySet:
        rows = kind.rows(period).exclude(points=0).order_by()
        if which.campaign is not None:
            rows = rows.filter(**{f"{kind.lead}__campaign": which.campaign})
        return rows if which.rep is None else rows.filter(rep=which.rep)


class Lines:
    """Lines of a ledger, read from the database a slice at a time."""

    def __init__(self, ledger: Ledger, period: Period, which: Which) -> None:
        self.ledger, self.period, self.which = ledger, period, which

    @cached_property
    def subtotals(self) -> list[Subtotal]:
        return self.ledger.subtotals(self.period, self.which)

    def count(self) -> int:
        return sum(each.count for each in self.subtotals)

    def total(self) -> int | None:
        """What they come to; None where no points were agreed by then."""
        return sum(each.points for each in self.subtotals) if self.ledger.counts(self.period) else None

    def __getitem__(self, part: slice) -> list[Entry]:
        return _entries(self.ledger, self._ordered()[part])

    def __iter__(self) -> Iterator[Entry]:
        start = 0
        while entries := self[start : start + AT_ONCE]:
            yield from entries
            start += AT_ONCE

    def _ordered(self) -> QuerySet:
        parts = [
            self.ledger._rows(kind, self.period, self.which)
            .annotate(what=Value(kind.key), person=F(kind.lead))
            .values_list(*COLUMNS)
            for kind in self.ledger._wanted(self.which)
        ]
        first, *others = parts
        return first.union(*others, all=True).order_by("-moment", "person", "what")


class PointsGiven(Measure):
    """What lines come to."""

    def of(self, rows: Lines) -> Reading:
        return Reading(rows.total(), rows.count())


def _entries(ledger: Ledger, rows: Any) -> list[Entry]:
    """Rows as lines; names are looked up when they are shown."""
    rows, kinds = list(rows), {kind.key: kind for kind in ledger.kinds}
    people = Lead.objects.select_related("company").in_bulk({row[2] for row in rows})
    reps = User.objects.in_bulk({row[6] for row in rows if row[6]})
    return [
        Entry(at, kinds[what], people[person], points, version, about, reps.get(rep))
        for at, what, person, points, version, about, rep in rows
    ]
