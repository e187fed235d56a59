from accounts.models.calendar import Absence, Closure, WorkCalendar
from accounts.models.team import Team
from accounts.models.token import ApiToken, IdempotentAnswer
from accounts.models.user import User

__all__ = ["Absence", "ApiToken", "Closure", "IdempotentAnswer", "Team", "User", "WorkCalendar"]
