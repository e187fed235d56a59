"""The scorecard: every promise of both sides in one period, and the alignment of the two.

In the middle of a period a promise is on pace, behind, or out of reach; only a closed period is
missed. What is due of a count grows with the working days, from the first agreement on; a share is
due in full at any time.
A side's attainment is the mean of its promises, each capped at 100, so that doing one too well
hides nothing; the alignment index is made of both by the formula of the agreement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, sqrt
from typing import Any

from django.db.models import TextChoices

from accounts.access import Side
from common import metrics
from common.periods import Period, local_day
from common.templatetags.words import number, percent, working
from sla import attainment
from sla.clauses import Party
from sla.models import Agreement, Commitment, Formula
from sla.pace import days_gone, pace, working_days

TWICE = 2  # more than twice the agreed pace on every day that is left is no longer a plan


class Standing(TextChoices):
    """How a promise stands in its period."""

    NOTHING = "nothing", "nothing due yet"
    ON_PACE = "on_pace", "on pace"
    BEHIND = "behind", "behind"
    OUT_OF_REACH = "out_of_reach", "out of reach"
    MET = "met", "met"
    MISSED = "missed", "missed"


HOLDING = (Standing.ON_PACE, Standing.MET)
NEEDS_YOU = {Standing.BEHIND: "risk", Standing.OUT_OF_REACH: "missed", Standing.MISSED: "missed"}


@dataclass(frozen=True)
class Line:
    """One promise in a period: what was reached (None where nothing was to be done), what is due by now, in all."""

    commitment: Commitment
    period: Period
    value: float | None
    due: float
    wanted: float
    standing: Standing

    @property
    def attained(self) -> float | None:
        """What was reached of what is due, at most 1."""
        return None if self.value is None or not self.due else min(1.0, self.value / self.due)

    @property
    def words(self) -> str:
        """The value as it is read."""
        return number(self.value) if self.commitment.is_count else percent(self.value)

    @property
    def note(self) -> str:
        """What stands under the promise: of how many cases, and what else tells about it. Asks the database."""
        note = NOTES.get(self.commitment.metric)
        return note(self) if note else ""

    @property
    def alarm(self) -> str:
        """The chip's state: empty unless somebody has to look."""
        return NEEDS_YOU.get(self.standing, "")

    @property
    def is_closed(self) -> bool:
        return self.standing in (Standing.MET, Standing.MISSED)

    @property
    def scale(self) -> float:
        """Where its bar ends: shares at 1, a count at its target."""
        return self.wanted if self.commitment.is_count else 1.0


def attained(lines: list[Line]) -> float | None:
    """The mean of what was reached of each of these promises, 0 to 1; None where there was nothing to be done."""
    known = [line.attained for line in lines if line.attained is not None]
    return sum(known) / len(known) if known else None


def alignment_of(lines: list[Line]) -> float | None:
    """The alignment index of all promises of an agreement, by its formula; None while one side has nothing to show."""
    parts = [attained([line for line in lines if Party(line.commitment.side).includes(side)]) for side in Side]
    if None in parts:
        return None
    formula = lines[0].commitment.agreement.formula
    return min(parts) if formula == Formula.WEAKER else sqrt(parts[0] * parts[1])


@dataclass(frozen=True)
class SideCard:
    """One side's promises, with those of both."""

    side: Side
    lines: list[Line]

    @property
    def attained(self) -> float | None:
        """The mean of what was reached of each promise, 0 to 1."""
        return attained(self.lines)

    @property
    def points(self) -> int | None:
        """What was reached, as it is shown, of 100."""
        return _of_a_hundred(self.attained)


@dataclass(frozen=True)
class Scorecard:
    """Both sides' promises in one period."""

    agreement: Agreement
    period: Period
    is_closed: bool
    sides: list[SideCard]

    @property
    def alignment(self) -> float | None:
        """The alignment index, 0 to 1, or None while one side has nothing to show."""
        return alignment_of(self.lines)

    @property
    def lines(self) -> list[Line]:
        """Every promise once; what both promise stands on both sides' cards."""
        return list({line.commitment.pk: line for card in self.sides for line in card.lines}.values())

    @property
    def missing(self) -> list[Line]:
        """What stands between both teams and the joint reward: promises of which something fell due and that do not
        hold.
        """
        return [line for line in self.lines if line.standing not in (Standing.NOTHING, *HOLDING)]

    @property
    def is_rewarded(self) -> bool:
        """Whether both scorecards hold: of each side something fell due, and nothing is missing."""
        return not self.missing and all(card.attained is not None for card in self.sides)

    @property
    def points(self) -> int | None:
        """The alignment index as it is shown, of 100."""
        return _of_a_hundred(self.alignment)


