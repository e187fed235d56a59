"""The forms of the agreement: its text, its promises with their numbers, and when it takes effect."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.access import Side
from accounts.models import User, WorkCalendar
from campaigns.models import Campaign
from common.metrics import Unit
from common.periods import Kind
from leads.forms.day import MomentField
from sla.clauses import CLAUSES, Clause, Form, Scope, Start
from sla.drafting import SECTIONS
from sla.fields import FIELDS
from sla.models import Agreement, Commitment, Formula

HUNDRED = Decimal(100)
GRADES = "ABCD"
PERIODS = (Kind.WEEK, Kind.MONTH, Kind.QUARTER)


class TextForm(forms.Form):
    """The sections of the agreement, and what its figures are reckoned by."""

    calendar = forms.ModelChoiceField(
        WorkCalendar.objects.order_by("name"),
        label="Working days and months of",
        help_text="For the pace and the periods. A deadline goes by the working hours of the team that gets the lead.",
    )
    baseline_days = forms.IntegerField(
        label="Baseline, in days",
        min_value=0,
        max_value=90,
        help_text="From its start on everything is measured and nobody is told of a miss.",
    )
    minor_changes = forms.BooleanField(
        label="Minor changes of the MQL criteria need no signature",
        required=False,
        help_text="Weights alone, within 10 % as many MQLs: in force after two working days unless a head objects.",
    )
    formula = forms.ChoiceField(label="The alignment index is", choices=Formula.choices)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        initial = {
            "calendar": agreement.calendar,
            "baseline_days": agreement.baseline_days,
            "minor_changes": agreement.minor_changes,
            "formula": agreement.formula,
        }
        super().__init__(*args, initial=initial | agreement.sections, **kwargs)
        for section in SECTIONS:
            area = forms.Textarea(attrs={"rows": 4, "placeholder": f"Such as: {section.text}"})
            self.fields[section.key] = forms.CharField(
                label=section.title, help_text=section.asks, widget=area, required=False, max_length=5000
            )

    def sections(self) -> list[forms.BoundField]:
        return [self[section.key] for section in SECTIONS]

    def changes(self) -> dict[str, Any]:
        """What `Agreement.edit` takes."""
        data = self.cleaned_data
        sections = {section.key: data[section.key].strip() for section in SECTIONS}
        return {name: data[name] for name in ("calendar", "baseline_days", "minor_changes", "formula")} | {
            "sections": sections
        }


class LadderForm(forms.Form):
    """What happens while a promise waits to be kept: percentages of its time, and misses in a row; empty is never."""

    first_reminder = forms.IntegerField(label="Remind at, % of the time", min_value=1, max_value=99, required=False)
    second_reminder = forms.IntegerField(label="and again at, %", min_value=1, max_value=99, required=False)
    reroute_at = forms.IntegerField(label="To the next rep at, %", min_value=101, max_value=1000, required=False)
    misses = forms.IntegerField(label="Set aside after misses in a row", min_value=1, max_value=20, required=False)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        terms = {name: value or None for name, value in agreement.ladder._asdict().items()}
        super().__init__(*args, initial=terms, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, second = data.get("first_reminder"), data.get("second_reminder")
        if second and second <= (first or 0):
            self.add_error("second_reminder", "The second reminder comes after the first.")
        return data

    def changes(self) -> dict[str, int]:
        """What `Agreement.edit` takes."""
        return {name: value or 0 for name, value in self.cleaned_data.items()}


class GradesField(forms.MultipleChoiceField):
    """The grades that a promise is about; none ticked is any, and so are all."""

    def __init__(self) -> None:
        choices = [(grade, grade) for grade in GRADES]
        super().__init__(label="of grade", choices=choices, required=False, widget=forms.CheckboxSelectMultiple)

    def clean(self, value: Any) -> str:
        chosen = "".join(sorted(super().clean(value)))
        return "" if chosen == GRADES else chosen


class PromiseForm(forms.Form):
    """One clause: whether it is promised, and its numbers: hours, counts, and shares in percent."""

    promised = forms.BooleanField(required=False)

    def __init__(self, *args: Any, clause: Clause, commitment: Commitment | None, **kwargs: Any) -> None:
        self.clause = clause
        terms = commitment or Commitment(metric=clause.metric, **clause.defaults)
        self.sentence = terms.sentence
        self.scope = _scope(clause)
        initial = {"promised": commitment is not None}
        super().__init__(*args, initial=initial | _shown(terms, clause), prefix=clause.metric, **kwargs)
        self.fields["promised"].label = terms.title
        for name, field in _fields(clause).items():
            self.fields[name] = field

    def numbers(self) -> list[forms.BoundField]:
        return [self[name] for name in _fields(self.clause)]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        days = data.get("attempt_days")
        if days and (days > data.get("attempts", days) or days > data.get("within_days", days)):
            self.add_error("attempt_days", "More days than attempts, or than there is time for.")
        return data

    def terms(self) -> dict[str, Any] | None:
        """The terms as a commitment keeps them, or None where it is not promised."""
        if not self.cleaned_data["promised"]:
            return None
        kept = {name: self.cleaned_data[name] for name in _fields(self.clause)}
        if "allowed" in kept:
            kept["allowed"] = timedelta(minutes=round(kept["allowed"] * 60))
        for name in _percentages(self.clause):
            kept[name] = kept[name] / HUNDRED
        return kept


def _scope(clause: Clause) -> str:
    """What a promise is about and what sets it going, in words."""
    if clause.form == Form.FIGURE:
        return ""
    of = f"{Scope(clause.scope).label}, " if clause.starts == Start.HAND_OFF else ""
    return f"{of}counted from {Start(clause.starts).label}".capitalize()


def _fields(clause: Clause) -> dict[str, forms.Field]:
    """The numbers of a clause that can be changed."""
    if clause.fixed:
        return {}
    return _numbers(clause) | ({} if clause.form == Form.FIGURE else {"grades": GradesField()})


def _numbers(clause: Clause) -> dict[str, forms.Field]:
    count = {"min_value": 1, "max_value": 99}
    share = forms.DecimalField(label="for, % of cases", min_value=1, max_value=100, decimal_places=1)
    if clause.form == Form.DEADLINE:
        hours = forms.DecimalField(label="Working hours", min_value=Decimal("0.25"), max_value=200, decimal_places=2)
        return {"allowed": hours, "share": share}
    if clause.form == Form.DAYS:
        return {"within_days": forms.IntegerField(label="Working days", **count), "share": share}
    if clause.form == Form.ATTEMPTS:
        return {
            "attempts": forms.IntegerField(label="Attempts", **count),
            "attempt_days": forms.IntegerField(label="on working days", **count),
            "within_days": forms.IntegerField(label="within working days", **count),
            "share": share,
        }
    period = forms.ChoiceField(label="each", choices=[(each.value, each.value) for each in PERIODS])
    if clause.unit == Unit.COUNT:
        return {"target": forms.IntegerField(label="How many", min_value=1, max_value=999_999), "period": period}
    share = forms.DecimalField(label="At least, %", min_value=1, max_value=100, decimal_places=1)
    return {"target": share, **_own_terms(clause), "period": period}


def _own_terms(clause: Clause) -> dict[str, forms.Field]:
    """What the figure of a clause is reckoned by, besides its target."""
    known = {
        "within_days": forms.IntegerField(label="Working days", min_value=1, max_value=99),
        "fields": forms.MultipleChoiceField(
            label="What a hand-off tells",
            choices=[(key, label) for key, (label, _) in FIELDS.items()],
            widget=forms.CheckboxSelectMultiple,
        ),
    }
    return {name: asked for name, asked in known.items() if name in clause.defaults}


def _percentages(clause: Clause) -> list[str]:
    return [name for name in _fields(clause) if name == "share" or (name == "target" and clause.unit == Unit.SHARE)]


def _shown(terms: Commitment, clause: Clause) -> dict[str, Any]:
    """The terms as the form shows them: hours, and percent."""
    shown = {name: getattr(terms, name) for name in _fields(clause)}
    if "allowed" in shown:
        shown["allowed"] = _plain(Decimal(shown["allowed"] // timedelta(minutes=1)) / 60)
    if "grades" in shown:
        shown["grades"] = list(shown["grades"])
    if clause.unit == Unit.COUNT and "target" in shown:
        shown["target"] = int(shown["target"])
    return shown | {name: _plain(Decimal(shown[name]) * HUNDRED) for name in _percentages(clause)}


def _plain(value: Decimal) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def promise_forms(agreement: Agreement, data: Any = None) -> list[PromiseForm]:
    """A form for each clause the product knows, those of the agreement ticked."""
    promised = {commitment.metric: commitment for commitment in agreement.commitments.all()}
    return [PromiseForm(data, clause=clause, commitment=promised.get(clause.metric)) for clause in CLAUSES.values()]


class ProposeForm(forms.Form):
    """From which day on it is to be in force: its midnight in the agreement's zone, or at once."""

    starts_on = forms.DateField(
        label="In force from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: as soon as both have signed.",
    )

    def effective_at(self, zone: str) -> datetime | None:
        on = self.cleaned_data["starts_on"]
        return on and datetime.combine(on, time(), ZoneInfo(zone))


