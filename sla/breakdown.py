"""The figures of the scorecard by where the leads came from, who they are, and what pulled them in.

A source or a campaign is the lead's own, and every case stands in one group of them. A persona is
who fits it now: a lead may fit several and counts with each, so these groups do not add up.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Count, Q, QuerySet

from agreements.models import PersonaVersion
from common import metrics
from common.periods import Period
from common.templatetags.words import number, percent
from leads import metrics as of_leads
from leads.personas import fits_of
from sla.attainment import KEPT, fell_due
from sla.clauses import CLAUSES, Form
from sla.completeness import checked
from sla.scorecard import Scorecard

NONE = ""
PERSONA = "persona"


@dataclass(frozen=True)
class Dimension:
    """A way to break figures down: by a column of the lead, or by the personas it fits."""

    key: str
    title: str
    column: str
    without: str  # what a group is called that has none


DIMENSIONS = {
    each.key: each
    for each in (
        Dimension("source", "source", "source", "no source"),
        Dimension(PERSONA, "persona", "pk", "no persona"),
        Dimension("campaign", "campaign", "campaign__name", "no campaign"),
    )
}


@dataclass(frozen=True)
class Figure:
    """A figure that can be broken down: its rows, the look-up from a row to its lead, and what of them counts.

    Without a `part` the figure is the number of its rows.
    """

    key: str
    rows: Callable[[Period], QuerySet]
    lead: str
    part: Q | None = None

    @property
    def title(self) -> str:
        return metrics.metric(self.key).name

    @property
    def side(self) -> str:
        return metrics.metric(self.key).side


@dataclass(frozen=True)
class Cell:
    """A figure of one group: so many of so many."""

    part: int
    cases: int
    is_count: bool

    @property
    def value(self) -> float | None:
        return self.cases if self.is_count else self.part / self.cases if self.cases else None

    @property
    def words(self) -> str:
        """The figure as it is read; the cases stand beside it, so that a small group shows."""
        return number(self.cases) if self.is_count else percent(self.value)


@dataclass(frozen=True)
class Group:
    """The cases of one source, persona or campaign; `key` stands in an address."""

    key: str
    label: str
    cells: list[Cell]
    figures: list[Figure]

    @property
    def with_figures(self) -> list[tuple[Figure, Cell]]:
        return list(zip(self.figures, self.cells, strict=True))


def _of_clocks(key: str) -> Figure:
    return Figure(key, lambda period: fell_due([key], period), "handoff__lead", KEPT)


FIGURES = {
    each.key: each
    for each in (
        Figure("mqls_delivered", of_leads.delivered, "lead"),
        Figure("acceptance_rate", of_leads.decided, "lead", of_leads.ACCEPTED),
        Figure("quality_returns", of_leads.quality_returns, "handoff__lead"),
        Figure("data_complete", checked, "handoff__lead", Q(missing=[])),
        *(_of_clocks(key) for key, clause in CLAUSES.items() if clause.form != Form.FIGURE),
        Figure("reasons_given", of_leads.returns, "handoff__lead", of_leads.EXPLAINED),
        Figure("customers", partial(of_leads.reached, "customer"), "lead"),
    )
}
ALWAYS = ("mqls_delivered", "acceptance_rate", "quality_returns")

Counts = dict[Hashable, tuple[int, int]]


def figures_of(card: Scorecard) -> list[Figure]:
    """What is broken down: deliveries and their quality, and whatever else both sides promised that can be."""
    promised = {line.commitment.metric for line in card.lines}
    return [figure for key, figure in FIGURES.items() if key in ALWAYS or key in promised]


def breakdown(dimension: Dimension, figures: list[Figure], period: Period, *, at: datetime) -> list[Group]:
    """The figures of each group, those with the most cases first and what belongs to none last.

    Asks as many queries as there are figures; for personas two more.
    """
    counts = [_counts(figure, f"{figure.lead}__{dimension.column}", period) for figure in figures]
    labels = {}
    if dimension.key == PERSONA:
        counts, labels = _by_persona(counts, at=at)
    keys = {key for counted in counts for key in counted}
    groups = [_group(dimension, key, labels, figures, counts) for key in keys]
    return sorted(groups, key=lambda each: (each.key == NONE, -sum(cell.cases for cell in each.cells), each.label))


def _counts(figure: Figure, column: str, period: Period) -> Counts:
    """How many cases each value of a column has, and how many of those count."""
    rows = figure.rows(period).order_by().values_list(column)
    counted = rows.annotate(part=Count("pk", filter=figure.part), cases=Count("pk"))
    found: Counts = {}
    for value, part, cases in counted:
        parts, all_cases = found.get(value or NONE, (0, 0))  # nothing and "" are one group
        found[value or NONE] = parts + part, all_cases + cases
    return found


def _by_persona(counts: list[Counts], *, at: datetime) -> tuple[list[Counts], dict[str, str]]:
    """The counts of leads as counts of personas, and the personas' names."""
    versions = _personas()
    fits = fits_of(sorted({lead for counted in counts for lead in counted}), versions, at=at)
    keys = [str(version.persona_id) for version in versions]
    folded = []
    for counted in counts:
        found: Counts = {}
        for lead, (part, cases) in counted.items():
            for key in [key for key, hit in zip(keys, fits[lead], strict=True) if hit] or [NONE]:
                parts, all_cases = found.get(key, (0, 0))
                found[key] = parts + part, all_cases + cases
        folded.append(found)
    return folded, {key: str(version.persona) for key, version in zip(keys, versions, strict=True)}


