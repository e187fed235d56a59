"""The figures of the funnel: what reached each stage in a period.

What an episode reached is read from its own timestamps, which an undo restores; leads that sales
found itself are in no figure that starts at an MQL.
"""

from functools import partial

from django.db.models import QuerySet

from accounts.access import Side
from common.metrics import Better, Metric, Theme, Unit, register
from common.periods import Period
from leads.lifecycle import Stage
from leads.models import Episode
from leads.trails import OF_EPISODE


def reached(stage: str, period: Period) -> QuerySet[Episode]:
    """Episodes that first reached a stage in the period, marketing's and partners'."""
    stamp = f"{stage}_at"
    within = {f"{stamp}__gte": period.start, f"{stamp}__lt": period.end}
    return Episode.objects.filter(self_sourced=False, **within).select_related("lead__company").order_by(stamp, "pk")


def created(period: Period) -> QuerySet[Episode]:
    """First lives that began in the period: a later one begins as an MQL, or anew, and its person is not new."""
    return reached("lead", period).filter(number=1)


# Of each stage the figure that counts who reached it.
FIGURES = {
    "lead": "leads_created",
    "mql": "mqls",
    "sal": "sals",
    "sql": "sqls",
    "opportunity": "opportunities",
    "customer": "customers",
    "recycled": "recycled",
    "disqualified": "disqualified",
}

for stage, name, side, better, definition in (
    (
        "lead",
        "New leads",
        Side.MARKETING,
        Better.HIGHER,
        "People who became a lead in the period, each once, in their first life; without those sales found itself.",
    ),
    (
        "mql",
        "MQLs",
        Side.MARKETING,
        Better.HIGHER,
        "Leads that met the criteria in force in the period, for the first time in this episode.",
    ),
    (
        "sal",
        "SALs",
        Side.SALES,
        Better.HIGHER,
        "MQLs that sales formally accepted in the period, by pressing accept or by logging an attempt.",
    ),
    (
        "sql",
        "SQLs",
        Side.SALES,
        Better.HIGHER,
        "Accepted leads that sales reviewed against the checklist in the period and agreed to.",
    ),
    (
        "opportunity",
        "Opportunities",
        Side.SALES,
        Better.HIGHER,
        "Marketing’s leads for which a deal was opened in the period.",
    ),
    (
        "customer",
        "Customers",
        Side.SALES,
        Better.HIGHER,
        "Marketing’s leads whose deal was won in the period.",
    ),
    (
        "recycled",
        "Recycled",
        "",
        Better.NEITHER,
        "Marketing’s leads that went back to marketing in the period, because they are not ready yet.",
    ),
    (
        "disqualified",
        "Disqualified",
        "",
        Better.LOWER,
        "Marketing’s leads that were refused for good in the period, as far as we know now.",
    ),
):
    register(
        Metric(
            key=FIGURES[stage],
            name=name,
            definition=definition,
            formula=f"number of episodes that first reached the stage “{Stage(stage).label}”",
            unit=Unit.COUNT,
            theme=Theme.FUNNEL,
            rows=created if stage == "lead" else partial(reached, stage),
            better=better,
            side=side,
            trail=OF_EPISODE,
        )
    )
