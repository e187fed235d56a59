"""Where a count should be by now: a target spread evenly over the working days of its period. Plain arithmetic."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from common.hours import Hours
from common.periods import DAY, Kind, Period, local_day, month_of, quarter_of, week_of, year_of
from common.worktime import working_days_between

AROUND: dict[str, Callable[[datetime, str], Period]] = {
    Kind.WEEK: week_of,
    Kind.MONTH: month_of,
    Kind.QUARTER: quarter_of,
    Kind.YEAR: year_of,
}


def pace(target: Decimal, kind: str, period: Period, hours: Hours, since: date = date.min) -> list[float]:
    """What is due on the morning of each day of a period, and at its end: one number more than it has days.

    `target` is for each `kind` of period. Each working day carries the same part of it, so that a
    quarter is due its three months, and a week its part of one; days before `since` carry nothing.
    Summed in fractions: a target that is met to the last one is not missed by a rounding.
    """
    daily: list[Fraction] = []
    each = AROUND[kind](period.start, period.zone)
    while each.start_on < period.end_on:
        working = working_days_between(each.start_on, each.end_on, hours)
        part = Fraction(target) / working if working else Fraction()
        days = (on for on in each.days() if period.start_on <= on < period.end_on)
        daily += [part if on >= since and hours.is_working_day(on) else Fraction() for on in days]
        each = each.next()
    return [float(due) for due in accumulate(daily, initial=Fraction())]


def days_gone(period: Period, at: datetime) -> int:
    """How many days of a period are over at a moment; all of them once it is over."""
    on = local_day(at, period.zone)
    return min(max((on - period.start_on) // DAY, 0), len(period.days()))


def working_days(period: Period, hours: Hours, at: datetime) -> tuple[int, int]:
    """The working days that are over at a moment, and those left, today among them."""
    today = period.start_on + days_gone(period, at) * DAY
    return (
        working_days_between(period.start_on, today, hours),
        working_days_between(today, period.end_on, hours),
    )
