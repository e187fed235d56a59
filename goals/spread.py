"""A target spread over the working days of its period: what each part asks, what is due by now. Plain arithmetic."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil

from common.hours import Hours
from common.periods import DAY, Period, local_day, month_of, week_of
from common.worktime import working_days_between


def weeks(period: Period) -> list[Period]:
    """The weeks, from Monday on, that have a day of the period."""
    return _covering(week_of(period.start, period.zone), period)


def months(period: Period) -> list[Period]:
    """The months that have a day of the period."""
    return _covering(month_of(period.start, period.zone), period)


def _covering(part: Period, period: Period) -> list[Period]:
    parts = []
    while part.start_on < period.end_on:
        parts.append(part)
        part = part.next()
    return parts


def share_gone(period: Period, hours: Hours, at: datetime) -> Fraction:
    """The part of a period's working days that was over on the morning of a moment's day, 0 to 1.

    A period without a working day passes by the calendar.
    """
    gone = min(max(local_day(at, period.zone), period.start_on), period.end_on)
    return _share(period, hours, gone)


def spread(total: Decimal, parts: Iterable[Period], period: Period, hours: Hours) -> list[tuple[Period, Decimal]]:
    """Give each part of a period what its working days ask of `total`, in whole units; together exactly `total`.

    Rounded up as it adds up, so that at the end of no part less is due than its days ask for.
    """
    asked, given = [], Decimal(0)
    for part in parts:
        end_on = min(part.end_on, period.end_on)
        share = _share(period, hours, end_on)
        by_then = min(total, Decimal(ceil(Fraction(total) * share)))
        asked.append((part, by_then - given))
        given = by_then
    return asked


def shares(parts: Iterable[Period], period: Period, hours: Hours) -> list[Fraction]:
    """The part of a period's working days that lies in each of its parts; together exactly 1."""
    ends = [_share(period, hours, min(part.end_on, period.end_on)) for part in parts]
    return [end - start for start, end in pairwise([Fraction(0), *ends])]


def _share(period: Period, hours: Hours, until_on: date) -> Fraction:
    days = working_days_between(period.start_on, period.end_on, hours)
    if days:
        return Fraction(working_days_between(period.start_on, until_on, hours), days)
    return Fraction((until_on - period.start_on) // DAY, (period.end_on - period.start_on) // DAY)
