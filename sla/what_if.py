"""What can be asked of a backtest of the agreement: how far back, and what another limit would have done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from sla.backtest import Tried
from sla.clauses import Form, hours_in_words
from sla.models import Commitment
from sla.past import LENGTHS, WEEKS
from sla.reckoning import Terms

HOUR_STEPS = 2  # working hours, up to which a limit is moved by quarters of one


class PastForm(forms.Form):
    """How many weeks back; what is left out, or cannot be, is thirteen."""

    weeks = forms.TypedChoiceField(choices=[(n, n) for n in LENGTHS], coerce=int, required=False)

    @property
    def weeks_asked(self) -> int:
        return (self.is_valid() and self.cleaned_data["weeks"]) or WEEKS

    @property
    def lengths(self) -> tuple[int, ...]:
        return LENGTHS


class WhatIfForm(forms.Form):
    """Another limit for one promise: hours of a deadline, working days of the rest. What cannot be is its own."""

    limit = forms.DecimalField(required=False)

    def __init__(self, data: Any = None, *, commitment: Commitment, terms: Terms | None = None) -> None:
        super().__init__(data)
        self.commitment, self.terms = commitment, terms or commitment.terms
        least, most, step = self._scale()
        self.fields["limit"] = forms.DecimalField(
            required=False, min_value=least, max_value=most, decimal_places=2 if self.is_deadline else 0
        )
        self.scale = {"least": least, "most": most, "by": step}

    @property
    def is_deadline(self) -> bool:
        return self.commitment.form == Form.DEADLINE

    @property
    def asked(self) -> Decimal | None:
        """The limit asked about, if it is another than the promise's own."""
        limit = self.cleaned_data.get("limit") if self.is_valid() else None
        return None if limit is None or limit == in_its_unit(self.commitment.terms) else limit

    @property
    def shown(self) -> Decimal:
        """The limit in its unit."""
        return in_its_unit(self.terms)

    @property
    def words(self) -> str:
        """The limit as it is read: "4 working hours"."""
        return said(self.terms)

    @property
    def agreed_words(self) -> str:
        """The promise's own limit."""
        return said(self.commitment.terms)

    def _scale(self) -> tuple[Decimal, Decimal, Decimal]:
        """From where to where the slider goes and by what; attempts need as many days as they are spread over."""
        own = in_its_unit(self.commitment.terms)
        if not self.is_deadline:
            return Decimal(max(1, self.commitment.terms.attempt_days)), min(Decimal(99), own * 3), Decimal(1)
        step = Decimal("0.25") if own <= HOUR_STEPS or own % 1 else Decimal(1)
        return step, min(Decimal(200), own * 3), step


def in_its_unit(terms: Terms) -> Decimal:
    """The limit of a promise: hours of a deadline, working days of the rest."""
    if terms.form == Form.DEADLINE:
        return Decimal(terms.allowed.total_seconds()) / 3600
    return Decimal(terms.within_days)


def said(terms: Terms) -> str:
    """The limit as it is read."""
    if terms.form == Form.DEADLINE:
        return hours_in_words(terms.allowed)
    return f"{terms.within_days} working day{'' if terms.within_days == 1 else 's'}"


def query(asked: PastForm, tried: Tried) -> str:
    """The same question in an address, without what is as usual."""
    told = [f"weeks={asked.weeks_asked}"] if asked.weeks_asked != WEEKS else []
    told += [] if tried.is_as_agreed else [f"limit={in_its_unit(tried.terms).normalize():f}"]
    return f"?{'&'.join(told)}" if told else ""
