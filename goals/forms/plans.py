"""Forms for plans: the first question, and every assumption of a draft."""

from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django import forms

from accounts.models import WorkCalendar
from common.periods import Period, month_of, quarter_of, year_of
from goals.funnel import Assumptions
from goals.models import Plan
from goals.models.versions import CHANGES
from goals.said import said_by_history

PERCENT = 100

# What a variant of a plan may change.
VARIED = {
    "Goal and rates": ("revenue", "marketing_share", "average_deal", "win_rate", "sal_to_opportunity", "acceptance",
                       "lead_to_mql"),
    "Sales’ time": ("reps", "weekly_hours", "attempts_per_mql"),
    "Days from one stage to the next": ("lead_to_mql_days", "mql_to_sal_days", "sal_to_opportunity_days",
                                        "opportunity_to_customer_days"),
}  # fmt: skip


class PercentField(forms.DecimalField):
    """A share that is typed and shown as percent and kept from 0 to 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, decimal_places=8)
        self.widget.attrs |= {"step": "any", "min": 0, "max": PERCENT}

    def prepare_value(self, value: Any) -> Any:
        return f"{(value * PERCENT).normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        percent = super().to_python(value)
        return None if percent is None else percent / PERCENT


class NewPlanForm(forms.Form):
    """The period and the revenue; everything else a draft takes from our own history."""

    period = forms.ChoiceField()
    revenue = forms.DecimalField(label="Revenue target", min_value=1, max_digits=14, decimal_places=2)
    calendar = forms.ModelChoiceField(label="Working days of", queryset=WorkCalendar.objects.none(), empty_label=None)

    def __init__(self, *args: Any, at: datetime, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendars = WorkCalendar.objects.order_by("pk")
        zone = first.zone if (first := calendars.first()) else "UTC"
        self.fields["calendar"].queryset = calendars
        self.fields["calendar"].initial = first
        self.fields["period"].choices = [(span.key, span.label) for span in _to_plan(at, zone)]
        self.fields["period"].initial = quarter_of(at, zone).next().key
        self.fields["revenue"].help_text = f"Of the whole company, in {currency}."


def _to_plan(at: datetime, zone: str) -> list[Period]:
    """The periods somebody plans now: this and the next quarter, month and year."""
    return [each for around in (quarter_of, month_of, year_of) for each in (around(at, zone), around(at, zone).next())]


class PlanForm(forms.ModelForm):
    """Every assumption of a draft."""

    marketing_share = PercentField(label="Marketing’s share of revenue, in %")
    win_rate = PercentField(label="Opportunities won, in %")
    sal_to_opportunity = PercentField(label="Accepted leads that become deals, in %")
    acceptance = PercentField(label="Accepted by sales, in %")
    lead_to_mql = PercentField(label="Leads that qualify, in %")
    visit_to_lead = PercentField(label="Visits that leave their data, in %", required=False)

    class Meta:
        model = Plan
        fields = CHANGES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("revenue", "average_deal"):
            self.fields[name].label += f", in {self.instance.currency}"
        for name in self.fields.keys() & {"revenue", "average_deal", "weekly_hours", "attempts_per_mql"}:
            self.initial[name] = f"{self.initial[name].normalize():f}"
        for name in self.fields.keys() & {"weekly_hours"}:
            self.fields[name].help_text = ""
        for name in self.fields.keys() & {"visit_to_lead"}:
            self.fields[name].help_text = f"{said_by_history(self.instance.measured(name))}.".capitalize()

    def clean(self) -> dict[str, Any]:
        """What cannot be is said in the calculator's own sentences."""
        names = [name for name in Assumptions.__dataclass_fields__ if name in self.fields]
        if not self.errors:
            for name, sentence in Assumptions(**{name: self.cleaned_data[name] for name in names}).mistakes().items():
                self.add_error(name, sentence)
        return self.cleaned_data


class VariantForm(PlanForm):
    """The assumptions that a variant of a plan may change."""

    visit_to_lead = None

    class Meta:
        model = Plan
        fields = tuple(chain.from_iterable(VARIED.values()))
