"""The funnel backwards: from the revenue that is wanted to the leads that are needed, with exact fractions.

    deals = revenue · marketing's share / average deal, less the wins expected of the open pipeline
    opportunities = deals / win rate          SAL = opportunities / (SAL to opportunity)
    MQL = SAL / acceptance                    leads = MQL / (lead to MQL)
    visits = leads / (visit to lead)

Rates and shares run from 0 to 1, money is in the base currency, counts are for one period.
Nothing is rounded before it is shown, and then upwards: half a lead is found by finding one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil

Number = int | float | Decimal | Fraction

DAY = timedelta(days=1)

NAMES = {
    "revenue": "The revenue target",
    "average_deal": "The average deal",
    "marketing_share": "Marketing's share",
    "win_rate": "The win rate",
    "sal_to_opportunity": "SAL to opportunity",
    "sal_to_sql": "SAL to SQL",
    "acceptance": "The acceptance rate",
    "lead_to_mql": "Lead to MQL",
    "visit_to_lead": "Visit to lead",
    "open_opportunities": "The number of open opportunities",
    "expected_wins": "The wins expected of them",
}
RATES = (
    "marketing_share",
    "win_rate",
    "sal_to_opportunity",
    "sal_to_sql",
    "acceptance",
    "lead_to_mql",
    "visit_to_lead",
)


@dataclass(frozen=True)
class Assumptions:
    """What a plan takes for granted. Every number becomes an exact fraction; ValueError for what is no number.

    `open_opportunities` are those of marketing's leads that will be decided within the period;
    `expected_wins` is what they will bring, by default their number times the win rate. Without
    `sal_to_sql` or `visit_to_lead` the plan says nothing of SQLs or visits.
    """

    revenue: Number
    marketing_share: Number
    average_deal: Number
    win_rate: Number
    sal_to_opportunity: Number
    acceptance: Number
    lead_to_mql: Number
    visit_to_lead: Number | None = None
    sal_to_sql: Number | None = None
    open_opportunities: Number = 0
    expected_wins: Number | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                object.__setattr__(self, field.name, _exact(value, NAMES[field.name]))

    def mistakes(self) -> dict[str, str]:
        """What cannot be, as a sentence by field; empty when the plan can be reckoned."""
        return dict(self._mistakes())

    def _mistakes(self) -> Iterator[tuple[str, str]]:
        for name in ("revenue", "average_deal"):
            if getattr(self, name) <= 0:
                yield name, f"{NAMES[name]} must be more than 0."
        for name in RATES:
            rate = getattr(self, name)
            if rate is not None and not 0 < rate <= 1:
                yield name, f"{NAMES[name]} must be more than 0 and at most 100\N{NO-BREAK SPACE}%."
        for name in ("open_opportunities", "expected_wins"):
            if (getattr(self, name) or 0) < 0:
                yield name, f"{NAMES[name]} cannot be less than 0."
        if self.sal_to_sql is not None and 0 < self.sal_to_sql < self.sal_to_opportunity:
            yield "sal_to_sql", "More SALs cannot become opportunities than become SQLs."

    @cached_property
    def needs(self) -> Needs:
        """What a plan that assumes this needs. Raises ValueError for one that cannot be."""
        return backwards(self)

    def after(self, won: Number) -> Assumptions | None:
        """What is left of the goal once marketing's deals have brought so much; None where nothing is."""
        left = self.revenue - _exact(won, "What was won") / self.marketing_share
        return replace(self, revenue=left) if left > 0 else None

    @property
    def pipeline_wins(self) -> Fraction:
        """The deals that the open pipeline is expected to bring."""
        if self.expected_wins is not None:
            return self.expected_wins
        return self.open_opportunities * self.win_rate


@dataclass(frozen=True)
class Needs:
    """What a plan needs, as exact fractions.

    `deals` is marketing's part of the goal, `new_deals` what is left of it after the open
    pipeline; everything above in the funnel is needed for the new ones. `mql_value` is the
    revenue that one MQL is worth, in the base currency.
    """

    deals: Fraction
    new_deals: Fraction
    opportunities: Fraction
    sql: Fraction | None
    sal: Fraction
    mql: Fraction
    leads: Fraction
    visits: Fraction | None
    mql_value: Fraction

    def shown(self) -> dict[str, int | None]:
        """The counts rounded up to whole ones, by name; the value of an MQL is money and not among them."""
        counts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "mql_value"}
        return {name: None if count is None else ceil(count) for name, count in counts.items()}


@dataclass(frozen=True)
class Lags:
    """How long, typically, one stage takes to become the next one; from the company's own history."""

    lead_to_mql: timedelta
    mql_to_sal: timedelta
    sal_to_opportunity: timedelta
    opportunity_to_customer: timedelta

    def to_customer(self) -> dict[str, timedelta]:
        """How long each stage takes until it is a customer."""
        opportunity = self.opportunity_to_customer
        sal = self.sal_to_opportunity + opportunity
        mql = self.mql_to_sal + sal
        return {"leads": self.lead_to_mql + mql, "mql": mql, "sal": sal, "opportunities": opportunity}


@dataclass(frozen=True)
class Staff:
    """The sales team's time in the period and what an MQL and an SQL take of it."""

    reps: int
    selling_hours: Number
    attempts_per_mql: Number
    minutes_per_attempt: Number
    minutes_per_meeting: Number

    def hours(self) -> Fraction:
        """The selling hours there are: of one rep, times the reps."""
        return self.reps * _exact(self.selling_hours, "Selling hours")

    def hours_for(self, needs: Needs) -> Fraction:
        """The selling hours that a plan takes: attempts on each MQL, one meeting for each SQL.

        Where SQLs are not told apart, every SAL is taken to need the meeting.
        """
        attempts = _exact(self.attempts_per_mql, "Attempts") * _exact(self.minutes_per_attempt, "Minutes")
        meetings = needs.sal if needs.sql is None else needs.sql
        return (needs.mql * attempts + meetings * _exact(self.minutes_per_meeting, "Minutes")) / 60


