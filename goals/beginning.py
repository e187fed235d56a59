"""When what a plan needs has to begin: its MQLs and leads moved to earlier months by how long customers really take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from common.periods import Period, local_day
from goals.funnel import earlier
from goals.history import ENOUGH
from goals.models import Plan
from goals.spread import months, shares


@dataclass(frozen=True)
class Begin:
    """What has to come in during one month; too late where that month was over when the plan was made."""

    month: Period
    mqls: int
    leads: int
    is_late: bool


def begins(plan: Plan, *, at: datetime) -> list[Begin]:
    """Month by month what has to come in for the plan's new deals, from the earliest on.

    Empty while fewer than ten of our own customers say how long they took.
    """
    needs, lags = plan.needs, {name: _lags(plan, name) for name in ("mql", "leads")}
    if not all(lags.values()):
        return []
    first, share = months(plan.span)[0], shares(months(plan.span), plan.span, plan.hours)
    mqls = _whole(earlier([needs.mql * part for part in share], lags["mql"]))
    leads = _whole(earlier([needs.leads * part for part in share], lags["leads"]))
    today, found = local_day(plan.judged_at(at), plan.span.zone), []
    for place in sorted(mqls.keys() | leads.keys()):
        month = _moved(first, place)
        found.append(Begin(month, mqls.get(place, 0), leads.get(place, 0), month.end_on <= today))
    return [begin for begin in found if begin.mqls or begin.leads]


def _lags(plan: Plan, name: str) -> dict[int, Fraction]:
    """The share of customers that took that many months."""
    took = plan.months_to_customer(name)
    count = sum(took.values())
    return {months: Fraction(each, count) for months, each in took.items()} if count >= ENOUGH else {}


def _whole(counts: dict[int, Fraction]) -> dict[int, int]:
    """In whole ones, rounded up as it adds up, so that together they are the whole need rounded up."""
    given, so_far, whole = 0, Fraction(0), {}
    for place, count in counts.items():
        so_far += count
        whole[place] = ceil(so_far) - given
        given += whole[place]
    return whole


def _moved(month: Period, by: int) -> Period:
    for _ in range(abs(by)):
        month = month.next() if by > 0 else month.previous()
    return month
