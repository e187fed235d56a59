"""What the two sides fill in about what they agree on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from accounts.access import Side
from agreements.activities import ACTIVITIES
from agreements.fields import Lines, Words
from agreements.models import Credit, Focus, Segment, Sharing, Sourced, StageMap, Who
from agreements.models.points import GRADES, OF_SALES, POINTS, STAGES
from agreements.stages import StageOnMap
from common.periods import quarter_of

TWO_LINES = forms.Textarea(attrs={"rows": 2})
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


NAMED = 200  # companies that are still a focus


class FocusForm(forms.Form):
    """What sales wants, and what it does not."""

    conversion = forms.CharField(
        label="What people should be brought to do",
        required=False,
        max_length=500,
        widget=TWO_LINES,
        help_text="Such as: a meeting about the second hub.",
    )
    companies = Lines(
        label="Named companies", required=False, most=NAMED, help_text="One a line: the name or the domain."
    )
    not_wanted = Lines(
        label="Not wanted",
        required=False,
        most=NAMED,
        help_text="One a line. Companies and industries named here are never in focus; the rest is for people to read.",
    )


class SegmentForm(forms.Form):
    """One kind of company that is wanted; without a name it is none."""

    name = forms.CharField(label="Segment", required=False, max_length=80)
    industries = Words(required=False, max_length=400, help_text="With commas between them; empty means any.")
    countries = Words(required=False, max_length=400)
    least = forms.IntegerField(label="People, from", required=False, min_value=0, max_value=10_000_000)
    most = forms.IntegerField(label="to", required=False, min_value=0, max_value=10_000_000)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        least, most = data.get("least"), data.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", "That is fewer than the first number.")
        if not data.get("name") and any(data.get(each) for each in ("industries", "countries", "least", "most")):
            self.add_error("name", "Call it something, so that both sides can talk about it.")
        return data

    @property
    def segment(self) -> Segment | None:
        return Segment(**self.cleaned_data) if self.cleaned_data["name"] else None


SEGMENTS = 5


def segment_forms(focus: Focus, data: Any = None) -> list[SegmentForm]:
    """A form for each segment of the focus and an empty one for the next; sent, for as many as there may be."""
    empty = SEGMENTS if data else len(focus.segments) + 1
    initial = [*focus.segments, *({} for _ in range(SEGMENTS))][: min(empty, SEGMENTS)]
    return [SegmentForm(data, initial=each, prefix=f"segment-{n}") for n, each in enumerate(initial, 1)]


class QuarterForm(forms.Form):
    """This quarter or the next."""

    quarter = forms.ChoiceField()

    def __init__(self, data: Any = None, *, at: datetime, zone: str) -> None:
        super().__init__(data)
        this = quarter_of(at, zone)
        self.offered = {each.key: each for each in (this, this.next())}
        self.fields["quarter"].choices = [(key, each.label) for key, each in self.offered.items()]


class StageForm(forms.Form):
    """One stage of the map."""

    owner = forms.ChoiceField(label="Whose", choices=Side.choices)
    days = forms.IntegerField(
        label="At most, in days", required=False, min_value=1, max_value=3650, help_text="Empty: as long as it likes."
    )
    entry = forms.CharField(label="In", required=False, max_length=300, widget=TWO_LINES)
    exit = forms.CharField(label="Out", required=False, max_length=300, widget=TWO_LINES)
    what = forms.CharField(label="What we do meanwhile", required=False, max_length=500, widget=TWO_LINES)

    def __init__(self, data: Any = None, *, on_map: StageOnMap) -> None:
        super().__init__(data, initial=on_map.kept(), prefix=on_map.key)
        self.on_map = on_map

    @property
    def stage(self) -> StageOnMap:
        return StageOnMap(key=self.on_map.key, **self.cleaned_data)


def stage_forms(stage_map: StageMap, data: Any = None) -> list[StageForm]:
    """A form for each stage of the map."""
    return [StageForm(data, on_map=each) for each in stage_map.on_map]


class CreditForm(forms.ModelForm):
    """How revenue is shared, what counts as marketing's, and the points of both sides."""

    sharing = forms.ChoiceField(
        label="Revenue is shared among the touches by this model",
        choices=[(each.value, f"{each.label}. {each.sentence}") for each in Sharing],
        widget=forms.RadioSelect,
    )
    sourced = forms.ChoiceField(
        label="Marketing brought a deal when", choices=Sourced.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Credit
        fields = ["sharing", "sourced", *POINTS]
        labels = {name: f"Grade {grade}" for grade, name in GRADES.items()}

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The points under their headings, with what has to be known about each group."""
        return [(title, about, [self[name] for name in names]) for title, about, names in POINT_GROUPS]


POINT_GROUPS = (
    (
        "Points of marketing",
        "Each stage gives its own on top of those before, and more than the one before it. 0 in all: no points.",
        STAGES,
    ),
    ("An MQL by its grade", "Left empty, it gives the points of any MQL.", tuple(GRADES.values())),
    ("Points of sales", "For what sales does with what it is given.", OF_SALES),
)
