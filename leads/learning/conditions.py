"""The conditions that are tried: questions about facts and touches that enough of the earlier cases answer with yes.

They are made of what was really seen in the earlier months, in the grammar of rules, and asked by the evaluator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db.models import Count

from common.conditions import Condition, Type, number_words
from leads.definition import Axis, Section
from leads.facts import Fact
from leads.models.rule import Rule
from leads.models.touch import Touch

SUPPORT = 20  # cases that have to meet a condition, and as many that do not
MOST_VALUES, MOST_WORDS = 25, 40
WINDOWS = (7, 14, 30, 60, 90)  # days
AGES = (30, 90, 180, 365)  # days since a date
WORD = re.compile(r"[^\W\d_]{3,}|\b[A-Z]{2}\b")  # and abbreviations such as VP
FREE_TEXT = 30  # from so many different values on, words are tried too
TENTHS = 10


def about_facts(facts: Iterable[Fact], told: Mapping[str, Sequence[Any]]) -> Iterator[Rule]:
    """Conditions on facts; `told` holds the values of the earlier cases, and lacks what is made of other facts."""
    for fact in facts:
        if fact.is_composed:
            yield from (_rule(each) for each in _answers(fact.key, []))
            continue
        values = [value for value in told[fact.key] if value is not None]
        if len(values) >= SUPPORT:
            yield from (_rule(each) for each in _MAKERS[fact.type](fact.key, values))
        if SUPPORT <= len(values) <= len(told[fact.key]) - SUPPORT:
            yield _rule(Condition(fact.key, "is_known"))
            yield _rule(Condition(fact.key, "is_unknown"))


def about_touches(leads: Sequence[int]) -> Iterator[Rule]:
    """Conditions on what these leads did: of each kind, campaign and content that enough of them had to do with."""
    acts = Touch.objects.responded().filter(lead__in=leads)
    for kind in _frequent(acts, "kind"):
        for days in WINDOWS:
            yield _touch(days, touch_kind=kind)
    for name in ("campaign", "content"):
        for row in _frequent(acts.filter(**{f"{name}__isnull": False}), name):
            yield _touch(WINDOWS[-1], **{f"{name}_id": row})
    for days in WINDOWS:
        yield _touch(days)


def _frequent(acts: Any, column: str) -> list[Any]:
    counted = acts.values(column).annotate(leads=Count("lead", distinct=True)).filter(leads__gte=SUPPORT)
    return list(counted.order_by("-leads", column).values_list(column, flat=True)[:MOST_VALUES])


def _rule(condition: Condition) -> Rule:
    values = list(condition.values)
    asks = {"field": condition.field, "operator": condition.operator, "values": values}
    return Rule(section=Section.SCORED, axis=Axis.FIT, points=Decimal(1), **asks)


def _touch(days: int, **about: Any) -> Rule:
    return Rule(section=Section.SCORED, axis=Axis.ENGAGEMENT, points=Decimal(1), window_days=days, **about)


def _texts(key: str, values: list[str]) -> Iterator[Condition]:
    """Each frequent value, and of free text each frequent word."""
    written: dict[str, Counter[str]] = {}
    for value in values:
        written.setdefault(value.lower(), Counter())[value] += 1
    counted = Counter({lower: ways.total() for lower, ways in written.items()})
    for lower, count in counted.most_common(MOST_VALUES):
        if count >= SUPPORT:
            yield Condition(key, "is_any_of", value := (written[lower].most_common(1)[0][0],))
            yield Condition(key, "is_none_of", value)
    if len(counted) >= FREE_TEXT:
        yield from _words(key, values)


def _words(key: str, values: list[str]) -> Iterator[Condition]:
    written: dict[str, Counter[str]] = {}
    for value in values:
        for word in set(WORD.findall(value)):
            written.setdefault(word.lower(), Counter())[word] += 1
    for ways in sorted(written.values(), key=lambda ways: (-ways.total(), min(ways)))[:MOST_WORDS]:
        if ways.total() >= SUPPORT:
            yield Condition(key, "contains", word := (ways.most_common(1)[0][0],))
            yield Condition(key, "does_not_contain", word)


def _numbers(key: str, values: list[Decimal]) -> Iterator[Condition]:
    """Cut at the tenths, rounded to two digits, from below, from above and between every other two."""
    cuts = sorted({_round(cut) for cut in _tenths(values)})
    for cut in cuts:
        yield Condition(key, "at_least", (_plain(cut),))
        yield Condition(key, "less_than", (_plain(cut),))
    for low, high in combinations(cuts[::2], 2):
        yield Condition(key, "between", (_plain(low), _plain(high)))


def _tenths(values: list[Decimal]) -> list[Decimal]:
    ordered = sorted(map(Decimal, values))
    return [ordered[len(ordered) * n // TENTHS] for n in range(1, TENTHS)]


def _round(value: Decimal) -> Decimal:
    return Decimal(f"{value:.1e}") if value else value


def _plain(value: Decimal) -> str:
    return number_words(value).replace(",", "")


def _answers(key: str, values: list[bool]) -> Iterator[Condition]:
    yield Condition(key, "is", (True,))
    yield Condition(key, "is", (False,))


def _dates(key: str, values: list[date]) -> Iterator[Condition]:
    """How long ago, never a day of the calendar: what held of one spring need not hold of the next."""
    for days in AGES:
        yield Condition(key, "within_days", (days,))


_MAKERS = {Type.TEXT: _texts, Type.NUMBER: _numbers, Type.BOOLEAN: _answers, Type.DATE: _dates}
