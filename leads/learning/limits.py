"""Caps and thresholds to try: changes of what a definition has already, each tried by the evaluator."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import compress

from common.estimates import kept
from common.logistic import Score, fit
from leads.definition import Axis
from leads.learning.cases import Past
from leads.learning.edits import asking, capped
from leads.learning.judging import Found, is_nearly_never_good
from leads.learning.known import Standing, Tick, standing
from leads.learning.searching import WRONG, Tried
from leads.models.criteria import Criteria
from leads.models.rule import Rule

CAPS = (1, 2, 3)  # times the points of one touch
STEPS = (5, 10, 15, 20, 25, 30)  # points more than are asked for


def caps(criteria: Criteria, past: Past, now: list[Standing], *, tick: Tick) -> Iterator[Tried]:
    """Lower caps of the rules on touches: of each case the points that it would lose, as a share of those asked for."""
    rules: list[Rule] = list(criteria.rules.all())
    for rule in rules:
        for times in CAPS if rule.axis == Axis.ENGAGEMENT and rule.points > 0 else ():
            cap = rule.points * times
            if rule.cap is None or cap < rule.cap:
                edit = capped(rule, cap)
                changed, changed_rules = edit.applied(criteria, rules)
                then = standing(changed, past, rules=changed_rules)
                lost = [(a.points - b.points) / float(criteria.threshold) for a, b in zip(now, then, strict=True)]
                tick()
                yield Tried(lost, edit=edit)


def threshold(criteria: Criteria, past: Past, now: list[Standing]) -> Found | None:
    """The highest threshold below which hardly any good lead was let through; None where the present one will do.

    A lower one is never suggested: of those whom it would let in, only the few that were handed over
    otherwise are known.
    """
    found = [_raised(criteria.threshold + step, past, now) for step in STEPS]
    believed = kept([each.earlier.p for each in found], WRONG)
    sound = [found[n] for n in sorted(believed) if found[n].earlier.z < 0 and _is_nearly_never_good(found[n], past)]
    return sound[-1] if sound else None


def _raised(points: Decimal, past: Past, now: list[Standing]) -> Found:
    side = [each.passes and not each.at_once and each.points < points for each in now]
    earlier, later = (_score(side, past, now, held=held) for held in (False, True))
    return Found(asking(points), side, earlier, later)


def _is_nearly_never_good(found: Found, past: Past) -> bool:
    rows = zip(past.cases, found.side, past.held, strict=True)
    return is_nearly_never_good([case.outcome for case, is_met, held in rows if is_met and not held])


def _score(side: list[bool], past: Past, now: list[Standing], *, held: bool) -> Score:
    """Whether those below it are worse than the others that are let through."""
    chosen = [each.passes and later == held for each, later in zip(now, past.held, strict=True)]
    good = list(compress(past.good, chosen))
    return fit([], good).test(list(compress(side, chosen))) if good else Score(0.0, 0.0)
