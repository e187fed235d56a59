"""The clocks on a lead's page: what is promised on its hand-off, and how each promise stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from common.worktime import working_time_between
from leads.models import Handoff, Lead
from leads.one_lead import attempts_in, handoffs_of
from sla.attainment import FIRST_ATTEMPT
from sla.clauses import Form
from sla.models import Clock, Retiming


@dataclass(frozen=True)
class LeadClock:
    """One clock in words: `left` is the working time left (negative when late) of one that runs."""

    what: str
    clock: Clock
    left: timedelta | None = None
    attempts: int | None = None


@dataclass(frozen=True)
class LeadClocks:
    """The promises on a lead's latest hand-off, and how long the person has been waiting in its desk's hours."""

    handoff: Handoff
    rows: list[LeadClock]
    waited: timedelta | None
    answered: bool


def clocks_of_lead(lead: Lead, *, at: datetime) -> LeadClocks | None:
    """What the promises on a lead's latest hand-off show, or None where there are none."""
    handoff = next(iter(handoffs_of(lead)), None)
    standing = Clock.objects.filter(handoff=handoff, void_at=None).select_related("commitment", "desk", "waived_by")
    latest = Retiming.objects.filter(clock=OuterRef("pk")).values("by__name")[:1]
    clocks = list(standing.annotate(retimed_by=Subquery(latest)))
    if not clocks:
        return None
    made = len(attempts_in(handoff))
    first = next((each for each in clocks if not each.owner_id and each.commitment.metric in FIRST_ATTEMPT), None)
    waited = first and (first.took or working_time_between(first.started_at, at, first.hours))
    rows = [_row(clock, made, at) for clock in _shown(clocks, handoff)]
    return LeadClocks(handoff, rows, waited, bool(first and first.done_at))


def _shown(clocks: list[Clock], handoff: Handoff) -> list[Clock]:
    """Of each promise the owner's clock, or the customer's where nobody owns it or only that one runs."""
    of_promise: dict[int, Clock] = {}
    for clock in sorted(
        clocks, key=lambda each: (each.commitment.position, each.owner_id is not None, each.started_at)
    ):
        if clock.owner_id is None or clock.owner_id == handoff.owner_id:
            of_promise[clock.commitment_id] = clock
    return list(of_promise.values())


def _row(clock: Clock, made: int, at: datetime) -> LeadClock:
    running = clock.is_awaited and clock.stopped_at is None
    left = working_time_between(at, clock.due_at, clock.hours) if running else None
    attempts = made if clock.commitment.form == Form.ATTEMPTS else None
    return LeadClock(clock.commitment.act, clock, left, attempts)
