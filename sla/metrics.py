"""The figures of the promises: how many were kept, how long it took, how well the sides are aligned."""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Side
from common import clock as db_clock
from common.metrics import Better, Metric, Unit, register
from common.once import once
from common.periods import Period
from leads.metrics import Share
from sla import answers, attainment, briefs, completeness
from sla.holdback import causes
from sla.models import Dispute, Review
from sla.scorecard import scorecard
from sla.signs import SIGNS

KEPT = "the share kept of those that fell due in the period: overdue and open counts as missed, excused is left out."


def alignment(period: Period) -> float | None:
    card = scorecard(period, at=db_clock.now())
    return card and card.alignment


def _parts(period: Period) -> list:
    card = scorecard(period, at=db_clock.now())
    return card.lines if card else []


def _missing(period: Period) -> list:
    card = scorecard(period, at=db_clock.now())
    return card.missing if card else []


def contested(period: Period) -> QuerySet[Dispute]:
    """Disputes begun in the period."""
    rows = Dispute.objects.standing().filter(at__gte=period.start, at__lt=period.end)
    return rows.with_subject().order_by("at", "pk")


def ended(period: Period) -> QuerySet[Dispute]:
    """Disputes that ended in the period."""
    rows = Dispute.objects.over().filter(closed_at__gte=period.start, closed_at__lt=period.end)
    return rows.with_subject().order_by("closed_at", "pk")


def reviewed(period: Period) -> QuerySet[Review]:
    """Returns drawn by lot about which the second side had its say in the period."""
    rows = Review.objects.said_by_both().filter(said_at__gte=period.start, said_at__lt=period.end)
    return rows.with_opinions().order_by("said_at", "pk")


@once
def _judged_alike(period: Period) -> list[bool]:
    """Of each return that both sides judged, whether they found the same."""
    return [found == 1 for found in reviewed(period).order_by().values_list("found", flat=True)]


def _agreed(period: Period) -> float | None:
    alike = _judged_alike(period)
    return sum(alike) / len(alike) if alike else None


FOUND_RIGHT = Share(ended, Q(correction__isnull=False))


def _response(column: str, period: Period) -> Any:
    return getattr(attainment.responses(period), column)


def _what_holds_back(period: Period) -> list:
    return [row for cause in causes(period) for row in cause.rows]


for key, side, name, about in (
    (
        "repair_attainment",
        Side.MARKETING,
        "Repairs in time",
        "What sales sent back to be completed, or as a double, settled within the time agreed",
    ),
    (
        "plan_attainment",
        Side.MARKETING,
        "Plans in time",
        "Who came back because they were not ready, with a plan within the working days agreed",
    ),
    (
        "decision_attainment",
        Side.SALES,
        "Accepted or returned in time",
        "Hand-offs accepted or returned within the time agreed",
    ),
    (
        "disposition_attainment",
        Side.SALES,
        "Disposition in time",
        "Hand-offs that became a deal, or came back with a reason, within the working days agreed",
    ),
    (
        "first_attempt_attainment",
        Side.SALES,
        "First attempts in time",
        "First attempt or return on hand-offs that are not hot",
    ),
    (
        "first_attempt_attainment_hot",
        Side.SALES,
        "First attempts on hot leads in time",
        "First attempt or return on hot hand-offs",
    ),
    (
        "attempts_attainment",
        Side.SALES,
        "Attempts made as agreed",
        "The agreed attempts on the agreed days, unless reached or returned",
    ),
):
    register(
        Metric(
            key,
            name,
            f"{about}, by the customer’s clock: {KEPT}" if side == Side.SALES else f"{about}: {KEPT}",
            Unit.SHARE,
            value=partial(attainment.attainment, key),
            rows=partial(attainment.fell_due, [key]),
            side=side,
        )
    )

for key, name, share, column in (
    ("response_median", "Median response", 0.5, "median"),
    ("response_p90", "Response, 9 of 10", 0.9, "ninetieth"),
):
    register(
        Metric(
            key,
            name,
            f"The working time from hand-off to first attempt or return within which {share:.0%} of the cases were "
            "answered, of those that fell due in the period. Those still waiting stand at the end.",
            Unit.DURATION,
            value=partial(_response, column),
            rows=partial(attainment.fell_due, attainment.FIRST_ATTEMPT),
            better=Better.LOWER,
            side=Side.SALES,
        )
    )

