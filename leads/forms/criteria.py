"""What is filled in on the pages of the definition: its terms, and the day it starts."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms

from leads.forms.rule import plain
from leads.models import Criteria
from leads.models.shadow import MOST_DAYS, USUAL_DAYS

POINTS = ("threshold", "min_fit", "min_engagement", "hot_at", "grade_a", "grade_b", "grade_c")


class TermsForm(forms.ModelForm):
    """Thresholds, grades, days, steps and the checklist."""

    checklist = forms.CharField(
        label="SQL checklist",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Three to five questions, one a line. The rep answers them to make an accepted lead an SQL.",
    )

    class Meta:
        model = Criteria
        fields = (
            "threshold",
            "min_fit",
            "min_engagement",
            "hot_at",
            "grade_a",
            "grade_b",
            "grade_c",
            "zone",
            "one_step",
        )
        labels = {
            "threshold": "Points for an MQL",
            "min_fit": "For fit, at least",
            "min_engagement": "Engagement, at least",
            "hot_at": "Hot from",
            "grade_a": "Grade A from",
            "grade_b": "B from",
            "grade_c": "C from",
            "zone": "Midnight in",
            "one_step": "Accepting a lead makes it an SQL at once",
        }
        help_texts = {"one_step": "", "zone": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="terms_%s", **kwargs)
        self.initial |= {name: plain(self.initial[name]) for name in POINTS}
        self.initial["checklist"] = "\n".join(self.instance.checklist)
        zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
        self.fields["zone"] = forms.ChoiceField(
            label=self.fields["zone"].label, choices=[(z, z) for z in ["UTC", *zones]]
        )
        for name in POINTS:
            self.fields[name].widget.attrs["step"] = "any"

    def _post_clean(self) -> None:
        """The definition itself says what is possible, in `terms()`; nothing is written on the instance here."""

    def terms(self) -> dict[str, Any]:
        """The terms, for `criteria.edit`."""
        data = dict(self.cleaned_data)
        return data | {"checklist": data["checklist"].splitlines()}


class ShadowForm(forms.Form):
    """For how many days a version runs beside the one in force."""

    days = forms.IntegerField(label="Days", min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS)


class ProposeForm(forms.Form):
    """From which day on it is to be in force: its midnight in the criteria's zone, or at once."""

    starts_on = forms.DateField(
        label="In force from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: as soon as both have signed.",
    )

    def effective_at(self, zone: str) -> datetime | None:
        on = self.cleaned_data["starts_on"]
        return on and datetime.combine(on, time(), ZoneInfo(zone))
