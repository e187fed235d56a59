"""What it would take to reach a target that is out of reach at this pace, each way by itself. Plain arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from common.periods import MONTHS
from common.templatetags.words import SPACE, plural
from goals.funnel import Assumptions

A_WEEK = 5  # working days


@dataclass(frozen=True)
class Shortfall:
    """What is missing at this pace, and what there is to make it up with.

    `deals` are missing; `wins` are those still expected. A new MQL counts when it is delivered by
    `last_on`; until then the plan expects `mqls` more, in so many working `days`.
    """

    deals: float
    wins: float
    mqls: float
    days: int
    last_on: date


def ways_back(assumptions: Assumptions, short: Shortfall) -> list[str]:
    """Each way to bring what is missing, alone, rounded up so that it suffices; empty when none of them can."""
    return list(_ways(assumptions, short))


def ways_to_mqls(assumptions: Assumptions, missing: float, *, expected: float, days: int, last_on: date) -> list[str]:
    """Each way to deliver the MQLs that are missing beside those `expected` in the working `days` until `last_on`."""
    raised = _raised("lead to MQL", assumptions.lead_to_mql, missing, expected)
    return [_more_a_week(Fraction(missing), days, last_on), *raised] if days > 0 else []


def _ways(assumptions: Assumptions, short: Shortfall) -> Iterator[str]:
    rates = (assumptions.acceptance, assumptions.sal_to_opportunity, assumptions.win_rate)
    missing = Fraction(short.deals) / (rates[0] * rates[1] * rates[2])
    if short.days > 0:
        yield _more_a_week(missing, short.days, short.last_on)
        yield from _raised("acceptance", rates[0], missing, short.mqls)
    yield from _raised("opportunities won", rates[2], short.deals, short.wins)


def _more_a_week(missing: Fraction, days: int, last_on: date) -> str:
    a_week = ceil(missing * A_WEEK / max(days, A_WEEK))
    return f"{plural(a_week, 'more MQL')} a week until {last_on.day} {MONTHS[last_on.month - 1]}"


def _raised(name: str, rate: Fraction, missing: float, expected: float) -> Iterator[str]:
    """A rate raised until the expected brings the missing too; nothing when it cannot be so high."""
    wanted = rate * (1 + Fraction(missing) / Fraction(expected)) if expected > 0 else Fraction(2)
    if wanted <= 1:
        yield f"{name} from {float(rate * 100):g} to {ceil(wanted * 100)}{SPACE}%"
