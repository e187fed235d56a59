"""What a rep fills in about a lead they found alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from leads.forms.day import Day
from leads.lifecycle import OPPORTUNITY, SQL

STAGES = [(SQL.value, "SQL: I have spoken with them, and it fits"), (OPPORTUNITY.value, "Opportunity: a deal is open")]
DEAL = ("amount", "currency", "closes_on")
WANTED = {
    "amount": "Say what the deal may come to.",
    "currency": "Say in which currency.",
    "closes_on": "Say when you expect it to close.",
}


class SourceForm(forms.Form):
    """The person, their company, and how far it is; with a deal its terms."""

    email = forms.EmailField(label="E-mail")
    first_name = forms.CharField(required=False, max_length=120)
    last_name = forms.CharField(required=False, max_length=120)
    title = forms.CharField(label="Job title", required=False, max_length=200)
    phone = forms.CharField(required=False, max_length=60)
    company = forms.CharField(required=False, max_length=200)
    country = forms.CharField(required=False, max_length=80)
    stage = forms.ChoiceField(label="How far is it?", choices=STAGES, initial=SQL.value, widget=forms.RadioSelect)
    amount = forms.DecimalField(required=False, min_value=0, max_digits=14, decimal_places=2)
    currency = forms.RegexField(r"^[A-Za-z]{3}$", required=False, initial=settings.BASE_CURRENCY)
    closes_on = forms.DateField(label="Expected close", required=False, widget=Day())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("stage") == OPPORTUNITY:
            for name in DEAL:
                if data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, WANTED[name])
        return data

    @property
    def facts(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if name not in (*DEAL, "stage")}
        return {name: value for name, value in told.items() if value}

    @property
    def deal(self) -> dict[str, Any] | None:
        """The terms, where there is a deal; what was typed beside an SQL is left away."""
        if self.cleaned_data["stage"] != OPPORTUNITY:
            return None
        terms = {name: self.cleaned_data[name] for name in DEAL}
        return terms | {"currency": terms["currency"].upper()}
