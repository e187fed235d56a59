"""What marketing fills in about campaigns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q

from agreements.models import Focus, State
from campaigns.models import Brief, Campaign


class Day(forms.DateInput):
    """A date, picked with the browser's own control."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FindForm(forms.Form):
    """What to look for in the names."""

    q = forms.CharField(required=False, max_length=120)


class Quarters(forms.ModelMultipleChoiceField):
    """The signed focuses, told apart by their quarter."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, focus: Focus) -> str:
        return f"{focus.label}: {focus.conversion}"


class CampaignForm(forms.ModelForm):
    """A campaign: what it is called, when it runs, what it costs, and what sales should say."""

    class Meta:
        model = Campaign
        fields = ("name", "channel", "starts_on", "ends_on", "cost", "talking_points", "serves")
        labels = {
            "starts_on": "First day",
            "ends_on": "Last day",
            "talking_points": "What a rep should say",
            "serves": "Serves the focus of",
        }
        help_texts = {
            "channel": "Such as LinkedIn, trade fair, webinar.",
            "talking_points": "Stands on every hand-off that came through it: what they saw, what to ask, what not.",
        }
        widgets = {"starts_on": Day(), "ends_on": Day(), "talking_points": forms.Textarea(attrs={"rows": 4})}
        field_classes = {"serves": Quarters}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ticked = Focus.objects.filter(campaigns=self.instance.pk).values("pk") if self.instance.pk else []
        known = Focus.objects.with_revision().order_by("-quarter", "-revision__number")
        self.fields["serves"].queryset = known.filter(Q(revision__state=State.IN_FORCE) | Q(pk__in=ticked))
        if not self.fields["serves"].queryset.exists():
            del self.fields["serves"]
        self.fields["cost"].label = f"Cost in {settings.BASE_CURRENCY}"


class BriefForm(forms.ModelForm):
    """What sales is told of a campaign before it starts."""

    talking_points = forms.CharField(
        label="What a rep should say", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands on every hand-off that came through it: what they saw, what to ask, what not.",
    )  # fmt: skip

    class Meta:
        model = Brief
        fields = ("what", "whom", "why_now")
        help_texts = {
            "what": "What people will see, where, and what they are asked to do.",
            "whom": "Which companies and people it is made for.",
            "why_now": "What makes it worth their time this month.",
        }
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in fields}
