"""Figures by where the leads came from, who they are, what pulled them in, and whether they were with sales before.

A source or a campaign is the lead's own, and every case stands in one group of them. A persona is
who fits it now: a lead may fit several and counts with each, so these groups do not add up. First-time
or recycled is told by the life of the lead that a case belongs to.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from common import metrics
from common.measures import Parts, Reading, Rows
from common.metrics import Metric, Part, Trail
from common.periods import Period
from leads.personas import fits_of, in_force

NONE = ""
PERSONA = "persona"
LIVES = {"first": "first time", "again": "recycled, and qualified again"}


@dataclass(frozen=True)
class Dimension:
    """A way to break figures down: by something of the lead, by its life, or by the personas it fits."""

    key: str
    title: str
    without: str  # what a group is called that has none

    def of(self, trail: Trail) -> Any:
        """What tells the group of a row; for personas the lead, of whom it has to be asked."""
        match self.key:
            case "source":
                return Coalesce(F(f"{trail.lead}__source"), Value(NONE))
            case "campaign":
                return Coalesce(F(trail.campaign or f"{trail.lead}__campaign__name"), Value(NONE))
            case "life":
                first, again = Q(**{trail.life: 1}), Q(**{f"{trail.life}__gt": 1})
                return Case(When(first, then=Value("first")), When(again, then=Value("again")), default=Value(NONE))
        return F(trail.lead)

    def suits(self, figure: Metric) -> bool:
        """Whether a figure can be broken down by it: its rows can, or all figures that it is reckoned from."""
        if figure.made_of:
            return all(self.suits(metrics.metric(each.key)) for each in figure.made_of)
        trail = figure.trail
        return trail is not None and bool(trail.lead or (self.key == "campaign" and trail.campaign))

    def label(self, key: str) -> str:
        """What a group is called."""
        if self.key == PERSONA:
            names = {str(each.persona_id): str(each.persona) for each in in_force()}
        else:
            names = LIVES if self.key == "life" else {}
        return names.get(key, key) or self.without

    def only(self, key: str) -> str:
        """The part of an address that asks for one group alone."""
        return urlencode({"by": self.key, "is": key})


DIMENSIONS = {
    each.key: each
    for each in (
        Dimension("source", "source", "no source"),
        Dimension(PERSONA, "persona", "no persona"),
        Dimension("campaign", "campaign", "no campaign"),
        Dimension("life", "first-time or recycled", "outside any hand-off"),
    )
}


@dataclass(frozen=True)
class Group:
    """The cases of one source, persona, campaign or life; `key` stands in an address."""

    key: str
    label: str
    readings: list[Reading]
    figures: list[Metric]

    @property
    def with_figures(self) -> list[tuple[Metric, Reading]]:
        return list(zip(self.figures, self.readings, strict=True))

    @property
    def cases(self) -> int:
        return sum(reading.cases for reading in self.readings)


Leaf = tuple[str, Period]  # a figure that counts rows, in a period
Found = dict[str, Reading]


def breakdown(dimension: Dimension, figures: list[Metric], period: Period, *, at: datetime) -> list[Group]:
    """The figures of each group, those with the most cases first and what belongs to none last.

    Asks as many queries as there are figures that count rows; for personas two more, and for a median one a persona.
    """
    leaves = dict.fromkeys(leaf for figure in figures for leaf in _leaves(figure, period))
    found = _by_persona(list(leaves), at=at) if dimension.key == PERSONA else _by_column(dimension, leaves)
    keys = {key for readings in found.values() for key in readings}
    groups = [
        Group(key, dimension.label(key), [_reading(figure, period, found, key) for figure in figures], figures)
        for key in keys
    ]
    return in_order(groups)


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Those with the most cases first, and what belongs to none last."""
    return sorted(groups, key=lambda each: (each.key == NONE, -each.cases, each.label))


def _leaves(figure: Metric, period: Period) -> Iterator[Leaf]:
    """The figures that count rows, of which this one is made."""
    if not figure.made_of:
        yield figure.key, period
    for each in figure.made_of:
        yield from _leaves(metrics.metric(each.key), each.over(period))


