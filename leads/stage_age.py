"""How many leads are at each stage, and which of them have been there longer than the stage map allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import IntegerField, QuerySet, Subquery

from agreements.models import StageMap
from agreements.stages import StageOnMap
from leads.models import Lead

COUNTED = 10_000  # beyond that a page says "10,000+": nobody waits for a count of everybody


class Few(Subquery):
    """How many leads there are, counted as far as it is told."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS few)"
    output_field = IntegerField()

    def __init__(self, leads: QuerySet[Lead]) -> None:
        super().__init__(leads.order_by().values("pk")[: COUNTED + 1])


@dataclass(frozen=True)
class Standing:
    """A stage of the map, how many leads are there now, and how many for too long (None where any time is right)."""

    stage: StageOnMap
    leads: int
    stale: int | None

    @property
    def more(self) -> bool:
        """Whether there are more leads than were counted."""
        return self.leads > COUNTED

    @property
    def more_stale(self) -> bool:
        return (self.stale or 0) > COUNTED


def standings(stage_map: StageMap, *, at: datetime) -> list[Standing]:
    """Each stage of the map with its leads. One query."""
    stages = stage_map.on_map
    asked = {f"at_{each.key}": Few(Lead.objects.filter(stage=each.key)) for each in stages}
    asked |= {f"stale_{each.key}": Few(stale(each, at=at)) for each in stages if each.days is not None}
    found = StageMap.objects.filter(pk=stage_map.pk).values(**asked).get()
    return [Standing(each, found[f"at_{each.key}"], found.get(f"stale_{each.key}")) for each in stages]


def stale(stage: StageOnMap, *, at: datetime) -> QuerySet[Lead]:
    """The leads that have been at a stage for more than its days; none where it has no limit."""
    if stage.days is None:
        return Lead.objects.none()
    return Lead.objects.filter(stage=stage.key, stage_at__lt=at - timedelta(days=stage.days))
