"""What depends on a person, where somebody goes away or leaves, and the settings of leads."""

from typing import Any

from accounts.access import Role
from accounts.models import User
from common import clock as db_clock
from common.panels import panel
from leads.leaving import book_of
from leads.models import Handoff


@panel("settings", "leads/_settings.html", order=20)
def settings(object_id: int, user: User) -> dict[str, Any]:
    """The pages of settings that belong to leads; everyone may read them."""
    return {}


@panel("leaving", "leads/_leaving.html")
def in_hand(object_id: int, user: User) -> dict[str, Any] | None:
    """What a person who leaves would leave behind: hand-offs, deals, leads, companies, rules that name them."""
    counts = book_of(User(pk=object_id), at=db_clock.now()).counts()
    return {"counts": counts} if any(counts.values()) else None


@panel("away", "leads/_away.html")
def what_would_move(object_id: int, user: User) -> dict[str, Any] | None:
    """What a rep's cover would get."""
    if not user.has_role(Role.REP):
        return None
    return {"open_handoffs": Handoff.objects.open().filter(owner=object_id).count()}
