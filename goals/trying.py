"""A plan and its variants side by side: what each takes, what stands against it, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.forms import BoundField
from django.http import QueryDict

from common.templatetags.words import money, number, plural
from goals.forms.plans import VARIED, PlanForm, VariantForm
from goals.models import Plan
from goals.picture import hours

Typed = tuple[str, str, list[BoundField]]

LETTERS = ("A", "B")
COUNTS = {
    "visits": "Visits",
    "leads": "Leads",
    "mql": "MQLs",
    "sal": "SALs",
    "opportunities": "Opportunities",
    "new_deals": "Customers",
}


@dataclass(frozen=True)
class Variant:
    """One column: the plan as it would be, and the form its assumptions are typed in (None for the plan itself)."""

    name: str
    plan: Plan
    doubts: list[str]
    form: VariantForm | None = None

    @property
    def whole(self) -> PlanForm:
        """All its assumptions, to be taken over."""
        return PlanForm(instance=self.plan, auto_id=False)

    @property
    def differs(self) -> bool:
        return self.form is not None and self.form.is_valid() and bool(self.form.changed_data)


@dataclass(frozen=True)
class Cell:
    """A value of one column; `more` says by how much it differs from the plan's, empty where it does not."""

    words: str
    more: str = ""


@dataclass(frozen=True)
class Row:
    """One figure, across the columns."""

    name: str
    cells: list[Cell]


def variants(plan: Plan, asked: QueryDict, *, at: datetime) -> list[Variant]:
    """The plan as it is, and its variants as the address says them; what cannot be reckoned stays as the plan is."""
    return [Variant("As it is", plan, plan.doubts(at=at)), *(_variant(plan, asked, name, at) for name in LETTERS)]


def _variant(plan: Plan, asked: QueryDict, name: str, at: datetime) -> Variant:
    told = {key: value for key, value in asked.items() if key.startswith(f"{name}-")}
    form = VariantForm(instance=copy(plan), prefix=name)
    if told:
        as_it_is = {field.html_name: field.value() for field in form}
        form = VariantForm(as_it_is | told, instance=copy(plan), prefix=name)
    tried = form.instance if form.is_valid() else plan
    return Variant(name, tried, tried.doubts(at=at), form)


def inputs(shown: list[Variant]) -> dict[str, list[Typed]]:
    """Each assumption by its group: its label, what the plan says, and its fields, one for each variant."""
    plan, forms = shown[0].whole, [each.form for each in shown if each.form]
    return {
        group: [(forms[0][name].label, _said(plan[name].value()), [form[name] for form in forms]) for name in names]
        for group, names in VARIED.items()
    }


def _said(value: str | int) -> str:
    """What a field holds, to read: 140000 as 140,000."""
    return f"{Decimal(value).normalize():,f}"


def outcome(shown: list[Variant]) -> list[Row]:
    """What each column takes, row by row."""
    needs = [each.plan.needs for each in shown]
    counts = [need.shown() for need in needs]
    rows = [
        Row(name, _cells([count[key] for count in counts]))
        for key, name in COUNTS.items()
        if any(count[key] is not None for count in counts)
    ]
    worth = [round(need.mql_value) for need in needs]
    rows.append(Row("Value of an MQL", _cells(worth, currency=shown[0].plan.currency)))
    times = [hours(each.plan) for each in shown]
    rows.append(Row("Hours of sales needed", _cells([time.needed for time in times])))
    rows.append(Row("Hours of sales there", _cells([time.there for time in times])))
    rows.append(Row("Last day for an MQL", _day_cells([each.plan.needed_by["mql"] for each in shown])))
    return rows


def _day_cells(days: list[date]) -> list[Cell]:
    return [Cell(f"{on.day} {on:%b}", _days_more((on - days[0]).days)) for on in days]


def _days_more(days: int) -> str:
    return f"{plural(abs(days), 'day')} {'later' if days > 0 else 'earlier'}" if days else ""


def _cells(values: list[int | None], currency: str = "") -> list[Cell]:
    def say(value: int | None) -> str:
        return money(value, currency) if currency else number(value)

    first = values[0]
    return [Cell(say(value), _more(first, value, say)) for value in values]


def _more(first: int | None, value: int | None, say: Callable[[int], str]) -> str:
    if first is None or value is None or first == value:
        return ""
    return f"+{say(value - first)}" if value > first else say(value - first)
