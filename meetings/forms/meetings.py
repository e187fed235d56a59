"""Forms around a meeting: when it is, what is written in it, what somebody takes on."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.zones import zone_choices
from common import metrics
from meetings.models import Meeting, Series
from meetings.models.meeting import LONGEST


class SeriesForm(forms.ModelForm):
    """The day, the hour and the length of the weekly meeting."""

    zone = forms.ChoiceField(label="Time zone", choices=zone_choices)

    class Meta:
        model = Series
        fields = ["weekday", "time", "minutes", "zone"]
        labels = {"weekday": "Every", "time": "At", "minutes": "Minutes"}
        widgets = {"time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


class MinutesForm(forms.Form):
    """The minutes, and the version of them that was on the page when they were written."""

    minutes = forms.CharField(required=False, max_length=LONGEST, strip=False, widget=forms.Textarea)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class OfOnePage(forms.Form):
    """A form that stands on a page beside others: its fields' ids begin with a word of its own."""

    own = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.own}_%s", **kwargs)


class AgendaForm(OfOnePage):
    """Something to talk about, and what it is about."""

    own = "agenda"

    text = forms.CharField(label="What to talk about", max_length=300)
    kind = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    about = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class DecisionForm(OfOnePage):
    """A decision, and the document it changes."""

    own = "decision"

    text = forms.CharField(label="What was decided", max_length=500)
    document = forms.ChoiceField(
        label="It changes",
        required=False,
        choices=[
            ("", "no document"),
            ("criteria", "the MQL criteria"),
            ("agreement", "the agreement"),
            ("plan", "a goal"),
        ],
    )


class ActionForm(OfOnePage):
    """Who does what by when, and the number it should move."""

    own = "action"

    text = forms.CharField(label="What is to be done", max_length=300)
    owner = forms.ModelChoiceField(label="By", queryset=User.objects.none(), empty_label=None)
    due_on = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    metric = forms.ChoiceField(label="It should move", required=False)

    def __init__(self, meeting: Meeting, reader: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.visible_to(reader).active().exclude(roles=[]).order_by("name")
        self.fields["owner"].initial = reader
        self.fields["due_on"].initial = meeting.next_on
        self.fields["due_on"].widget.attrs["max"] = meeting.next_on.isoformat()
        figures = [(metric.key, metric.name) for metric in metrics.catalogue()]
        self.fields["metric"].choices = [("", "no figure"), *figures]
