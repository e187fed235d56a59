"""Minor changes of the definition: weights alone, with nearly as many MQLs as before.

Weights are what a scored rule is worth and at most gives, the points asked for, and the lines of the grades.
What counts at all (conditions, kinds, windows, halving, musts, nevers, fast tracks), the days, the steps and the
checklist are no weights. Whether a minor change needs fewer signatures is for those above to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leads.judged import replayed
from leads.models import Backtest, Criteria, Rule
from leads.wording import Wording

WITHIN = Decimal("0.1")  # of the MQLs of the version in force
WEIGHTS = ("threshold", "min_fit", "min_engagement", "hot_at", "grade_a", "grade_b", "grade_c")
MEANING = (
    "section", "axis", "field", "operator", "values", "touch_kind", "campaign_id", "content_id", "window_days",
    "halves_days",
)  # fmt: skip


@dataclass(frozen=True)
class Volume:
    """MQLs over the period of a backtest, as they would have been and by the version in force."""

    would: int
    were: int

    @property
    def change(self) -> Decimal | None:
        """As a share of those in force; None where there were none."""
        return Decimal(self.would - self.were) / self.were if self.were else None

    @property
    def is_near(self) -> bool:
        return self.change is not None and abs(self.change) <= WITHIN


def beyond_weights(before: Criteria, after: Criteria) -> list[str]:
    """What differs beside the weights, named as people read it; nothing for a change of weights alone."""
    wording = Wording.now()
    old, new = ({rule.line: rule for rule in each.rules.all()} for each in (before, after))
    found = [
        wording.rule(new.get(line) or old[line])
        for line in sorted({*old, *new})
        if _meaning(old.get(line)) != _meaning(new.get(line))
    ]
    named = [Criteria._meta.get_field(name).verbose_name for name in Criteria.TERMS if name not in WEIGHTS]
    others = [name for name in Criteria.TERMS if name not in WEIGHTS]
    terms = zip(others, named, strict=True)
    return found + [said for name, said in terms if getattr(before, name) != getattr(after, name)]


def _meaning(rule: Rule | None) -> list[Any]:
    """What a rule counts, whatever it is worth."""
    return [getattr(rule, name, None) for name in MEANING]


def volume(criteria: Criteria, ruling: Criteria) -> Volume | None:
    """What the last backtest of this very text says, beside that of the version in force over the same period.

    None while there is no such backtest.
    """
    told = replayed(criteria)
    if told.found is None or told.stale:
        return None
    same = Backtest.objects.done().filter(criteria=ruling, since=told.found.since, until=told.found.until)
    beside = same.order_by("pk").last()
    return beside and Volume(_mqls(told.found, criteria), _mqls(beside, ruling))


def _mqls(backtest: Backtest, criteria: Criteria) -> int:
    return backtest.leads.group("mqls", points=criteria.threshold).count()
