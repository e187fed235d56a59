"""Finding leads: the search box and the filters of the list."""

from __future__ import annotations

from django import forms
from django.db.models import Q

from accounts.access import Role
from accounts.models import User
from agreements.models import RULING, PersonaVersion
from agreements.models.persona import PersonaVersionQuerySet
from campaigns.models import Campaign
from common import clock as db_clock
from leads.beginnings import behind
from leads.converted import labels
from leads.lifecycle import Stage
from leads.models import Conversion, Episode
from leads.models.beginning import WINDOW
from leads.models.lead import LeadQuerySet
from leads.personas import fitting

GRADES = [("", "Any fit"), ("A", "Fit A"), ("B", "Fit B"), ("C", "Fit C"), ("D", "Fit D")]


CAME = [
    ("leads", f"had {WINDOW.days} days since"),
    ("maturing", f"have not had {WINDOW.days} days yet"),
    ("mql", f"became MQLs within {WINDOW.days} days"),
    ("accepted", f"were accepted within {WINDOW.days} days"),
    ("customer", f"became customers within {WINDOW.days} days"),
]
REACHED = [("", "Whatever it reached"), ("mql", "Became an MQL"), ("sql", "Became an SQL"), ("customer", "Was won")]
LONGEST_NUMBER = 9  # digits


def _personas(chosen: str) -> PersonaVersionQuerySet:
    """The versions in force, and the one that is asked for."""
    number = int(chosen) if chosen.isdecimal() and len(chosen) <= LONGEST_NUMBER else None
    versions = PersonaVersion.objects.select_related("persona", "revision")
    return versions.filter(Q(revision__state__in=RULING) | Q(pk=number)).order_by("persona__name")


class PersonaChoice(forms.ModelChoiceField):
    """Personas by their name."""

    def label_from_instance(self, version: PersonaVersion) -> str:
        return f"Fits {version.persona}" + ("" if version.revision.rules else f", version {version.revision.number}")


class FindLeads(forms.Form):
    """What to look for. Every field narrows; nothing filled in shows all."""

    q = forms.CharField(required=False, max_length=120)
    stage = forms.ChoiceField(choices=[("", "Any stage"), *Stage.choices], required=False)
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Any owner")
    grade = forms.ChoiceField(choices=GRADES, required=False)
    campaign = forms.ModelChoiceField(Campaign.objects.only("name"), required=False, empty_label="Any campaign")
    persona = PersonaChoice(PersonaVersion.objects.none(), required=False, empty_label="Any persona")
    reached = forms.ChoiceField(choices=REACHED, required=False)
    began = forms.CharField(required=False, max_length=160, widget=forms.HiddenInput)
    came = forms.ChoiceField(choices=CAME, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        personas = self.fields["persona"]
        personas.queryset = _personas(self.data.get("persona") or "")
        personas.choices = list(personas.choices)  # read once, for whether to ask and for what
        sellers = User.objects.with_role(Role.REP, Role.HEAD_OF_SALES)
        self.fields["owner"].queryset = sellers.only("name", "email").order_by("name")

    def clean_began(self) -> Conversion | None:
        """What they began with, as the page of what converts names it."""
        code = self.cleaned_data["began"]
        began = Conversion.objects.coded(code).first() if code else None
        if code and began is None:
            raise forms.ValidationError("Nobody began so by last night’s reckoning.")
        return began

    @property
    def began_with(self) -> str:
        """In words, what those who are shown began with and how far they came."""
        began = self.cleaned_data.get("began") if self.is_valid() else None
        if began is None:
            return ""
        what = f"“{labels([began])[began.key]}”" if began.by else "any first act"
        return f"Began with {what} and {dict(CAME)[self.cleaned_data['came'] or 'leads']}"

    def found(self, leads: LeadQuerySet) -> LeadQuerySet:
        """The leads that match; a filter that cannot be read is left out and its error is shown."""
        self.is_valid()
        asked = self.cleaned_data
        narrowing = {
            "stage": asked.get("stage"),
            "owner": asked.get("owner"),
            "score__grade": asked.get("grade"),
            "campaign": asked.get("campaign"),
        }
        leads = leads.filter(**{field: value for field, value in narrowing.items() if value})
        if asked.get("reached"):
            reached = {f"{asked['reached']}_at__isnull": False}
            leads = leads.filter(pk__in=Episode.objects.filter(self_sourced=False, **reached).values("lead"))
        if asked.get("persona"):
            leads = fitting(leads, asked["persona"], at=db_clock.now())
        if asked.get("began"):
            leads = leads.filter(pk__in=behind(asked["began"], asked.get("came") or "leads").values("pk"))
        return leads.search(asked["q"]) if asked.get("q") else leads

    @property
    def narrows(self) -> bool:
        """Whether anything was asked for."""
        return any(self.cleaned_data.values()) if self.is_valid() else bool(self.data)