def _of_a_hundred(share: float | None) -> int | None:
    """Whole points, never rounded up: 100 means that everything promised was kept."""
    return None if share is None else floor(round(share * 100, 6))


def judged_by(period: Period, *, at: datetime) -> Agreement | None:
    """The agreement that a period is judged by: in force at its end, or now. None where there was none."""
    return Agreement.objects.in_force_at(min(at, period.end - timedelta(seconds=1)))


def scorecard(period: Period, *, at: datetime) -> Scorecard | None:
    """Both sides in a period, under the agreement that it is judged by. None where there was none."""
    agreement = judged_by(period, at=at)
    if agreement is None:
        return None
    sides = [
        SideCard(side, [line(each, agreement, period, at=at) for each in agreement.promises_of(side)]) for side in Side
    ]
    return Scorecard(agreement, period, period.end <= at, sides)


def line(commitment: Commitment, agreement: Agreement, period: Period, *, at: datetime) -> Line:
    """One promise in a period, as it stands at a moment."""
    value = metrics.value(commitment.metric, period)
    wanted = due = float(commitment.wanted)
    if commitment.is_count:
        since = local_day(agreement.promised_from(period), period.zone)
        steps = pace(commitment.target, commitment.period, period, agreement.hours, since=since)
        wanted, due = steps[-1], steps[days_gone(period, at)]
    standing = _standing(commitment, value, due, wanted, agreement, period, at)
    return Line(commitment, period, value, due, wanted, standing)


def _standing(
    commitment: Commitment, value: Any, due: float, wanted: float, agreement: Agreement, period: Period, at: datetime
) -> Standing:
    if value is None:
        return Standing.NOTHING
    if period.end <= at:
        return Standing.MET if value >= wanted else Standing.MISSED
    if value >= due:
        return Standing.ON_PACE
    over, left = working_days(period, agreement.hours, at)
    if commitment.is_count:
        reachable = wanted - value <= TWICE * left * wanted / ((over + left) or 1)
    else:
        reachable = not over or _best_share(value, over, left) >= wanted
    return Standing.BEHIND if reachable else Standing.OUT_OF_REACH


def _best_share(share: float, over: int, left: int) -> float:
    """The share at the end if as many cases a day come as before, and every one of them is kept."""
    return (share * over + left) / (over + left)


def _of_delivered(line: Line) -> str:
    by_now = "" if line.is_closed else f", {line.due:,.0f} due by this morning"
    return f"in {line.period.label}{by_now}"


def _of_decided(line: Line) -> str:
    return f"of {metrics.cases('acceptance_rate', line.period):,} decided"


def _of_cases(line: Line) -> str:
    measured = [line.commitment.metric]
    _, cases = attainment.kept_and_due(measured, line.period)
    agreed = f"for {percent(line.commitment.share)} of {_cases(cases)}"
    took = attainment.responses_of_each(line.period).get(line.commitment.metric)
    if took is None or not took.median:
        return agreed
    ninetieth = f"P90 {working(took.ninetieth)}" if took.ninetieth else "P90 not reached yet"
    return f"{agreed} · median {working(took.median)}, {ninetieth}"


def _of_promised(line: Line) -> str:
    _, cases = attainment.kept_and_due([line.commitment.metric], line.period)
    return f"for {percent(line.commitment.share)} of {_cases(cases)}"


def _of_windows(line: Line) -> str:
    return f"before “unable to reach”, {_of_promised(line)}"


def _cases(count: int) -> str:
    return f"{count:,} case{'' if count == 1 else 's'}" if count else "cases, of which none fell due"


def _of_returns(line: Line) -> str:
    count = metrics.cases("reasons_given", line.period)
    return f"{count:,} return{'' if count == 1 else 's'}"


def _counted(one: str, many: str) -> Callable[[Line], str]:
    """Of how many things a share is."""

    def note(line: Line) -> str:
        count = metrics.cases(line.commitment.metric, line.period)
        return f"of {count:,} {one if count == 1 else many}" if count else f"no {one}"

    return note


NOTES: dict[str, Callable[[Line], str]] = {
    "mqls_delivered": _of_delivered,
    "acceptance_rate": _of_decided,
    "first_attempt_attainment": _of_cases,
    "first_attempt_attainment_hot": _of_cases,
    "attempts_attainment": _of_windows,
    "repair_attainment": _of_cases,
    "decision_attainment": _of_cases,
    "disposition_attainment": _of_promised,
    "plan_attainment": _of_promised,
    "reasons_given": _of_returns,
    "data_complete": _counted("hand-off", "hand-offs"),
    "requests_answered": _counted("request due", "requests due"),
    "briefs_in_time": _counted("brief due", "briefs due"),
    "meetings_held": _of_delivered,
    "actions_in_time": _counted("action due", "actions due"),
}
