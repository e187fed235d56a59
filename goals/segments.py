"""A plan divided: each segment with its share of the revenue and, where it has them, its own deal and rates.

The parts add up to the plan: what the segments need is added up, and the plan's own rates become what that comes to.
Plain arithmetic, with exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from goals.funnel import Assumptions, Needs, backwards

OWN = ("average_deal", "win_rate", "sal_to_opportunity", "acceptance", "lead_to_mql")
MOST = 12


@dataclass(frozen=True)
class Segment:
    """A part of a plan: its share of marketing's revenue, 0 to 1; None for what is as in the plan."""

    name: str
    share: Decimal
    average_deal: Decimal | None = None
    win_rate: Decimal | None = None
    sal_to_opportunity: Decimal | None = None
    acceptance: Decimal | None = None
    lead_to_mql: Decimal | None = None

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """The segment that `as_json` wrote."""
        numbers = {name: None if kept.get(name) is None else Decimal(kept[name]) for name in ("share", *OWN)}
        return cls(name=kept["name"], **numbers)

    def as_json(self) -> dict[str, Any]:
        return {name: value if value is None else str(value) for name, value in asdict(self).items()}

    def within(self, plan: Assumptions) -> Assumptions:
        """What the plan assumes, for this segment alone; the open pipeline counts by its share."""
        own = {name: value for name in OWN if (value := getattr(self, name)) is not None}
        return replace(
            plan,
            revenue=plan.revenue * Fraction(self.share),
            open_opportunities=plan.open_opportunities * Fraction(self.share),
            **own,
        )


def mistakes(plan: Assumptions, segments: Sequence[Segment]) -> Iterator[str]:
    """What is wrong with a division, as sentences."""
    if sum(segment.share for segment in segments) != 1:
        yield "The shares of the segments add up to 100\N{NO-BREAK SPACE}%."
    if len({segment.name for segment in segments}) < len(segments):
        yield "Each segment has a name of its own."
    for segment in segments:
        if segment.share <= 0:
            yield f"{segment.name}: a share is more than 0."
        else:
            yield from (f"{segment.name}: {said}" for said in segment.within(plan).mistakes().values())


def blended(plan: Assumptions, segments: Sequence[Segment]) -> Assumptions:
    """The plan with the average deal and the rates that its segments come to together: it needs what they need.

    The open pipeline is as large as brings, at the blended rate, what the segments expect of theirs; what one
    has open beyond its need brings the others nothing.
    """
    needs = [backwards(segment.within(plan)) for segment in segments]
    deals, win_rate = _sum(needs, "deals"), _rate(needs, "new_deals", "opportunities", plan.win_rate)
    return replace(
        plan,
        average_deal=plan.revenue * plan.marketing_share / deals,
        open_opportunities=(deals - _sum(needs, "new_deals")) / win_rate,
        win_rate=win_rate,
        sal_to_opportunity=_rate(needs, "opportunities", "sal", plan.sal_to_opportunity),
        acceptance=_rate(needs, "sal", "mql", plan.acceptance),
        lead_to_mql=_rate(needs, "mql", "leads", plan.lead_to_mql),
    )


def _sum(needs: Sequence[Needs], name: str) -> Fraction:
    return sum((getattr(need, name) for need in needs), Fraction(0))


def _rate(needs: Sequence[Needs], reached: str, started: str, otherwise: Fraction) -> Fraction:
    """Of all that start, those that reach; as in the plan where nothing has to start."""
    return _sum(needs, reached) / _sum(needs, started) if _sum(needs, started) else otherwise
