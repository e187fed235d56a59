"""The alignment index, the joint reward, what holds the period back, and the points of sales."""

from typing import Any

from accounts.access import Side
from common import clock as db_clock
from common.measures import Reckoned
from common.metrics import Better, Metric, Theme, Unit, register
from common.once import once
from common.periods import Period
from goals.ledger import PointsGiven
from sla.clauses import CLAUSES
from sla.holdback import causes
from sla.sales_ledger import SALES
from sla.scorecard import Line, Scorecard, alignment_of, scorecard


@once
def _card(period: Period) -> Scorecard | None:
    return scorecard(period, at=db_clock.now())


def promises(period: Period) -> list[Line]:
    """Every promise of the agreement in force, once."""
    card = _card(period)
    return card.lines if card else []


def missing(period: Period) -> list[Line]:
    """The promises that stand between both teams and the joint reward."""
    card = _card(period)
    return card.missing if card else []


def what_holds_back(period: Period) -> list[Any]:
    """The misses and the quality returns of the group that explains most of them."""
    return [row for cause in causes(period) for row in cause.rows]


register(
    Metric(
        key="alignment",
        name="Alignment",
        definition="The alignment index of both sides’ attainment, by the formula of the agreement. A side’s "
        "attainment is the mean of its promises, each against what is due by now and capped at 100.",
        formula="√(marketing’s attainment × sales’ attainment), unless the agreement says the weaker of the two",
        unit=Unit.SHARE,
        theme=Theme.PROMISES,
        rows=promises,
        measure=Reckoned(alignment_of),
        reads=tuple(CLAUSES),
    )
)
register(
    Metric(
        key="reward_missing",
        name="Between us and the joint reward",
        definition="Promises of either side that do not hold: behind, out of reach or missed. The joint reward is for "
        "both scorecards holding; promises of which nothing fell due do not stand in its way.",
        formula="number of promises that do not hold",
        unit=Unit.COUNT,
        theme=Theme.PROMISES,
        rows=missing,
        reads=tuple(CLAUSES),
        better=Better.LOWER,
    )
)
register(
    Metric(
        key="held_back",
        name="What holds it back",
        definition="The misses and quality returns of the group that explains most of them: five at least, two in "
        "five of all, and half as often again as elsewhere.",
        formula="misses explained + quality returns explained",
        unit=Unit.COUNT,
        theme=Theme.PROMISES,
        rows=what_holds_back,
        better=Better.LOWER,
    )
)
register(
    Metric(
        key="credit_sales",
        name="Points of sales",
        definition="What sales was given in the period for hand-offs answered in time, for accepted ones worked to "
        "their disposition, and for customers won from hand-offs, by the points in force on the day of each; none "
        "before points were agreed.",
        formula="sum of the points given",
        unit=Unit.POINTS,
        theme=Theme.TRUST,
        rows=SALES.lines,
        measure=PointsGiven(),
        side=Side.SALES,
    )
)
