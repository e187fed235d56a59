"""What our own last year says of the numbers a plan assumes, and how sure one can be of it.

A rate counts what was decided in the year: those that reached the next stage in it, and those
that left the path instead, by the day they did. Who is still on the way counts neither way, except
among leads, which never finish: there it is those that came in within the year. Leads that sales
found itself are in none of it; imported history is.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import NormalDist
from typing import Any, Self

from django.db.models import Aggregate, Avg, Count, DurationField, F, FloatField, Q, QuerySet, StdDev, Sum
from django.db.models.functions import Cast, Extract, Floor, TruncDate

from campaigns.models import Traffic
from common.estimates import interval
from common.hours import zone_named
from common.periods import Period, local_day
from leads.models import Episode, Opportunity
from leads.models.lead import Origin
from leads.models.opportunity import FROM_MARKETING, DealState, DealType
from leads.money import WON_AMOUNT, frozen

YEAR = timedelta(days=365)
MONTH = YEAR / 12
LEVEL = 0.9  # a range holds the truth nine times out of ten
FEW = 30  # cases; fewer are a small sample, and the page says so
ENOUGH = 10  # cases from which on a draft takes the measured value for its own

# Each rate of a plan: the stage it starts at, the one it ends at, and how one leaves the path in between.
RATES = {
    "acceptance": ("mql", "sal", ("recycled", "disqualified")),
    "sal_to_opportunity": ("sal", "opportunity", ("recycled", "disqualified")),
    "win_rate": ("opportunity", "customer", ("lost",)),
}
LAGS = {
    "lead_to_mql_days": ("lead", "mql"),
    "mql_to_sal_days": ("mql", "sal"),
    "sal_to_opportunity_days": ("sal", "opportunity"),
    "opportunity_to_customer_days": ("opportunity", "customer"),
}


OURS = {"self_sourced": False, "lead__origin": Origin.MARKETING}

# What has to begin in time, by the stage whose beginning counts.
BEGINS = {"leads": "lead", "mql": "mql"}


class Median(Aggregate):
    """PostgreSQL's interpolated median."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Measured:
    """One number of our own history: its value, the range it plausibly lies in, and of how many cases.

    Rates run from 0 to 1, lengths are in days, money in the base currency.
    """

    value: float
    cases: int
    low: float | None = None
    high: float | None = None

    @property
    def is_small(self) -> bool:
        return self.cases < FEW

    @property
    def is_enough(self) -> bool:
        return self.cases >= ENOUGH and self.value > 0

    @classmethod
    def of(cls, kept: dict[str, Any] | None) -> Self | None:
        """The number that `as_json` wrote."""
        return cls(**kept) if kept else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(*, at: datetime, zone: str = "UTC") -> dict[str, Measured]:
    """What the year before `at` says, by the plan's own names; what had no case is left out.

    `zone` says where a day of visits begins.
    """
    since = at - YEAR
    return _visits(since, at, zone) | _rates(since, at) | _deals(since, at)


def _visits(since: datetime, until: datetime, zone: str) -> dict[str, Measured]:
    """Leads that came in on the days whose visits are known, of those visits."""
    known = Traffic.objects.within(local_day(since, zone), local_day(until, zone))
    visits = known.aggregate(sum=Sum("visits"))["sum"]
    if not visits:
        return {}
    came_in = Episode.objects.filter(_within("lead", since, until), number=1, **OURS)
    on = TruncDate("lead_at", tzinfo=zone_named(zone))
    leads = came_in.annotate(on=on).filter(on__in=known.values("on")).count()
    return {"visit_to_lead": _rate(leads, visits)} if leads <= visits else {}


def months_to_customer(*, at: datetime) -> dict[str, dict[str, int]]:
    """Of the customers won in the year before `at`: how many took 0, 1, 2 … months since the lead, since the MQL."""
    won = Episode.objects.filter(_within("customer", at - YEAR, at), number=1, **OURS)
    return {name: _months(won, f"{stage}_at") for name, stage in BEGINS.items()}


