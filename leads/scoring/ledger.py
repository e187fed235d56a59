"""Why a lead has its score: the rules that count for it, and what is missing.

A ledger is a list of plain dicts, fit to be frozen into a hand-off as JSON. The points of its
entries add up to the lead's fit and engagement; both come from the same compilation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from leads.definition import Axis, Section
from leads.facts import Fact
from leads.models.criteria import Criteria, Rule
from leads.scoring.compiler import COLUMNS, DETAIL, compile_criteria
from leads.scoring.evaluator import Score
from leads.scoring.moments import Moments, Now
from leads.wording import Wording

Entry = dict[str, Any]
NAMED = 3  # of what the touches of a rule were about


@dataclass(frozen=True)
class Verdict:
    """What one rule says of one lead. `cents` are hundredths of points, `days` until time alone changes them.

    `matched` is what was found: the fact as it was written, or what the touches were about, the latest first.
    """

    rule: Rule
    hit: bool
    cents: int
    days: int | None
    at: datetime | None
    count: int | None
    later: int
    matched: list[str | None] | None


@dataclass(frozen=True)
class Explained:
    """A lead's score with the verdict of every rule, in the order of the definition."""

    score: Score
    day: date
    verdicts: list[Verdict]


@dataclass(frozen=True)
class Gap:
    """What keeps a lead from being an MQL, and what would make it one.

    Points are those missing to the total and to the minimum of each axis. `closes` are the fewest
    rules that together would give the missing points.
    """

    qualifies: bool
    points: Decimal
    fit: Decimal
    engagement: Decimal
    fails: list[str]
    excluded: list[str]
    closes: list[str]
    fast_tracks: list[str]


def ledger(criteria: Criteria, lead_ids: Iterable[int], as_of: datetime) -> dict[int, list[Entry]]:
    """For each lead, the rules that count for it as it is known now: scored ones that match, fast
    tracks taken, musts that fail, nevers that exclude.

    An entry has `rule`, `label`, `section`, `axis`, `points`, `count` and `at` (how many touches,
    the latest of them), `matched` (in words, where there are any), and where time will change it
    `expires_on` and `falls_to`.
    """
    return entries(criteria, Now(as_of, leads=list(lead_ids)))


def entries(criteria: Criteria, moments: Moments) -> dict[int, list[Entry]]:
    """The ledger at any moments; with several of one lead, that of the latest stands."""
    wording = Wording.now()
    explained = sorted(explain(criteria, moments), key=lambda each: each.score.as_of)
    return {each.score.lead_id: entries_of(each, wording) for each in explained}


def entries_of(explained: Explained, wording: Wording) -> list[Entry]:
    """The entries of one score that was explained."""
    return [_entry(verdict, explained.day, wording) for verdict in explained.verdicts if _counts(verdict)]


def explain(
    criteria: Criteria,
    moments: Moments,
    *,
    rules: Sequence[Rule] | None = None,
    known: Mapping[str, Fact] | None = None,
) -> list[Explained]:
    """The scores with every rule's verdict beside them; of `rules`, where these are asked instead of its own."""
    compiled = compile_criteria(criteria, moments, detail=DETAIL, rules=rules, known=known)
    width = len(DETAIL)
    found = []
    for row in compiled.statement.rows():
        details = row[len(COLUMNS) + 1 :]
        verdicts = [Verdict(rule, *details[n * width : (n + 1) * width]) for n, rule in enumerate(compiled.rules)]
        found.append(Explained(Score(*row[: len(COLUMNS)]), row[len(COLUMNS)], verdicts))
    return found


def gap(criteria: Criteria, lead_ids: Iterable[int], as_of: datetime) -> dict[int, Gap]:
    """For each lead, how far it is from being an MQL and the shortest way there."""
    wording = Wording.now()
    return {
        each.score.lead_id: gap_of(criteria, each, wording)
        for each in explain(criteria, Now(as_of, leads=list(lead_ids)))
    }


