"""Finding leads: the search box and the filters of the list."""

from __future__ import annotations

from django import forms

from accounts.access import Role
from accounts.models import User
from campaigns.models import Campaign
from leads.lifecycle import Stage
from leads.models.lead import LeadQuerySet

GRADES = [("", "Any fit"), ("A", "Fit A"), ("B", "Fit B"), ("C", "Fit C"), ("D", "Fit D")]


class FindLeads(forms.Form):
    """What to look for. Every field narrows; nothing filled in shows all."""

    q = forms.CharField(required=False, max_length=120)
    stage = forms.ChoiceField(choices=[("", "Any stage"), *Stage.choices], required=False)
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Any owner")
    grade = forms.ChoiceField(choices=GRADES, required=False)
    campaign = forms.ModelChoiceField(Campaign.objects.all(), required=False, empty_label="Any campaign")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).order_by("name")

    def found(self, leads: LeadQuerySet) -> LeadQuerySet:
        """The leads that match; a filter that cannot be read is left out and its error is shown."""
        self.is_valid()
        asked = self.cleaned_data
        narrowing = {
            "stage": asked.get("stage"),
            "owner": asked.get("owner"),
            "score__grade": asked.get("grade"),
            "campaign": asked.get("campaign"),
        }
        leads = leads.filter(**{field: value for field, value in narrowing.items() if value})
        return leads.search(asked["q"]) if asked.get("q") else leads

    @property
    def narrows(self) -> bool:
        """Whether anything was asked for."""
        return any(self.cleaned_data.values()) if self.is_valid() else bool(self.data)
