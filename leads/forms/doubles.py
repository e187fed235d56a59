"""Which record is the double."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.models import Lead
from leads.models.lead import LeadQuerySet


class DoubleForm(forms.Form):
    """The other record of the same person, by its number."""

    other = forms.ModelChoiceField(
        Lead.objects.none(),
        label="Number of the other record",
        widget=forms.NumberInput(attrs={"min": 1}),
        error_messages={"invalid_choice": "There is no other lead of that number; it may have been merged already."},
    )

    def __init__(self, lead: Lead, leads: LeadQuerySet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = leads.exclude(pk=lead.pk).select_related("company", "owner", "campaign")
