"""The figures of what sales refused: how often, for which causes, and what it gave up later."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from accounts.access import Side
from common.measures import Share
from common.metrics import Better, Metric, Theme, Unit, View, register
from common.periods import Period
from leads.metrics.conversion import LEFT, MATURING, REACHED, followed, yes_or_no
from leads.metrics.delivery import books_close_at
from leads.metrics.funnel import reached
from leads.metrics.quality import decided
from leads.models import Episode, Handoff, HandoffReturn
from leads.models.reason import Cause, Result
from leads.trails import OF_EPISODE, OF_LEAD

REFUSED_WITHIN = 90  # days: who is recycled or disqualified later is not counted
SETTLED = LEFT | Q(opportunity_at__isnull=False)


def answered(period: Period) -> QuerySet[Handoff]:
    """Hand-offs that sales answered for the first time in the period, by accepting or by returning them.

    Each with `refused`: the cause of the return it was answered with, also one that ended in a re-route, a repair or
    a merge; "" where it was accepted.
    """
    returns = HandoffReturn.objects.standing().filter(was_accepted=False)
    first = returns.filter(handoff=OuterRef("pk")).order_by("at", "pk")
    before = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    came_back = returns.filter(at__gte=period.start, at__lt=period.end).exclude(
        Exists(returns.filter(before, handoff=OuterRef("handoff")))
    )
    taken = Handoff.objects.filter(accepted_at__gte=period.start, accepted_at__lt=period.end).exclude(Exists(first))
    # Put together as sets: with both in one condition no index could be used.
    either = came_back.order_by().values("handoff").union(taken.order_by().values("pk"))
    rows = Handoff.objects.filter(pk__in=either).annotate(
        answered_at=Least("accepted_at", Subquery(first.values("at")[:1])),
        refused=Coalesce(Subquery(first.values("reason__cause")[:1]), Value("")),
    )
    return rows.select_related("lead__company").order_by("answered_at", "pk")


def decided_on_quality(period: Period) -> QuerySet[Handoff]:
    """Hand-offs decided in the period, each with `is_poor`: decided by a quality return."""
    poor = HandoffReturn.objects.against_quality(known_by=books_close_at(period))
    return decided(period).annotate(
        is_poor=yes_or_no(Exists(poor.filter(handoff=OuterRef("pk"), at=OuterRef("decided_at"))))
    )


def disqualified_after_contact(period: Period) -> QuerySet[Episode]:
    """Episodes accepted in the period, and whether they were disqualified after somebody had spoken with them."""
    refused = HandoffReturn.objects.standing().filter(
        handoff__lead=OuterRef("lead"),
        handoff__episode=OuterRef("number"),
        result=Result.DISQUALIFIED,
        after_contact=True,
        at__gte=OuterRef("sal_at"),
        at__lte=OuterRef("sal_at") + timedelta(days=REFUSED_WITHIN),
    )
    return followed(reached("sal", period), "sal_at", REFUSED_WITHIN, Exists(refused), SETTLED)


def recycled_of_mqls(period: Period) -> QuerySet[Episode]:
    """Episodes that became MQLs in the period, and whether they were recycled."""
    in_time = Q(recycled_at__lte=F("mql_at") + timedelta(days=REFUSED_WITHIN))
    return followed(reached("mql", period), "mql_at", REFUSED_WITHIN, in_time, SETTLED)


register(
    Metric(
        key="return_rate",
        name="Answered with a return",
        definition="Of the hand-offs that sales answered for the first time in the period, by accepting or by "
        "returning them, those answered with a return, for whatever cause and whatever became of it: a re-route, a "
        "repair and a merge count too. The rates by cause add up to it.",
        formula="answered with a return / answered",
        unit=Unit.SHARE,
        theme=Theme.QUALITY,
        rows=answered,
        measure=Share(~Q(refused="")),
        better=Better.LOWER,
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)

for cause in Cause:
    register(
        Metric(
            key=f"return_rate_{cause.value}",
            name=f"Returned: {cause.value}",
            definition="Of the hand-offs that sales answered for the first time in the period, those answered with a "
            f"return whose reason is {cause.value} ({cause.label[0].lower()}{cause.label[1:]}), whatever became of it.",
            formula=f"answered with a {cause.value} return / answered",
            unit=Unit.SHARE,
            theme=Theme.QUALITY,
            rows=answered,
            measure=Share(Q(refused=cause.value)),
            better=Better.LOWER,
            side=Side.MARKETING,
            trail=OF_LEAD,
        )
    )

register(
    Metric(
        key="quality_return_rate",
        name="Returned for their quality",
        definition="Of the hand-offs whose first decision was made in the period, those decided by a return that "
        "recycled or disqualified the lead for a reason that counts against marketing. What both sides found wrong by "
        "working day 5 after the period is left out.",
        formula="decided by a quality return / decided",
        unit=Unit.SHARE,
        theme=Theme.QUALITY,
        rows=decided_on_quality,
        measure=Share(Q(is_poor=True)),
        better=Better.LOWER,
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)
register(
    Metric(
        key="disqualification_rate",
        name="Disqualified after contact",
        definition="Of the SALs of the period, those disqualified after acceptance and after somebody had spoken "
        f"with the person, within {REFUSED_WITHIN} days of it. Who is neither an opportunity nor off the "
        "path and has days left still matures.",
        formula=f"disqualified after contact within {REFUSED_WITHIN} days / SALs of the period",
        unit=Unit.SHARE,
        theme=Theme.QUALITY,
        view=View.COHORT,
        rows=disqualified_after_contact,
        measure=Share(REACHED, MATURING),
        better=Better.LOWER,
        side=Side.SALES,
        trail=OF_EPISODE,
    )
)
register(
    Metric(
        key="recycle_rate",
        name="Recycled of MQLs",
        definition=f"Of the MQLs of the period, those recycled in the same episode within {REFUSED_WITHIN} days. Who "
        "is neither an opportunity nor off the path and has days left still matures.",
        formula=f"recycled within {REFUSED_WITHIN} days / MQLs of the period",
        unit=Unit.SHARE,
        theme=Theme.QUALITY,
        view=View.COHORT,
        rows=recycled_of_mqls,
        measure=Share(REACHED, MATURING),
        better=Better.LOWER,
        trail=OF_EPISODE,
    )
)
