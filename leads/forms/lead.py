"""What is filled in on a lead's page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from accounts.access import MARKETING
from accounts.models import User
from common import clock as db_clock
from leads.forms.day import Day
from leads.lifecycle import LEAD, Stage
from leads.models import Lead


class NoteForm(forms.Form):
    """Why a marketer qualifies a lead by hand."""

    note = forms.CharField(label="Why is this one ready?", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class RestoreForm(forms.Form):
    """Back to the stage before, or to the beginning, with the reason."""

    to = forms.ChoiceField(label="Back to")
    note = forms.CharField(label="Why", max_length=400)

    def __init__(self, lead: Lead, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = lead.transitions.counted().filter(to_stage=lead.stage).order_by("-pk").first()
        before = [last.from_stage] if last and last.from_stage else []
        self.fields["to"].choices = [(stage, Stage(stage).label) for stage in dict.fromkeys([*before, LEAD.value])]


class NurtureForm(forms.Form):
    """What marketing does with a recycled lead: who, what, and when to look again."""

    owner = forms.ModelChoiceField(None, label="Who looks after them?")
    plan = forms.CharField(label="What do we do until then?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    review_on = forms.DateField(label="Look again on", widget=Day())

    def __init__(self, lead: Lead, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"owner": lead.marketing_owner_id, "plan": lead.plan, "review_on": lead.review_on})
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.with_role(*MARKETING).order_by("name")


class NewLeadForm(forms.Form):
    """One person added by hand."""

    email = forms.EmailField(label="E-mail")
    first_name = forms.CharField(required=False, max_length=120)
    last_name = forms.CharField(required=False, max_length=120)
    title = forms.CharField(required=False, max_length=200)
    company = forms.CharField(
        required=False, max_length=200, help_text="Left empty, it is found by the e-mail's domain."
    )
    phone = forms.CharField(required=False, max_length=60)
    country = forms.CharField(required=False, max_length=80)
    source = forms.CharField(required=False, max_length=120, help_text="How we came to know them, such as Trade fair.")

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class ScoreDay(forms.Form):
    """The past day at whose end the score is asked for."""

    on = forms.DateField(label="Score on another day", widget=Day())

    def clean_on(self) -> date:
        if self.cleaned_data["on"] > db_clock.now().date() + timedelta(days=1):
            raise forms.ValidationError("That day has not come yet.")
        return self.cleaned_data["on"]

    def ends_at(self, reader: User) -> datetime:
        """The end of that day for the reader."""
        return datetime.combine(self.cleaned_data["on"] + timedelta(days=1), time(), reader.tz)
