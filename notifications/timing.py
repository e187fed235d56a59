"""When a notice reaches a person: at once, when they work next, or with the others of its half day."""

from datetime import datetime, time, timedelta

from accounts.models import User, hours_of
from common.hours import Hours
from common.worktime import NoWorkingTime, next_opening

# What is bundled comes twice a day, by the person's own clock, or when their desk opens after that.
BUNDLES = (time(8), time(14))


def opening_for(person: User, at: datetime) -> datetime:
    """When the person works next, which may be now. Someone with no known working hours is always at work."""
    return _opening(_hours(person), at)


def bundle_for(person: User, at: datetime) -> datetime:
    """When the next bundle comes: in the morning or in the afternoon, and within the person's hours."""
    hours, today = _hours(person), at.astimezone(person.tz).date()
    days = (today + timedelta(days=n) for n in (0, 1))
    moments = (_opening(hours, datetime.combine(day, bundle, person.tz)) for day in days for bundle in BUNDLES)
    return next(moment for moment in moments if moment >= at)


def _hours(person: User) -> Hours | None:
    try:
        return hours_of(person)
    except ValueError:
        return None


def _opening(hours: Hours | None, at: datetime) -> datetime:
    try:
        return next_opening(at, hours) if hours else at
    except NoWorkingTime:
        return at
