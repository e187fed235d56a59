"""How well the promises with a clock were kept: the figures of a period, read from the customer's clocks.

Attainment = met / (met + missed), over what fell due in the period so far: what is not due yet
counts neither way, what is overdue and open counts as missed at once, what was excused or became
void is left out (FORMULAS 4.3). How long it took is told by the median, the ninetieth percentile
and the share that was answered at all, never by the mean.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, FloatField, IntegerField, Q, QuerySet
from django.db.models.functions import Cast, Ceil, Extract

from accounts.models import User
from common import clock as db_clock
from common.measures import NEVER, Percentile
from common.once import once
from common.periods import Period
from leads.models import PutOff
from sla.clauses import CLAUSES, FIRST_ATTEMPT, Form
from sla.models import Clock, Commitment

DEADLINES = frozenset(key for key, clause in CLAUSES.items() if clause.form == Form.DEADLINE)
KEPT = Q(done_at__lte=F("due_at"))


def so_far(period: Period) -> datetime:
    """The end of what a figure of the period counts: its own, or the database's now while it lasts.

    Read before the statement and not in it: the planner then knows how much will be found.
    """
    return min(period.end, db_clock.now())


@once
def metric_of() -> dict[int, str]:
    """The figure that each commitment is measured by, of all versions."""
    return dict(Commitment.objects.order_by().values_list("pk", "metric"))


def commitments(metrics: Collection[str]) -> list[int]:
    """The ids of the commitments that these figures measure."""
    return [pk for pk, metric in metric_of().items() if metric in metrics]


def fell_due(metrics: Collection[str], period: Period) -> QuerySet[Clock]:
    """The cases of these commitments that fell due in the period so far, in that order."""
    due = Clock.objects.customers().filter(commitment__in=commitments(metrics)).counted()
    due = due.due_between(period.start, so_far(period))
    return due.select_related("handoff__lead__company", "commitment").order_by("due_at", "pk")


@once
def kept_of_all(period: Period) -> dict[str, tuple[int, int]]:
    """Of each figure with clocks how many cases were kept, and how many fell due, in one look."""
    due = Clock.objects.customers().counted().due_between(period.start, so_far(period)).order_by()
    counted = due.values_list("commitment").annotate(kept=Count("pk", filter=KEPT), cases=Count("pk"))
    measured, of_all = metric_of(), dict[str, tuple[int, int]]()
    for commitment, kept, cases in counted:
        metric = measured[commitment]
        kept_before, cases_before = of_all.get(metric, (0, 0))
        of_all[metric] = kept_before + kept, cases_before + cases
    return of_all


def kept_and_due(metrics: Sequence[str], period: Period) -> tuple[int, int]:
    """How many cases were kept, and how many fell due."""
    found = [kept_of_all(period).get(metric, (0, 0)) for metric in metrics]
    return sum(kept for kept, _ in found), sum(cases for _, cases in found)


def counted(metric: str, period: Period) -> dict[str, int]:
    """The parts of one figure's share, from the one look at all of them."""
    kept, cases = kept_and_due([metric], period)
    return {"part": kept, "cases": cases}


def excused(period: Period) -> QuerySet[Clock]:
    """Cases that the other side's head excused, by when they were due."""
    rows = Clock.objects.customers().filter(waived_at__isnull=False).due_between(period.start, so_far(period))
    return rows.select_related("handoff__lead__company", "commitment", "waived_by").order_by("due_at", "pk")


def put_off(period: Period) -> QuerySet[PutOff]:
    """Times for which people asked to be left, by when it was written down."""
    rows = PutOff.objects.standing().filter(at__gte=period.start, at__lt=so_far(period))
    return rows.select_related("handoff__lead__company", "by").order_by("at", "pk")


TIMES = {
    "cases": Count("pk"),
    "answered": Count("took"),
    "median": Percentile("took", 0.5),
    "ninetieth": Percentile("took", 0.9),
}


@dataclass(frozen=True)
class Responses:
    """How long the cases took to their first attempt or return: None where that share was not answered at all."""

    cases: int
    answered: int
    median: timedelta | None
    ninetieth: timedelta | None

    @property
    def coverage(self) -> float | None:
        """The share of cases that were answered at all, however late."""
        return self.answered / self.cases if self.cases else None


def responses(period: Period, metrics: Sequence[str] = FIRST_ATTEMPT) -> Responses:
    """The working time from hand-off to first attempt or return, of the cases that fell due in the period."""
    return _told(fell_due(metrics, period).order_by().aggregate(**TIMES))


@once
def responses_of_each(period: Period) -> dict[str, Responses]:
    """The same of each figure of deadlines of which anything fell due, in one look."""
    due = fell_due(DEADLINES, period).order_by().values("commitment__metric")
    return {row.pop("commitment__metric"): _told(row) for row in due.annotate(**TIMES)}


def _told(times: dict[str, Any]) -> Responses:
    known = {name: None if value == NEVER else value for name, value in times.items()}
    return Responses(**known)


def steps(period: Period, metric: str, step: timedelta) -> Counter[int]:
    """How many answered cases took how many steps of working time, a step begun counting as one; none at all is 0."""
    answered = fell_due([metric], period).order_by().filter(took__isnull=False)
    seconds = Cast(Extract("took", "epoch"), FloatField())
    of_step = Cast(Ceil(seconds / step.total_seconds()), IntegerField())
    counted = answered.annotate(step=of_step).values_list("step").annotate(count=Count("pk"))
    return Counter(dict(counted))


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
    of_each = _of_reps(period, user).order_by().values_list("owner")
    figures = of_each.annotate(kept=Count("pk", filter=KEPT), cases=Count("pk"), median=Percentile("took", 0.5))
    reps = User.objects.only("name", "email").in_bulk([rep for rep, *_ in figures])
    lines = [RepLine(reps[rep], kept, n, None if took == NEVER else took) for rep, kept, n, took in figures]
    return sorted(lines, key=lambda line: (-line.cases, str(line.rep)))


def of_rep(period: Period, user: User, rep: int) -> QuerySet[Clock]:
    """The clocks behind one rep's line, in the order in which they fell due, as far as `user` may see them."""
    return _of_reps(period, user).filter(owner=rep).select_related("handoff__lead__company", "commitment")


def _of_reps(period: Period, user: User) -> QuerySet[Clock]:
    clocks = Clock.objects.visible_to(user).owners().filter(commitment__in=commitments(FIRST_ATTEMPT)).counted()
    return clocks.due_between(period.start, so_far(period))
