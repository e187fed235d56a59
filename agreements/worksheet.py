"""What is filled in for a persona: its name, and one part of the worksheet at a time."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django import forms

from agreements.fields import Lines
from agreements.models.persona import MOST_PEOPLE, PART_OF, Part, PersonaVersion
from common.regions import REGIONS, countries_of
from common.titles import FUNCTION, SENIORITY

LARGEST_REVENUE = 10**15 - 1


class NewPersonaForm(forms.Form):
    """How both sides will call it."""

    name = forms.CharField(max_length=80, help_text="As people say it: Fleet manager, Head of operations.")


class Places(Lines):
    """Countries, one a line; a region that is known by name stands for its countries."""

    def to_python(self, value: Any) -> list[str]:
        return countries_of(super().to_python(value))


def _lines(label: str, help_text: str = "", kind: type[Lines] = Lines) -> Lines:
    return kind(label=label, required=False, help_text=help_text or "One a line.")


def _number(label: str, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most)


def _some_of(label: str, words: dict[str, Any]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=[(word, word) for word in words], widget=forms.CheckboxSelectMultiple
    )


FIELDS: dict[str, forms.Field] = {
    "industries": _lines("Industries", "One a line, as your leads have them. Capital letters make no difference."),
    "people_from": _number("People, from", MOST_PEOPLE),
    "people_to": _number("People, to", MOST_PEOPLE),
    "revenue_from": _number("Yearly revenue, from", LARGEST_REVENUE),
    "revenue_to": _number("Yearly revenue, to", LARGEST_REVENUE),
    "countries": _lines("Countries", f"One a line. A region stands for its countries: {', '.join(REGIONS)}.", Places),
    "titles": _lines("Title contains", "One a line; any of them will do: fleet, transport."),
    "seniority": _some_of("Seniority", SENIORITY),
    "functions": _some_of("Function", FUNCTION),
    "goals": _lines("What do they want to reach?"),
    "triggers": _lines("What makes them begin to look?", "One a line: a new hub, a tender lost, a rule that changed."),
    "channels": _lines("Where are they found?", "One a line: trade fairs, search, their peers."),
    "pains": _lines("What hurts them?"),
    "objections": _lines("What speaks against us, in their words?"),
    "questions": _lines("What do they ask on calls?", "One a line, as it was said."),
    "story": forms.CharField(
        label="In one line",
        required=False,
        max_length=300,
        help_text="“A fleet manager who plans sixty trucks by hand and loses a driver a month.”",
    ),
}


class PartForm(forms.Form):
    """One part of the worksheet."""

    def __init__(self, part: Part, data: Any = None, *, version: PersonaVersion) -> None:
        super().__init__(data, initial={name: getattr(version, name) for name in part.fields})
        self.part = part
        self.fields = {name: deepcopy(FIELDS[name]) for name in part.fields}

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The fields as they stand: from and to beside each other."""
        rows: list[list[forms.BoundField]] = []
        for name in self.fields:
            if name.endswith("_to"):
                rows[-1].append(self[name])
            else:
                rows.append([self[name]])
        return rows

    def clean(self) -> dict[str, Any]:
        """From has to be less than to."""
        data = super().clean()
        for name in ("people", "revenue"):
            least, upto = data.get(f"{name}_from"), data.get(f"{name}_to")
            if least is not None and upto is not None and least >= upto:
                self.add_error(f"{name}_to", "Has to be more than “from”.")
        return data


def traits_typed(version: PersonaVersion, part: str, data: Any) -> PersonaVersion | None:
    """The version as it would be with what stands in the form of a part, not saved; None where that has mistakes."""
    form = PartForm(PART_OF[part], data, version=version)
    if not form.is_valid():
        return None
    for name, value in form.cleaned_data.items():
        setattr(version, name, value)
    return version