def _personas() -> list[PersonaVersion]:
    """The versions in force, by name."""
    return list(PersonaVersion.objects.ruling().select_related("persona", "revision").order_by("persona__name"))


def _group(
    dimension: Dimension, key: Any, labels: dict[str, str], figures: list[Figure], counts: list[Counts]
) -> Group:
    cells = [
        Cell(*counted.get(key, (0, 0)), is_count=figure.part is None)
        for figure, counted in zip(figures, counts, strict=True)
    ]
    return Group(str(key), labels.get(key, str(key)) or dimension.without, cells, figures)


# One group's rows


def narrowed(figure: Figure, dimension: Dimension, key: str, period: Period, *, at: datetime) -> QuerySet:
    """The rows of one group of a figure. A group that nobody knows has none."""
    rows = figure.rows(period)
    column = f"{figure.lead}__{dimension.column}"
    if dimension.key == PERSONA:
        return rows.filter(**{f"{figure.lead}__in": _fitting(rows, figure.lead, key, at=at)})
    return rows.filter(**{column: key}) if key else rows.filter(Q(**{column: NONE}) | Q(**{f"{column}__isnull": True}))


def _fitting(rows: QuerySet, lead: str, key: str, *, at: datetime) -> list[int]:
    """Of the leads of some rows those that fit a persona, or with none, no persona."""
    versions = _personas()
    keys = [str(version.persona_id) for version in versions]
    leads = sorted(set(rows.order_by().values_list(lead, flat=True)))
    fits = fits_of(leads, versions, at=at)
    if key == NONE:
        return [lead for lead in leads if not any(fits[lead])]
    return [lead for lead in leads if any(hit for own, hit in zip(keys, fits[lead], strict=True) if own == key)]


def value_of(figure: Figure, rows: QuerySet) -> Cell:
    """The figure over some of its rows."""
    counts = rows.order_by().aggregate(part=Count("pk", filter=figure.part), cases=Count("pk"))
    return Cell(counts["part"], counts["cases"], is_count=figure.part is None)


def label_of(dimension: Dimension, key: str) -> str:
    """What a group is called."""
    names: Iterable[tuple[str, str]] = ()
    if dimension.key == PERSONA:
        names = ((str(each.persona_id), str(each.persona)) for each in _personas())
    return dict(names).get(key, key) or dimension.without
