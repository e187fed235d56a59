"""What a plan needs by our own measured rates, as a range: how far their uncertainty reaches. Plain arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, inf, log, sqrt

from goals.funnel import Assumptions, Needs, backwards
from goals.history import Measured

# What the MQLs needed depend on.
MOVES_MQLS = ("average_deal", "win_rate", "sal_to_opportunity", "acceptance")


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, nine times out of ten; `likely` is what the measured rates themselves come to."""

    low: float
    likely: float
    high: float


def mqls_needed(assumptions: Assumptions, known: Mapping[str, Measured | None]) -> Range | None:
    """The MQLs needed when every measured rate moves within its interval; None where none is measured well enough.

    Each rate alone goes to the ends of its interval; as the rates know nothing of each other, how far
    that moves the logarithm of the need is added up by squares. What is not measured stays as assumed.
    """
    rates = {name: each for name in MOVES_MQLS if (each := known.get(name)) and _moves(each)}
    if not rates:
        return None
    centre = replace(assumptions, **{name: each.value for name, each in rates.items()})
    likely = _mqls(backwards(centre))
    more = (_mqls(backwards(replace(centre, **{name: each.low}))) for name, each in rates.items())
    fewer = (_mqls(backwards(replace(centre, **{name: each.high}))) for name, each in rates.items())
    if not likely:
        return Range(0.0, 0.0, max(more))
    up = sqrt(sum(log(need / likely) ** 2 for need in more))
    down = sqrt(sum(log(likely / need) ** 2 if need else inf for need in fewer))
    return Range(likely * exp(-down), likely, likely * exp(up))


def _moves(measured: Measured) -> bool:
    return measured.is_enough and bool(measured.low) and measured.high is not None


def _mqls(needs: Needs) -> float:
    return float(needs.mql)
