"""How well the promises with a clock were kept: the figures of a period, read from the customer's clocks.

Attainment = met / (met + missed), over what fell due in the period so far: what is not due yet
counts neither way, what is overdue and open counts as missed at once, what was excused or became
void is left out (FORMULAS 4.3). How long it took is told by the median, the ninetieth percentile
and the share that was answered at all, never by the mean.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db.models import Count, DateTimeField, F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least

from accounts.models import User
from common.clock import NOW
from common.periods import Period
from sla.models import Clock

FIRST_ATTEMPT = ("first_attempt_attainment", "first_attempt_attainment_hot")
KEPT = Q(done_at__lte=F("due_at"))


def so_far(period: Period) -> Least:
    """The end of what a figure of the period counts: its own, or the database's now while it lasts."""
    return Least(Value(period.end), RawSQL(f"({NOW})", (), output_field=DateTimeField()))


def fell_due(metrics: Sequence[str], period: Period) -> QuerySet[Clock]:
    """The cases of these commitments that fell due in the period so far, in that order."""
    due = Clock.objects.customers().measuring(*metrics).counted().due_between(period.start, so_far(period))
    return due.select_related("handoff__lead__company", "commitment").order_by("due_at", "pk")


def kept_of(clocks: QuerySet[Clock]) -> tuple[int, int]:
    """How many of these cases were kept, and how many there are."""
    counts = clocks.order_by().aggregate(kept=Count("pk", filter=KEPT), cases=Count("pk"))
    return counts["kept"], counts["cases"]


def attainment(metric: str, period: Period) -> float | None:
    """The share of cases kept, or None where nothing fell due."""
    kept, cases = kept_of(fell_due([metric], period))
    return kept / cases if cases else None


def excused(period: Period) -> QuerySet[Clock]:
    """Cases that the other side's head excused, by when they were due."""
    rows = Clock.objects.customers().filter(waived_at__isnull=False).due_between(period.start, so_far(period))
    return rows.select_related("handoff__lead__company", "commitment", "waived_by").order_by("due_at", "pk")


def times(period: Period, metrics: Sequence[str] = FIRST_ATTEMPT) -> list[timedelta | None]:
    """The working time each case took to its first attempt or return, shortest first; None for those still waiting."""
    took = fell_due(metrics, period).order_by(F("took").asc(nulls_last=True))
    return list(took.values_list("took", flat=True))


def percentile(times: Sequence[timedelta | None], share: float) -> timedelta | None:
    """The time within which that share of the cases was answered, or None where it was not, or there are none."""
    return times[ceil(share * len(times)) - 1] if times else None


def response(share: float, period: Period) -> timedelta | None:
    return percentile(times(period), share)


def coverage(period: Period) -> float | None:
    """The share of cases that were answered at all, however late."""
    took = times(period)
    return sum(each is not None for each in took) / len(took) if took else None


@dataclass(frozen=True)
class RepLine:
    """How one rep kept the promise by their own clock."""

    rep: User
    kept: int
    cases: int
    median: timedelta | None

    @property
    def share(self) -> float:
        return self.kept / self.cases


def by_rep(period: Period, user: User) -> list[RepLine]:
    """Each rep's own clocks, for that rep and the head of sales alone; the most cases first."""
    clocks = Clock.objects.visible_to(user).owners().measuring(*FIRST_ATTEMPT).counted()
    of_rep: dict[User, list[Clock]] = defaultdict(list)
    for clock in clocks.due_between(period.start, so_far(period)).select_related("owner__team"):
        of_rep[clock.owner].append(clock)
    return sorted((_rep_line(rep, rows) for rep, rows in of_rep.items()), key=lambda line: (-line.cases, str(line.rep)))


def _rep_line(rep: User, clocks: list[Clock]) -> RepLine:
    took = sorted(clock.took for clock in clocks if clock.took is not None)
    waiting = [None] * (len(clocks) - len(took))
    return RepLine(rep, sum(clock.is_met for clock in clocks), len(clocks), percentile([*took, *waiting], 0.5))
