"""The figures of quality: what sales decided, what it sent back and why, and what both sides found wrong since."""

from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.access import Side
from common.measures import Share
from common.metrics import Better, Metric, Theme, Unit, register
from common.periods import Period
from leads.evidence import Evidence
from leads.let_through import handed_over
from leads.metrics.delivery import books_close_at
from leads.models import Correction, Handoff, HandoffReturn
from leads.trails import OF_LEAD, VIA_HANDOFF

# Of those decided, the accepted: a refusal after that does not change the first decision.
ACCEPTED = Q(accepted_at=F("decided_at"))

# Of the returns, those that give what their reason asks for: a note, a date, the fields, the criterion, the double.
EXPLAINED = reduce(
    or_,
    (
        Q(reason__evidence=evidence, evidence__has_key=evidence.value)
        for evidence in (Evidence.DATE, Evidence.FIELDS, Evidence.CRITERION, Evidence.LEAD)
    ),
    Q(reason__evidence__in=[Evidence.NONE, Evidence.ATTEMPTS]) | (Q(reason__evidence=Evidence.NOTE) & ~Q(note="")),
)


def decided(period: Period) -> QuerySet[Handoff]:
    """Hand-offs whose first decision was made in the period; re-routes, repairs and merges are no decisions, nor is a
    return that both sides found wrong before the books closed.
    """
    rows = Handoff.objects.filter(decided_at__gte=period.start, decided_at__lt=period.end)
    wrong = Correction.objects.known_by(books_close_at(period)).filter(
        returned__handoff=OuterRef("pk"), returned__at=OuterRef("decided_at")
    )
    return rows.exclude(Exists(wrong)).select_related("lead__company").order_by("decided_at", "pk")


def returns(period: Period) -> QuerySet[HandoffReturn]:
    """Everything sales sent back in the period, whatever became of it."""
    return _told(HandoffReturn.objects.standing(), period)


def quality_returns(period: Period) -> QuerySet[HandoffReturn]:
    """The returns of the period that count against marketing."""
    return _told(HandoffReturn.objects.against_quality(known_by=books_close_at(period)), period)


def _told(returns: QuerySet[HandoffReturn], period: Period) -> QuerySet[HandoffReturn]:
    """Those of a period, with what a line about each reads."""
    rows = returns.filter(at__gte=period.start, at__lt=period.end)
    return rows.select_related("handoff__lead__company", "reason").order_by("at", "pk")


def adjustments(period: Period) -> QuerySet[HandoffReturn]:
    """Quality returns of the period that came after the books of the delivery's month had closed."""
    rows = quality_returns(period)
    early = [earlier for earlier in (period.previous(), period) if books_close_at(earlier) >= period.start]
    for each in early:
        rows = rows.exclude(
            handoff__made_at__gte=each.start, handoff__made_at__lt=each.end, at__lte=books_close_at(each)
        )
    return rows


def corrections(period: Period) -> QuerySet[Correction]:
    """What both sides found wrong in the period, whenever it had happened."""
    rows = Correction.objects.standing().filter(at__gte=period.start, at__lt=period.end)
    people = ("returned__handoff__lead__company", "delivered__lead__company")
    return rows.select_related(*people).order_by("at", "pk")


def judged(period: Period) -> QuerySet[Handoff]:
    """Hand-offs made in the period that the rep found good, fair or poor."""
    rows = handed_over(period).filter(rating__isnull=False)
    return rows.select_related("lead__company").order_by("made_at", "pk")


register(
    Metric(
        key="acceptance_rate",
        name="Accepted of those decided",
        definition="Hand-offs accepted, of all that were decided, by the day of their first decision. A later refusal "
        "does not change it; re-routes, repairs and merges are no decisions, nor is a return that both sides found "
        "wrong by working day 5 after the period.",
        formula="accepted / (accepted + returned)",
        unit=Unit.SHARE,
        theme=Theme.QUALITY,
        rows=decided,
        measure=Share(ACCEPTED),
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)
register(
    Metric(
        key="returns",
        name="Returns",
        definition="Hand-offs that sales sent back in the period, for whatever reason, without those undone.",
        formula="number of returns",
        unit=Unit.COUNT,
        theme=Theme.QUALITY,
        rows=returns,
        better=Better.LOWER,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="quality_returns",
        name="Quality returns",
        definition="Returns that recycled or disqualified the lead for a reason that counts against marketing, "
        "without those that both sides found wrong by working day 5 after the period.",
        formula="number of returns that count against marketing",
        unit=Unit.COUNT,
        theme=Theme.QUALITY,
        rows=quality_returns,
        side=Side.MARKETING,
        better=Better.LOWER,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="mqls_adjusted",
        name="Later returns",
        definition="Quality returns of the period for MQLs whose month was closed by then. They are shown apart and "
        "change no closed month.",
        formula="number of quality returns after the books of the delivery closed",
        unit=Unit.COUNT,
        theme=Theme.QUALITY,
        rows=adjustments,
        side=Side.MARKETING,
        better=Better.LOWER,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="corrections",
        name="Corrections",
        definition="Returns and deliveries that both sides found wrong in the period. Found by working day 5 after "
        "the period of the event, its figures no longer count it; found later it stands here alone and changes no "
        "closed month.",
        formula="number of corrections",
        unit=Unit.COUNT,
        theme=Theme.TRUST,
        rows=corrections,
        better=Better.NEITHER,
    )
)
register(
    Metric(
        key="reasons_given",
        name="Returns with a reason",
        definition="Returns that say why and give what the reason asks for (a note, a date, the missing fields, the "
        "criterion that does not fit, the other record), of all returns.",
        formula="returns with what their reason asks for / returns",
        unit=Unit.SHARE,
        theme=Theme.PROMISES,
        rows=returns,
        measure=Share(EXPLAINED),
        side=Side.SALES,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="found_good",
        name="Found good by the rep",
        definition="Hand-offs made in the period that the rep found a good lead, of all those with a verdict: good, "
        "fair or poor; without those withdrawn since.",
        formula="found good / (good + fair + poor)",
        unit=Unit.SHARE,
        theme=Theme.QUALITY,
        rows=judged,
        measure=Share(Q(rating=1)),
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)
