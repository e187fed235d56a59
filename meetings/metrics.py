"""The figures of the meetings: whether they were held, and whether what was agreed was done in time."""

from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Cast

from common.measures import Share
from common.metrics import Metric, Theme, Unit, register
from common.periods import Period
from meetings.models import Action, Meeting


def held(period: Period) -> QuerySet[Meeting]:
    within = Meeting.objects.held().filter(opened_at__gte=period.start, opened_at__lt=period.end)
    return within.select_related("series").order_by("opened_at")


def due(period: Period) -> QuerySet[Action]:
    """Actions whose day lies in the period, each with the day on which it was closed."""
    within = Action.objects.filter(due_on__gte=period.start_on, due_on__lt=period.end_on)
    return within.annotate(closed_on=Cast("closed_at", DateField())).order_by("due_on", "pk")


register(
    Metric(
        key="meetings_held",
        name="Meetings held",
        definition="Meetings of both teams that were opened in the period.",
        formula="number of meetings opened",
        unit=Unit.COUNT,
        theme=Theme.MEETINGS,
        rows=held,
    )
)
register(
    Metric(
        key="actions_in_time",
        name="Actions done in time",
        definition="Actions closed by the end of the day they were due, of all that were due in the period.",
        formula="closed by the day they were due / due",
        unit=Unit.SHARE,
        theme=Theme.MEETINGS,
        rows=due,
        measure=Share(Q(closed_on__lte=F("due_on"))),
    )
)
