"""The gallery: every component with plausible contents, and verbs that go well or are refused. Only tests serve it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from common import charts
from common.errors import Refused
from common.htmx import answer, back, toast, wants_part
from smarketing import urls
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
    ("Priya Raman", "VP Operations · Halden Freight · 640 people", "Asked for a demo, after two webinars", 86, -8),
    ("Tom Okafor", "Head of IT · Brightwell Clinics · 1,200", "Read pricing three times this week", 78, 42),
    ("Elena Novak", "Procurement Director · Sanovia · 310", "Downloaded the calculator; fits “Ops Olivia”", 71, 190),
    ("Marcus Lee", "COO · Northline Foods · 95", "Recycled in May, back with a buying-guide download", 64, 415),
]
STEPS = [
    charts.Step("Visits", "125,000", "2 % leave their data", "marketing", 125_000),
    charts.Step("Leads", "2,500", "10 % qualify", "marketing", 2_500),
    charts.Step("MQL", "250", "80 % accepted", "marketing", 250),
    charts.Step("SAL", "200", "40 % become deals", "sales", 200),
    charts.Step("Opportunities", "80", "25 % won", "sales", 80),
    charts.Step("Customers", "20", "€ 25,000 each", "sales", 20),
    charts.Step("Revenue", "€ 500,000", "half of € 1M", "sales"),
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
        "revenue": charts.pace_line(
            [0, 22_000, 34_000, 80_000, 114_000, 156_000, 264_000],
            [500_000 * week / 13 for week in range(1, 14)],
            [f"week {week}" for week in range(1, 14)],
            title="Revenue won, and where it is heading",
            side="sales",
            unit="revenue",
            say=euros,
            ahead=(330_000, 445_000, 560_000),
        ),
    }


def _row(name: str, what: str, why: str, points: int, minutes: int) -> dict[str, Any]:
    left = timedelta(minutes=minutes)
    return {"name": name, "what": what, "why": why, "points": points, "due_at": NOW + left, "working_left": left}


def context() -> dict[str, Any]:
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
        "rows": [_row(*row) for row in ROWS],
        "steps": STEPS,
        **_charts(),
    }


def show(request: HttpRequest) -> HttpResponse:
    """The gallery itself."""
    return render(request, "gallery.html", context())


def accept(request: HttpRequest) -> HttpResponse:
    """A verb that goes well."""
    toast(request, "Priya Raman is yours.", undo="/gallery/undo/")
    if wants_part(request):
        return HttpResponse("<p>Accepted.</p>")
    return redirect("/gallery/")


def undo(request: HttpRequest) -> HttpResponse:
    """A verb that takes the last one back."""
    toast(request, "Taken back.")
    return back(request, "/gallery/")


def send_back(request: HttpRequest) -> HttpResponse:
    """A verb that is refused."""
    raise Refused("Priya Raman has moved on since you opened her.")


def look(request: HttpRequest) -> HttpResponse:
    """A page and its part."""
    return answer(request, "404.html", {"sentence": "the part"}, part="common/_refusal_toast.html")


urlpatterns = [
    *urls.urlpatterns,
    path("gallery/", show),
    path("gallery/accept/", accept),
    path("gallery/undo/", undo),
    path("gallery/return/", send_back),
    path("gallery/look/", look),
]
