"""What is odd about a definition, said beside the rule concerned; a doubt forbids nothing.

Whether two conditions exclude or imply each other is asked of the evaluator itself: every
condition on a fact is compiled and answered for the few values that could tell one condition
from another (what they name, what lies between and beyond, something else, nothing known).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations, pairwise, permutations
from zoneinfo import ZoneInfo

from common.conditions import Takes, Type, number_words, operator, plural
from leads.definition import Axis, Section, reach
from leads.facts import Fact
from leads.models.criteria import Criteria, Rule, most_points
from leads.scoring.matching import matches
from leads.scoring.sql import Statement, Values
from leads.wording import Wording

NOT_BELOW_NOTHING = frozenset({"employees", "revenue"})
SOMETHING_ELSE = "qzx"  # a word that no definition names
MOST_WORDS = 60  # of one field; more are not compared, for that would take longer than a reader waits
CAST = {Type.TEXT: "text", Type.NUMBER: "numeric", Type.DATE: "date", Type.BOOLEAN: "boolean"}


@dataclass(frozen=True)
class Doubt:
    """A sentence about one rule, or about the points and steps where `rule` is None."""

    rule: Rule | None
    text: str


@dataclass(frozen=True)
class Answers:
    """What each condition on facts says of the values that could tell them apart."""

    said: Mapping[int, tuple[bool, ...]]
    groups: Mapping[int, tuple[str, str]]

    def comparable(self, a: Rule, b: Rule) -> bool:
        """Whether they ask about the same fact in a way that can be compared."""
        return a.pk in self.groups and self.groups[a.pk] == self.groups.get(b.pk)

    def exclude(self, a: Rule, b: Rule) -> bool:
        """Whether no lead can match both."""
        return self.comparable(a, b) and not any(x and y for x, y in self._pairs(a, b))

    def implies(self, a: Rule, b: Rule) -> bool:
        """Whether every lead that matches the one matches the other."""
        return self.comparable(a, b) and all(y for x, y in self._pairs(a, b) if x)

    def never(self, a: Rule) -> bool:
        return a.pk in self.said and not any(self.said[a.pk])

    def always(self, a: Rule) -> bool:
        return a.pk in self.said and all(self.said[a.pk])

    def _pairs(self, a: Rule, b: Rule) -> Iterator[tuple[bool, bool]]:
        return zip(self.said[a.pk], self.said[b.pk], strict=True)


def doubts(criteria: Criteria, *, at: datetime) -> list[Doubt]:
    """What is wrong with a definition by logic alone, whatever leads there are."""
    rules, wording = list(criteria.rules.all()), Wording.now()
    answers = _answers(rules, wording, at.astimezone(ZoneInfo(criteria.zone)).date())
    said = [
        *_gone(rules, wording),
        *_alone(rules, answers),
        *_among_musts(rules, answers, wording),
        *_against_musts(rules, answers, wording),
        *_against_nevers(rules, answers, wording),
        *_twice(rules, answers, wording),
        *_unreachable(criteria, rules),
    ]
    return list(dict.fromkeys(said))


def doubts_of_leads(
    criteria: Criteria, hits: Mapping[int, int], leads: int, *, known_since: datetime | None, at: datetime
) -> list[Doubt]:
    """What is odd about a definition among the leads there are: `hits` says how many match each rule now.

    A never that finds nobody and a must that everybody meets are as they should be.
    """
    found = []
    for rule in criteria.rules.all() if leads else ():
        if hits.get(rule.pk) == 0 and rule.section != Section.NEVER:
            found.append(Doubt(rule, f"None of {plural(leads, 'lead')} matches it now."))
        elif hits.get(rule.pk) == leads > 1 and rule.section != Section.MUST:
            found.append(Doubt(rule, f"Every one of {plural(leads, 'lead')} matches it now."))
        if text := _looks_back(rule, known_since, at):
            found.append(Doubt(rule, text))
    return found


def _looks_back(rule: Rule, known_since: datetime | None, at: datetime) -> str:
    known = (at - known_since).days + 1 if known_since else None
    if rule.field or known is None or not rule.window_days or rule.window_days <= known:
        return ""
    return f"It looks back {plural(rule.window_days, 'day')}; touches are known for {plural(known, 'day')} only."


# By logic: rule by rule, and rule against rule


def _gone(rules: list[Rule], wording: Wording) -> Iterator[Doubt]:
    for rule in rules:
        if rule.field and rule.field not in wording.facts:
            yield Doubt(rule, "This field was taken away: it is unknown of everybody.")


def _alone(rules: list[Rule], answers: Answers) -> Iterator[Doubt]:
    for rule in rules:
        if answers.never(rule):
            yield Doubt(rule, "No lead can ever match it.")
        elif answers.always(rule):
            yield Doubt(rule, "Every lead matches it, whatever is known.")


def _among_musts(rules: list[Rule], answers: Answers, wording: Wording) -> Iterator[Doubt]:
    for a, b in permutations(_in(rules, Section.MUST), 2):
        if answers.exclude(a, b) and not answers.never(a):
            yield Doubt(a, f"No lead can ever be an MQL: another must says that {wording.clause(b)}.")
    for a, b in combinations(_in(rules, Section.MUST), 2):
        if answers.implies(a, b):
            yield Doubt(b, f"It adds nothing: the must that {wording.clause(a)} says more.")
        elif answers.implies(b, a):
            yield Doubt(a, f"It adds nothing: the must that {wording.clause(b)} says more.")


def _against_musts(rules: list[Rule], answers: Answers, wording: Wording) -> Iterator[Doubt]:
    for must in _in(rules, Section.MUST):
        clause = wording.clause(must)
        for never in _in(rules, Section.NEVER):
            if answers.implies(must, never):
                yield Doubt(never, f"No lead can ever be an MQL: it excludes all whom the must lets in, that {clause}.")
            elif answers.exclude(must, never):
                yield Doubt(never, f"It excludes nobody: the must that {clause} keeps them out already.")
        for rule in _in(rules, Section.SCORED, Section.FAST_TRACK):
            if answers.exclude(must, rule):
                yield Doubt(rule, f"It can never count: the must that {clause} keeps out whoever matches it.")
            elif answers.implies(must, rule):
                yield Doubt(rule, f"It counts for everybody whom the must lets in, that {clause}.")


def _against_nevers(rules: list[Rule], answers: Answers, wording: Wording) -> Iterator[Doubt]:
    for never in _in(rules, Section.NEVER):
        clause = wording.clause(never)
        for track in _in(rules, Section.FAST_TRACK):
            if answers.implies(track, never):
                yield Doubt(track, f"It contradicts a never: whoever matches it is excluded, because {clause}.")
        for rule in _in(rules, Section.SCORED):
            if answers.implies(rule, never):
                yield Doubt(rule, f"It can never count: whoever matches it is excluded, because {clause}.")


def _twice(rules: list[Rule], answers: Answers, wording: Wording) -> Iterator[Doubt]:
    for a, b in combinations(_in(rules, Section.SCORED), 2):
        first, second = (a, b) if _within(a, b, answers) else (b, a)
        if _within(first, second, answers):
            who = "Whoever matches it gets" if first.field else "Each touch that counts here gives"
            yield Doubt(first, f"{who} the points of “{wording.rule(second)}” too.")


def _within(a: Rule, b: Rule, answers: Answers) -> bool:
    """Whether all that the one counts is counted by the other too."""
    if a.field or b.field:
        return answers.implies(a, b)
    if a.axis != Axis.ENGAGEMENT or a.axis != b.axis or a.touch_kind != b.touch_kind:
        return False
    same_place = b.campaign_id in (None, a.campaign_id) and b.content_id in (None, a.content_id)
    return same_place and (reach(b) is None or (reach(a) is not None and reach(a) <= reach(b)))


def _unreachable(criteria: Criteria, rules: list[Rule]) -> Iterator[Doubt]:
    if text := criteria.out_of_reach():
        yield Doubt(None, text)
    most = {axis: most_points(rule for rule in rules if rule.axis == axis) for axis in Axis}
    fit, together = most[Axis.FIT], None if None in most.values() else sum(most.values())
    if criteria.hot_at is not None and together is not None and together < criteria.hot_at:
        yield Doubt(
            None,
            f"No lead can be hot by points: {number_words(criteria.hot_at)} are asked, "
            f"the rules add up to {number_words(together)} at most.",
        )
    if fit is not None and fit < criteria.grade_a:
        yield Doubt(
            None,
            f"No lead can have grade A: {number_words(criteria.grade_a)} points for fit are asked, "
            f"the rules add up to {number_words(fit)} at most.",
        )


def _in(rules: list[Rule], *sections: Section) -> list[Rule]:
    return [rule for rule in rules if rule.section in sections]


# The values that could tell conditions apart


def _answers(rules: list[Rule], wording: Wording, day: date) -> Answers:
    """Ask the compiled conditions, field by field."""
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        if rule.field and rule.field in wording.facts:
            groups.setdefault((rule.field, _measure(rule, wording.facts[rule.field])), []).append(rule)
    values, asking = Values(), dict(enumerate(groups.items()))
    texts = [_asked(n, wording.facts[key], asked, day, values) for n, ((key, _), asked) in asking.items()]
    said: dict[int, tuple[bool, ...]] = {}
    for number, answers in _rows(texts, values):
        for rule, answer in zip(asking[number][1], answers, strict=True):
            said[rule.pk] = (*said.get(rule.pk, ()), answer)
    return Answers(said, {rule.pk: group for group, asked in groups.items() for rule in asked if rule.pk in said})


def _rows(texts: list[str], values: Values) -> list[tuple]:
    """All of it asked at once."""
    asked = " UNION ALL ".join(filter(None, texts))
    return Statement(asked, values.bound).rows() if asked else []


def _measure(rule: Rule, fact: Fact) -> str:
    """Days ago and calendar days are not compared: what holds of them today need not tomorrow."""
    return "ago" if operator(rule.operator, fact.type).takes == Takes.DAYS else ""


def _asked(number: int, fact: Fact, rules: list[Rule], day: date, values: Values) -> str:
    """The statement that asks these rules of each of the values that could tell them apart; "" where there are none."""
    worlds = _WORLDS[fact.type](fact, rules, day)
    rows = ", ".join(f"({values.bind(world)}::{CAST[fact.type]})" for world in worlds)
    conditions = ", ".join(matches(rule.condition, fact.type, "k.f", values) for rule in rules)
    kept = f"(SELECT f, {values.bind(day)}::date AS day FROM (VALUES {rows}) v (f)) k"
    return f"SELECT {number}, ARRAY[{conditions}] FROM {kept}" if worlds else ""


def _words(fact: Fact, rules: list[Rule], day: date) -> list[str | None]:
    words = sorted({str(value).lower() for rule in rules for value in rule.values})
    if len(words) > MOST_WORDS:
        return []
    pairs = [f"{a} {b}" for a, b in permutations(words, 2)]
    return [None, SOMETHING_ELSE, *words, *pairs, *(f"{SOMETHING_ELSE} {word}" for word in words)]


def _numbers(fact: Fact, rules: list[Rule], day: date) -> list[Decimal | None]:
    named = sorted({Decimal(value) for rule in rules for value in rule.values} | {Decimal(0)})
    between = [(a + b) / 2 for a, b in pairwise(named)]
    least = named[:1] if fact.key in NOT_BELOW_NOTHING else [named[0] - 1, named[0]]
    found = [*least, *named[1:], *between, named[-1] + 1]
    return [None, *(n for n in found if n >= 0 or fact.key not in NOT_BELOW_NOTHING)]


def _days(fact: Fact, rules: list[Rule], day: date) -> list[date | None]:
    named = set()
    for rule in rules:
        for value in rule.values:
            named.add(date.fromisoformat(value) if isinstance(value, str) else day - timedelta(days=int(value)))
    return [None, *sorted({each + timedelta(days=n) for each in named | {day} for n in (-1, 0, 1)})]


def _yes_or_no(fact: Fact, rules: list[Rule], day: date) -> list[bool | None]:
    return [True, False] if fact.is_composed else [None, True, False]


_WORLDS = {Type.TEXT: _words, Type.NUMBER: _numbers, Type.DATE: _days, Type.BOOLEAN: _yes_or_no}
