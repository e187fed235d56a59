"""Who hears of a missed promise: its owner, and the head of the side that made it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from notifications.outbox import tell

BREACHED = "sla.breached"


class Breach(NamedTuple):
    """A clock that the sweep has just found overdue; without an owner it is the customer's."""

    clock_id: int
    owner_id: int | None
    side: str


def tell_of_breaches(breaches: Iterable[Breach], *, at: datetime) -> None:
    """Tell each person once of all that a sweep found: owners of their own clocks, heads of the customer's."""
    of_owner: dict[int, list[int]] = defaultdict(list)
    of_side: dict[str, list[int]] = defaultdict(list)
    for breach in breaches:
        (of_owner[breach.owner_id] if breach.owner_id else of_side[breach.side]).append(breach.clock_id)
    for owner in User.objects.active().in_bulk(of_owner).values():
        _tell([owner], of_owner[owner.pk], at=at)
    for side, clocks in of_side.items():
        _tell(User.objects.heads_of(side), clocks, at=at)


def _tell(people: Iterable[User], clocks: list[int], *, at: datetime) -> None:
    """A clock is found once, so the first of them names the occasion."""
    tell(people, BREACHED, {"clocks": sorted(clocks)}, key=f"{BREACHED}:{min(clocks)}", at=at)
