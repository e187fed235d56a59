"""The figures of the meetings: whether they were held, and whether what was agreed was done in time."""

from django.db.models import DateField, F, QuerySet
from django.db.models.functions import Cast

from common.metrics import Metric, Unit, register
from common.periods import Period
from meetings.models import Action, Meeting


def held(period: Period) -> QuerySet[Meeting]:
    within = Meeting.objects.held().filter(opened_at__gte=period.start, opened_at__lt=period.end)
    return within.select_related("series").order_by("opened_at")


def due(period: Period) -> QuerySet[Action]:
    """Actions whose day lies in the period."""
    within = Action.objects.filter(due_on__gte=period.start_on, due_on__lt=period.end_on)
    return within.order_by("due_on", "pk")


def _done_in_time(period: Period) -> float | None:
    actions = due(period).annotate(closed_on=Cast("closed_at", DateField())).order_by()
    count = actions.count()
    return actions.filter(closed_on__lte=F("due_on")).count() / count if count else None


register(
    Metric(
        "meetings_held",
        "Meetings held",
        "Meetings of both teams that were opened in the period.",
        Unit.COUNT,
        value=lambda period: held(period).count(),
        rows=held,
    )
)
register(
    Metric(
        "actions_in_time",
        "Actions done in time",
        "Actions closed by the end of the day they were due, of all that were due in the period.",
        Unit.SHARE,
        value=_done_in_time,
        rows=due,
    )
)