def backwards(assumptions: Assumptions) -> Needs:
    """Reckon what a plan needs. Raises ValueError, with the sentences of `mistakes`, for one that cannot be."""
    if mistakes := assumptions.mistakes():
        raise ValueError(" ".join(mistakes.values()))
    deals = assumptions.revenue * assumptions.marketing_share / assumptions.average_deal
    new_deals = max(deals - assumptions.pipeline_wins, Fraction(0))
    opportunities = new_deals / assumptions.win_rate
    sal = opportunities / assumptions.sal_to_opportunity
    mql = sal / assumptions.acceptance
    leads = mql / assumptions.lead_to_mql
    won_of_mql = assumptions.acceptance * assumptions.sal_to_opportunity * assumptions.win_rate
    return Needs(
        deals=deals,
        new_deals=new_deals,
        opportunities=opportunities,
        sql=None if assumptions.sal_to_sql is None else sal * assumptions.sal_to_sql,
        sal=sal,
        mql=mql,
        leads=leads,
        visits=None if assumptions.visit_to_lead is None else leads / assumptions.visit_to_lead,
        mql_value=won_of_mql * assumptions.average_deal,
    )


def needed_by(last_on: date, lags: Lags) -> dict[str, date]:
    """The last day on which each stage must be reached to become a customer by `last_on`, by name as in Needs."""
    return {stage: last_on - ceil(lag / DAY) * DAY for stage, lag in lags.to_customer().items()}


def earlier(needed: Sequence[Number], lag_shares: Mapping[int, Number]) -> dict[int, Fraction]:
    """Move what is needed by month to the months in which it has to begin.

    `needed` counts customers' leads by the month of the deal, from the plan's first on, 0;
    `lag_shares` is the share of deals that take that many months. Months below 0 lie before the
    plan: what falls there is too late. Raises ValueError unless the shares add up to 1.
    """
    shares = {lag: _exact(share, "A share") for lag, share in lag_shares.items()}
    if sum(shares.values()) != 1:
        raise ValueError("The shares of the lags must add up to 1.")
    moved: dict[int, Fraction] = {}
    for month, count in enumerate(needed):
        for lag, share in shares.items():
            moved[month - lag] = moved.get(month - lag, Fraction(0)) + _exact(count, "A count") * share
    return dict(sorted(moved.items()))


def too_late(assumptions: Assumptions, lag: timedelta, left: timedelta, won: Number = 0) -> str | None:
    """Say so when a new lead takes longer to become a customer than the period has left, and what would help.

    `lag` runs from lead to customer, `left` to the period's end; `won` is what marketing's deals have brought in the
    period so far. None while there is time, or when what is won and the open pipeline are expected to bring the goal
    without new leads.
    """
    rest = assumptions.after(won)
    if lag <= left or rest is None or not rest.needs.new_deals:
        return None
    needs = rest.needs
    takes, have = ceil(lag / DAY), max(left // DAY, 0)
    late = f"Too late for new leads: one becomes a customer in {_count(takes, 'day')} and {have} are left."
    return f"{late} {_way_out(rest, needs)}"


def overload(needs: Needs, staff: Staff) -> str | None:
    """Say so when a plan takes more selling hours than sales has."""
    there, needed = staff.hours(), staff.hours_for(needs)
    if needed <= there:
        return None
    work = f"Sales needs {ceil(needed):,} hours for {_count(ceil(needs.mql), 'MQL')}"
    if not there:
        return f"{work} and has none."
    more = ceil((needed - there) / (there / staff.reps))
    return f"{work} and has {int(there):,}: {_count(more, 'rep')} more, or fewer MQLs of a better kind."


def impossibilities(
    assumptions: Assumptions,
    *,
    lag: timedelta | None = None,
    left: timedelta | None = None,
    staff: Staff | None = None,
    won: Number = 0,
) -> list[str]:
    """Everything that stands against a plan, as sentences to show before it is signed; empty when nothing does.

    What is not known, lag or staff, is not checked. `won` is what marketing's deals have brought so far.
    """
    if mistakes := assumptions.mistakes():
        return list(mistakes.values())
    late = too_late(assumptions, lag, left, won) if lag is not None and left is not None else None
    overloaded = overload(assumptions.needs, staff) if staff else None
    return [sentence for sentence in (late, overloaded) if sentence]


def _way_out(assumptions: Assumptions, needs: Needs) -> str:
    """What helps when no new lead can: the next period, or winning more of what is open."""
    missing, pipeline = _count(ceil(needs.new_deals), "deal"), assumptions.open_opportunities
    if not pipeline:
        return f"Plan {missing} for the next period."
    if needs.deals > pipeline:
        return f"Plan {missing} for the next period: winning every open opportunity would not bring the goal."
    wanted, expected = needs.deals / pipeline, assumptions.pipeline_wins / pipeline
    better = f"{_percent_up(wanted)} instead of {_percent_up(expected)}"
    which = _count(ceil(pipeline), "open opportunity", "open opportunities")
    return f"Plan {missing} for the next period, or win {better} of the {which}."


def _exact(value: Number, name: str) -> Fraction:
    """Take a number at the digits it is written with: 0.1 is a tenth, also as a float."""
    if isinstance(value, Fraction):
        return value
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{name} must be a number; {value!r} is none.") from error


def _percent_up(share: Fraction) -> str:
    """A share as percent, rounded up to a tenth, so that what it promises suffices."""
    return f"{ceil(share * 1000) / 10:g}\N{NO-BREAK SPACE}%"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
