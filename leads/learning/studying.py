"""The study: from the decisions of the past to suggestions, in a worker, with progress that a page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import compress
from typing import Any

from leads.definition import Section
from leads.facts import Fact, facts_for
from leads.learning import limits
from leads.learning.cases import Past, look, of
from leads.learning.conditions import about_facts, about_touches
from leads.learning.edits import Edit
from leads.learning.judging import IN, OUT, Judged, evidence, tally
from leads.learning.known import Standing, known_now, matched, standing, told
from leads.learning.leaks import KNOWS, LeftOut, left_out, tells_all
from leads.learning.ordering import compare
from leads.learning.searching import Fell, Search, Tried
from leads.models.criteria import Criteria
from leads.models.rule import Rule
from leads.models.study import Study, Suggestion, SuggestionLead
from leads.wording import Wording

Clock = Callable[[], datetime]
GATHER, READ, TRY, SEARCH, ORDER = range(len(Study.STEPS))


def go_on(*, clock: Clock) -> int:
    """Carry out every study that no other worker has; return how many cases were looked at."""
    looked = 0
    while study := Study.objects.claim(at=clock()):
        looked += Studying(study, clock).run()
    return looked


class Studying:
    """One study being carried out."""

    def __init__(self, study: Study, clock: Clock) -> None:
        self.study, self.clock = study, clock
        self.criteria = Criteria.objects.with_rules().get(pk=study.criteria_id)
        self.rules: list[Rule] = list(self.criteria.rules.all())
        self.wording = Wording.now()
        self.step = GATHER

    def run(self) -> int:
        """Look, search, judge and keep what was found."""
        past = look(until=self.study.until, zone=self.criteria.zone)
        found, suggestions = self._head(past), []
        if past.is_enough:
            more, suggestions = self._learn(past)
            found |= more
        self.study.finish(found, suggestions, at=self.clock())
        return len(past.cases)

    def tick(self, step: int | None = None) -> None:
        """Say how far it is, and that it goes on."""
        self.step = self.step if step is None else step
        self.study.go_on(step=self.step, at=self.clock())

    def _head(self, past: Past) -> dict[str, Any]:
        """What is looked at."""
        return {
            "all": tally(past.cases),
            "held": tally(of(past.cases, past.held)),
            "imported": sum(case.imported for case in past.cases),
            "fresh": past.fresh,
            "open": past.open,
            "imported_besides": past.imported_besides,
            "months": [*_ends(past.months), len(past.months)],
            "held_months": _ends(past.held_months),
            "by_lot": past.by_lot,
            "is_enough": past.is_enough,
            "needed": past.needed,
            "weeks_to_go": past.weeks_to_go(until=self.study.until),
        }

    def _learn(self, past: Past) -> tuple[dict[str, Any], list[tuple[Suggestion, list[SuggestionLead]]]]:
        self.tick(READ)
        tried, leaks = self._tried(past)
        now = standing(self.criteria, past)
        self.tick(SEARCH)
        capped = list(limits.caps(self.criteria, past, now, tick=self.tick))
        search = Search(past, now, self.criteria, [*tried, *capped], self.tick)
        told = list(search.run())
        if raised := limits.threshold(self.criteria, past, now):
            told.append(search.judged(raised))
        self.tick(ORDER)
        more = {
            "tried": len(tried) + len(capped) + len(limits.STEPS),
            "passing": _passing(past, now),
            "left_out": [[each.label, each.why] for each in leaks],
            "fell": [[self._says(each.edit), each.why] for each in told if isinstance(each, Fell)],
            "ordering": compare(past, now, tried),
        }
        stand = [each for each in told if isinstance(each, Judged)]
        stand.sort(key=lambda each: -each.count(OUT)["returned"])
        return more, [self._suggestion(each, past) for each in stand]

    def _tried(self, past: Past) -> tuple[list[Tried], list[LeftOut]]:
        """The conditions with the cases that meet them; each set of cases once, fields that leak not at all."""
        facts = [fact for fact in facts_for().values() if fact.offered]
        seen = told(facts, past, zone=self.criteria.zone)
        now = known_now(facts, past, criteria=self.criteria, until=self.study.until)
        leaks = left_out(facts, seen, now, past)
        facts = _without(facts, leaks)
        self.tick(TRY)
        earlier = [not held for held in past.held]
        values = {key: of(column, earlier) for key, column in seen.values.items()}
        asked = [*about_facts(facts, values), *about_touches([case.lead_id for case in compress(past.cases, earlier)])]
        rows = [*self.rules, *asked]
        columns = matched(self.criteria, rows, past, tick=self.tick)
        leaks += _telling_all(rows, columns, past, self.wording)
        gone = {each.key for each in leaks}
        return list(_distinct(rows, columns, own=len(self.rules), gone=gone)), leaks

    def _says(self, edit: Edit) -> str:
        return edit.says(self.criteria, self.rules, self.wording)

    def _suggestion(self, judged: Judged, past: Past) -> tuple[Suggestion, list[SuggestionLead]]:
        edit = judged.edit
        effect = {name: {"all": judged.count(name), "held": judged.count(name, held=True)} for name in (OUT, IN)} | {
            "areas": [judged.before, judged.after]
        }
        made = Suggestion(
            kind=edit.kind.value,
            given=edit.given,
            line=edit.line,
            says=self._says(edit),
            evidence=evidence(judged.found, past),
            effect=effect,
        )
        rows = zip(past.cases, past.held, judged.found.side, judged.effects, strict=True)
        leads = [
            SuggestionLead(
                lead_id=case.lead_id,
                at=case.at,
                outcome=case.outcome.value,
                won=case.won,
                held_back=held,
                met=bool(met),
                effect=changed,
            )
            for case, held, met, changed in rows
            if met or changed
        ]
        return made, leads


def _ends(months: Sequence[str]) -> list[str]:
    """The first and the last of some months, in words; empty texts where there is none."""
    ends = [months[0], months[-1]] if months else []
    return [f"{date.fromisoformat(f'{month}-01'):%B %Y}" for month in ends] or ["", ""]


def _passing(past: Past, now: Sequence[Standing]) -> dict[str, Any]:
    """Those whom the version lets through when sales got them, of all months and of those held back."""
    passes = [each.passes for each in now]
    later = [passed and held for passed, held in zip(passes, past.held, strict=True)]
    return {"all": tally(of(past.cases, passes)), "held": tally(of(past.cases, later))}


def _without(facts: list[Fact], leaks: list[LeftOut]) -> list[Fact]:
    """The facts that are not left out, nor made of one that is."""
    gone = {each.key for each in leaks}
    return [fact for fact in facts if fact.key not in gone and not gone & {each.field for each in fact.conditions}]


def _telling_all(rows: Sequence[Rule], columns: Sequence[bytes], past: Past, wording: Wording) -> list[LeftOut]:
    """Fields of which one condition tells the outcome nearly perfectly in the earlier months."""
    earlier = [not held for held in past.held]
    good = list(compress(past.good, earlier))
    found: dict[str, LeftOut] = {}
    for rule, column in zip(rows, columns, strict=True):
        if rule.field and rule.field not in found and tells_all(list(compress(column, earlier)), good):
            found[rule.field] = LeftOut(rule.field, wording.fact(rule).label, KNOWS)
    return list(found.values())


def _distinct(rows: Sequence[Rule], columns: Sequence[bytes], *, own: int, gone: set[str]) -> Iterator[Tried]:
    """Each set of cases once.

    The definition's own rules come first: what is as good as one of them, or its opposite, is that one; a must,
    a never or a fast track of its own is no longer a question.
    """
    flip = bytes([1, 0]) + bytes(254)
    seen: set[bytes] = set()
    for number, (rule, column) in enumerate(zip(rows, columns, strict=True)):
        if column in seen or rule.field in gone:
            continue
        seen |= {column, column.translate(flip)} if number < own else {column}
        if number >= own or rule.section == Section.SCORED:
            yield Tried(column, rule, is_own=number < own)
