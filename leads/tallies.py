"""What lists count over all leads, counted ahead of time, so that at a million of them a list answers at once.

A worker counts every few minutes, by the very calculation that a page would use, and keeps what it came to; a list
takes it from there, says when that was, and counts on the spot whatever is not kept. May be emptied at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

from django.db.models import Count, Min

from accounts.models import User
from agreements.models import Persona, PersonaVersion, Sharing
from agreements.personas import where_they_stand
from campaigns.models import Campaign, Content
from common.periods import Period
from leads import personas
from leads.let_through import GROUPS, WEEKS, Counts, counted, last_weeks
from leads.models import Criteria, Handoff, Tally
from leads.models.rate import CENT
from leads.models.tally import Of
from leads.payback import Brought, Credited, brought, credited
from leads.personas import Came

EVERYBODY = "everybody"
TIMELESS = timedelta(minutes=10)  # as long as a worker may count what a reader would not wait for
MICROSECOND = timedelta(microseconds=1)


def of_campaigns(campaigns: Sequence[int], *, at: datetime) -> dict[int, Brought]:
    """What each campaign brought in. One query when all are kept."""
    kept = {int(key): _read(counts) for key, counts in _kept(Of.CAMPAIGN, map(str, campaigns), at).items()}
    left = [pk for pk in campaigns if pk not in kept]
    return kept | (brought(left) if left else {})


def of_contents(contents: Sequence[int], *, at: datetime) -> dict[int, int]:
    """How many hand-offs each piece pulled in. One query when all are kept."""
    kept = {int(key): counts[0] for key, counts in _kept(Of.CONTENT, map(str, contents), at).items()}
    left = [pk for pk in contents if pk not in kept]
    return kept | (pulled_in(left) if left else {})


def of_personas(versions: Sequence[PersonaVersion], *, at: datetime) -> tuple[Came, list[Came]] | None:
    """What became of everybody, and of those who fit each version; None when a reader would wait too long."""
    keys = [key_of(version) for version in versions]
    kept = {key: Came(*counts) for key, counts in _kept(Of.PERSONA, [EVERYBODY, *keys], at).items()}
    if kept.keys() >= {EVERYBODY, *keys}:
        return kept[EVERYBODY], [kept[key] for key in keys]
    return personas.what_came(versions, at=at)


def of_rules(period: Period, criteria: Criteria | None, *, at: datetime) -> tuple[Counts, datetime | None]:
    """What each rule let through, and when that was counted; None where it was just now. One query when it is kept."""
    scope = _scope(period, criteria)
    rows = Tally.objects.standing(Of.RULE, at=at).filter(key__startswith=scope)
    kept = {key.removeprefix(scope): (counts, then) for key, counts, then in rows.values_list("key", "counts", "at")}
    if not kept:
        return counted(period, criteria), None
    told = {UUID(line) if line else None: counts for line, (counts, _) in kept.items()}
    return {line: dict(zip(GROUPS, counts, strict=True)) for line, counts in told.items()}, kept[""][1]


def of_credit(*, at: datetime) -> tuple[Credited, datetime | None]:
    """What each campaign is credited with by each model, and when that was added up; None where it was just now."""
    rows = list(Tally.objects.standing(Of.CREDIT, at=at).values_list("key", "counts", "at"))
    if not rows:
        return credited(), None
    told = {int(key) if key else None: [cents * CENT for cents in counts] for key, counts, _ in rows}
    return {pk: dict(zip(Sharing, parts, strict=True)) for pk, parts in told.items()}, min(then for *_, then in rows)


def counted_at(of: Of, *keys: str, at: datetime) -> datetime | None:
    """When what is kept of a list, or of some of its rows, was counted; None when nothing is."""
    kept = Tally.objects.standing(of, at=at)
    return (kept.filter(key__in=keys) if keys else kept).aggregate(first=Min("at"))["first"]


def pulled_in(contents: Iterable[int]) -> dict[int, int]:
    """How many hand-offs each piece of content pulled in."""
    counted = Handoff.objects.filter(content__in=contents).order_by().values_list("content").annotate(n=Count("*"))
    return dict.fromkeys(contents, 0) | dict(counted)


def keep(*, clock: Callable[[], datetime]) -> int:
    """Count what the lists show; return how many rows that were. Safe to run twice, or on two workers."""
    return sum(write(of, count(at := clock()), at=at) for of, count in COUNTED.items())


def _campaigns(at: datetime) -> dict[str, list[int | None]]:
    told = brought(list(Campaign.objects.values_list("pk", flat=True)))
    return {str(pk): _written(each) for pk, each in told.items()}


def _contents(at: datetime) -> dict[str, list[int]]:
    told = pulled_in(list(Content.objects.values_list("pk", flat=True)))
    return {str(pk): [count] for pk, count in told.items()}


def _personas(at: datetime) -> dict[str, list[int]]:
    """Each persona's version to read first, where it has a trait to ask for."""
    found = [each.shown for each in where_they_stand(Persona.objects.with_versions())]
    versions = [shown for shown in found if shown and shown.conditions]
    counted = personas.what_came(versions, at=at, within=TIMELESS) if versions else None
    if counted is None:
        return {}
    told = zip([EVERYBODY, *map(key_of, versions)], [counted[0], *counted[1]], strict=True)
    return {key: [came.leads, came.mql, came.sql, came.customer] for key, came in told}


