"""The gallery: every component with plausible contents, at an address of its own. Only tests serve it."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import charts
from smarketing.navigation import Entry, Group

NOW = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)
DELIVERED = [0, 14, 23, 31, 52, 60, 71, 80, 96, 110, 121, 135, 151, 162, 176, 183]
WORKING_DAYS = [f"{day} Nov" for day in (1, *range(2, 7), *range(9, 14), *range(16, 21), *range(23, 28), 30)]


class PersonForm(forms.Form):
    """One of each kind of question."""

    email = forms.EmailField(label="E-mail", help_text="They get a link to set a password.")
    team = forms.ChoiceField(choices=[("", "Choose"), ("s", "Sales")], required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    roles = forms.MultipleChoiceField(
        choices=[("rep", "Sales rep"), ("head", "Head of sales")], widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(label="Takes part in routing", required=False, help_text="Absent people do not.")


ROWS = [
    ("Priya Raman", "VP Operations · Halden Freight · 640 people", "Asked for a demo, after two webinars in nine days", 86, -8),
    ("Tom Okafor", "Head of IT · Brightwell Clinics · 1,200", "Read pricing three times this week", 78, 42),
    ("Elena Novak", "Procurement Director · Sanovia · 310", "Downloaded the cost calculator; fits persona “Ops Olivia”", 71, 190),
    ("Marcus Lee", "COO · Northline Foods · 95", "Recycled in May (“timing”), back with a buying-guide download", 64, 415),
]
STEPS = [
    ("Visits", "125,000", "2 % leave their data", "marketing", 125_000),
    ("Leads", "2,500", "10 % qualify", "marketing", 2_500),
    ("MQL", "250", "80 % accepted", "marketing", 250),
    ("SAL", "200", "40 % become deals", "sales", 200),
    ("Opportunities", "80", "25 % won", "sales", 80),
    ("Customers", "20", "€ 25,000 each", "sales", 20),
    ("Revenue", "€ 500,000", "half of € 1M", "sales", None),
]
MENU = [
    ("", "Queue:4 Leads Campaigns Content"),
    ("Agreed", "Personas MQL_criteria:v4_draft Agreement"),
    ("Together", "Scorecard Goals Reports Meetings:Mon Actions:3"),
    ("Set up", "Imports Settings"),
]


def _menu() -> list[Group]:
    def entry(word: str) -> Entry:
        label, _, badge = word.replace("_", " ").partition(":")
        return Entry(label, f"/{label.lower()}/", badge, label == "Scorecard")

    return [Group(title, [entry(word) for word in words.split()]) for title, words in MENU]


def _charts() -> dict[str, charts.Chart]:
    def euros(value: float) -> str:
        return f"€ {value / 1000:.0f}k" if value else "0"

    return {
        "delivery": charts.pace_line(
            DELIVERED,
            [250 * day / 21 for day in range(22)],
            WORKING_DAYS,
            title="MQLs delivered, against the pace line in working days",
            side="marketing",
            unit="MQLs",
        ),
        "response": charts.histogram(
            [22, 31, 44, 38, 24, 14, 9, 6, 4, 3, 2, 1],
            [f"{hour}–{hour + 1} h" for hour in range(11)] + ["11 h +"],
            title="Working hours from hand-off to first attempt",
            side="sales",
            agreed=8,
            agreed_words="agreed: 8 h",
        ),
        "revenue": charts.projection(
            [0, 22_000, 34_000, 80_000, 114_000, 156_000, 264_000],
            [f"week {week}" for week in range(1, 14)],
            target=500_000,
            low=330_000,
            likely=445_000,
            high=560_000,
            title="Revenue won, and where it is heading",
            side="sales",
            say=euros,
        ),
    }


def context() -> dict:
    """What the gallery shows."""
    form = PersonForm({"email": "sam@", "roles": ["rep"]})
    return {
        "navigation": _menu(),
        "bell": "2",
        "now": NOW,
        "form": form,
        "said_at": NOW - timedelta(days=1),
        "due_soon": NOW + timedelta(hours=3, minutes=5),
        "comment": "They opened a *second hub* in Ghent; ask who runs it. **@Sam**",
        "outcomes": ["No answer", "Voicemail", "Spoke", "Call back", "Wrong number"],
        "trend": [0.62, 0.6, 0.66, 0.71, 0.7, 0.78, 0.84],
        "rows": [
            {"name": name, "what": what, "why": why, "points": points, "due_at": NOW + left, "working_left": left}
            for name, what, why, points, minutes in ROWS
            if (left := timedelta(minutes=minutes)) is not None
        ],
        "steps": [dict(zip(("name", "words", "rate", "side", "count"), step, strict=True)) for step in STEPS],
        **_charts(),
    }


def show(request: HttpRequest) -> HttpResponse:
    """The gallery's view."""
    return render(request, "gallery.html", context())
