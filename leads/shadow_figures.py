"""What a shadow run has found: both versions' MQLs counted, day by day, and what sales decided on them meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from common.hours import zone_named
from leads.differences import why_not
from leads.models.handoff import Handoff
from leads.models.shadow import ShadowLead, ShadowLeadQuerySet, ShadowRun, groups
from leads.wording import fingerprint


@dataclass(frozen=True)
class Tally:
    """The leads behind one figure, and how many of them sales has decided on since the run began."""

    name: str
    count: int
    accepted: int
    returned: int


@dataclass(frozen=True)
class Day:
    """One day of a run: MQLs made by the version in force, and those the shadow would have made."""

    on: date
    made: int
    met: int


def with_decisions(leads: ShadowLeadQuerySet, run: ShadowRun) -> ShadowLeadQuerySet:
    """Each lead with the first decision of sales on it since the run counts: `decided_at`, `accepted_at`."""
    decided = _decided(run).filter(lead=OuterRef("lead")).order_by("decided_at", "id")
    return leads.annotate(
        decided_at=Subquery(decided.values("decided_at")[:1]), accepted_at=Subquery(decided.values("accepted_at")[:1])
    )


def tallies(run: ShadowRun) -> dict[str, Tally]:
    """Every figure of a run that counts, by the name of its group."""
    every = groups(run.since)
    counts = run.leads.aggregate(**{name: Count("pk", filter=leads) for name, leads in every.items()})
    accepted = Q(accepted_at=F("decided_at"))
    returned = Q(accepted_at__isnull=True) | Q(accepted_at__gt=F("decided_at"))
    # Decisions are few: they are looked for from their side, and never a lead at a time.
    decided = with_decisions(run.leads.filter(lead__in=_decided(run).values("lead")), run).aggregate(
        **{f"{name}_accepted": Count("pk", filter=leads & accepted) for name, leads in every.items()},
        **{f"{name}_returned": Count("pk", filter=leads & returned) for name, leads in every.items()},
    )
    return {name: Tally(name, counts[name], decided[f"{name}_accepted"], decided[f"{name}_returned"]) for name in every}


def _decided(run: ShadowRun) -> QuerySet[Handoff]:
    return Handoff.objects.filter(made_at__gte=run.since, decided_at__isnull=False, withdrawn=False)


def days(run: ShadowRun, *, at: datetime) -> list[Day]:
    """Every day on which the run counted, in the zone of its definition, the first one to the last or today."""
    zone = zone_named(run.criteria.zone)
    made, met = (_by_day(run, name, column, zone) for name, column in (("made", "mql_at"), ("met", "qualified_at")))
    first, last = (moment.astimezone(zone).date() for moment in (run.since, run.ended_at or at))
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [Day(on, made[on], met[on]) for on in every]


def _by_day(run: ShadowRun, group: str, column: str, zone: Any) -> Counter[date]:
    rows = run.leads.group(group, run).annotate(on=TruncDate(column, tzinfo=zone)).values("on").order_by()
    return Counter({row["on"]: row["count"] for row in rows.annotate(count=Count("pk"))})


def reasons(run: ShadowRun, group: str, leads: Iterable[ShadowLead]) -> dict[int, str]:
    """Why only one of the two made these leads MQLs, by their ids; none where the text that ran is no longer there."""
    if group not in ("gone", "new") or fingerprint(run.criteria) != run.fingerprint:
        return {}
    if group == "gone":
        return why_not(run.criteria, run.beside, [(each.lead_id, each.mql_at) for each in leads])
    return why_not(run.beside, run.criteria, [(each.lead_id, each.qualified_at) for each in leads])