def _rules(at: datetime) -> dict[str, list[int]]:
    """What each rule let through in the weeks that are looked at, in all versions together and in the one that rules;
    the day begins in the zone of whoever looks.
    """
    zones = User.objects.active().order_by().values_list("zone", flat=True).distinct()
    periods = [last_weeks(weeks, zone, at=at) for zone in zones for weeks in WEEKS]
    asked = {_scope(*each): each for each in product(periods, {None, Criteria.objects.ruling()})}
    return {
        f"{scope}{line or ''}": list(counts.values())
        for scope, each in asked.items()
        for line, counts in counted(*each).items()
    }


def _credit(at: datetime) -> dict[str, list[int]]:
    """In cents, by the models in their order."""
    return {str(pk or ""): [int(part / CENT) for part in parts.values()] for pk, parts in credited().items()}


COUNTED: dict[Of, Callable[[datetime], dict[str, list]]] = {
    Of.CAMPAIGN: _campaigns,
    Of.CONTENT: _contents,
    Of.PERSONA: _personas,
    Of.RULE: _rules,
    Of.CREDIT: _credit,
}


def _kept(of: Of, keys: Iterable[str], at: datetime) -> dict[str, list]:
    return dict(Tally.objects.standing(of, at=at).filter(key__in=list(keys)).values_list("key", "counts"))


def write(of: Of, counted: dict[str, list], *, at: datetime) -> int:
    """Keep the counts of a list's rows, and none of other rows; return how many those are."""
    Tally.objects.bulk_create(
        [Tally(of=of, key=key, counts=counts, at=at) for key, counts in counted.items()],
        update_conflicts=True, unique_fields=["of", "key"], update_fields=["counts", "at"],
    )  # fmt: skip
    Tally.objects.filter(of=of, at__lt=at).exclude(key__in=counted).delete()
    return len(counted)


def _scope(period: Period, criteria: Criteria | None) -> str:
    """How the keys of what rules let through begin: by its moments, which two zones may share; then comes the line."""
    return f"{period.start.isoformat()}/{period.end.isoformat()} {criteria.pk if criteria else 'all'}:"


def key_of(version: PersonaVersion) -> str:
    """A version and what it asks: a draft that is changed has other leads who fit."""
    asked = hashlib.sha256(repr(version.conditions).encode()).hexdigest()
    return f"{version.pk}:{asked[:16]}"


def _written(told: Brought) -> list[int | None]:
    return [told.leads, told.mqls, told.customers, None if told.took is None else told.took // MICROSECOND]


def _read(counts: list[int | None]) -> Brought:
    leads, mqls, customers, took = counts
    return Brought(leads, mqls, customers, None if took is None else took * MICROSECOND)