def _months(won: QuerySet[Episode], since: str) -> dict[str, int]:
    took = Cast(Extract(F("customer_at") - F(since), "epoch"), FloatField()) / MONTH.total_seconds()
    passed = won.filter(**{f"{since}__lte": F("customer_at")}).annotate(months=Floor(took)).order_by("months")
    return {str(int(months)): count for months, count in passed.values_list("months").annotate(count=Count("pk"))}


def pipeline(period: Period) -> int:
    """Open deals of marketing's leads that are expected to close within a period, in any currency."""
    days = {"closes_on__gte": period.start_on, "closes_on__lt": period.end_on}
    return Opportunity.objects.open().filter(FROM_MARKETING, **days).count()


def _rates(since: datetime, until: datetime) -> dict[str, Measured]:
    came_in = _within("lead", since, until) & Q(number=1)
    counts = {"leads": Count("pk", filter=came_in), "qualified": Count("pk", filter=came_in & _reached("mql"))}
    for name, (source, target, exits) in RATES.items():
        left = Q()
        for exit in exits:
            left |= _within(exit, since, until)
        counts[f"{name}_yes"] = Count("pk", filter=_within(target, since, until) & _reached(source))
        counts[f"{name}_no"] = Count("pk", filter=left & _reached(source) & ~_reached(target))
    for name, (source, target) in LAGS.items():
        passed = _within(target, since, until) & Q(**{f"{source}_at__lte": F(f"{target}_at")}) & Q(number=1)
        took = F(f"{target}_at") - F(f"{source}_at")
        counts[name] = Median(took, filter=passed, output_field=DurationField())
        counts[f"{name}_cases"] = Count("pk", filter=passed)
    row = Episode.objects.filter(**OURS).aggregate(**counts)
    rates = {"lead_to_mql": _rate(row["qualified"], row["leads"])}
    rates |= {name: _rate(row[f"{name}_yes"], row[f"{name}_yes"] + row[f"{name}_no"]) for name in RATES}
    lags = {name: _lag(row[name], row[f"{name}_cases"]) for name in LAGS}
    return {name: measured for name, measured in (rates | lags).items() if measured}


def _within(stage: str, since: datetime, until: datetime) -> Q:
    return Q(**{f"{stage}_at__gte": since, f"{stage}_at__lt": until})


def _reached(stage: str) -> Q:
    return Q(**{f"{stage}_at__isnull": False})


def _rate(yes: int, cases: int) -> Measured | None:
    return Measured(yes / cases, cases, *interval(yes, cases, LEVEL)) if cases else None


def _lag(median: timedelta | None, cases: int) -> Measured | None:
    return Measured(median / timedelta(days=1), cases) if median is not None else None


def _deals(since: datetime, until: datetime) -> dict[str, Measured]:
    """The average deal, its range by the normal approximation of a mean; and marketing's share of what was won."""
    ours = Q(lead__origin=Origin.MARKETING)
    won = frozen(Opportunity.objects.filter(state=DealState.WON, type=DealType.NEW))
    row = won.filter(closed_at__gte=since, closed_at__lt=until).aggregate(
        cases=Count("pk", filter=ours),
        mean=Avg(WON_AMOUNT, filter=ours),
        spread=StdDev(WON_AMOUNT, sample=True, filter=ours),
        brought=Sum(WON_AMOUNT, filter=ours),
        all=Sum(WON_AMOUNT),
        every=Count("pk"),
    )
    found = {}
    if row["cases"]:
        mean = float(row["mean"])
        reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * float(row["spread"] or 0) / sqrt(row["cases"])
        sure = row["cases"] > 1
        low, high = (max(mean - reach, 0.0), mean + reach) if sure else (None, None)
        found["average_deal"] = Measured(mean, row["cases"], low, high)
    if row["all"]:
        found["marketing_share"] = Measured(float((row["brought"] or 0) / row["all"]), row["every"])
    return found
