"""How well leads are told apart in the months held back: by the definition's points, and by what can be learnt.

The learnt comparison is a regression on the conditions that tell most in the earlier months. It is no
suggestion and scores nobody: it shows how far the definition is from what is possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from math import log
from statistics import pstdev
from typing import Any

from common.discrimination import area, bins, brier, difference
from common.logistic import Column, fit
from leads.learning.cases import Past
from leads.learning.conditions import SUPPORT
from leads.learning.known import Standing
from leads.learning.searching import Tried

MOST_COLUMNS = 24
ALIKE = 0.9  # two conditions that agree on so many cases count as one
CALIBRATION_BINS, BANDS = 10, 5
CASES_A_BIN = 40

Told = dict[str, Any]


def compare(past: Past, standing: list[Standing], tried: Sequence[Tried]) -> Told | None:
    """Both on the months held back, as plain values; None where these hold too few of either kind."""
    points = [each.points for each in standing]
    spread = pstdev(points) or 1.0
    by_points = _predicted(past, [[each / spread for each in points]])
    columns = _telling(past, tried)
    learnt = _predicted(past, columns)
    held, good = past.held, list(compress(past.good, past.held))
    own, other = list(compress(points, held)), learnt
    apart = difference(other, own, good)
    if apart is None:
        return None
    return {
        "good": sum(good),
        "of": len(good),
        "columns": len(columns),
        "definition": _side(own, by_points, good),
        "learnt": _side(other, learnt, good),
        "difference": [apart.value, *apart.interval()],
        "is_sure": apart.is_sure,
    }


def _predicted(past: Past, columns: Sequence[Column]) -> list[float]:
    """The chance of each case held back, by a regression on the earlier ones."""
    earlier = [not held for held in past.held]
    fitted = fit([list(compress(each, earlier)) for each in columns], list(compress(past.good, earlier)))
    later = [list(compress(each, past.held)) for each in columns]
    return fitted.chance(later) if later else [fitted.chances[0]] * sum(past.held)


def _telling(past: Past, tried: Sequence[Tried]) -> list[Sequence[float]]:
    """The conditions that tell most by themselves in the earlier months, each unlike the ones before."""
    earlier = [not held for held in past.held]
    alone = fit([], list(compress(past.good, earlier)))
    rows = [(each.column, list(compress(each.column, earlier))) for each in tried if each.edit is None]
    rows = [(whole, part) for whole, part in rows if SUPPORT <= sum(part) <= len(part) - SUPPORT]
    ranked = sorted(((abs(alone.test(part).z), n) for n, (_, part) in enumerate(rows)), reverse=True)
    chosen: list[int] = []
    for z, n in ranked:
        if z >= 2 and not any(_alike(rows[n][1], rows[k][1]) for k in chosen):
            chosen.append(n)
        if len(chosen) == MOST_COLUMNS:
            break
    return [rows[n][0] for n in chosen]


def _alike(a: Column, b: Column) -> bool:
    same = sum(x == y for x, y in zip(a, b, strict=True)) / len(a)
    return max(same, 1 - same) >= ALIKE


def _side(scores: list[float], predicted: list[float], good: list[bool]) -> Told:
    found = area(scores, good)
    most = max(2, min(CALIBRATION_BINS, len(good) // CASES_A_BIN))
    return {
        "area": [found.value, *found.interval()],
        "brier": brier(predicted, good),
        "slope": _slope(predicted, good),
        "calibration": [[each.score, each.good, each.of] for each in bins(predicted, good, most)],
        "bands": [[each.score, each.good, each.of] for each in bins(scores, good, BANDS)],
    }


def _slope(predicted: list[float], good: list[bool]) -> float:
    """How much of the predicted differences really came: 1 is right, under 1 promises too much (D. R. Cox 1958)."""
    odds = [log(p / (1 - p)) for p in predicted]
    return fit([odds], good).weights[1]
