"""Who is on a deal, and by which model its credit is shown."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from agreements.models import Sharing
from leads.models import Lead, Opportunity


class ContactForm(forms.Form):
    """Somebody else who takes part in a deal, by their e-mail address."""

    lead = forms.EmailField(label="E-mail", help_text="Of somebody who is a lead here.")
    role = forms.CharField(max_length=60, required=False, help_text="Such as: decides, signs, uses it.")

    def __init__(self, deal: Opportunity, reader: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leads = Lead.objects.visible_to(reader).exclude(pk=deal.lead_id)

    def clean_lead(self) -> Lead:
        found = self.leads.filter(email__iexact=self.cleaned_data["lead"]).first()
        if found is None:
            raise forms.ValidationError("Nobody else here has that address. Add them as a lead first.")
        return found


class SharingForm(forms.Form):
    """The model that is asked for; none, or one that is not known, is the agreed one."""

    model = forms.ChoiceField(choices=Sharing.choices, required=False)

    @property
    def sharing(self) -> Sharing | None:
        return Sharing(self.cleaned_data["model"]) if self.is_valid() and self.cleaned_data["model"] else None
