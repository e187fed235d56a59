"""Forms for one's own account."""

from datetime import timedelta
from typing import Any

from django import forms

from accounts.access import Role
from accounts.models import Scope, User
from accounts.models.token import LONGEST_LIFE, USUAL_LIFE
from accounts.zones import zone_choices


class ProfileForm(forms.ModelForm):
    """What everyone may change about themselves."""

    zone = forms.ChoiceField(label="Time zone", choices=zone_choices, help_text="Every time you see is shown in it.")

    class Meta:
        model = User
        fields = ["name", "zone"]


class DeputyForm(forms.Form):
    """Who signs for a head while the head is away."""

    deputy = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        empty_label="nobody",
        help_text="They sign for your side while you are away, and the document says so.",
    )

    def __init__(self, head: User, data: Any = None) -> None:
        super().__init__(data, initial={"deputy": head.deputy_id}, auto_id="deputy_%s")
        side = [role for role in Role if role.side in head.sides and role.side]
        self.fields["deputy"].queryset = User.objects.with_role(*side).exclude(pk=head.pk).order_by("name")


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
