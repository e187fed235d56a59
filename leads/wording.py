"""A definition in the words both sides sign: every rule, threshold and date of it, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from typing import TYPE_CHECKING

from common.conditions import Phrase, Type, listed, number_words, phrase, plural
from leads.definition import Axis, Section, reach
from leads.facts import Fact, facts_for, missing
from leads.kinds import kind_label

if TYPE_CHECKING:
    from leads.models.criteria import Criteria, Rule


@dataclass(frozen=True)
class Wording:
    """Rules in words; knows what the facts are called."""

    facts: dict[str, Fact]

    @classmethod
    def now(cls) -> Wording:
        return cls(facts_for())

    def fact(self, rule: Rule) -> Fact:
        """The fact a rule asks about."""
        return self.facts.get(rule.field) or missing(rule.field, rule.operator)

    def rule(self, rule: Rule) -> str:
        """A rule without its points: "Title contains VP or Director", "Attended a webinar, each in 30 days"."""
        label, said = self.parts(rule)
        return " ".join(filter(None, [label, said.verb, said.values])) + said.tail

    def parts(self, rule: Rule) -> tuple[str, Phrase]:
        """A rule in parts, so that a page can set the values apart."""
        if not rule.field:
            return _touches(rule), _window(rule)
        fact = self.fact(rule)
        if answer := self.answer(rule):
            return _capital(answer), Phrase("")
        return _capital(fact.label), phrase(rule.condition, fact.type)

    def answer(self, rule: Rule) -> str:
        """A yes or no in words of its own, where the fact has such: "it has a business e-mail"."""
        if rule.operator != "is" or self.fact(rule).type != Type.BOOLEAN:
            return ""
        return self.fact(rule).yes if rule.values[0] else self.fact(rule).no

    def clause(self, rule: Rule) -> str:
        """A condition as a part of a sentence about the lead: "its country is NL", "it has a business e-mail"."""
        if answer := self.answer(rule):
            return answer
        fact = self.fact(rule)
        said = phrase(rule.condition, fact.type)
        whose = fact.label if fact.label.startswith("became") else f"its {fact.label}"
        verb = said.verb if said.verb.startswith(("is", "contains", "does", "starts")) else f"is {said.verb}"
        return " ".join(filter(None, [whose, verb, said.values])) + said.tail


def sentences(criteria: Criteria) -> list[str]:
    """The whole definition, one sentence each; the same definition always reads the same."""
    rules = list(criteria.rules.all())
    wording = Wording.now()
    said = _summary(criteria, rules, wording)
    for axis, heading in ((Axis.FIT, "Who they are"), (Axis.ENGAGEMENT, "What they did")):
        said += [f"{heading}: {_scored(rule, wording)} points." for rule in rules if rule.axis == axis]
    return said + terms(criteria)


def fingerprint(criteria: Criteria) -> str:
    """What tells one text of a definition from another, whatever number the version has."""
    said = [*sentences(criteria), criteria.zone]
    return sha256("\n".join(said).encode()).hexdigest()


def terms(criteria: Criteria) -> list[str]:
    """What holds beside the rules: hot, grades, days, steps and the checklist."""
    return _thresholds(criteria) + _steps(criteria)


def summary(criteria: Criteria) -> str:
    """What makes an MQL, without the points of each rule."""
    return " ".join(_summary(criteria, list(criteria.rules.all()), Wording.now()))


def _summary(criteria: Criteria, rules: list[Rule], wording: Wording) -> list[str]:
    return [_definition(criteria, rules, wording), *_nevers(rules, wording), *_fast_tracks(rules, wording)]


def _definition(criteria: Criteria, rules: list[Rule], wording: Wording) -> str:
    musts = [wording.clause(rule) for rule in rules if rule.section == Section.MUST]
    least = [
        f"{points(value)} for {words}"
        for value, words in ((criteria.min_fit, "fit"), (criteria.min_engagement, "engagement"))
        if value is not None
    ]
    reaches = f"it reaches {points(criteria.threshold)} points"
    reaches += f" with at least {' and '.join(least)}" if least else ""
    return f"A lead is an MQL when {listed([*musts, reaches], 'and')}."


def _nevers(rules: list[Rule], wording: Wording) -> list[str]:
    clauses = [wording.clause(rule) for rule in rules if rule.section == Section.NEVER]
    return [f"Never when {listed(clauses)}."] if clauses else []


def _fast_tracks(rules: list[Rule], wording: Wording) -> list[str]:
    tracks = [rule for rule in rules if rule.section == Section.FAST_TRACK]
    facts = [wording.clause(rule) for rule in tracks if rule.field]
    acts: dict[int, list[str]] = {}
    for rule in tracks:
        if not rule.field:
            acts.setdefault(reach(rule), []).append(_act(rule))
    return ([f"At once when {listed(facts)}."] if facts else []) + [
        f"At once when the person {listed(words)} within the last {plural(days, 'day')}."
        for days, words in acts.items()
    ]


def _act(rule: Rule) -> str:
    """What the person did, as the end of "the person …"."""
    label = kind_label(rule.touch_kind) if rule.touch_kind else "did anything"
    return label[:1].lower() + label[1:] + _where(rule)


def _where(rule: Rule) -> str:
    return (f" of the campaign {rule.campaign}" if rule.campaign_id else "") + (
        f" with {rule.content}" if rule.content_id else ""
    )


def _scored(rule: Rule, wording: Wording) -> str:
    cap = f", at most {points(rule.cap)}" if rule.cap is not None else ""
    return f"{wording.rule(rule)}{cap}: {signed(rule.points)}"


def _thresholds(criteria: Criteria) -> list[str]:
    said = []
    if criteria.hot_at is not None:
        said.append(f"A lead is hot when it came by the fast track or reaches {points(criteria.hot_at)} points.")
    grades = f"A from {points(criteria.grade_a)}, B from {points(criteria.grade_b)}, C from {points(criteria.grade_c)}"
    return [*said, f"Grades by fit: {grades}, D under that.", f"Days begin at midnight in {criteria.zone}."]


def _steps(criteria: Criteria) -> list[str]:
    step = (
        "Accepting a lead qualifies it: SAL and SQL are one step."
        if criteria.one_step
        else "An accepted lead becomes an SQL when sales has answered the checklist."
    )
    return [step, *(f"SQL checklist: {question}" for question in criteria.checklist)]


def _touches(rule: Rule) -> str:
    label = (kind_label(rule.touch_kind) if rule.touch_kind else "Any touch") + _where(rule)
    return label if rule.section == Section.FAST_TRACK else f"{label},"


def _window(rule: Rule) -> Phrase:
    days = reach(rule)
    if rule.section == Section.FAST_TRACK:
        return Phrase("within the last", plural(days, "day"))
    if rule.halves_days:
        return Phrase("", f"halves every {plural(rule.halves_days, 'day')}")
    return Phrase("", f"each in {plural(days, 'day')}" if days else "each, however long ago")


def points(value) -> str:
    """Points as people write them: 60, 7.5."""
    return number_words(value)


def signed(value) -> str:
    """Points with their sign: +20, −5."""
    return f"+{points(value)}" if value >= 0 else f"−{points(-value)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def changes(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """What came and what went between two versions, sentence by sentence: ("del", …) and ("ins", …)."""
    told: list[tuple[str, str]] = []
    for word, i, j, k, n in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if word != "equal":
            told += [("del", sentence) for sentence in before[i:j]] + [("ins", sentence) for sentence in after[k:n]]
    return told
