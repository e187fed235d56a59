"""What is late now, on both sides: cases overdue with sales, and what waits for marketing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from common.periods import local_day
from common.templatetags.words import working
from common.worktime import working_days_between, working_time_between
from leads.models import Handoff
from sla.models import Clock

A_FEW = 2  # working days


@dataclass(frozen=True)
class Late:
    """A case that was missed: by how much working time, and how many working days, so far or until the act."""

    clock: Clock
    by: timedelta

    days: int

    @property
    def words(self) -> str:
        """In working hours, from two days on in working days."""
        return f"{working(self.by)} late" if self.days < A_FEW else f"{self.days} working days late"


def missed() -> QuerySet[Clock]:
    """Every case that was missed by the customer's clock, with what a line of the list shows."""
    return (
        Clock.objects.customers()
        .late()
        .select_related("handoff__lead__company", "handoff__owner", "commitment", "desk")
    )


def late(clocks: list[Clock], *, at: datetime) -> list[Late]:
    """How late each case is, in the working hours that its clock keeps."""
    return [_late(clock, clock.done_at or at) for clock in clocks]


def _late(clock: Clock, until: datetime) -> Late:
    hours = clock.hours
    days = working_days_between(local_day(clock.due_at, hours.zone), local_day(until, hours.zone), hours)
    return Late(clock, working_time_between(clock.due_at, until, hours), days)


def with_marketing() -> QuerySet[Handoff]:
    """Hand-offs that sales sent back to be completed, or to be merged, the longest waiting first."""
    rows = Handoff.objects.in_repair().select_related("lead__company", "owner", "lead__marketing_owner")
    return rows.order_by("repair_since", "pk")
