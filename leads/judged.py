"""The replay of a version as it stands: how far it has come, and what its figures come to beside those in force."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from leads import figures
from leads.models import Backtest, Criteria
from leads.verdict import Figures, Verdict, judge
from leads.wording import fingerprint


@dataclass(frozen=True)
class Replayed:
    """The last complete backtest of a version, and those that run for it; `stale` once its text has changed."""

    criteria: Criteria
    found: Backtest | None
    running: list[Backtest]
    stale: bool


@dataclass(frozen=True)
class Judged:
    """The figures under one question, beside those of the version in force where that is another and was replayed."""

    found: Figures
    beside: Figures | None
    ruling: Criteria | None

    @property
    def verdict(self) -> Verdict:
        return judge(self.found, self.beside)


def replayed(criteria: Criteria) -> Replayed:
    """How far the replay of a version has come."""
    found = Backtest.objects.done().filter(criteria=criteria).order_by("pk").last()
    ruling = Criteria.objects.ruling()
    running = Backtest.objects.unfinished().filter(criteria__in=[criteria, ruling or criteria])
    stale = found is not None and found.fingerprint != fingerprint(criteria)
    return Replayed(criteria, found, list(running.order_by("pk")), stale)


def judged(backtest: Backtest, *, points: Decimal, minutes: int, room: int) -> Judged:
    """What a complete backtest says, were `points` asked for and `minutes` of a rep needed for an MQL."""
    found = figures.figures(backtest, points=points, minutes=minutes, room=room)
    ruling = Criteria.objects.ruling()
    if ruling is None or ruling.pk == backtest.criteria_id:
        return Judged(found, None, None)
    same = Backtest.objects.done().filter(criteria=ruling, since=backtest.since, until=backtest.until)
    beside = same.order_by("pk").last()
    if beside is None:
        return Judged(found, None, None)
    return Judged(found, figures.figures(beside, points=ruling.threshold, minutes=minutes, room=room), ruling)
