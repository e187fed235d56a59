"""How the credit for a won deal is shared among the touches that led to it: a plain calculation.

Seven models (`Sharing` says them in words), each a rule for the weights along a path; docs/attribution.md
says which touches are on the path and works an example by hand. Shares are exact fractions that add up to
one; amounts of money add up to the deal's, to the cent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from agreements.models import Sharing

CENT = Decimal("0.01")


class Milestone(StrEnum):
    """What a touch can have led to. Its holder is the last touch at or before it; that of FIRST is the first of all."""

    FIRST = "first"
    LEAD = "lead"
    DEAL = "deal"
    WON = "won"


@dataclass(frozen=True)
class Model:
    """One way to share: what the holder of each milestone gets, and what all other touches get between them.

    With a half-life the others do not share alike: a touch gets half of what one that much later gets.
    """

    weights: Mapping[Milestone, Fraction]
    others: Fraction = Fraction(0)
    half_life: timedelta | None = None


@dataclass(frozen=True, order=True)
class Step:
    """One touch on the way to a deal; `campaign_id` is None for one that belongs to no campaign."""

    at: datetime
    touch_id: int
    lead_id: int
    campaign_id: int | None


def _each(weight: str, *milestones: Milestone) -> dict[Milestone, Fraction]:
    return dict.fromkeys(milestones, Fraction(weight))


FIRST, LEAD, DEAL, WON = Milestone
MODELS = {
    Sharing.FIRST_TOUCH: Model(_each("1", FIRST)),
    Sharing.LAST_TOUCH: Model(_each("1", WON)),
    Sharing.LINEAR: Model({}, others=Fraction(1)),
    Sharing.U_SHAPED: Model(_each("0.4", FIRST, LEAD), others=Fraction("0.2")),
    Sharing.W_SHAPED: Model(_each("0.3", FIRST, LEAD, DEAL), others=Fraction("0.1")),
    Sharing.FULL_PATH: Model(_each("0.225", FIRST, LEAD, DEAL, WON), others=Fraction("0.1")),
    Sharing.TIME_DECAY: Model({}, others=Fraction(1), half_life=timedelta(days=7)),
}


def path(steps: Iterable[Step], *, since: datetime, until: datetime) -> list[Step]:
    """The touches that count, the earliest first: those from `since` to `until`, both included.

    What one person did in one campaign on one day, in UTC, counts once, as the first of it.
    """
    seen: set[tuple] = set()
    counted = []
    for step in sorted(step for step in steps if since <= step.at <= until):
        alike = (step.lead_id, step.campaign_id, step.at.astimezone(UTC).date())
        if step.campaign_id is None or alike not in seen:
            counted.append(step)
            seen.add(alike)
    return counted


def shares(moments: Sequence[datetime], model: Model, reached: Mapping[Milestone, datetime]) -> list[Fraction]:
    """What each touch of a path gets; together exactly 1. `moments` are theirs in order.

    A touch that holds several milestones gets the sum of theirs. What cannot be given, because no touch
    came before a milestone or because there are no others, goes to those that are given something, in
    proportion. Without a touch there is nothing to share out.
    """
    if not moments:
        return []
    held = holders(moments, model.weights, reached)
    others = [number for number in range(len(moments)) if number not in held.values()]
    given = dict(zip(others, _between([moments[number] for number in others], model), strict=True))
    for milestone, holder in held.items():
        given[holder] = given.get(holder, Fraction(0)) + model.weights[milestone]
    whole = sum(given.values())
    return [given[number] / whole for number in range(len(moments))]


def holders(
    moments: Sequence[datetime], milestones: Iterable[Milestone], reached: Mapping[Milestone, datetime]
) -> dict[Milestone, int]:
    """Which touch led to each of the milestones; one that no touch came before is left out. There is a touch."""
    before = {each: 1 if each is Milestone.FIRST else bisect_right(moments, reached[each]) for each in milestones}
    return {milestone: count - 1 for milestone, count in before.items() if count}


def _between(moments: Sequence[datetime], model: Model) -> list[Fraction]:
    """What each of the touches that hold no milestone gets of what they get between them."""
    if not model.half_life:
        return [model.others / len(moments) for _ in moments]
    parts = [Fraction(2 ** ((moment - moments[-1]) / model.half_life)) for moment in moments]
    return [model.others * part / sum(parts) for part in parts]


def split(amount: Decimal, parts: Sequence[Fraction]) -> list[Decimal]:
    """An amount of money shared out in whole cents that add up to it, by the largest remainder; of equals, the first.

    `parts` add up to 1, and `amount` is of whole cents.
    """
    exact = [Fraction(amount) / Fraction(CENT) * part for part in parts]
    cents = [int(each) for each in exact]
    short = int(amount / CENT) - sum(cents)
    by_remainder = sorted(range(len(parts)), key=lambda number: (cents[number] - exact[number], number))
    for number in by_remainder[:short]:
        cents[number] += 1
    return [each * CENT for each in cents]
