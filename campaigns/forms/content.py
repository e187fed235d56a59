"""What marketing fills in about content, and how it is found."""

from __future__ import annotations

from typing import Any

from django import forms

from agreements.models import Persona
from campaigns.models import BuyingStage, Campaign, Content, ContentQuerySet

PERSONAS = Persona.objects.order_by("name")


class FindContent(forms.Form):
    """Words of the title, and what it is for."""

    q = forms.CharField(required=False, max_length=120)
    persona = forms.ModelChoiceField(PERSONAS, required=False, empty_label="Any persona")
    stage = forms.ChoiceField(required=False, choices=[("", "Any buying stage"), *BuyingStage.choices])
    kind = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Any kind"), *((kind, kind) for kind in Content.objects.kinds())]

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def found(self, content: ContentQuerySet) -> ContentQuerySet:
        """What it asks for; what makes no sense asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        content = content.filter(title__icontains=asked.get("q", ""))
        wanted = {"persona": asked.get("persona"), "buying_stage": asked.get("stage"), "kind": asked.get("kind")}
        return content.filter(**{name: value for name, value in wanted.items() if value})


class ContentForm(forms.ModelForm):
    """A piece of content or an offer."""

    url = forms.URLField(
        label="Address", required=False, max_length=500, assume_scheme="https", help_text="Where people find it."
    )

    class Meta:
        model = Content
        fields = ("title", "kind", "url", "persona", "buying_stage", "campaign", "talking_points")
        labels = {"talking_points": "What a rep should say"}
        help_texts = {
            "kind": "Such as guide, webinar, calculator.",
            "persona": "For whom it was made.",
            "buying_stage": "Who touched it lately is shown to sales as being that far in buying.",
            "talking_points": "Comes before the campaign’s on the hand-off of whoever it pulled in.",
        }
        widgets = {"talking_points": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = Campaign.objects.latest_first()
        self.fields["campaign"].empty_label = "none"
        self.fields["persona"].queryset = PERSONAS
        self.fields["persona"].empty_label = "anybody"
