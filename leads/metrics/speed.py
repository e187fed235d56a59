"""The figures of speed that need no agreement: how long until acceptance, and how many attempts a hand-off takes."""

from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.access import Side
from common.measures import Mean, Within
from common.metrics import Better, Metric, Theme, Unit, register
from common.periods import Period
from leads.metrics.quality import ACCEPTED, decided
from leads.models import Attempt, Handoff
from leads.trails import OF_LEAD, WITH_HANDOFF


def accepted(period: Period) -> QuerySet[Handoff]:
    """Hand-offs whose first decision, in the period, was to accept them; each with how long it `waited` for that."""
    waited = ExpressionWrapper(F("accepted_at") - F("made_at"), output_field=DurationField())
    return decided(period).filter(ACCEPTED).annotate(waited=waited)


def attempts(period: Period) -> QuerySet[Attempt]:
    """Attempts made in the period, whenever they were logged, without those taken back."""
    rows = Attempt.objects.standing().filter(at__gte=period.start, at__lt=period.end)
    return rows.select_related("lead__company").order_by("at", "pk")


def worked(period: Period) -> QuerySet[Handoff]:
    """Hand-offs closed in the period, without those withdrawn; each with how often it was `tried`."""
    rows = Handoff.objects.filter(closed_at__gte=period.start, closed_at__lt=period.end, withdrawn=False)
    made = Attempt.objects.standing().filter(handoff=OuterRef("pk")).order_by().values("handoff")
    tried = Coalesce(Subquery(made.annotate(count=Count("pk")).values("count")), 0)
    return rows.annotate(tried=tried).select_related("lead__company").order_by("closed_at", "pk")


for key, name, share in (
    ("time_to_accept", "Time to accept", 0.5),
    ("time_to_accept_p90", "Time to accept, 9 of 10", 0.9),
):
    register(
        Metric(
            key=key,
            name=name,
            definition=f"The time from hand-off to acceptance within which {share:.0%} were accepted, of the hand-offs "
            "whose first decision was made in the period and was to accept them. It is time on the calendar: nights "
            "and weekends are in it.",
            formula=f"the least accepted_at − made_at within which {share:.0%} lie",
            unit=Unit.DAYS,
            theme=Theme.SPEED,
            rows=accepted,
            measure=Within("waited", share),
            better=Better.LOWER,
            side=Side.SALES,
            trail=OF_LEAD,
        )
    )

register(
    Metric(
        key="attempts",
        name="Attempts",
        definition="Attempts of sales to reach somebody that were made in the period, without those taken back.",
        formula="number of attempts",
        unit=Unit.COUNT,
        theme=Theme.SPEED,
        rows=attempts,
        better=Better.NEITHER,
        side=Side.SALES,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="attempts_a_handoff",
        name="Attempts a hand-off",
        definition="How often sales tried to reach the person, on the mean of all hand-offs closed in the period: "
        "those that became a deal, were recycled or disqualified. Hand-offs that were withdrawn are left out; one "
        "closed without an attempt counts with none.",
        formula="attempts on them / hand-offs closed",
        unit=Unit.MEAN,
        theme=Theme.SPEED,
        rows=worked,
        measure=Mean("tried"),
        better=Better.NEITHER,
        side=Side.SALES,
        trail=OF_LEAD,
    )
)
