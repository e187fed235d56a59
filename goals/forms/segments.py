"""The segments of a draft, as rows of a table: a row without a name is none."""

from __future__ import annotations

from typing import Any

from django import forms

from goals.forms.plans import PercentField
from goals.models import Plan
from goals.segments import MOST, OWN, Segment

ROWS_MORE = 3


class SegmentForm(forms.Form):
    """One segment; what is left empty is as in the plan."""

    name = forms.CharField(max_length=40, required=False, label="Segment")
    share = PercentField(label="Share of the revenue, in %", required=False)
    average_deal = forms.DecimalField(label="Average deal", required=False, min_value=1, max_digits=14)
    win_rate = PercentField(label="Won, in %", required=False)
    sal_to_opportunity = PercentField(label="Become deals, in %", required=False)
    acceptance = PercentField(label="Accepted, in %", required=False)
    lead_to_mql = PercentField(label="Qualify, in %", required=False)

    def clean(self) -> dict[str, Any]:
        """A segment has a name and a share, or is left empty."""
        told = self.cleaned_data
        if told.get("name") and not self.errors and not told["share"]:
            self.add_error("share", "Say which part of the revenue it brings.")
        if not told.get("name") and any(value is not None for key, value in told.items() if key != "name"):
            self.add_error("name", "Name it, or leave the row empty.")
        return told


class BaseSegments(forms.BaseFormSet):
    """The rows, as segments."""

    def segments(self) -> list[Segment]:
        """Those that have a name."""
        return [Segment(**form.cleaned_data) for form in self.forms if form.cleaned_data.get("name")]


SegmentForms = forms.formset_factory(
    SegmentForm, formset=BaseSegments, extra=ROWS_MORE, max_num=MOST, validate_max=True, absolute_max=MOST
)


def rows_of(plan: Plan) -> list[dict[str, Any]]:
    """The segments of a plan as they stand in the rows."""
    return [{name: getattr(part, name) for name in ("name", "share", *OWN)} for part in plan.parts]
