"""Fields that may tell of the future are left out, by name and with the reason.

What was written down after the hand-off is never read (`known.py`), and what is proven to have been written
down before it does not leak, wherever it is filled. What came with a first import has no moment of its own,
and may have been filled because of the outcome: that is told by where it is filled. A field that tells the
outcome nearly perfectly is left out whenever it was written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from common.conditions import plural
from common.templatetags.words import percent
from leads.facts import Fact
from leads.learning.cases import Past, of
from leads.learning.known import Told

FEW = 20  # leads; less says nothing of a field
AFTERWARDS = 0.1  # of those known now, the share that was known when sales got them
ELSEWHERE = 0.02  # among leads that sales never got
ALMOST_ALL = 0.98
USUAL = 0.8  # where as many have that outcome anyway, nothing follows
TELLS = 0.95
KNOWS = "It tells the outcome nearly perfectly, so it was most likely filled once that was known."


@dataclass(frozen=True)
class LeftOut:
    """A field that is not learnt from, and why."""

    key: str
    label: str
    why: str


def left_out(facts: Iterable[Fact], told: Told, now: Mapping[bool, Mapping[str, int]], past: Past) -> list[LeftOut]:
    """The fields that are filled only afterwards, or that came without a moment of their own and only where
    sales decided, or only with one outcome.
    """
    found = []
    for fact in facts:
        if fact.key in told.values and (why := _why(fact.key, told, now, past)):
            found.append(LeftOut(fact.key, fact.label, why))
    return found


def _why(key: str, told: Told, now: Mapping[bool, Mapping[str, int]], past: Past) -> str:
    known = [value is not None for value in told.values[key]]
    then, decided = sum(known), now[True][key]
    if decided >= FEW and then <= AFTERWARDS * decided:
        return (
            f"Filled only after the hand-off: known of {plural(then, 'lead')} when sales got them, "
            f"of {plural(decided, 'lead')} now."
        )
    proven = sum(is_known and is_proven for is_known, is_proven in zip(known, told.proven, strict=True))
    if then < FEW or proven > then / 2:
        return ""
    return _only_decided(then, len(known), now[False][key], now[False][""]) or _one_outcome(known, past)


def _only_decided(then: int, cases: int, others: int, all_others: int) -> str:
    if all_others < FEW or then < cases / 5 or others > ELSEWHERE * all_others:
        return ""
    return (
        f"Filled only for leads that sales decided on: known of {percent(then / cases)} of them, "
        f"of {percent(others / all_others)} of all others."
    )


def _one_outcome(known: Sequence[bool], past: Past) -> str:
    """Of the earlier months only: the later ones are kept for the check."""
    earlier = [not held for held in past.held]
    good, filled = of(past.good, earlier), of(known, earlier)
    mine, rest = list(compress(good, filled)), list(compress(good, (not each for each in filled)))
    if len(mine) < FEW or len(rest) < FEW:
        return ""
    share, others = sum(mine) / len(mine), sum(rest) / len(rest)
    for outcome, here, there in (("became SQLs", share, others), ("did not become SQLs", 1 - share, 1 - others)):
        if here >= ALMOST_ALL and there <= USUAL:
            return f"Filled almost only for leads that {outcome}: {percent(here)} of {len(mine):,}."
    return ""


def tells_all(column: Sequence[int], good: Sequence[bool]) -> bool:
    """Whether one condition tells the outcome nearly perfectly: the mean of how many of each kind it gets right."""
    goods = sum(good)
    if not 0 < goods < len(good):
        return False
    both = sum(x and y for x, y in zip(column, good, strict=True))
    right = (both / goods + 1 - (sum(column) - both) / (len(good) - goods)) / 2
    return max(right, 1 - right) >= TELLS
