"""Content requests: when marketing's answer to each is due, and how many came in time.

The answer is due when the desk of the agreement closes on the nth working day after somebody asked. While marketing
waits for a reply to what it asked back, nothing is due; each working day of that moves the due day by one, unless
the answer was late already.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from campaigns.models import ContentRequest, RequestEvent
from campaigns.steps import ASK_BACK, WITHDRAWN
from common.hours import Hours
from common.periods import Period, local_day
from common.worktime import NoWorkingTime, add_working_days, closing_time, working_days_between
from sla.attainment import so_far
from sla.models import Agreement

ANSWERED = "requests_answered"


def promise_answers(events: Iterable[RequestEvent]) -> None:
    """Reckon anew when the answer is due to each request that something happened to; twice changes nothing."""
    for asked in ContentRequest.objects.filter(pk__in={event.request_id for event in events}):
        due_at = _due(asked)
        if due_at != asked.due_at:
            asked.promise(due_at)


def _due(asked: ContentRequest) -> datetime | None:
    """By the agreement that was in force when it was asked; None where that promised nothing."""
    agreement = Agreement.objects.in_force_at(asked.asked_at)
    promise = agreement and agreement.promise(ANSWERED)
    if not promise:
        return None
    try:
        return _moved(asked, promise.within_days, agreement.hours)
    except NoWorkingTime:
        return None


def _moved(asked: ContentRequest, within_days: int, hours: Hours) -> datetime:
    """The nth working day after the question, moved by those on which marketing waited for a reply."""
    day = add_working_days(local_day(asked.asked_at, hours.zone), within_days, hours)
    stopped: datetime | None = None
    for event in RequestEvent.objects.standing().filter(request=asked).order_by("pk"):
        if stopped and stopped <= closing_time(day, hours):
            waited = working_days_between(local_day(stopped, hours.zone), local_day(event.at, hours.zone), hours)
            day = add_working_days(day, waited, hours)
        stopped = event.at if event.verb == ASK_BACK.verb else None
    return closing_time(day, hours)


def fell_due(period: Period) -> QuerySet[ContentRequest]:
    """The requests whose answer fell due in the period so far, without what was withdrawn or waits for a reply."""
    due = ContentRequest.objects.filter(due_at__gte=period.start, due_at__lt=so_far(period))
    counted = due.exclude(state=WITHDRAWN).exclude(stopped_at__lte=F("due_at"))
    return counted.select_related("asked_by").order_by("due_at", "pk")
