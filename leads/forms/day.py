"""What a rep fills in during the day: the outcome of an attempt, a return, a next step, a deal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from common import clock as db_clock
from leads.evidence import Evidence
from leads.models import Attempt, Handoff, Opportunity, ReturnReason
from leads.models.attempt import Channel, Outcome
from leads.models.handoffs import Rating

SIZES = [("too small", "too small"), ("too large", "too large"), ("other", "does not fit")]


class Moment(forms.DateTimeInput):
    """A date and time in the reader's zone, picked with the browser's own control."""

    input_type = "datetime-local"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment that somebody plans. A mistyped year is refused: beyond 9999 in UTC nobody could read the row again."""

    widget = Moment
    LAST_YEAR = 2999

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        if moment and moment.year > self.LAST_YEAR:
            raise forms.ValidationError("Check the year.")
        return moment


class Day(forms.DateInput):
    """A date, picked with the browser's own control."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class AttemptForm(forms.Form):
    """One attempt: how, what came of it, and when to call back if that was asked."""

    channel = forms.ChoiceField(choices=Channel.choices, initial=Channel.CALL, required=False)
    outcome = forms.ChoiceField(choices=Outcome.choices)
    call_back_at = MomentField(label="Call back on", required=False)
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def for_call_back(self) -> AttemptForm:
        """The form of a call whose outcome is known: they asked to be called back."""
        del self.fields["channel"]
        self.fields["outcome"].widget = forms.HiddenInput()
        self.initial["outcome"] = Outcome.CALL_BACK
        self.fields["call_back_at"].required = True
        return self

    def clean_channel(self) -> str:
        return self.cleaned_data["channel"] or Channel.CALL

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("outcome") == Outcome.CALL_BACK and not data.get("call_back_at"):
            self.add_error("call_back_at", "When did they ask to be called?")
        return data

    def log(self, handoff: Handoff, **who_and_when: Any) -> Attempt:
        return Attempt.objects.log(handoff, **self.cleaned_data, **who_and_when)


class ReturnForm(forms.Form):
    """A reason, and the evidence that this reason asks for; the other evidence fields are left away."""

    reason = forms.ModelChoiceField(ReturnReason.objects.filter(is_active=True), to_field_name="code")
    date = forms.DateField(label="When should they come back?", required=False, widget=Day())
    fields_missing = forms.CharField(label="What is missing or wrong?", required=False, max_length=200)
    criterion = forms.CharField(label="What does not fit?", required=False, max_length=80)
    direction = forms.ChoiceField(label="How?", choices=SIZES, required=False)
    other_lead = forms.IntegerField(label="Number of the other record", required=False, min_value=1)
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    rating = forms.TypedChoiceField(
        label="How good a lead was it?",
        choices=[("", "–"), *Rating.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )

    FIELD_OF = {
        Evidence.NOTE: ["note"],
        Evidence.DATE: ["date"],
        Evidence.FIELDS: ["fields_missing"],
        Evidence.CRITERION: ["criterion", "direction"],
        Evidence.LEAD: ["other_lead"],
    }

    def for_reason(self, reason: ReturnReason) -> ReturnForm:
        """The form with only what this reason wants to know, and what it cannot do without."""
        shown_by = self.FIELD_OF.get(Evidence(reason.evidence), [])
        for name in set(self.fields) - {"reason", "note", "rating", *shown_by}:
            del self.fields[name]
        for name in shown_by:
            self.fields[name].required = True
        self.fields["reason"].widget = forms.HiddenInput()
        return self

    @property
    def evidence(self) -> dict[str, Any]:
        """The evidence as the verb takes it: keyed by what the reason asks for."""
        data = self.cleaned_data
        given = {
            Evidence.DATE: data.get("date") and data["date"].isoformat(),
            Evidence.FIELDS: [each.strip() for each in data.get("fields_missing", "").split(",") if each.strip()],
            Evidence.CRITERION: data.get("criterion") and {"what": data["criterion"], "how": data.get("direction", "")},
            Evidence.LEAD: data.get("other_lead"),
        }
        return {kind.value: value for kind, value in given.items() if value}


class NextStepForm(forms.Form):
    """What the rep does next with this lead, and when."""

    step = forms.CharField(label="What", max_length=200)
    step_at = MomentField(label="When")

    def clean_step_at(self) -> datetime:
        if self.cleaned_data["step_at"] < db_clock.now():
            raise forms.ValidationError("That moment has passed.")
        return self.cleaned_data["step_at"]


class PutOffForm(forms.Form):
    """On which day the person asked to be called."""

    until = MomentField(label="Until", help_text="At most 90 days after the hand-off.")
    note = forms.CharField(label="What they said", required=False, max_length=300)


class ChecklistForm(forms.Form):
    """The questions of the signed SQL checklist, one answer each."""

    def __init__(self, questions: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for number, question in enumerate(questions):
            self.fields[f"answer_{number}"] = forms.CharField(label=question, max_length=500)

    @property
    def answers(self) -> dict[str, str]:
        return {question: self.cleaned_data[f"answer_{n}"] for n, question in enumerate(self.questions)}


class DealForm(forms.Form):
    """A deal: the amount (typical until edited), its currency, and when it should close."""

    amount = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2)
    currency = forms.CharField(min_length=3, max_length=3)
    closes_on = forms.DateField(label="Expected close", widget=Day())
    rating = ReturnForm.base_fields["rating"]

    def __init__(self, *args: Any, typical: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"amount": typical, "currency": settings.BASE_CURRENCY})
        super().__init__(*args, **kwargs)
        self.typical = typical
        if typical is not None:
            self.fields["amount"].help_text = "The average of deals like this; change it when you know more."

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()

    @property
    def terms(self) -> dict[str, Any]:
        """The deal's terms; an amount left at the average is marked estimated."""
        data = {name: self.cleaned_data[name] for name in ("amount", "currency", "closes_on")}
        return data | {"estimated": self.typical is not None and data["amount"] == self.typical}


class WinForm(forms.Form):
    """What the deal was won for."""

    amount = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2)

    def __init__(self, deal: Opportunity | None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"amount": deal and deal.amount})
        super().__init__(*args, **kwargs)


class LoseForm(forms.Form):
    """Why the deal was lost."""

    because = forms.CharField(label="Why was it lost?", max_length=200)


class ReassignForm(forms.Form):
    """To whom the hand-off goes, and why."""

    to = forms.ModelChoiceField(None, label="Give it to")
    because = forms.CharField(label="Why", max_length=200)

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
