"""Where our own last year lies, in words: beside an assumption, in a form and on a page."""

from __future__ import annotations

from decimal import Decimal

from common.templatetags.words import SPACE, number, plural
from goals.history import Measured
from goals.wording import rate

FINE = 0.1  # shares below are told to a tenth of a percent


def said_by_history(known: Measured | None, *, is_money: bool = False) -> str:
    """Where our own last year lies, in words: nine times out of ten, or that nothing was measured."""
    if known is None:
        return "assumed; not measured yet"
    if known.low is None or known.high is None:
        said = f"last year {_short(known.value, is_money)}"
    elif is_money:
        said = f"own history, {number(round(known.low, -2))} to {number(round(known.high, -2))}"
    else:
        digits = 0 if known.high >= FINE else 1
        said = f"own history, {known.low * 100:.{digits}f} to {known.high * 100:.{digits}f}{SPACE}%"
    return f"{said}; small sample, {plural(known.cases, 'case')}" if known.is_small else said


def _short(value: float, is_money: bool) -> str:
    return number(round(value)) if is_money else rate(Decimal(f"{value:.2f}"))
