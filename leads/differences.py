"""Why a lead meets one definition and not another, in a sentence: from the verdicts of every rule under both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from common.conditions import number_words
from leads.definition import Section
from leads.models.criteria import Criteria, Rule
from leads.scoring import Then, explain, gap_of
from leads.scoring.ledger import Explained, Verdict
from leads.wording import Wording

MOST = 3  # rules that a sentence names


def why_not(misses: Criteria, meets: Criteria, moments: Iterable[tuple[int, datetime]]) -> dict[int, str]:
    """For each lead and moment, why it missed the one definition and met the other; by the lead's id.

    Both are asked about the lead as it was known then. Rules are the same where they are copies of one line.
    """
    then, wording = Then.of(moments, as_known=True), Wording.now()
    met = {each.score.lead_id: each for each in explain(meets, then)}
    return {
        each.score.lead_id: _sentence(misses, each, meets, met[each.score.lead_id], wording)
        for each in explain(misses, then)
    }


def _sentence(misses: Criteria, missed: Explained, meets: Criteria, met: Explained, wording: Wording) -> str:
    one, other = (f"version {criteria.revision.number}" for criteria in (misses, meets))
    if says := _barred(missed, wording):
        return f"{one.capitalize()} {says}."
    if missed.score.qualifies:
        return f"It meets {one} too, but did nothing that counts there since sales sent it back."
    short = f"{one} {_short(misses, missed, wording)}"
    if met.score.fast_track:
        taken = next(v.rule for v in met.verdicts if v.rule.section == Section.FAST_TRACK and v.hit)
        return f"{other.capitalize()} takes it at once by {_quoted(taken, wording)}; {short}."
    if apart := _apart(missed, met, wording):
        return f"{short.capitalize()}: {apart}."
    return f"{short.capitalize()}; {other} asks for {number_words(meets.threshold)}."


def _barred(missed: Explained, wording: Wording) -> str:
    """The must that does not hold, or the never that does."""
    for verdict in missed.verdicts:
        if verdict.rule.section == Section.MUST and not verdict.hit:
            return f"asks for {_quoted(verdict.rule, wording)}, and that does not hold"
        if verdict.rule.section == Section.NEVER and verdict.hit:
            return f"excludes {_quoted(verdict.rule, wording)}"
    return ""


def _short(criteria: Criteria, missed: Explained, wording: Wording) -> str:
    """The points it has of those asked for, on the axis that is short."""
    score, gap = missed.score, gap_of(criteria, missed, wording)
    asked = [
        (gap.points, score.total, criteria.threshold, "points"),
        (gap.fit, score.fit, criteria.min_fit, "points for fit"),
        (gap.engagement, score.engagement, criteria.min_engagement, "points for engagement"),
    ]
    _, has, of, what = next(row for row in asked if row[0] > 0)
    return f"gives it {number_words(has)} of {number_words(of)} {what}"


def _apart(missed: Explained, met: Explained, wording: Wording) -> str:
    """The rules that gave fewer points, the most first: "10 instead of 20 for …"."""
    here, there = ({v.rule.line: v for v in each.verdicts if _scores(v)} for each in (missed, met))
    losses = []
    for line in {*here, *there}:
        now, before = (_points(side.get(line)) for side in (here, there))
        if now < before:
            rule = (here.get(line) or there[line]).rule
            losses.append((now - before, f"{number_words(now)} instead of {number_words(before)}", rule))
    losses.sort(key=lambda loss: (loss[0], loss[2].position, loss[2].pk))
    said = [f"{points} for {_quoted(rule, wording)}" for _, points, rule in losses[:MOST]]
    return ", ".join([*said, f"and {len(losses) - MOST} more"] if len(losses) > MOST else said)


def _scores(verdict: Verdict) -> bool:
    return verdict.rule.section == Section.SCORED


def _points(verdict: Verdict | None) -> Decimal:
    return Decimal(verdict.cents if verdict else 0) / 100


def _quoted(rule: Rule, wording: Wording) -> str:
    return f"“{wording.rule(rule)}”"
