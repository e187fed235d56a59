"""Forms for one's own account."""

from datetime import timedelta

from django import forms

from accounts.models import Scope, User
from accounts.models.token import LONGEST_LIFE, USUAL_LIFE
from accounts.zones import zone_choices


class ProfileForm(forms.ModelForm):
    """What everyone may change about themselves."""

    zone = forms.ChoiceField(label="Time zone", choices=zone_choices, help_text="Every time you see is shown in it.")

    class Meta:
        model = User
        fields = ["name", "zone"]


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="What it is for", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="It may", choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=[Scope.LEADS_READ]
    )
    days = forms.IntegerField(
        label="Days until it expires", min_value=1, max_value=LONGEST_LIFE.days, initial=USUAL_LIFE.days
    )

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
