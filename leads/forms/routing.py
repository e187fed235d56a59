"""What is filled in on the page of routing."""

from django import forms

from accounts.models.user import MOST_A_DAY


class CapacityForm(forms.Form):
    """How many hand-offs a working day one rep can take on."""

    daily_capacity = forms.IntegerField(label="Hand-offs a day", min_value=0, max_value=MOST_A_DAY)
