"""What an admin fills in about a return reason."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.models import ReturnReason
from leads.models.reason import COUNTED, Result


class ReasonForm(forms.ModelForm):
    """A return reason: what reps read, what they are asked, and what follows."""

    class Meta:
        model = ReturnReason
        fields = (
            "label",
            "cause",
            "evidence",
            "prompt",
            "result",
            "result_after_acceptance",
            "cool_down_days",
            "counts_against_quality",
            "permanent",
            "fixer",
            "is_active",
        )
        labels = {
            "label": "In the words of a rep",
            "cause": "What it is",
            "evidence": "It has to be shown by",
            "prompt": "The question to the rep",
            "result": "What follows before acceptance",
            "result_after_acceptance": "What follows after acceptance",
            "cool_down_days": "Days of rest",
            "counts_against_quality": "Counts against marketing’s quality",
            "permanent": "For good: never an automatic MQL again",
            "fixer": "Who can mend the cause",
            "is_active": "In use",
        }
        help_texts = {
            "prompt": "Such as: Which trait, and in which direction?",
            "cool_down_days": "So long no new behaviour makes it an MQL; asking for a demo does.",
            "counts_against_quality": "A lead returned for it is taken off the MQLs that marketing delivered.",
            "permanent": "",
            "fixer": "Such as: marketing, operations.",
            "is_active": "Reps can choose it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = self.fields["result_after_acceptance"]
        after.choices = [choice for choice in Result.choices if choice[0] != Result.REPAIR]
        if self.instance.pk and self.instance.was_given:
            for name in COUNTED:
                self.fields[name].disabled = True
            self.fields["counts_against_quality"].help_text = "Leads were returned for it, so what it counts as stays."
