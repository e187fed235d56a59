"""What holds a period back: the one group of cases that explains most of the misses of each side.

Worked out from the events, never guessed: a group is named only when it holds a good part of the
misses, and misses clearly more often than everything else.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractHour, ExtractIsoWeekDay

from common.hours import WEEKDAYS, zone_named
from common.periods import Period
from leads.metrics.quality import quality_returns
from leads.models import Assignment, Lead
from sla.attainment import FIRST_ATTEMPT, KEPT, fell_due, kept_and_due
from sla.models import Clock

FEWEST = 5  # misses; fewer explain nothing
PART = 0.4  # of the misses
LIFT = 1.5  # times as often as elsewhere
AFTERNOON = range(12, 18)


@dataclass(frozen=True)
class Cause:
    """What explains misses: a sentence without its full stop, and the rows behind it."""

    sentence: str
    count: int
    rows: QuerySet


class Trait(NamedTuple):
    """What could explain a miss: the words that follow "first attempts", and the look-up that finds its cases."""

    words: str
    look_up: str
    value: Any


def causes(period: Period) -> list[Cause]:
    """What holds the period back: at most one cause on sales' side and one on marketing's."""
    return [cause for cause in (_late_attempts(period), _returns(period)) if cause]


def told(period: Period) -> list[dict[str, Any]]:
    """The causes as plain JSON: each sentence, and how many cases are behind it."""
    return [{"sentence": cause.sentence, "count": cause.count} for cause in causes(period)]


def in_one_sentence(told: list[dict[str, Any]]) -> str:
    """Causes that were told, as one sentence that follows a colon, or nothing."""
    return ", and ".join(cause["sentence"] for cause in told) + "." if told else ""


def _late_attempts(period: Period) -> Cause | None:
    """The trait with the most misses beyond what the others' rate would give it.

    Everything is asked of the misses alone; of all cases only how many have a trait that many misses share.
    """
    kept, cases = kept_and_due(FIRST_ATTEMPT, period)
    misses = cases - kept
    if misses < FEWEST:
        return None
    due = fell_due(FIRST_ATTEMPT, period)
    late = due.filter(~KEPT | Q(done_at=None))
    shared = {trait: n for trait, n in _shared(late, period.zone).items() if n >= max(FEWEST, PART * misses)}
    within = _having(due, list(shared), period.zone)
    excess = {trait: _excess(within[trait], shared[trait], cases, misses) for trait in shared}
    trait = max(excess, key=lambda each: (excess[each], each.words), default=None)
    if trait is None or not excess[trait]:
        return None
    count = shared[trait]
    sentence = f"first attempts {trait.words} come late ({count} of {misses} misses)"
    return Cause(sentence, count, _described(late, [trait], period.zone))


def _shared(late: QuerySet[Clock], zone: str) -> Counter[Trait]:
    """How many of the misses have each trait."""
    looked_up = ("hour", "weekday", "source", "owned")
    alike = late.select_related(None).order_by().annotate(**_descriptions(zone)).values_list(*looked_up)
    shared: Counter[Trait] = Counter()
    for *shows, count in alike.annotate(count=Count("pk")):
        for trait in _traits(*shows):
            shared[trait] += count
    return shared


def _having(due: QuerySet[Clock], traits: list[Trait], zone: str) -> dict[Trait, int]:
    """How many of all cases have each of some traits."""
    counts = {f"n{n}": Count("pk", filter=Q((trait.look_up, trait.value))) for n, trait in enumerate(traits)}
    found = _described(due, traits, zone).select_related(None).order_by().aggregate(**counts) if traits else {}
    return dict(zip(traits, found.values(), strict=True))


def _described(clocks: QuerySet[Clock], traits: list[Trait], zone: str) -> QuerySet[Clock]:
    """With what these traits look up, and nothing else: most of it is a join."""
    wanted = {trait.look_up.partition("__")[0] for trait in traits}
    return clocks.annotate(**{name: value for name, value in _descriptions(zone).items() if name in wanted})


def _descriptions(zone: str) -> dict[str, Any]:
    """What could explain a miss. A customer's clock starts when the hand-off is made."""
    local = zone_named(zone)
    owned = Assignment.objects.filter(handoff=OuterRef("handoff"), from_at__lt=OuterRef("due_at"))
    came_from = Lead.objects.filter(pk=OuterRef("handoff__lead")).values("source")
    return {
        "hour": ExtractHour("started_at", tzinfo=local),
        "weekday": ExtractIsoWeekDay("started_at", tzinfo=local),
        "source": Coalesce("handoff__campaign__name", Subquery(came_from)),  # asks for those without a campaign alone
        "owned": Exists(owned),
    }


def _traits(hour: int, weekday: int, source: str, owned: bool) -> Iterator[Trait]:
    """All the traits of a case."""
    for since in AFTERNOON:
        if hour >= since:
            yield Trait(f"on hand-offs made after {since}:00", "hour__gte", since)
    yield Trait(f"on {WEEKDAYS[weekday - 1]}’s hand-offs", "weekday", weekday)
    if source:
        yield Trait(f"on hand-offs from “{source}”", "source", source)
    if not owned:
        yield Trait("on hand-offs that nobody owned in time", "owned", False)


def _excess(within: int, missed: int, cases: int, misses: int) -> float:
    """The misses of a group beyond what the others' rate would give it, or 0 where it explains nothing."""
    others = cases - within
    elsewhere = (misses - missed) / others if others else 0.0
    if missed / within < LIFT * elsewhere or not others:
        return 0.0
    return missed - within * elsewhere


def _returns(period: Period) -> Cause | None:
    returned = quality_returns(period)
    total = returned.count()
    top = returned.order_by().values("reason", "reason__label").annotate(count=Count("pk")).order_by("-count", "reason")
    most = top.first()
    if most is None or most["count"] < max(FEWEST, PART * total):
        return None
    sentence = f"{most['count']} of {total} quality returns say “{most['reason__label'].lower()}”"
    return Cause(sentence, most["count"], returned.filter(reason=most["reason"]))
