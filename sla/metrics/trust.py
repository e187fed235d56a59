"""The figures of trust: what was contested, whether both sides judge alike, and what is worth a look."""

from django.db.models import Q, QuerySet

from common.measures import Share
from common.metrics import Better, Metric, Theme, Unit, register
from common.periods import Period
from sla.models import Dispute, Review
from sla.signs import SIGNS


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


register(
    Metric(
        key="disputes",
        name="Disputes",
        definition="Returns that marketing contested and deliveries that sales contested in the period.",
        formula="number of disputes begun",
        unit=Unit.COUNT,
        theme=Theme.TRUST,
        rows=contested,
        better=Better.NEITHER,
    )
)
register(
    Metric(
        key="disputes_right",
        name="Disputes found right",
        definition="Of the disputes that ended in the period, those after which the return or the delivery no longer "
        "counts.",
        formula="disputes that led to a correction / disputes ended",
        unit=Unit.SHARE,
        theme=Theme.TRUST,
        rows=ended,
        measure=Share(Q(correction__isnull=False)),
        better=Better.NEITHER,
    )
)
register(
    Metric(
        key="review_agreement",
        name="Returns judged alike",
        definition="Each week up to five returns are drawn by lot, and each side says whether they were right before "
        "it sees what the other found: the share of which both said the same, of those that both had said it of in "
        "the period.",
        formula="judged alike / judged by both",
        unit=Unit.SHARE,
        theme=Theme.TRUST,
        rows=reviewed,
        measure=Share(Q(found=1)),
    )
)

for sign in SIGNS:
    if sign.key != "mqls_by_hand":  # a figure of its own already, which counts the same
        register(
            Metric(
                key=sign.key,
                name=sign.name,
                definition=f"{sign.definition} Worth a look where it is much; it proves nothing. {sign.reading}",
                formula=f"number of such cases, of the {sign.things}",
                unit=Unit.COUNT,
                theme=Theme.TRUST,
                rows=sign.rows,
                better=Better.LOWER,
                side=sign.side,
                trail=sign.trail,
            )
        )
