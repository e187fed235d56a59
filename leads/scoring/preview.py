"""What a draft would say of everybody now: counted live while it is edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import OperationalError

from common.patience import patience
from leads.lifecycle import LEAD
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.models.score import LeadScore
from leads.scoring.compiler import compile_criteria
from leads.scoring.moments import Now
from leads.scoring.sql import Statement

SAMPLES = 5

# The nearest on both sides of the line, which show best what a change of the definition does.
COUNT = """
WITH e AS MATERIALIZED (
    SELECT lead_id, total, qualifies, fast_track, hot{hits} FROM ({evaluation}) every_lead
)
SELECT count(*), count(*) FILTER (WHERE qualifies), count(*) FILTER (WHERE qualifies AND fast_track),
       count(*) FILTER (WHERE qualifies AND hot),
       count(*) FILTER (WHERE qualifies AND l.stage = %(stage)s),
       ARRAY(SELECT ARRAY[lead_id, total] FROM e WHERE qualifies AND NOT fast_track
              ORDER BY total, lead_id LIMIT %(samples)s),
       ARRAY(SELECT ARRAY[lead_id, total] FROM e WHERE NOT qualifies AND total < %(threshold)s
              ORDER BY total DESC, lead_id LIMIT %(samples)s),
       ARRAY[{counted}]::bigint[]
  FROM e JOIN leads_lead l ON l.id = e.lead_id
"""


@dataclass(frozen=True)
class Preview:
    """Who would be an MQL now: how many of how many, and the leads nearest to the line.

    `new` are those who stand at lead and would become MQLs; `ruling` is how many meet the definition
    that rules now, None where none does or it has not been reckoned for everybody. `hits` says of each
    rule, by its id, how many leads match it.
    """

    leads: int
    qualify: int
    fast_track: int
    hot: int
    new: int
    over: list[tuple[Lead, Decimal]]
    under: list[tuple[Lead, Decimal]]
    ruling: int | None
    hits: dict[int, int]


def preview(criteria: Criteria, *, at: datetime) -> Preview | None:
    """Count who meets a definition now; None when that takes longer than a reader waits. Writes nothing."""
    try:
        with patience():
            return _counted(criteria, at)
    except OperationalError:
        return None


def _counted(criteria: Criteria, at: datetime) -> Preview:
    compiled = compile_criteria(criteria, Now(at), detail=("hit",))
    evaluation, numbers = compiled.statement, range(len(compiled.rules))
    values = evaluation.values | {"stage": LEAD, "samples": SAMPLES, "threshold": criteria.threshold}
    text = COUNT.format(
        evaluation=evaluation.text,
        hits="".join(f", r{n}_hit" for n in numbers),
        counted=", ".join(f"count(*) FILTER (WHERE r{n}_hit)" for n in numbers),
    )
    [(*counts, over, under, hits)] = Statement(text, values).rows()
    leads = Lead.objects.select_related("company").in_bulk([int(pk) for pk, _ in [*over, *under]])
    return Preview(
        *counts,
        over=[(leads[int(pk)], total) for pk, total in over],
        under=[(leads[int(pk)], total) for pk, total in under],
        ruling=_ruling(),
        hits={rule.pk: count for rule, count in zip(compiled.rules, hits, strict=True)},
    )


def _ruling() -> int | None:
    ruling = Criteria.objects.ruling()
    if ruling is None or ruling.rescores.filter(finished_at=None).exists():
        return None
    return LeadScore.objects.filter(criteria=ruling, qualifies=True).count()
