"""The facts of a lead or a company, with the attributes that this organisation added."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts import access
from accounts.access import REP
from accounts.models import User
from leads.facts import attributes
from leads.models import Attribute, Company, Lead
from leads.models.attribute import AttributeType

FIELD_OF_TYPE = {
    AttributeType.TEXT: forms.CharField,
    AttributeType.NUMBER: forms.DecimalField,
    AttributeType.DATE: forms.DateField,
    AttributeType.BOOLEAN: forms.NullBooleanField,
}


class _FactsForm(forms.ModelForm):
    """Fields of the row and, after them, its added attributes."""

    on: str

    def __init__(self, thing: Lead | Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, instance=thing, **kwargs)
        self.added = [attribute for attribute in attributes() if attribute.on == self.on]
        for attribute in self.added:
            self.fields[f"attribute_{attribute.key}"] = FIELD_OF_TYPE[AttributeType(attribute.type)](
                label=attribute.label, required=False, initial=thing.attributes.get(attribute.key)
            )

    @property
    def changes(self) -> dict[str, Any]:
        """Only what differs, as the verb takes it."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.Meta.fields}
        given = {
            attribute.key: self.cleaned_data[f"attribute_{attribute.key}"]
            for attribute in self.added
            if f"attribute_{attribute.key}" in self.changed_data
        }
        return changed | ({"attributes": given} if given else {})


class LeadFacts(_FactsForm):
    """What we know of a person."""

    on = Attribute.On.LEAD

    class Meta:
        model = Lead
        fields = ("first_name", "last_name", "email", "title", "phone", "city", "country", "source", "campaign")


class CompanyFacts(_FactsForm):
    """What we know of a company; its owner is asked only of who may give it to somebody."""

    on = Attribute.On.COMPANY

    class Meta:
        model = Company
        fields = ("name", "domain", "industry", "employees", "revenue", "country", "named_account", "owner")
        help_texts = {
            "domain": "The part of its e-mail addresses after the @; by it new leads find their company.",
            "named_account": "Sales has asked for this company by name.",
            "owner": "Every new hand-off of its people goes to this rep first.",
        }

    def __init__(self, company: Company, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(company, *args, **kwargs)
        self.fields["owner"].queryset = User.objects.with_role(REP).order_by("name")
        if not access.allowed(by, "company.give", company):
            del self.fields["owner"]
