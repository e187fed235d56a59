"""What is filled in about content requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.functions import Lower

from agreements.models import Persona
from campaigns.models import BuyingStage, Content, ContentRequest
from campaigns.models.request import LONGEST, ContentRequestQuerySet

PERSONAS = Persona.objects.order_by("name")
LINES = forms.Textarea(attrs={"rows": 3})


class FindRequests(forms.Form):
    """Words of the request, and whom it is for."""

    q = forms.CharField(required=False, max_length=120)
    persona = forms.ModelChoiceField(PERSONAS, required=False, empty_label="Any persona")
    stage = forms.ChoiceField(required=False, choices=[("", "Any buying stage"), *BuyingStage.choices])

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def found(self, requests: ContentRequestQuerySet) -> ContentRequestQuerySet:
        """What it asks for; what makes no sense asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        requests = requests.saying(asked["q"]) if asked.get("q") else requests
        wanted = {"persona": asked.get("persona"), "buying_stage": asked.get("stage")}
        return requests.filter(**{name: value for name, value in wanted.items() if value})


class AskForm(forms.ModelForm):
    """What is missing, and for whom."""

    class Meta:
        model = ContentRequest
        fields = ("what", "why", "persona", "buying_stage", "objection")
        labels = {
            "what": "What is missing",
            "why": "What it is for",
            "buying_stage": "Buying stage",
            "objection": "The objection it answers",
        }
        help_texts = {
            "what": "Such as a page on tolls, an example from food, help with an offer.",
            "why": "In which conversation it was missing, and what you would do with it.",
            "objection": "In their words.",
        }
        widgets = {"why": LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["persona"].queryset = PERSONAS
        self.fields["persona"].empty_label = "anybody"


class DeliverForm(forms.Form):
    """What it is answered with."""

    content = forms.ModelChoiceField(
        Content.objects.order_by(Lower("title")), label="A piece of the library", required=False, empty_label="none"
    )
    url = forms.URLField(
        label="Or an address", required=False, max_length=500, assume_scheme="https", help_text="Begins with https://."
    )
    words = forms.CharField(label="How to use it", required=False, max_length=LONGEST, widget=LINES)


class DeclineForm(forms.Form):
    because = forms.CharField(label="Why not", max_length=LONGEST, widget=LINES)


class AskBackForm(forms.Form):
    question = forms.CharField(label="What you have to know first", max_length=LONGEST, widget=LINES)


class ReplyForm(forms.Form):
    words = forms.CharField(label="Your reply", max_length=LONGEST, widget=LINES)