def _reading(figure: Metric, period: Period, found: dict[Leaf, Found], key: str) -> Reading:
    """A figure of one group, reckoned anew from its parts where it is composed."""
    if figure.made_of:
        return figure.measure.of(_parts(figure, period, found, key))
    return found[figure.key, period].get(key) or figure.measure.nothing()


def _parts(figure: Metric, period: Period, found: dict[Leaf, Found], key: str, only: str = "") -> list[Part]:
    spans = [(metrics.metric(each.key), each.over(period)) for each in figure.made_of]
    return [Part(each, span, _reading(each, span, found, key).value, only) for each, span in spans]


def _by_column(dimension: Dimension, leaves: Any) -> dict[Leaf, Found]:
    found = {}
    for key, period in leaves:
        figure = metrics.metric(key)
        counted = _counted(figure, dimension, period)
        found[key, period] = {group: figure.measure.read(parts) for group, parts in counted.items()}
    return found


def _counted(figure: Metric, dimension: Dimension, period: Period) -> dict[Any, Parts]:
    """The parts of the measure of each group."""
    rows = figure.rows(period).order_by().annotate(group=dimension.of(figure.trail)).values("group")
    return {row.pop("group"): row for row in rows.annotate(**figure.measure.columns())}


# Personas


def _by_persona(leaves: list[Leaf], *, at: datetime) -> dict[Leaf, Found]:
    """The parts of each lead put together by the personas it fits; what cannot be put together is asked anew."""
    versions = in_force()
    figures = {leaf: metrics.metric(leaf[0]) for leaf in leaves}
    of_leads: dict[Leaf, dict[Hashable, Parts]] = {
        leaf: _counted(figure, DIMENSIONS[PERSONA], leaf[1]) for leaf, figure in figures.items()
    }
    fits = fits_of(sorted({lead for counted in of_leads.values() for lead in counted}), versions, at=at)
    keys = [str(version.persona_id) for version in versions]
    theirs = {lead: [key for key, hit in zip(keys, hits, strict=True) if hit] or [NONE] for lead, hits in fits.items()}
    return {leaf: _folded(figures[leaf], leaf[1], counted, theirs) for leaf, counted in of_leads.items()}


def _folded(figure: Metric, period: Period, counted: dict[Any, Parts], theirs: dict[int, list[str]]) -> Found:
    leads: dict[str, list[int]] = {}
    for lead in counted:
        for key in theirs[lead]:
            leads.setdefault(key, []).append(lead)
    if not figure.measure.additive:
        of = f"{figure.trail.lead}__in"
        return {key: figure.measure.of(figure.rows(period).filter(**{of: ids})) for key, ids in leads.items()}
    return {key: figure.measure.read(reduce(_plus, (counted[lead] for lead in ids))) for key, ids in leads.items()}


def _plus(parts: Parts, more: Parts) -> Parts:
    return {name: (value or 0) + (more[name] or 0) for name, value in parts.items()}


# One group's rows


def narrowed(figure: Metric, dimension: Dimension, key: str, period: Period, *, at: datetime) -> Rows:
    """The rows of one group of a figure. A group that nobody knows has none."""
    if figure.made_of:
        leaves = dict.fromkeys(_leaves(figure, period))
        found = _by_persona(list(leaves), at=at) if dimension.key == PERSONA else _by_column(dimension, leaves)
        return _parts(figure, period, found, key, dimension.only(key))
    rows = figure.rows(period)
    if dimension.key == PERSONA:
        return rows.filter(**{f"{figure.trail.lead}__in": _fitting(rows, figure.trail.lead, key, at=at)})
    return rows.annotate(group=dimension.of(figure.trail)).filter(group=key)


def _fitting(rows: QuerySet, lead: str, key: str, *, at: datetime) -> list[int]:
    """Of the leads of some rows those that fit a persona, or with none, no persona."""
    versions = in_force()
    keys = [str(version.persona_id) for version in versions]
    fits = fits_of(sorted(set(rows.order_by().values_list(lead, flat=True))), versions, at=at)
    if key == NONE:
        return [each for each, hits in fits.items() if not any(hits)]
    return [each for each, hits in fits.items() if key in keys and hits[keys.index(key)]]