class BecauseForm(forms.Form):
    """A reason in a sentence."""

    because = forms.CharField(label="Because", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class WhyForm(forms.Form):
    """Why something is contested, answered or settled, in a few sentences that both sides read."""

    because = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, asks: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["because"].label = asks


class MadeAtForm(forms.Form):
    """When the hand-off is made that a due moment is tried for, by the clock on the desk's wall; empty is now."""

    FIRST_YEAR = 2000

    made_at = MomentField(label="A hand-off made", required=False, help_text="By the clock there; empty is now.")
    made_at.widget.attrs["form"] = "week"

    def clean_made_at(self) -> datetime | None:
        made_at = self.cleaned_data["made_at"]
        if made_at and made_at.year < self.FIRST_YEAR:
            raise forms.ValidationError("Check the year.")
        return made_at

    def moment(self, zone: str) -> datetime | None:
        """The moment, or None for now."""
        made_at = self.cleaned_data.get("made_at") if self.is_valid() else None
        return made_at and made_at.replace(tzinfo=ZoneInfo(zone))


class LinesForm(forms.Form):
    """Which lines of a ledger are wanted; empty is all."""

    side = forms.ChoiceField(choices=[("", ""), *Side.choices], required=False)
    kind = forms.CharField(max_length=20, required=False)
    campaign = forms.ModelChoiceField(Campaign.objects.all(), required=False)
    rep = forms.ModelChoiceField(User.objects.all(), required=False)
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)
