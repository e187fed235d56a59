"""Who hears of a promise that is about to fall due, that was missed, or that still waits long after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from accounts.access import Side
from accounts.models import User
from notifications.outbox import tell

if TYPE_CHECKING:
    from sla.models.clock import Clock

REMINDER, BREACHED, GIVE_ON, REROUTED = "sla.reminder", "sla.breached", "sla.give_on", "sla.rerouted"


class Breach(NamedTuple):
    """A clock that the sweep has just found overdue: the customer's, or that of the owner it tells to act."""

    clock_id: int
    owner_id: int | None
    side: str
    of_customer: bool


def remind(clocks: Iterable[Clock], *, at: datetime) -> None:
    """Remind whoever has to act: of a hot lead by itself, of all others that come at this moment by one notice."""
    bundles: dict[User, list[Clock]] = defaultdict(list)
    for clock in clocks:
        if not (person := clock.whose_turn):
            continue
        if clock.handoff.hot:
            _remind(person, [clock], at=at)
        else:
            bundles[person].append(clock)
    for person, theirs in bundles.items():
        _remind(person, theirs, at=at)


def _remind(person: User, clocks: list[Clock], *, at: datetime) -> None:
    """A clock comes to each of its rungs once, so the first of them names the occasion."""
    first = min(clocks, key=lambda clock: clock.pk)
    ids = {"clocks": sorted(clock.pk for clock in clocks), "hot": first.handoff.hot}
    tell([person], REMINDER, ids, key=f"{REMINDER}:{first.pk}:{first.climbed}", at=at)


def tell_of_breaches(breaches: Iterable[Breach], *, at: datetime) -> None:
    """Tell each person once of all that a sweep found: who should have acted, and heads of the customer's clocks."""
    of_owner: dict[int, list[int]] = defaultdict(list)
    of_side: dict[str, list[int]] = defaultdict(list)
    for breach in breaches:
        if breach.owner_id:
            of_owner[breach.owner_id].append(breach.clock_id)
        if breach.of_customer:
            of_side[breach.side].append(breach.clock_id)
    for owner in User.objects.active().in_bulk(of_owner).values():
        _tell([owner], {"clocks": sorted(of_owner[owner.pk])}, at=at)
    for side, clocks in of_side.items():
        _tell(User.objects.heads_of(side), {"clocks": sorted(clocks), "head": True}, at=at)


def _tell(people: Iterable[User], ids: dict, *, at: datetime) -> None:
    """A clock is found once, so the first of them names the occasion."""
    tell(people, BREACHED, ids, key=f"{BREACHED}:{ids['clocks'][0]}", at=at)


def tell_heads_to_give_on(clock: Clock, *, at: datetime) -> None:
    """The heads of sales decide whether a colleague gets what still waits long after it was due."""
    heads = User.objects.heads_of(Side.SALES)
    tell(heads, GIVE_ON, {"clock": clock.pk}, key=f"{GIVE_ON}:{clock.pk}", at=at)


def tell_of_reroute(clock: Clock, *, at: datetime) -> None:
    """Who let a lead wait learns that it went, and so do the heads of sales; who has it now is told of a lead."""
    people = {clock.owner_id: clock.owner} | User.objects.heads_of(Side.SALES).in_bulk()
    tell(people.values(), REROUTED, {"clock": clock.pk}, key=f"{REROUTED}:{clock.pk}", at=at)
