"""Fields of a form that hold several texts."""

from __future__ import annotations

from typing import Any

from django import forms

from agreements.models.persona import LONGEST_LINE, MOST_LINES


class Lines(forms.CharField):
    """Short texts, one a line; read as a list, each text once, however it is written large or small."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *, most: int = MOST_LINES, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        lines = [" ".join(line.split()) for line in super().to_python(value).splitlines()]
        return list({line.lower(): line for line in lines if line}.values())

    def run_validators(self, value: list[str]) -> None:
        for line in value:
            super().run_validators(line)

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise forms.ValidationError(f"At most {self.most} lines.")
        if any(len(line) > LONGEST_LINE for line in value):
            raise forms.ValidationError(f"A line may have {LONGEST_LINE} characters at most.")


class Words(forms.CharField):
    """Several names in one line, with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        words = (" ".join(word.split()) for word in super().clean(value).split(","))
        return tuple(dict.fromkeys(filter(None, words)))
