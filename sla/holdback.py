"""What holds a period back: the one group of cases that explains most of the misses of each side.

Worked out from the events, never guessed: a group is named only when it holds a good part of the
misses, and misses clearly more often than everything else.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce, ExtractHour, ExtractIsoWeekDay

from common.hours import WEEKDAYS, zone_named
from common.periods import Period
from leads.metrics import quality_returns
from leads.models import Assignment, HandoffReturn
from sla.attainment import FIRST_ATTEMPT, KEPT, fell_due
from sla.models import Clock

FEWEST = 5  # misses; fewer explain nothing
PART = 0.4  # of the misses
LIFT = 1.5  # times as often as elsewhere
AFTERNOON = range(12, 18)


@dataclass(frozen=True)
class Cause:
    """What explains misses: a sentence without its full stop, and the rows behind it."""

    sentence: str
    rows: list[Any]


class Alike(NamedTuple):
    """First attempts that are alike in all that could explain a miss; `missed` are the clocks of those late."""

    hour: int
    weekday: int
    source: str
    owned: bool
    cases: int
    missed: list[int]


def causes(period: Period) -> list[Cause]:
    """What holds the period back: at most one cause on sales' side and one on marketing's."""
    return [cause for cause in (_late_attempts(period), _returns(period)) if cause]


def causes_sentence(found: list[Cause]) -> str:
    """The causes as one sentence that follows a colon, or nothing."""
    return ", and ".join(cause.sentence for cause in found) + "." if found else ""


def _late_attempts(period: Period) -> Cause | None:
    alike = _alike(period)
    cases, misses = sum(each.cases for each in alike), sum(len(each.missed) for each in alike)
    groups: dict[str, list[Alike]] = defaultdict(list)
    for each in alike:
        for words in _traits(each):
            groups[words].append(each)
    excess = {words: _excess(group, cases, misses) for words, group in groups.items()}
    words = max(excess, key=lambda each: (excess[each], each), default="")
    if not words or not excess[words]:
        return None
    missed = [pk for each in groups[words] for pk in each.missed]
    rows = Clock.objects.filter(pk__in=missed).select_related("handoff__lead__company", "commitment")
    return Cause(f"first attempts {words} come late ({len(missed)} of {misses} misses)", list(rows.order_by("due_at")))


def _alike(period: Period) -> list[Alike]:
    zone = zone_named(period.zone)
    owned = Assignment.objects.filter(handoff=OuterRef("handoff"), from_at__lt=OuterRef("due_at"))
    due = fell_due(FIRST_ATTEMPT, period).select_related(None).order_by()
    due = due.annotate(
        hour=ExtractHour("handoff__made_at", tzinfo=zone),
        weekday=ExtractIsoWeekDay("handoff__made_at", tzinfo=zone),
        source=Coalesce("handoff__campaign__name", "handoff__lead__source"),
        owned=Exists(owned),
    )
    columns = ("hour", "weekday", "source", "owned", "cases", "missed")
    counted = due.values("hour", "weekday", "source", "owned").annotate(
        cases=Count("pk"), missed=ArrayAgg("pk", filter=~KEPT | Q(done_at=None), default=Value([]))
    )
    return [Alike(*row) for row in counted.values_list(*columns)]


def _traits(each: Alike) -> Iterator[str]:
    """What could explain a miss, each in the words that follow "first attempts"."""
    for hour in AFTERNOON:
        if each.hour >= hour:
            yield f"on hand-offs made after {hour}:00"
    yield f"on {WEEKDAYS[each.weekday - 1]}’s hand-offs"
    if each.source:
        yield f"on hand-offs from “{each.source}”"
    if not each.owned:
        yield "on hand-offs that nobody owned in time"


def _excess(group: list[Alike], cases: int, misses: int) -> float:
    """The misses of a group beyond what the others' rate would give it, or 0 where it explains nothing."""
    within, missed = sum(each.cases for each in group), sum(len(each.missed) for each in group)
    others = cases - within
    elsewhere = (misses - missed) / others if others else 0.0
    if missed < max(FEWEST, PART * misses) or missed / within < LIFT * elsewhere or not others:
        return 0.0
    return missed - within * elsewhere


def _returns(period: Period) -> Cause | None:
    returned = quality_returns(period)
    total = returned.count()
    top = returned.order_by().values("reason", "reason__label").annotate(count=Count("pk")).order_by("-count", "reason")
    most = top.first()
    if most is None or most["count"] < max(FEWEST, PART * total):
        return None
    rows: list[HandoffReturn] = list(returned.filter(reason=most["reason"]))
    return Cause(f"{most['count']} of {total} quality returns say “{most['reason__label'].lower()}”", rows)
