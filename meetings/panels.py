"""What this app shows on pages around it: words in the menu, the way to the agenda, the next meeting."""

from typing import Any
from zoneinfo import ZoneInfo

from accounts.access import Side, allowed
from accounts.models import User
from common import clock as db_clock
from common.badges import badge
from common.hours import WEEKDAYS
from common.once import once
from common.panels import panel
from meetings.links import LEAD
from meetings.models import Action, Meeting


@once
def coming(user: User) -> Meeting | None:
    """The next meeting, which several parts of a page speak of."""
    return Meeting.objects.visible_to(user).next()


@badge("meetings")
def next_day(user: User) -> str:
    """ "Mon", "today", or "now" while one is under way."""
    meeting = coming(user)
    if meeting is None or meeting.is_open:
        return "now" if meeting else ""
    zone = ZoneInfo(meeting.series.zone)
    starts, now = meeting.starts_at.astimezone(zone), db_clock.now().astimezone(zone)
    return "today" if starts.date() == now.date() else WEEKDAYS[starts.weekday()][:3]


@badge("actions")
def to_do(user: User) -> str:
    """How many actions are one's own to do."""
    return str(Action.objects.visible_to(user).open().of(user).count() or "")


@panel("lead", "meetings/_put_on_agenda.html", order=80)
def talk_about_lead(lead: int, user: User) -> dict[str, Any] | None:
    """A word about this lead on the next meeting's agenda."""
    return _agenda(user, kind=LEAD, about=lead)


@panel("scorecard", "meetings/_put_on_agenda.html", order=80)
def talk_about_scorecard(object_id: int, user: User) -> dict[str, Any] | None:
    return _agenda(user, kind="", about="", apart=True)


@panel("home", "meetings/_home.html", order=40)
def next_meeting(object_id: int, user: User) -> dict[str, Any] | None:
    """The next meeting, and what one has taken on."""
    meeting = coming(user)
    mine = list(Action.objects.visible_to(user).open().of(user).order_by("due_on", "pk"))
    return {"meeting": meeting, "mine": mine} if meeting or mine else None


@panel("late_marketing", "meetings/_late.html")
def late_actions_of_marketing(object_id: int, user: User) -> dict[str, Any] | None:
    return _late_actions(Side.MARKETING, user)


@panel("late_sales", "meetings/_late.html")
def late_actions_of_sales(object_id: int, user: User) -> dict[str, Any] | None:
    return _late_actions(Side.SALES, user)


def _late_actions(side: Side, user: User) -> dict[str, Any] | None:
    """What people of a side have taken on and not done by its day."""
    actions = [action for action in _overdue(user) if action.owner.side == side]
    return {"actions": actions} if actions else None


@once
def _overdue(user: User) -> list[Action]:
    today = db_clock.now().astimezone(user.tz).date()
    return list(Action.objects.visible_to(user).overdue(on=today).with_people().order_by("due_on", "pk"))


def _agenda(user: User, **about: Any) -> dict[str, Any] | None:
    if not allowed(user, "meeting.minute"):
        return None
    meeting = coming(user)
    return {"meeting": meeting, **about} if meeting else None
