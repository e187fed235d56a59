"""What people choose about their notices."""

from collections.abc import Iterator
from typing import Any

from django import forms

from notifications.kinds import Kind, kinds
from notifications.models import Channel, Preferences
from notifications.models.preferences import CHOSEN

HOURS = [("mine", "Only while I work: what comes in between waits"), ("any", "At any time")]


class PreferencesForm(forms.Form):
    """One box for each kind and channel, and whether notices wait for one's hours."""

    hours = forms.ChoiceField(label="When", choices=HOURS, widget=forms.RadioSelect)

    def __init__(self, preferences: Preferences, data: Any = None) -> None:
        super().__init__(data, initial={"hours": "mine" if preferences.within_hours else "any"})
        self.kinds = [kind for kind in kinds() if kind.leaves and kind.optional]
        self.channels = [Channel(channel) for channel in CHOSEN]
        for kind in self.kinds:
            for channel in self.channels:
                self.fields[f"{channel}:{kind.key}"] = forms.BooleanField(
                    label=f"{kind.title}: {channel.label}", required=False, initial=preferences.wants(kind, channel)
                )

    @property
    def rows(self) -> Iterator[tuple[Kind, list[tuple[str, forms.BoundField]]]]:
        """Each kind with its boxes, and the channel that each stands for."""
        for kind in self.kinds:
            yield kind, [(channel.label, self[f"{channel}:{kind.key}"]) for channel in self.channels]

    @property
    def answers(self) -> dict[str, dict[str, bool]]:
        """What was chosen, by channel and kind."""
        said = self.cleaned_data
        return {each: {kind.key: said[f"{each}:{kind.key}"] for kind in self.kinds} for each in self.channels}
