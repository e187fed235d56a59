"""What holds a period back: the one group of cases that explains most of the misses of each side.

Worked out from the events, never guessed: a group is named only when it holds a good part of the
misses, and misses clearly more often than everything else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef

from common.hours import WEEKDAYS
from common.periods import Period
from leads.metrics import quality_returns
from leads.models import Assignment, HandoffReturn
from sla.attainment import FIRST_ATTEMPT, fell_due
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


class Tried(NamedTuple):
    """A first attempt that fell due: whether it was missed, and what could explain that."""

    pk: int
    missed: bool
    made_at: datetime
    source: str
    unowned: bool


def causes(period: Period) -> list[Cause]:
    """What holds the period back: at most one cause on sales' side and one on marketing's."""
    return [cause for cause in (_late_attempts(period), _returns(period)) if cause]


def causes_sentence(found: list[Cause]) -> str:
    """The causes as one sentence that follows a colon, or nothing."""
    return ", and ".join(cause.sentence for cause in found) + "." if found else ""


def _late_attempts(period: Period) -> Cause | None:
    cases = list(_tried(period))
    misses = sum(case.missed for case in cases)
    groups = defaultdict(list)
    for case in cases:
        for words in _traits(case, ZoneInfo(period.zone)):
            groups[words].append(case)
    explaining = [
        (excess, words) for words, group in groups.items() if (excess := _excess(group, len(cases), misses)) > 0
    ]
    if not explaining:
        return None
    _, words = max(explaining)
    missed = [case.pk for case in groups[words] if case.missed]
    rows = Clock.objects.filter(pk__in=missed).select_related("handoff__lead__company", "commitment")
    return Cause(f"first attempts {words} come late ({len(missed)} of {misses} misses)", list(rows.order_by("due_at")))


def _tried(period: Period) -> Iterator[Tried]:
    owned = Assignment.objects.filter(handoff=OuterRef("handoff"), from_at__lt=OuterRef("due_at"))
    due = fell_due(FIRST_ATTEMPT, period).select_related(None).annotate(owned=Exists(owned))
    columns = (
        "pk",
        "done_at",
        "due_at",
        "handoff__made_at",
        "handoff__campaign__name",
        "handoff__lead__source",
        "owned",
    )
    for pk, done_at, due_at, made_at, campaign, source, owned_in_time in due.values_list(*columns):
        missed = done_at is None or done_at > due_at
        yield Tried(pk, missed, made_at, campaign or source, not owned_in_time)


def _traits(case: Tried, zone: ZoneInfo) -> Iterator[str]:
    """What could explain a case, each in the words that follow "first attempts"."""
    local = case.made_at.astimezone(zone)
    for hour in AFTERNOON:
        if local.hour >= hour:
            yield f"on hand-offs made after {hour}:00"
    yield f"on {WEEKDAYS[local.weekday()]}’s hand-offs"
    if case.source:
        yield f"on hand-offs from “{case.source}”"
    if case.unowned:
        yield "on hand-offs that nobody owned in time"


def _excess(group: Iterable[Tried], cases: int, misses: int) -> float:
    """The misses of a group beyond what the others' rate would give it, or 0 where it explains nothing."""
    group = list(group)
    missed = sum(case.missed for case in group)
    others = cases - len(group)
    elsewhere = (misses - missed) / others if others else 0.0
    if missed < max(FEWEST, PART * misses) or missed / len(group) < LIFT * elsewhere or not others:
        return 0.0
    return missed - len(group) * elsewhere


def _returns(period: Period) -> Cause | None:
    returned = quality_returns(period)
    total = returned.count()
    top = returned.order_by().values("reason", "reason__label").annotate(count=Count("pk")).order_by("-count", "reason")
    most = top.first()
    if most is None or most["count"] < max(FEWEST, PART * total):
        return None
    rows: list[HandoffReturn] = list(returned.filter(reason=most["reason"]))
    return Cause(f"{most['count']} of {total} quality returns say “{most['reason__label'].lower()}”", rows)
