"""The search: which conditions say more of a lead than its points do, in the earlier months, and still in the later.

A regression of "became an SQL" on the definition's points is fitted; every condition is tested for what it
adds (Rao's score test), and of so many tests at once only those are believed that Benjamini and Hochberg keep.
The surest is taken, the rest are tested anew beside it, until none is left. Because the points decide who was
handed over, they are in the regression: what is learnt holds of leads with equal points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from statistics import pstdev

from common.estimates import kept
from common.logistic import Fit, Score, fit
from leads.learning.cases import Past
from leads.learning.conditions import SUPPORT
from leads.learning.edits import Edit, Kind, excluding, rescored, scored
from leads.learning.judging import Found, Judged, is_nearly_never_good, judge
from leads.learning.known import Standing, Tick
from leads.models.criteria import Criteria
from leads.models.rule import Rule

WRONG = 0.05  # of what is believed, the share that may be chance
LATER_SUPPORT = 5
EXPECTED = 5  # cases of each kind, below which the test is not exact enough (W. G. Cochran 1954)
MOST = 10
ROUND = 5  # points


@dataclass(frozen=True)
class Tried:
    """A condition, or with `edit` another change: what it does with each case, 0 where nothing."""

    column: Sequence[float]
    rule: Rule | None = None
    edit: Edit | None = None
    is_own: bool = False


@dataclass(frozen=True)
class Fell:
    """What was found in the earlier months and is not suggested, and why."""

    edit: Edit
    why: str


@dataclass
class Search:
    """A search under way: the cases still looked at, and the columns that explain them."""

    past: Past
    now: list[Standing]
    criteria: Criteria
    tried: list[Tried]
    tick: Tick
    asked: float = field(init=False)
    spread: float = field(init=False)
    unit: float = field(init=False)
    live: list[bool] = field(init=False)
    model: list[Sequence[float]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with all cases, explained by their points alone; `unit` are the points of one unit of log-odds."""
        points = [each.points for each in self.now]
        self.asked = float(self.criteria.threshold)
        self.spread = pstdev(points) or 1.0
        self.live = [True] * len(points)
        self.model = [[each / self.spread for each in points]]
        self.unit = self._points_a_unit()

    def run(self) -> Iterator[Judged | Fell]:
        """What is found, the surest first: what stands, and what does not."""
        for _ in range(MOST):
            self.tick()
            if (best := self._best()) is None:
                return
            yield from self._take(*best)

    def _points_a_unit(self) -> float:
        """Within reason, also where the points say little."""
        weight = self._fit(later=False).weights[1]
        points = self.spread / weight if weight > 0 else self.asked
        return min(max(points, self.asked / 6), self.asked / 2)

    def _best(self) -> tuple[Tried, Score] | None:
        base, chosen = self._fit(later=False), self._chosen(later=False)
        found = [(each, base.test(column)) for each, column in self._supported(chosen)]
        found = [(each, score) for each, score in found if each.edit is None or score.z < 0]
        believed = kept([score.p for _, score in found], WRONG)
        surest = min(believed, key=lambda n: (-round(abs(found[n][1].z), 6), n), default=None)
        return None if surest is None else found[surest]

    def _supported(self, chosen: list[bool]) -> Iterator[tuple[Tried, list[float]]]:
        """What enough of the cases meet, and enough do not. What most of them meet could only be a must: points for
        nearly everybody are none, and its opposite is tried too.
        """
        goods = list(compress(self.past.good, chosen))
        rare = min(sum(goods), len(goods) - sum(goods))
        for each in self.tried:
            column = list(compress(each.column, chosen))
            met = sum(map(bool, column))
            fewer = min(met, len(column) - met)
            if fewer < SUPPORT or fewer * rare < EXPECTED * len(column):
                continue
            by_few = each.edit or each.is_own or met <= len(column) / 2
            if by_few or self._excludes(each, _flipped(each.column), Kind.MUST):
                yield each, column

    def _take(self, best: Tried, score: Score) -> Iterator[Judged | Fell]:
        """Say what follows from it, and look at the rest beside it."""
        self.tried = [each for each in self.tried if each is not best]
        met, kind = (list(map(bool, best.column)), Kind.NEVER) if score.z < 0 else (_flipped(best.column), Kind.MUST)
        edits = [best.edit] if best.edit else [self._excludes(best, met, kind), self._points(best)]
        told = [self._try(edit, best, met if edit.kind == kind else None, score) for edit in filter(None, edits)]
        stands = next((each for each in told if isinstance(each, Judged)), None)
        if told:
            yield stands or told[0]
        if stands and stands.edit.kind == kind:
            self.live = [lives and not is_met for is_met, lives in zip(met, self.live, strict=True)]
        elif stands or not self._is_met_by_most(best):
            self.model.append(best.column)

    def _try(self, edit: Edit, best: Tried, met: list[bool] | None, score: Score) -> Judged | Fell:
        return self.judged(Found(edit, met or list(map(bool, best.column)), score, self._later(best)))

    def _later(self, best: Tried) -> Score:
        """The same test in the months held back."""
        column = list(compress(best.column, self._chosen(later=True)))
        if min(met := sum(map(bool, column)), len(column) - met) < LATER_SUPPORT:
            return Score(0.0, 0.0)
        return self._fit(later=True).test(column)

    def judged(self, found: Found) -> Judged | Fell:
        """Whether the later months agree, and whether the changed definition would be worth it."""
        if not found.holds:
            return Fell(found.edit, "It did not hold in the months held back.")
        judged = judge(found, self.criteria, self.past, self.now)
        return judged if judged.is_worth_it else Fell(found.edit, judged.says)

    def _is_met_by_most(self, tried: Tried) -> bool:
        column = list(compress(tried.column, self._chosen(later=False)))
        return sum(map(bool, column)) > len(column) / 2

    def _excludes(self, tried: Tried, met: list[bool], kind: Kind) -> Edit | None:
        """A never of what hardly any good lead meets, or a must of what nearly all do; `met` are those it keeps out."""
        if not tried.rule.field:
            return None
        earlier = map(all, zip(met, self._chosen(later=False), strict=True))
        outcomes = [case.outcome for case in compress(self.past.cases, earlier)]
        return excluding(tried.rule, kind) if is_nearly_never_good(outcomes) else None

    def _points(self, best: Tried) -> Edit | None:
        """Its shrunk log-odds in points of the definition, to the nearest five; None of too few or for nearly all."""
        if not best.is_own and self._is_met_by_most(best):
            return None
        chosen = self._chosen(later=False)
        columns = [list(compress(each, chosen)) for each in [*self.model, best.column]]
        weight = fit(columns, list(compress(self.past.good, chosen))).weights[-1]
        most = self.asked / 2
        points = ROUND * round(min(max(weight * self.unit, -most), most) / ROUND)
        if not best.is_own:
            return scored(best.rule, points) if points else None
        other = best.rule.points + points
        return rescored(best.rule, other) if points and other else None

    def _fit(self, *, later: bool) -> Fit:
        chosen = self._chosen(later=later)
        return fit([list(compress(each, chosen)) for each in self.model], list(compress(self.past.good, chosen)))

    def _chosen(self, *, later: bool) -> list[bool]:
        return [lives and held == later for lives, held in zip(self.live, self.past.held, strict=True)]


def _flipped(column: Sequence[float]) -> list[bool]:
    return [not value for value in column]
