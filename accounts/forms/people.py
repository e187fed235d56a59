"""Forms for people and teams."""

from typing import Any

from django import forms

from accounts.access import Role
from accounts.models import Team, User
from accounts.zones import zone_choices


class RolesField(forms.MultipleChoiceField):
    """One box for each role."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Role.choices, widget=forms.CheckboxSelectMultiple, **options)


class InviteForm(forms.ModelForm):
    """Who is invited, and as what."""

    roles = RolesField()

    class Meta:
        model = User
        fields = ["email", "name", "roles", "team"]
        help_texts = {"team": "Gives them their side's working hours; an admin needs none."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].empty_label = "no team"

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class PersonForm(forms.ModelForm):
    """What an admin may change about a person."""

    roles = RolesField(required=False)
    zone = forms.ChoiceField(label="Time zone", choices=zone_choices)

    class Meta:
        model = User
        fields = ["name", "roles", "team", "zone", "daily_capacity"]
        labels = {"daily_capacity": "Capacity a day"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].empty_label = "no team"


class TeamForm(forms.ModelForm):
    """A new team."""

    class Meta:
        model = Team
        fields = ["name", "side", "calendar"]


class TeamEditForm(forms.ModelForm):
    """A team's name; its side stays, because its numbers do."""

    class Meta:
        model = Team
        fields = ["name"]
