"""Forms for visits: typed for some days, or read from a file."""

from datetime import date

from django import forms

from campaigns.forms.campaigns import Day
from campaigns.models.traffic import MOST


class TrafficForm(forms.Form):
    """So many visits in some days."""

    first_on = forms.DateField(label="From", widget=Day)
    last_on = forms.DateField(label="To, this day included", widget=Day)
    visits = forms.IntegerField(min_value=0, max_value=MOST)
    channel = forms.CharField(max_length=40, required=False, help_text="Only where you tell channels apart.")

    @classmethod
    def for_month_of(cls, on: date) -> "TrafficForm":
        """Empty, for the month so far."""
        return cls(initial={"first_on": on.replace(day=1), "last_on": on})


class TrafficFileForm(forms.Form):
    """A file with a line a day."""

    file = forms.FileField(
        label="A CSV", help_text="With the columns day and visits, such as 2026-11-30, and channel where there is one."
    )
