"""The figures of conversion: of those who reached a stage, who reached a later one.

By cohort it follows the episodes that reached the first stage in the period, and says how many of them
still have time; by period it sets the events of the period against each other, which tells the pace and
no rate. A cohort is asked about its own episode: who comes back in another life is another case.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Least

from accounts.access import Side
from common import clock as db_clock
from common.measures import Share
from common.metrics import Metric, Of, Theme, Unit, View, composed, register
from common.periods import Period
from leads.lifecycle import Stage
from leads.metrics.funnel import FIGURES, created, reached
from leads.models import Episode
from leads.trails import OF_EPISODE

# Within how many days of the first stage the second counts; who needs longer is not counted.
WITHIN = {
    ("lead", "mql"): 90,
    ("mql", "sal"): 30,
    ("sal", "sql"): 60,
    ("sql", "opportunity"): 60,
    ("opportunity", "customer"): 180,
    ("lead", "customer"): 365,
}
AGAIN_WITHIN = 180  # days after recycling
REACHED, MATURING = Q(is_reached=True), Q(is_maturing=True)
LEFT = Q(recycled_at__isnull=False) | Q(disqualified_at__isnull=False) | Q(lost_at__isnull=False)


def yes_or_no(condition: Any) -> Case:
    """A condition as a column of its rows."""
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def followed(rows: QuerySet, since: str, days: int, reached: Any, over: Q) -> QuerySet:
    """A cohort, each row with `began_at`, `is_reached` and `is_maturing`: not reached, not `over`, with days left."""
    waits = ~reached & ~over & Q(**{f"{since}__gt": db_clock.now() - timedelta(days=days)})
    return rows.annotate(began_at=F(since), is_reached=yes_or_no(reached), is_maturing=yes_or_no(waits))


def cohort(source: str, target: str, period: Period) -> QuerySet[Episode]:
    """Episodes that reached `source` in the period, and whether they reached `target` in time.

    Leads count in their first life only.
    """
    began, days = f"{source}_at", WITHIN[source, target]
    rows = created(period) if source == "lead" else reached(source, period)
    in_time = Q(**{f"{target}_at__lte": F(began) + timedelta(days=days)})
    return followed(rows, began, days, in_time, LEFT | Q(**{f"{target}_at__isnull": False}))


def decided_sals(period: Period) -> QuerySet[Episode]:
    """SALs that became an opportunity in the period, or left the path in it without."""
    rows = Episode.objects.filter(self_sourced=False, sal_at__isnull=False)
    ended = rows.annotate(ended_at=Case(
        When(opportunity_at__isnull=False, then=F("opportunity_at")), default=Least("recycled_at", "disqualified_at")
    ))  # fmt: skip
    within = ended.filter(ended_at__gte=period.start, ended_at__lt=period.end)
    return within.select_related("lead__company").order_by("ended_at", "pk")


def recycled_again(period: Period) -> QuerySet[Episode]:
    """Episodes recycled in the period, and whether the lead became an MQL again in time."""
    later = Episode.objects.filter(
        lead=OuterRef("lead"),
        number__gt=OuterRef("number"),
        mql_at__lte=OuterRef("recycled_at") + timedelta(days=AGAIN_WITHIN),
    )
    return followed(reached("recycled", period), "recycled_at", AGAIN_WITHIN, Exists(later), Q(pk=None))


def words(stage: str) -> str:
    """A stage within a sentence: "MQL", "opportunity"."""
    label = Stage(stage).label
    return label if label.isupper() else label.lower()


for (source, target), days in WITHIN.items():
    side = Side.MARKETING if source == "lead" and target == "mql" else "" if source == "lead" else Side.SALES
    first = " in their first life" if source == "lead" else ""
    register(
        Metric(
            key=f"conversion_{source}_{target}",
            name=f"{Stage(source).label} to {words(target)}",
            definition=f"Of the episodes that first reached the stage “{words(source)}” in the period{first}, those "
            f"that reached “{words(target)}” within {days} days of that. Who has not yet, has days left and has not "
            "left the path still matures: the share can only grow. Leads that sales found itself are left out.",
            formula=f"reached {words(target)} within {days} days / reached {words(source)} in the period",
            unit=Unit.SHARE,
            theme=Theme.CONVERSION,
            view=View.COHORT,
            rows=partial(cohort, source, target),
            measure=Share(REACHED, MATURING),
            side=side,
            trail=OF_EPISODE,
        )
    )
    register(
        composed(
            key=f"pace_{source}_{target}",
            name=f"{Stage(source).label} to {words(target)}, pace",
            definition=f"What reached “{words(target)}” in the period, whenever it began, for each that reached "
            f"“{words(source)}” in it. It tells the pace and is no rate: the two are different people, and it may be "
            "above 100 %.",
            formula=f"reached {words(target)} in the period / reached {words(source)} in the period",
            unit=Unit.RATIO,
            theme=Theme.CONVERSION,
            made_of=(FIGURES[source], FIGURES[target]),
            reckon=lambda began, came: came / began if began else None,
            side=side,
        )
    )

register(
    Metric(
        key="sal_to_opportunity",
        name="SALs that became opportunities, of those settled",
        definition="Of the SALs that became an opportunity in the period, or were recycled or disqualified in it "
        "without, the share that became one. It counts by the day it was settled; who is still being worked on counts "
        "neither way.",
        formula="became an opportunity / (became an opportunity + recycled or disqualified before)",
        unit=Unit.SHARE,
        theme=Theme.CONVERSION,
        rows=decided_sals,
        measure=Share(Q(opportunity_at__isnull=False)),
        side=Side.SALES,
        trail=OF_EPISODE,
    )
)
register(
    Metric(
        key="requalification_rate",
        name="Qualified again",
        definition="Of the episodes recycled in the period, those whose lead became an MQL again, in a later episode, "
        f"within {AGAIN_WITHIN} days of that. Who has not yet and has days left still matures.",
        formula=f"became an MQL again within {AGAIN_WITHIN} days / recycled in the period",
        unit=Unit.SHARE,
        theme=Theme.CONVERSION,
        view=View.COHORT,
        rows=recycled_again,
        measure=Share(REACHED, MATURING),
        side=Side.MARKETING,
        trail=OF_EPISODE,
    )
)
register(
    composed(
        key="lead_velocity_rate",
        name="Lead velocity",
        definition="How much the number of MQLs grew from the period before to this one. A period that lasts still is "
        "compared, as it is so far, with the whole one before.",
        formula="(MQLs − MQLs of the period before) / MQLs of the period before",
        unit=Unit.CHANGE,
        theme=Theme.FUNNEL,
        made_of=("mqls", Of("mqls", Period.previous)),
        reckon=lambda now, before: (now - before) / before if before else None,
        side=Side.MARKETING,
    )
)
