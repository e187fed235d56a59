"""What the two sides fill in about what they agree on."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.access import Side
from agreements.activities import ACTIVITIES
from agreements.models import Who

OTHER = {Side.MARKETING: Side.SALES, Side.SALES: Side.MARKETING}


class AnswerForm(forms.Form):
    """One side's word on who does what; what is left out is answered another time."""

    side = forms.ChoiceField(choices=Side.choices, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, side: str, said: dict[str, str]) -> None:
        super().__init__(data, initial={"side": side} | said, auto_id=f"{side}-%s")
        for activity in ACTIVITIES:
            self.fields[activity.key] = forms.ChoiceField(
                label=activity.label, choices=_seen_from(Side(side)), required=False, widget=forms.RadioSelect
            )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The questions under their headings."""
        found: dict[str, list[forms.BoundField]] = {}
        for activity in ACTIVITIES:
            found.setdefault(activity.group, []).append(self[activity.key])
        return list(found.items())

    @property
    def said(self) -> dict[str, str]:
        """What was answered, by activity."""
        return {key: who for key, who in self.cleaned_data.items() if key != "side" and who}


def _seen_from(side: Side) -> list[tuple[str, str]]:
    """The answers in the words of one side: us, them, both, nobody."""
    return [(side, "Us"), (OTHER[side], "Them"), (Who.BOTH, "Both"), (Who.NOBODY, "Nobody")]


class SideForm(forms.Form):
    """For which side somebody answers."""

    side = forms.ChoiceField(choices=Side.choices)


class SettleForm(forms.Form):
    """Whose an activity is."""

    activity = forms.ChoiceField(choices=[(each.key, each.label) for each in ACTIVITIES])
    who = forms.ChoiceField(choices=Who.choices)
