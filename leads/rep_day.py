"""A rep's day: the open hand-offs in the order in which they want attention.

A plain calculation over rows that were fetched once. Each hand-off stands in one group only,
the most urgent it fits; within a group the earliest deadline comes first, and hot ones before
the rest of the same deadline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.text import capfirst

from accounts.models import User
from common.hours import Hours
from common.worktime import working_time_between
from leads.models import Attempt, Handoff, Lead, Opportunity, PutOff

NOTHING: Mapping[int, PutOff] = {}


class Group(StrEnum):
    """Why a hand-off is on the list today; the value is the heading."""

    ASKED_FOR = "Asked to be called today"
    REPAIRED = "Completed by marketing"
    OVERDUE = "Overdue"
    NEW = "New"
    CALL_BACKS = "Call-backs"
    DUE_TODAY = "Due today"
    WORKING = "In progress"
    LATER = "Asked for later"
    UNASSIGNED = "Nobody's yet"
    OWN = "Found yourself"
    DEALS = "Open deals"
    IN_REPAIR = "With marketing for repair"


@dataclass(frozen=True)
class Item:
    """One row of the queue: a hand-off, the deal that came of one, or a lead that the rep found.

    `left` is the working time to the deadline, negative when late.
    """

    group: Group
    handoff: Handoff | None = None
    deal: Opportunity | None = None
    found: Lead | None = None
    due_at: datetime | None = None
    due_for: str = ""
    left: timedelta | None = None

    @property
    def lead(self) -> Lead:
        """Whom it is about; not read until it is shown."""
        row = self.deal or self.handoff
        return row.lead if row else self.found

    @property
    def points(self) -> Decimal | None:
        """The points that a hand-off was made with; None where it was qualified by hand."""
        return self.handoff.total if self.handoff else None

    @property
    def hot(self) -> bool:
        """Whether it is to be called first; a deal has been."""
        return self.deal is None and self.handoff is not None and self.handoff.hot

    @property
    def says(self) -> str:
        """Of a deal what it is called, of what waits for a decision why it came, else what is next."""
        if self.deal:
            return f"{self.deal.name or 'Deal'}{', amount estimated' if self.deal.estimated else ''}"
        if self.handoff and self.handoff.is_pending:
            return self.handoff.why
        return capfirst(self.due_for) or ("Nothing planned: add the next step" if self.handoff else "Found by you")


@dataclass
class Day:
    """The queue: groups in order, and how many of them wait for the rep."""

    groups: dict[Group, list[Item]] = field(default_factory=dict)

    @property
    def items(self) -> list[Item]:
        return [item for items in self.groups.values() for item in items]

    @property
    def waiting(self) -> int:
        """How many want something today."""
        idle = {Group.WORKING, Group.LATER, Group.OWN, Group.DEALS, Group.IN_REPAIR, Group.UNASSIGNED}
        return sum(len(items) for group, items in self.groups.items() if group not in idle)

    def has_some_for(self, user: User) -> bool:
        """Whether something of this person's pool waits for whoever takes the next one."""
        return any(item.handoff.pool_id == user.team_id for item in self.groups.get(Group.UNASSIGNED, ()))

    def find(self, pk: int | None) -> Item | None:
        """The row of a hand-off, else the first row."""
        items = [item for item in self.items if item.handoff]
        return next((item for item in items if item.handoff.pk == pk), items[0] if items else None)


