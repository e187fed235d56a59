"""A study in words and lines, as its page says it: why each change is suggested, and what it would have done."""

from __future__ import annotations

from dataclasses import dataclass

from common.conditions import plural
from common.templatetags.words import percent
from leads.compared import Cell
from leads.learning.cases import Outcome
from leads.learning.edits import Kind
from leads.learning.judging import IN, OUT
from leads.models.study import Study, Suggestion
from leads.verdict import Share

ABOUT = {
    Kind.NEVER: "met it",
    Kind.MUST: "did not meet it",
    Kind.POINTS: "met it",
    Kind.CAP: "would have had fewer points by it",
    Kind.THRESHOLD: "had fewer points than that",
}
KINDS = {
    Kind.NEVER: "a never",
    Kind.MUST: "a must",
    Kind.POINTS: "points",
    Kind.CAP: "a cap",
    Kind.THRESHOLD: "the threshold",
}
# The figures of a suggestion: what is counted, its effect and outcome. The first word is also that of its address.
FIGURES = {
    "returns-avoided": ("Returns avoided", OUT, Outcome.RETURNED),
    "good-lost": ("Good leads lost", OUT, Outcome.GOOD),
    "wins-lost": ("Wins lost", OUT, "won"),
    "others-spared": ("Others spared, neither good nor returned", OUT, Outcome.OTHER),
    "returns-let-in": ("Returns let in", IN, Outcome.RETURNED),
    "good-let-in": ("Good leads let in", IN, Outcome.GOOD),
}
MET = "met"
EVIDENCE = (("earlier", "Earlier", "earlier"), ("later", "Held back", "held"))


@dataclass(frozen=True)
class Line:
    """One figure, in all months and in those held back."""

    label: str
    all: Cell
    held: Cell


@dataclass(frozen=True)
class Card:
    """One suggestion as its card on the page says it."""

    suggestion: Suggestion
    kind: str
    why: list[Cell]
    lines: list[Line]
    areas: tuple[float, float]


def tell(suggestion: Suggestion, study: Study, *, here: str) -> Card:
    """The card of a suggestion; `here` is where its leads are shown, figure by figure."""
    before, after = suggestion.effect["areas"]
    return Card(
        suggestion,
        KINDS[suggestion.edit.kind],
        [_why(suggestion, name, when, f"{here}{MET}/?months={months}") for name, when, months in EVIDENCE],
        [each for name in FIGURES if (each := _line(name, suggestion, study, here))],
        (before or 0.5, after or 0.5),
    )


def _why(suggestion: Suggestion, name: str, when: str, url: str) -> Cell:
    """How many it is about, and how many of them became SQLs, beside the rest."""
    met, rest = suggestion.evidence[name]["met"], suggestion.evidence[name]["rest"]
    good, others = Share(met["good"], met["all"]), Share(rest["good"], rest["all"])
    who = f"{plural(met['all'], 'lead')} {ABOUT[suggestion.edit.kind]}"
    ended = f"{met['returned']:,} returned, {plural(met['good'], 'SQL')} ({sure(good)})"
    return Cell(f"{when}: {who}: {ended}, against {percent(others.value)} of the others.", url=url)


def sure(share: Share) -> str:
    """A share, and where it is of few, between what it lies."""
    if not share.of:
        return "none"
    low, high = share.interval
    few = f"; few: {percent(low)} to {percent(high)}" if share.small else ""
    return f"{percent(share.value)}{few}"


def _line(name: str, suggestion: Suggestion, study: Study, here: str) -> Line | None:
    """A figure; what would be let in is said only where something would."""
    label, effect, outcome = FIGURES[name]
    counted = suggestion.effect[effect]
    if effect == IN and not counted["all"]["all"]:
        return None
    passing = study.found["passing"]
    cells = [
        _cell(
            counted[months][outcome],
            passing[months][outcome] if effect == OUT else None,
            f"{here}{name}/" + ("?months=held" if months == "held" else ""),
        )
        for months in ("all", "held")
    ]
    return Line(label, *cells)


def _cell(count: int, of: int | None, url: str) -> Cell:
    if of is None:
        return Cell(f"{count:,}", url=url)
    share = Share(count, of)
    low, high = share.interval
    between = f"{percent(low)} to {percent(high)}" if of else "none"
    return Cell(f"{count:,}", f"of {of:,}{', few' if share.small else ''}: {between}", url)
