"""Briefs: whether sales had each campaign's brief as many working days before its first day as was agreed.

The day is reckoned from the first day as it stands, by the agreement in force and its working days: who moves a
campaign moves its brief. What was due before the first agreement took effect was promised by nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.models import Campaign
from common.periods import Period, local_day
from common.worktime import NoWorkingTime, add_working_days, closing_time
from sla.attainment import so_far
from sla.models import Agreement, Commitment

BRIEFED = "briefs_in_time"
AHEAD = timedelta(days=366)  # no agreement counts more working days


@dataclass(frozen=True)
class Due:
    """A campaign, when its brief was due, and when it was given."""

    campaign: Campaign
    due_at: datetime
    given_at: datetime | None

    @property
    def is_kept(self) -> bool:
        return self.given_at is not None and self.given_at <= self.due_at

    def __str__(self) -> str:
        return str(self.campaign)


def due_at(starts_on: date, promise: Commitment) -> datetime | None:
    """When the brief is due on a campaign that starts on a day: as the desk closes on the nth working day before."""
    hours = promise.agreement.hours
    try:
        return closing_time(add_working_days(starts_on, -promise.within_days, hours), hours)
    except NoWorkingTime:
        return None


def fell_due(period: Period) -> list[Due]:
    """The campaigns whose brief fell due in the period so far, the first due first."""
    until = so_far(period)
    agreement = Agreement.objects.in_force_at(until)
    promise = agreement and agreement.promise(BRIEFED)
    if not promise:
        return []
    since = agreement.promised_from(period)
    starting = Campaign.objects.filter(starts_on__gte=period.start_on, starts_on__lte=period.end_on + AHEAD)
    found = [(due_at(each.starts_on, promise), each) for each in starting.select_related("brief")]
    due = [Due(each, at, _given_at(each)) for at, each in found if at and since <= at < until]
    return sorted(due, key=lambda row: (row.due_at, row.campaign.pk))


def overdue(*, at: datetime) -> list[Due]:
    """The campaigns still to start of which sales should have had the brief by now, the first due first."""
    agreement = Agreement.objects.ruling()
    promise = agreement and agreement.promise(BRIEFED)
    if not promise:
        return []
    today = local_day(at, agreement.zone)
    coming = Campaign.objects.filter(starts_on__gte=today, starts_on__lte=today + AHEAD, brief=None)
    due = [(due_at(each.starts_on, promise), each) for each in coming.order_by("starts_on", "pk")]
    return [Due(each, moment, None) for moment, each in due if moment and moment < at]


def _given_at(campaign: Campaign) -> datetime | None:
    brief = getattr(campaign, "brief", None)
    return brief and brief.given_at
