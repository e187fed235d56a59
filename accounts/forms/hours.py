"""Forms for working hours, closed days and absences."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from accounts import closed_days
from accounts.access import allowed
from accounts.closed_days import ClosedDay, LeftOut
from accounts.models import Team, User, WorkCalendar
from accounts.zones import country_choices, zone_choices
from common.errors import Incomplete
from common.hours import WEEKDAYS, Hours

MAX_FILE = 1024 * 1024
YEAR = timedelta(days=365)
WINDOW = re.compile(r"\s*([\d:]+)\s*[-–]\s*([\d:]+)\s*")


class WindowsField(forms.CharField):
    """The windows of one weekday as people write them: "09:00-12:30, 13:30-17:30"; nothing is closed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=120, **options)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else ", ".join(f"{opens}-{closes}" for opens, closes in value or [])

    def clean(self, value: str) -> list[list[str]]:
        """Pairs of local times. Raises ValidationError with the sentence of `Hours`."""
        written = [part for part in super().clean(value).split(",") if part.strip()]
        matches = [WINDOW.fullmatch(part) for part in written]
        if not all(matches):
            raise forms.ValidationError("Write windows as 09:00-12:30, 13:30-17:30; leave it empty on a closed day.")
        pairs = [list(match.groups()) for match in matches if match]
        try:
            Hours.from_rows(zone="UTC", windows={"0": pairs})
        except ValueError as error:
            raise forms.ValidationError(str(error).removeprefix("Monday").lstrip(": ")) from error
        return pairs


class CalendarForm(forms.ModelForm):
    """A calendar's name, zone and week."""

    zone = forms.ChoiceField(label="Time zone", choices=zone_choices)

    class Meta:
        model = WorkCalendar
        fields = ["name", "zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, weekday in enumerate(WEEKDAYS):
            windows = self.instance.windows.get(str(number), [])
            self.fields[f"day_{number}"] = WindowsField(label=weekday, initial=windows)

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the week, from Monday on."""
        return [self[f"day_{number}"] for number in range(len(WEEKDAYS))]

    def clean(self) -> dict[str, Any]:
        """One value `windows` instead of seven fields."""
        days = {str(number): self.cleaned_data.pop(f"day_{number}", []) for number in range(len(WEEKDAYS))}
        self.cleaned_data["windows"] = {number: windows for number, windows in days.items() if windows}
        if not self.cleaned_data["windows"] and not self.errors:
            raise forms.ValidationError("The desk is never open; write a window for one day at least.")
        return self.cleaned_data

    def hours(self) -> Hours | None:
        """The working hours as they are written, saved or not; None while they cannot be."""
        if self.is_bound:
            if set(self.errors) - {"name"}:
                return None
            self.instance.windows = self.cleaned_data["windows"]
        return self.instance.hours()


class CountryForm(forms.Form):
    """Whose public holidays a calendar observes."""

    country = forms.ChoiceField(label="Public holidays of", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "no country"), *country_choices()]


class ClosureForm(forms.Form):
    """A day of our own on which a desk is closed."""

    on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(label="Why", max_length=120)


class ClosedDaysFileForm(forms.Form):
    """An iCalendar file with days on which a desk is closed."""

    file = forms.FileField(
        label="From an iCalendar file",
        help_text="As your calendar program exports one, ending in .ics. You choose from what it holds.",
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )

    def __init__(self, zone: ZoneInfo, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.today = zone, today
        self.closed: list[ClosedDay] = []
        self.left_out: list[LeftOut] = []

    def clean_file(self) -> UploadedFile:
        """Read what it closes in the two years to come. Raises ValidationError with the sentence of the reader."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError("The file is larger than 1 MB. Export the closed days alone.")
        try:
            until = self.today + 2 * YEAR
            self.closed, self.left_out = closed_days.read(file.read(), self.zone, since=self.today, until=until)
        except Incomplete as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class ClosedDaysForm(forms.Form):
    """The days that somebody chose from a file, each as its date and its name: "2026-12-24 Christmas Eve"."""

    day = forms.MultipleChoiceField()

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["day"].choices = [(value, value) for value in data.getlist("day")]

    def clean_day(self) -> list[tuple[date, str]]:
        """Pairs of day and name. Raises ValidationError where a day is none."""
        try:
            chosen = [value.partition(" ") for value in self.cleaned_data["day"]]
            return [(date.fromisoformat(on), name[:120] or "Closed") for on, _, name in chosen]
        except ValueError as error:
            raise forms.ValidationError("A day is written as 2026-12-24.") from error


class WorksByForm(forms.Form):
    """The team or the person who is given a calendar's hours, as "team 3" or "person 7"."""

    who = forms.ChoiceField(label="Give these hours to")

    def __init__(self, calendar: WorkCalendar, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.exclude(calendar=calendar).order_by("name")
        people = User.objects.active().exclude(calendar=calendar).exclude(calendar=None, team__calendar=calendar)
        self.others = {f"team {team.pk}": team for team in teams}
        self.others |= {f"person {person.pk}": person for person in people.select_related("team").order_by("name")}
        named = [
            (key, f"{other}, the team" if isinstance(other, Team) else str(other)) for key, other in self.others.items()
        ]
        self.fields["who"].choices = [("", "choose…"), *named]

    def clean_who(self) -> Team | User:
        return self.others[self.cleaned_data["who"]]


class AwayTodayForm(forms.Form):
    """Who gets one's open hand-offs for the rest of the day."""

    cover = forms.ModelChoiceField(
        label="Covered by", required=False, empty_label="nobody", queryset=User.objects.none()
    )

    def __init__(self, person: User, data: Any = None) -> None:
        super().__init__(data, auto_id="today_%s")
        self.fields["cover"].queryset = User.objects.active().exclude(pk=person.pk).order_by("name")


class AbsenceForm(forms.Form):
    """Whole days away, of oneself or, for those who may, of somebody else."""

    user = forms.ModelChoiceField(label="Who", empty_label=None, queryset=User.objects.none())
    from_on = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until_on = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    cover = forms.ModelChoiceField(
        label="Covered by", required=False, empty_label="nobody", queryset=User.objects.none()
    )

    def __init__(self, reader: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.visible_to(reader).active().order_by("name")
        others = allowed(reader, "absence.enter", User())
        self.fields["user"].queryset = colleagues if others else colleagues.filter(pk=reader.pk)
        self.fields["user"].initial = reader
        self.fields["cover"].queryset = colleagues

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("from_on"), self.cleaned_data.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "The last day cannot come before the first.")
        return self.cleaned_data

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The absence from the first midnight to the last, in the zone of the person who is away."""
        zone = self.cleaned_data["user"].tz
        first, last = self.cleaned_data["from_on"], self.cleaned_data["until_on"]
        return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
