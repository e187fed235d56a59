"""What is filled in on the way from a file to leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms import BoundField

from common.conditions import Type
from leads.importing.fields import FIELDS, groups
from leads.importing.mapping import RULES, Choice, Meaning, attribute_key
from leads.importing.profile import Column
from leads.importing.stages import guess_stage
from leads.lifecycle import Stage
from leads.models.importing import Import
from leads.models.lead import Origin

COMMA = "number,"
TYPES = [
    (Type.TEXT, "text"),
    (Type.NUMBER, "number, 1200.50"),
    (COMMA, "number, 1200,50"),
    (Type.DATE, "date"),
    (Type.BOOLEAN, "yes or no"),
]
ORIGINS = [
    (Origin.MARKETING, "Marketing"),
    (Origin.SALES, "Sales found them"),
    (Origin.PARTNER, "A partner, or existing business"),
]
ZONES = [(zone, zone) for zone in sorted(available_timezones())]
MEANINGS = [(group, [(field.key, field.label) for field in fields]) for group, fields in groups()]


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label="File",
        help_text="CSV in any encoding, or an Excel workbook (.xlsx). Its first line names the columns.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"empty": "The file is empty."},
    )


class MeaningForm(forms.Form):
    """What each column means, and what follows from that: stages, dates, ids."""

    rule = forms.ChoiceField(
        label="Where status and converted contradict each other",
        choices=RULES.items(),
        widget=forms.RadioSelect,
        required=False,
    )
    day_first = forms.TypedChoiceField(
        label="A date like 03/04/2026 is",
        choices=[("yes", "3 April"), ("no", "4 March")],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        required=False,
    )
    zone = forms.ChoiceField(label="Times without a zone are in", choices=ZONES)
    system = forms.SlugField(
        label="The ids are from",
        max_length=60,
        required=False,
        help_text="The system's name, so that ids of two systems never mix.",
    )
    origin = forms.ChoiceField(label="Who brought these people", choices=ORIGINS)

    def __init__(self, found: Import, data: Any = None) -> None:
        self.meaning = Meaning.from_json(found.meaning)
        self.profile = [Column.from_json(column) for column in found.columns]
        super().__init__(data, initial=self._initial())
        for index, column in enumerate(self.profile):
            self.fields[f"field_{index}"] = forms.ChoiceField(label=column.header, choices=MEANINGS)
            self.fields[f"label_{index}"] = forms.CharField(label="Name", max_length=120, required=False)
            self.fields[f"type_{index}"] = forms.ChoiceField(label="Type", choices=TYPES, required=False)
        for index, (value, _) in enumerate(self.statuses):
            self.fields[f"stage_{index}"] = forms.ChoiceField(label=value, choices=Stage.choices, required=False)
            self.initial[f"stage_{index}"] = self.meaning.stage_of(value)

    def _initial(self) -> dict[str, Any]:
        meaning = self.meaning
        initial = {"rule": meaning.rule, "day_first": "yes" if meaning.day_first else "no", "zone": meaning.zone}
        initial |= {"system": meaning.system, "origin": meaning.origin}
        for index, choice in enumerate(meaning.columns):
            type_ = COMMA if choice.type == Type.NUMBER and choice.decimal_comma else choice.type
            initial |= {f"field_{index}": choice.field, f"label_{index}": choice.label, f"type_{index}": type_}
        return initial

    @property
    def statuses(self) -> list[tuple[str, int]]:
        """The different statuses with their counts, of the column that is the status at present."""
        column = self.meaning.column("stage")
        return [] if column is None else [tuple(value) for value in self.profile[column].values]

    # For the page

    def columns(self) -> Iterator[tuple[Column, BoundField, BoundField, BoundField]]:
        for index, column in enumerate(self.profile):
            yield column, self[f"field_{index}"], self[f"label_{index}"], self[f"type_{index}"]

    def stages(self) -> Iterator[tuple[str, int, BoundField]]:
        for index, (value, count) in enumerate(self.statuses):
            yield value, count, self[f"stage_{index}"]

    @property
    def too_many_statuses(self) -> bool:
        return self.meaning.column("stage") is not None and not self.statuses

    @property
    def asks_rule(self) -> bool:
        return self.meaning.column("stage") is not None and self.meaning.column("converted") is not None

    @property
    def asks_dates(self) -> bool:
        """Whether any column that is read as a date leaves open which of day and month comes first."""
        return any(column.dates for column, _ in self._dated())

    @property
    def unclear_dates(self) -> list[str]:
        """The columns in which nothing tells 3 April from 4 March."""
        return [column.header for column, _ in self._dated() if column.unclear_dates]

    def _dated(self) -> list[tuple[Column, Choice]]:
        pairs = zip(self.profile, self.meaning.columns, strict=True)
        return [(column, choice) for column, choice in pairs if _is_date(choice)]

    @property
    def asks_system(self) -> bool:
        return self.meaning.column("external_id") is not None

    # What was chosen

    def chosen(self) -> Meaning:
        """The meaning as it was filled in; call it on a valid form. What was not asked stays as it was."""
        told = self.cleaned_data
        columns = [self._choice(index, choice) for index, choice in enumerate(self.meaning.columns)]
        meaning = replace(self.meaning, columns=columns, zone=told["zone"], origin=told["origin"])
        meaning.rule = told["rule"] or self.meaning.rule
        meaning.system = told["system"] or self.meaning.system
        if told["day_first"] != "":
            meaning.day_first = told["day_first"]
        if meaning.column("stage") == self.meaning.column("stage"):
            statuses = enumerate(self.statuses)
            meaning.stages = {value: told[f"stage_{index}"] or guess_stage(value) for index, (value, _) in statuses}
        else:
            meaning.stages = {}
        return meaning

    def _choice(self, index: int, was: Choice) -> Choice:
        told = self.cleaned_data
        label = told[f"label_{index}"].strip() or was.label or was.header
        key = was.key if label == was.label else attribute_key(label)
        type_ = told[f"type_{index}"] or was.type
        number = type_ in (COMMA, Type.NUMBER)
        return Choice(
            header=was.header,
            field=told[f"field_{index}"],
            key=key,
            label=label,
            type=str(Type.NUMBER) if number else type_,
            decimal_comma=type_ == COMMA if number else was.decimal_comma,
        )


def _is_date(choice: Choice) -> bool:
    if choice.is_attribute:
        return choice.type == Type.DATE
    return FIELDS[choice.field].kind == "moment"
