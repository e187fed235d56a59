"""What is late now, on both sides: cases overdue with sales, and what waits for marketing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.access import Side
from common.periods import local_day
from common.templatetags.words import working
from common.worktime import working_days_between, working_time_between
from leads.models import Handoff, Lead
from sla.models import Clock

A_FEW = 2  # working days
# What a line shows of a hand-off beside who has to act; leads and hand-offs are wide.
OF_HANDOFF = ("owner", "closed_at", "lead__company__name", *(f"lead__{name}" for name in Lead.NAMED_BY))
OWNERS = {Side.SALES: "owner", Side.MARKETING: "lead__marketing_owner"}  # who has to act, from a hand-off


@dataclass(frozen=True)
class Late:
    """A case that was missed: by how much working time, and how many working days, so far or until the act."""

    clock: Clock
    by: timedelta

    days: int

    @property
    def whose(self) -> str:
        """Who has to act, of the side that promised it."""
        handoff = self.clock.handoff
        if self.clock.commitment.side == Side.MARKETING:
            return str(handoff.lead.marketing_owner or "marketing")
        return str(handoff.owner or "nobody owns it")

    @property
    def words(self) -> str:
        """In working hours, from two days on in working days."""
        return f"{working(self.by)} late" if self.days < A_FEW else f"{self.days} working days late"


def missed(side: str) -> QuerySet[Clock]:
    """Every case that a side missed by the customer's clock, with what a line of the list shows."""
    cases = Clock.objects.customers().late().filter(commitment__side=side)
    owner, shown = OWNERS[Side(side)], ("due_at", "done_at", "void_at", "commitment", "desk")
    of_handoff = [f"handoff__{name}" for name in (*OF_HANDOFF, *_named(owner))]
    cases = cases.select_related("commitment", "desk", "handoff__lead__company", f"handoff__{owner}")
    return cases.only(*shown, *of_handoff)


def late(clocks: list[Clock], *, at: datetime) -> list[Late]:
    """How late each case is, in the working hours that its clock keeps."""
    return [_late(clock, clock.done_at or at) for clock in clocks]


def _late(clock: Clock, until: datetime) -> Late:
    hours = clock.hours
    days = working_days_between(local_day(clock.due_at, hours.zone), local_day(until, hours.zone), hours)
    return Late(clock, working_time_between(clock.due_at, until, hours), days)


def with_marketing(late: Iterable[Late]) -> QuerySet[Handoff]:
    """Hand-offs that sales sent back to be completed, or to be merged, the longest waiting first; without those that
    stand among the late ones.
    """
    rows = Handoff.objects.in_repair().select_related("lead__company", *OWNERS.values())
    rows = rows.only("repair_since", *OF_HANDOFF, *_named(*OWNERS.values()))
    return rows.exclude(pk__in=[each.clock.handoff_id for each in late]).order_by("repair_since", "pk")


def _named(*people: str) -> list[str]:
    """The columns that people are called by."""
    return [f"{who}__{name}" for who in people for name in ("name", "email")]
