from accounts.models.calendar import Absence, Closure, WorkCalendar, calendar_of, hours_of
from accounts.models.team import Team
from accounts.models.token import ApiToken, IdempotentAnswer, Scope
from accounts.models.user import User, check_zone

__all__ = [
    "Absence",
    "ApiToken",
    "Closure",
    "IdempotentAnswer",
    "Scope",
    "Team",
    "User",
    "WorkCalendar",
    "calendar_of",
    "check_zone",
    "hours_of",
]