def plan_day(
    handoffs: Iterable[Handoff],
    call_backs: Mapping[int, datetime],
    repaired: set[int],
    deals: Iterable[Opportunity] = (),
    own: Iterable[tuple[Lead, Attempt | None]] = (),
    *,
    at: datetime,
    zone: ZoneInfo,
    hours: Hours | None,
    put_offs: Mapping[int, PutOff] = NOTHING,
) -> Day:
    """Sort open hand-offs into the groups of a day.

    `call_backs` says when to call back where the latest attempt of a hand-off asked for it, `repaired` are
    the ids that marketing has completed, `deals` the open deals in their order, `own` the leads that
    the rep found, each with its latest attempt: they come after every hand-off. `put_offs` says until
    when people asked to be left; `hours` are the rep's, to tell time left as working time.
    """
    items = [
        _later(handoff, put_offs[handoff.pk], at, zone, hours)
        if _is_later(handoff, put_offs.get(handoff.pk), at, zone)
        else _item(handoff, call_backs.get(handoff.pk), repaired, at, zone, hours)
        for handoff in handoffs
    ]
    items.sort(key=_urgency)
    items += sorted((_found(lead, attempt, at, hours) for lead, attempt in own), key=_by_call_back)
    items += [Item(Group.DEALS, deal.handoff, deal) for deal in deals]
    return Day({group: rows for group in Group if (rows := [item for item in items if item.group == group])})


def _item(
    handoff: Handoff,
    call_back: datetime | None,
    repaired: set[int],
    at: datetime,
    zone: ZoneInfo,
    hours: Hours | None,
) -> Item:
    deadlines = [(handoff.due_at, handoff.due_for), (handoff.next_step_at, handoff.next_step)]
    if call_back:
        deadlines.append((call_back, "call back"))
    due_at, due_for = min((pair for pair in deadlines if pair[0]), default=(None, ""))
    left = _left(at, due_at, hours)
    group = _group(handoff, call_back, repaired, due_at, at, zone)
    return Item(group, handoff, due_at=due_at, due_for=due_for, left=left)


def _is_later(handoff: Handoff, put_off: PutOff | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the day they asked for decides; what the rep plans for before that day comes first."""
    if put_off is None or not handoff.is_open or handoff.repair_since:
        return False
    today = at.astimezone(zone).date()
    planned = handoff.next_step_at and handoff.next_step_at.astimezone(zone).date() <= today
    return not planned or put_off.until_at.astimezone(zone).date() <= today


def _later(handoff: Handoff, put_off: PutOff, at: datetime, zone: ZoneInfo, hours: Hours | None) -> Item:
    """On top on the day they asked for; until then out of the way."""
    until = put_off.until_at
    comes_today = until.astimezone(zone).date() <= at.astimezone(zone).date()
    left = working_time_between(at, until, hours) if hours else until - at
    asked = f"asked for later until {until.astimezone(zone):%-d %B}"
    said = f"{asked}: {put_off.note}" if put_off.note else asked
    return Item(Group.ASKED_FOR if comes_today else Group.LATER, handoff, due_at=until, due_for=said, left=left)


def _found(lead: Lead, latest: Attempt | None, at: datetime, hours: Hours | None) -> Item:
    """A lead that the rep found: due when its person asked to be called back."""
    due_at = latest and latest.call_back_at
    left = _left(at, due_at, hours)
    return Item(Group.OWN, found=lead, due_at=due_at, due_for="call back" if due_at else "", left=left)


def _by_call_back(item: Item) -> tuple[bool, datetime, int]:
    return item.due_at is None, item.due_at or item.lead.stage_at, item.lead.pk


def _left(at: datetime, due_at: datetime | None, hours: Hours | None) -> timedelta | None:
    return working_time_between(at, due_at, hours) if due_at and hours else due_at and due_at - at


def _group(
    handoff: Handoff,
    call_back: datetime | None,
    repaired: set[int],
    due_at: datetime | None,
    at: datetime,
    zone: ZoneInfo,
) -> Group:
    if handoff.repair_since:
        return Group.IN_REPAIR
    if handoff.owner_id is None:
        return Group.UNASSIGNED
    if handoff.is_pending and handoff.pk in repaired:
        return Group.REPAIRED
    if due_at and due_at < at:
        return Group.OVERDUE
    if handoff.is_pending:
        return Group.NEW
    if not due_at or due_at.astimezone(zone).date() > at.astimezone(zone).date():
        return Group.WORKING
    return Group.CALL_BACKS if call_back == due_at else Group.DUE_TODAY


def _urgency(item: Item) -> tuple[bool, datetime, bool, int]:
    due_at = item.due_at or item.handoff.made_at
    return item.due_at is None, due_at, not item.handoff.hot, item.handoff.pk