register(
    Metric(
        "response_coverage",
        "Answered at all",
        "Hand-offs with a first attempt or return, however late, of those for which it fell due in the period.",
        Unit.SHARE,
        value=partial(_response, "coverage"),
        rows=partial(attainment.fell_due, attainment.FIRST_ATTEMPT),
        side=Side.SALES,
    )
)
register(
    Metric(
        "data_complete",
        "Complete hand-offs",
        "Hand-offs that told every field the agreement names at the moment they were made, of all that were made in "
        "the period under an agreement that names some; without those withdrawn since.",
        Unit.SHARE,
        value=completeness.completeness,
        rows=completeness.checked,
        side=Side.MARKETING,
    )
)
register(
    Metric(
        "requests_answered",
        "Content requests answered in time",
        "Content requests accepted, delivered or declined within the working days agreed, of those whose answer fell "
        "due in the period: overdue and unanswered counts as missed. What was withdrawn, or waits for a reply to what "
        "marketing asked back in time, is left out.",
        Unit.SHARE,
        value=answers.attainment,
        rows=answers.fell_due,
        side=Side.MARKETING,
    )
)
register(
    Metric(
        "briefs_in_time",
        "Campaign briefs in time",
        "Campaigns of which sales had the brief as many working days before the first day as agreed, of those whose "
        "brief fell due in the period.",
        Unit.SHARE,
        value=briefs.attainment,
        rows=briefs.fell_due,
        side=Side.MARKETING,
        cases=lambda period: len(briefs.fell_due(period)),
    )
)
register(
    Metric(
        "excused",
        "Excused",
        "Cases that the head of the other side excused, with a reason. They count neither as kept nor as missed.",
        Unit.COUNT,
        value=lambda period: attainment.excused(period).count(),
        rows=attainment.excused,
        better=Better.NEITHER,
    )
)
register(
    Metric(
        "put_off",
        "Asked for later",
        "Times for which people asked to be left until a day: attempts and disposition go on from that day. They count "
        "as kept or missed by when they fall due then.",
        Unit.COUNT,
        value=lambda period: attainment.put_off(period).count(),
        rows=attainment.put_off,
        better=Better.NEITHER,
        side=Side.SALES,
    )
)
register(
    Metric(
        "alignment",
        "Alignment",
        "The alignment index of both sides’ attainment, by the formula of the agreement. A side’s attainment is the "
        "mean of its promises, each against what is due by now and capped at 100.",
        Unit.SHARE,
        value=alignment,
        rows=_parts,
    )
)
register(
    Metric(
        "reward_missing",
        "Between us and the joint reward",
        "Promises of either side that do not hold: behind, out of reach or missed. The joint reward is for both "
        "scorecards holding; promises of which nothing fell due do not stand in its way.",
        Unit.COUNT,
        value=lambda period: len(_missing(period)),
        rows=_missing,
        better=Better.LOWER,
    )
)
register(
    Metric(
        "disputes",
        "Disputes",
        "Returns that marketing contested and deliveries that sales contested in the period.",
        Unit.COUNT,
        value=lambda period: contested(period).order_by().count(),
        rows=contested,
        better=Better.NEITHER,
    )
)
register(
    Metric(
        "disputes_right",
        "Disputes found right",
        "Of the disputes that ended in the period, those after which the return or the delivery no longer counts.",
        Unit.SHARE,
        value=FOUND_RIGHT.value,
        rows=ended,
        better=Better.NEITHER,
        cases=FOUND_RIGHT.cases,
    )
)
register(
    Metric(
        "review_agreement",
        "Returns judged alike",
        "Each week up to five returns are drawn by lot, and each side says whether they were right before it sees what "
        "the other found: the share of which both said the same, of those that both had said it of in the period.",
        Unit.SHARE,
        value=_agreed,
        rows=reviewed,
        cases=lambda period: len(_judged_alike(period)),
    )
)
register(
    Metric(
        "held_back",
        "What holds it back",
        "The misses and quality returns of the group that explains most of them: five at least, two in five of all, "
        "and half as often again as elsewhere.",
        Unit.COUNT,
        value=lambda period: sum(cause.count for cause in causes(period)),
        rows=_what_holds_back,
        better=Better.LOWER,
    )
)

for sign in SIGNS:
    if sign.key != "mqls_by_hand":  # a figure of its own already, which counts the same
        register(
            Metric(
                sign.key,
                sign.name,
                f"{sign.definition} Worth a look where it is much; it proves nothing. {sign.reading}",
                Unit.COUNT,
                value=sign.count,
                rows=sign.rows,
                better=Better.LOWER,
                side=sign.side,
            )
        )
