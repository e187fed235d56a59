"""What can be asked of a backtest: another threshold, and what an MQL costs sales."""

from decimal import Decimal

from django import forms

from leads.forms.rule import plain
from leads.verdict import MINUTES


class AskForm(forms.Form):
    """The points asked for and the minutes of a rep; what is left out, or cannot be, is what the definition says."""

    threshold = forms.DecimalField(min_value=Decimal("0.01"), max_value=9999, decimal_places=2, required=False)
    minutes = forms.IntegerField(
        label="Minutes of a rep for an MQL", min_value=1, max_value=600, required=False, widget=forms.NumberInput
    )

    def asked(self, threshold: Decimal) -> tuple[Decimal, int]:
        """The points and the minutes; `threshold` are the points of the definition."""
        self.is_valid()
        return self.cleaned_data.get("threshold") or threshold, self.cleaned_data.get("minutes") or MINUTES


def query(points: Decimal, minutes: int, threshold: Decimal) -> str:
    """The same question in an address, without what is as usual."""
    asked = [f"threshold={plain(points)}"] if points != threshold else []
    asked += [f"minutes={minutes}"] if minutes != MINUTES else []
    return f"?{'&'.join(asked)}" if asked else ""
