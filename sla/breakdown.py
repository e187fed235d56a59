"""Which figures the scorecard shows when it is broken down: what was delivered and how good it was, and whatever else
both sides promised that leads to a lead.
"""

from datetime import datetime
from typing import Any

from common import metrics
from common.measures import Reading
from common.metrics import Metric
from common.periods import Period
from leads.breakdown import DIMENSIONS, Dimension, Group, breakdown, in_order
from leads.models.reading import read, written
from sla.clauses import CLAUSES
from sla.models import Agreement
from sla.scorecard import judged_by

ALWAYS = ("mqls_delivered", "acceptance_rate", "quality_returns")


def figures_of(agreement: Agreement) -> list[Metric]:
    """In the order in which promises are made."""
    promised = {each.metric for each in agreement.commitments.all()}
    shown = dict.fromkeys([*ALWAYS, *(key for key in CLAUSES if key in promised)])
    return [figure for figure in map(metrics.metric, shown) if DIMENSIONS["source"].suits(figure)]


def keys(period: Period, at: datetime) -> list[str]:
    """The figures that are broken down in a period, by their keys; none without an agreement."""
    agreement = judged_by(period, at=at)
    return [figure.key for figure in figures_of(agreement)] if agreement else []


def told(dimension: Dimension, period: Period, columns: list[str], at: datetime) -> list[Any]:
    """The groups of a period as plain JSON: the key of each, and its readings in the order of the columns."""
    groups = breakdown(dimension, _figures(columns), period, at=at) if columns else []
    return [[group.key, [_plain(reading) for reading in group.readings]] for group in groups]


def groups(dimension: Dimension, columns: list[str], told: list[Any]) -> list[Group]:
    """The same groups again, each with the name it bears now."""
    figures = _figures(columns)
    return [Group(key, dimension.label(key), [_reading(*each) for each in plain], figures) for key, plain in told]


def of_one(figure: Metric, dimension: Dimension, columns: list[str], told: list[Any]) -> list[Group]:
    """One figure of the same groups, of those that have a case of it."""
    place = columns.index(figure.key)
    own = [(key, _reading(*plain[place])) for key, plain in told]
    return in_order(Group(key, dimension.label(key), [each], [figure]) for key, each in own if each.cases)


def _figures(columns: list[str]) -> list[Metric]:
    return [metrics.metric(key) for key in columns]


def _plain(reading: Reading) -> list[Any]:
    return [written(reading.value), reading.cases, reading.part, reading.maturing]


def _reading(value: Any, *counts: int | None) -> Reading:
    return Reading(read(value), *counts)
