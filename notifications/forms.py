"""What people choose about their notices, and where an admin lets them go."""

from collections.abc import Iterator
from typing import Any

from django import forms

from notifications.channels.guard import Forbidden, place_of
from notifications.kinds import Kind, kinds
from notifications.models import Channel, Endpoint, Preferences
from notifications.models.preferences import CHOSEN

HOURS = [("mine", "Only while I work: what comes in between waits"), ("any", "At any time")]


class PreferencesForm(forms.Form):
    """One box for each kind and channel, and whether notices wait for one's hours."""

    hours = forms.ChoiceField(label="When", choices=HOURS, widget=forms.RadioSelect)

    def __init__(self, preferences: Preferences, data: Any = None) -> None:
        super().__init__(data, initial={"hours": "mine" if preferences.within_hours else "any"})
        has_slack = Endpoint.objects.on().filter(channel=Channel.SLACK).exists()
        self.kinds = [kind for kind in kinds() if kind.leaves and kind.optional]
        self.channels = [channel for channel in CHOSEN if channel != Channel.SLACK or has_slack]
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


class AddressField(forms.CharField):
    """An address to post to. What it was is never shown again: whoever knows it may post there."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=2048, widget=forms.URLInput(attrs={"autocomplete": "off"}), **options)

    def clean(self, value: Any) -> str:
        """The address as it came. Raises ValidationError with the guard's sentence."""
        url = super().clean(value)
        try:
            place_of(url)
        except Forbidden as error:
            raise forms.ValidationError(str(error)) from error
        return url


class SlackForm(forms.Form):
    """Slack's own address for posting to a channel."""

    url = AddressField(label="Incoming webhook", help_text="Slack makes one for each channel that an app posts to.")
    prefix = "slack"


class ToldForm(forms.Form):
    """What a webhook is told of."""

    told = forms.MultipleChoiceField(
        label="It is told of",
        choices=lambda: [(kind.key, kind.title) for kind in kinds() if kind.leaves and kind.optional],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose one kind or more; to send it nothing, switch it off."},
    )


class WebhookForm(ToldForm):
    """A program that listens."""

    name = forms.CharField(label="Name", max_length=80)
    url = AddressField(label="Address", help_text="https, on the public internet. It is not shown again.")
    field_order = ["name", "url", "told"]
