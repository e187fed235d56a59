"""A backtest's figures as lines: each beside the version in force, with what it counts and how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from common.templatetags.words import number, percent
from leads.verdict import Figures, Share


@dataclass(frozen=True)
class Cell:
    """A figure in words: what it is out of, how sure it is where it is small, and the address of its leads."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One figure of a version, beside that of the version in force; `change` says the difference."""

    label: str
    hint: str
    now: Cell
    before: Cell | None = None
    change: str = ""


Words = Callable[[Figures], tuple[str, str]]


def lines(found: Figures, beside: Figures | None, *, here: str, there: str, asked: str) -> list[Line]:
    """The figures one by one. `here` and `there` are the addresses of both backtests, `asked` is what was asked."""
    return [
        Line(
            label,
            hint,
            Cell(*words(found), f"{here}{group}/{asked}"),
            Cell(*words(beside), f"{there}{group}/") if beside else None,
            _difference(value(found), value(beside), unit) if beside else "",
        )
        for label, hint, group, words, value, unit in LINES
    ]


def _difference(now: float | None, before: float | None, unit: int) -> str:
    """With its sign; shares in percentage points."""
    if now is None or before is None:
        return ""
    change = round((now - before) * unit, 1)
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{abs(change):g}"


def _share(name: str) -> Words:
    def words(found: Figures) -> tuple[str, str]:
        share: Share = getattr(found, name)
        return percent(share.value), _sure(share)

    return words


def _sure(share: Share) -> str:
    """What it counts; a small sample says between what it lies."""
    if not share.of:
        return "none known"
    said = f"{share.count:,} of {share.of:,}"
    if not share.small:
        return said
    low, high = share.interval
    return f"{said}, few: {percent(low)} to {percent(high)}"


def _accepted(found: Figures) -> tuple[str, str]:
    known = found.known
    return percent(found.acceptance.value), f"{_sure(found.acceptance)}, known for {known.count:,} of {known.of:,}"


def _missed(found: Figures) -> tuple[str, str]:
    return number(found.counts["missed"]), f"of {found.counts['wins']:,}"


def _hours(found: Figures) -> tuple[str, str]:
    return (
        f"{found.hours:,.{int(found.hours < 10)}f} a week",
        f"of {found.hours_there_are:,.0f}" if found.room else "nobody takes any",
    )


def _of(name: str) -> Callable[[Figures], float | None]:
    return lambda found: getattr(found, name).value


LINES = (
    ("MQLs a week", "each lead once", "mqls", lambda f: (f"{f.a_week:,.1f}", f"{f.counts['mqls']:,} in all"),
     lambda f: f.a_week, 1),
    ("As it happened", "of the MQLs there were, those it would have made too", "same", _share("overlap"),
     _of("overlap"), 100),
    ("Accepted by sales", "of those decided after they would have qualified", "accepted", _accepted,
     _of("acceptance"), 100),
    ("Became SQL", "precision: good leads of those decided", "sql", _share("precision"), _of("precision"), 100),
    ("Won", "of those decided", "sold", _share("win_rate"), _of("win_rate"), 100),
    ("Good leads found", "recall: of all SQLs, those found before sales decided", "good", _share("recall"),
     _of("recall"), 100),
    ("Won customers missed", "never qualified before their deal", "missed", _missed,
     lambda f: f.counts["missed"], 1),
    ("Sales hours needed", "at the minutes below for each MQL", "mqls", _hours, lambda f: f.hours, 1),
)  # fmt: skip
