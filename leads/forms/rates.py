"""Rates as somebody enters them: one, or many pasted or in a file."""

from __future__ import annotations

from typing import Any

from django import forms

from common.errors import Incomplete
from leads.freezing import Told, read

MOST_BYTES = 500_000


class RatesForm(forms.Form):
    """Lines of currency, month and rate; typed, pasted, or in a file."""

    lines = forms.CharField(
        label="Rates",
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    file = forms.FileField(label="Or a file", required=False, help_text="CSV with the same three columns.")
    mend = forms.BooleanField(
        label="The rates that stood there were a mistake",
        required=False,
        help_text="Deals won at another rate are then reckoned anew at these, with all that was told of them: revenue, "
        "credit, points. Otherwise they keep what they were won at.",
    )

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].help_text = (
            f"One a line: the currency, the month, and what one unit of it was worth in {base}, such as "
            "USD, 2026-10, 0.92. A month that is there already gets the new rate."
        )

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError("The file is too large to be a table of rates. Nothing was entered.")
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError("This is no text file. Save the table as CSV, in UTF-8.") from error

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            data["told"] = self._read("lines") + self._read("file")
            if not self.errors and not data["told"]:
                self.add_error("lines", "Give at least one rate.")
        return data

    def _read(self, field: str) -> list[Told]:
        try:
            return read(self.cleaned_data.get(field) or "")
        except Incomplete as wrong:
            self.add_error(field, f"{wrong} Nothing was entered.")
            return []