def _counts(verdict: Verdict) -> bool:
    match verdict.rule.section:
        case Section.MUST:
            return not verdict.hit
        case Section.SCORED:
            return verdict.cents != 0
    return verdict.hit


def _entry(verdict: Verdict, day: date, wording: Wording) -> Entry:
    rule = verdict.rule
    entry: Entry = {
        "rule": rule.pk,
        "label": wording.rule(rule),
        "section": rule.section,
        "axis": rule.axis,
        "points": _points(verdict.cents),
    }
    if verdict.count is not None:
        entry |= {"count": verdict.count, "at": verdict.at.isoformat()}
    if matched := list(dict.fromkeys(filter(None, verdict.matched or ())))[:NAMED]:
        entry["matched"] = matched
    if _time_tells(verdict):
        expires_on = day + timedelta(days=verdict.days)
        entry |= {"expires_on": expires_on.isoformat(), "falls_to": _points(verdict.later)}
    return entry


def _time_tells(verdict: Verdict) -> bool:
    """Whether a day is known on which time alone changes what the rule says; not where a cap hides it."""
    if verdict.days is None or not verdict.hit:
        return False
    return verdict.rule.section != Section.SCORED or verdict.later != verdict.cents


def _points(cents: int) -> int | float:
    return cents // 100 if cents % 100 == 0 else cents / 100


def gap_of(criteria: Criteria, explained: Explained, wording: Wording) -> Gap:
    """The gap of one score that was explained."""
    score = explained.score
    fit = _missing(criteria.min_fit, score.fit)
    engagement = _missing(criteria.min_engagement, score.engagement)
    # Negative sums are made up too: a total never shows under zero.
    points = _missing(criteria.threshold, score.fit + score.engagement)
    said = explained.verdicts
    return Gap(
        qualifies=score.qualifies,
        points=points,
        fit=fit,
        engagement=engagement,
        fails=[wording.rule(v.rule) for v in said if v.rule.section == Section.MUST and not v.hit],
        excluded=[wording.rule(v.rule) for v in said if v.rule.section == Section.NEVER and v.hit],
        closes=[] if score.qualifies else _shortest_way(said, points, fit, engagement, wording),
        fast_tracks=[wording.rule(v.rule) for v in said if v.rule.section == Section.FAST_TRACK and not v.hit],
    )


def _missing(needed: Decimal | None, reached: Decimal) -> Decimal:
    return max((needed or Decimal(0)) - reached, Decimal(0)) if needed is not None else Decimal(0)


def _shortest_way(
    verdicts: list[Verdict], points: Decimal, fit: Decimal, engagement: Decimal, wording: Wording
) -> list[str]:
    """The fewest unmatched rules that close the gap: of each axis that is short first, the largest."""
    able = sorted(((_could_give(v), v) for v in verdicts), key=lambda each: -each[0])
    short = {Axis.FIT: fit, Axis.ENGAGEMENT: engagement}
    chosen: list[Verdict] = []
    for axis in (Axis.FIT, Axis.ENGAGEMENT, None):
        for gives, verdict in able:
            wanted = points if axis is None else short[axis]
            if gives <= 0 or wanted <= 0 or verdict in chosen or axis not in (None, verdict.rule.axis):
                continue
            chosen.append(verdict)
            points -= gives
            short[Axis(verdict.rule.axis)] -= gives
    closed = points <= 0 and all(left <= 0 for left in short.values())
    return [wording.rule(verdict.rule) for verdict in chosen] if closed else []


def _could_give(verdict: Verdict) -> Decimal:
    """What one more match would add: nothing for a fact that matches or a rule at its cap."""
    rule = verdict.rule
    if rule.section != Section.SCORED or rule.points <= 0 or (rule.field and verdict.hit):
        return Decimal(0)
    room = rule.points if rule.cap is None else rule.cap - Decimal(verdict.cents) / 100
    return min(rule.points, room)
