"""What a change would have done: the changed definition run over the cases, beside the one in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from common.conditions import plural
from common.discrimination import area
from common.estimates import interval
from common.logistic import Score
from leads.learning.cases import Case, Outcome, Past
from leads.learning.edits import Edit, Kind
from leads.learning.known import Standing, standing
from leads.models.criteria import Criteria

AGREES = 1.28  # standard deviations in the same direction, in the months held back: one in ten by chance
NEARLY_NONE, NEARLY_NONE_SURELY, MOSTLY = 0.1, 0.25, 0.5
FEWEST = 20  # cases
WORTH = 3  # returns that a good lead is worth
WINS_LOST = 0.05
OUT, IN = "out", "in"


@dataclass(frozen=True)
class Found:
    """What the earlier months suggest. `side` are the cases it is about, `earlier` and `later` the test of both."""

    edit: Edit
    side: list[bool]
    earlier: Score
    later: Score

    @property
    def holds(self) -> bool:
        """Whether the months held back say the same."""
        return self.later.z * self.earlier.z > 0 and abs(self.later.z) >= AGREES


@dataclass(frozen=True)
class Judged:
    """A change and its effect on each case: `out` where it is no longer let through, `in` where it newly is, or ""."""

    found: Found
    past: Past
    passing: list[bool]
    effects: list[str]
    before: float | None
    after: float | None

    @property
    def edit(self) -> Edit:
        return self.found.edit

    def count(self, effect: str, *, held: bool | None = None) -> dict[str, int]:
        """How many of each outcome it lets go or in, of all cases or of the months held back only, and how many won."""
        return tally(
            case
            for case, said, later in zip(self.past.cases, self.effects, self.past.held, strict=True)
            if said == effect and held in (None, later)
        )

    @property
    def is_worth_it(self) -> bool:
        """Whether it does more good than harm: a good lead is worth WORTH returns, whether it is lost or let in."""
        out, let_in = self.count(OUT), self.count(IN)
        wins = sum(case.won for case in compress(self.past.cases, self.passing))
        if out["won"] > WINS_LOST * wins or out["returned"] < WORTH * out["good"]:
            return False
        if self.edit.kind in (Kind.NEVER, Kind.MUST, Kind.THRESHOLD):
            return self.count(OUT, held=True)["returned"] > 0
        orders_better = self.before is not None and self.after > self.before
        return any(self.effects) and orders_better and let_in["returned"] <= WORTH * let_in["good"]

    @property
    def says(self) -> str:
        """Why it is not worth it."""
        if not any(self.effects):
            return "It is true, but changes of none of these leads whether it is handed over."
        out, let_in = self.count(OUT), self.count(IN)
        said = []
        if out["all"]:
            said.append(f"avoid {plural(out['returned'], 'return')} and lose {plural(out['good'], 'good lead')}")
        if out["won"]:
            said.append(f"{out['won']:,} of them won")
        if let_in["all"]:
            said.append(f"let in {plural(let_in['good'], 'good lead')} and {plural(let_in['returned'], 'return')}")
        return f"It would {', '.join(said)}, and is not worth it."


def judge(found: Found, criteria: Criteria, past: Past, now: list[Standing]) -> Judged:
    """Run the changed definition over all cases."""
    changed, changed_rules = found.edit.applied(criteria, criteria.rules.all())
    then = standing(changed, past, rules=changed_rules)
    effects = [_effect(old.passes, new.passes) for old, new in zip(now, then, strict=True)]
    return Judged(found, past, [each.passes for each in now], effects, _area(now, past), _area(then, past))


def is_nearly_never_good(outcomes: Sequence[Outcome]) -> bool:
    """Whether hardly any of these became an SQL, surely not many would, and most were returned."""
    if len(outcomes) < FEWEST:
        return False
    good, returned = (sum(each == wanted for each in outcomes) for wanted in (Outcome.GOOD, Outcome.RETURNED))
    _, high = interval(good, len(outcomes))
    return good <= NEARLY_NONE * len(outcomes) and high <= NEARLY_NONE_SURELY and returned >= MOSTLY * len(outcomes)


def tally(cases: Iterable[Case]) -> dict[str, int]:
    """How many cases of each outcome, how many were won, how many there are (`all`)."""
    rows = list(cases)
    counted = Counter(str(case.outcome) for case in rows)
    outcomes = {str(each): counted[each] for each in (Outcome.GOOD, Outcome.RETURNED, Outcome.OTHER)}
    return outcomes | {"won": sum(case.won for case in rows), "all": len(rows)}


def evidence(found: Found, past: Past) -> dict[str, Any]:
    """What became of those it is about, and of the rest, in the earlier months and in those held back."""
    told: dict[str, Any] = {}
    for name, later, score in (("earlier", False, found.earlier), ("later", True, found.later)):
        chosen = [held == later for held in past.held]
        rows = list(zip(compress(past.cases, chosen), compress(found.side, chosen), strict=True))
        told[name] = {
            "met": tally(case for case, is_met in rows if is_met),
            "rest": tally(case for case, is_met in rows if not is_met),
            "z": round(score.z, 2),
            "p": score.p,
        }
    return told


def _effect(old: bool, new: bool) -> str:
    return "" if old == new else OUT if old else IN


def _area(standings: list[Standing], past: Past) -> float | None:
    """How well it orders the months held back."""
    found = area([each.points for each in compress(standings, past.held)], list(compress(past.good, past.held)))
    return found and found.value
