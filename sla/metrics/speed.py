"""The figures of speed to lead: how long it took to try to reach somebody, in working time by the customer’s clock."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access import Side
from common.measures import Share, Within
from common.metrics import Better, Metric, Theme, Unit, register
from common.periods import Period
from leads.models import HandoffReturn
from leads.trails import VIA_HANDOFF
from sla.attainment import FIRST_ATTEMPT, fell_due
from sla.models import Clock

WHICH = (
    "hand-offs whose first attempt fell due in the period, by the customer’s clock; what was returned without an "
    "attempt is left out."
)


def to_try(period: Period) -> QuerySet[Clock]:
    """The first attempts that fell due in the period, without those that a return answered instead."""
    returned = HandoffReturn.objects.standing().filter(handoff=OuterRef("handoff"), at=OuterRef("done_at"))
    return fell_due(FIRST_ATTEMPT, period).exclude(Exists(returned))


for key, name, share in (("speed_to_lead", "Speed to lead", 0.5), ("speed_to_lead_p90", "Speed to lead, 9 of 10", 0.9)):
    register(
        Metric(
            key=key,
            name=name,
            definition=f"The working time from hand-off to the first attempt within which {share:.0%} were tried, of "
            f"{WHICH} Those not tried yet stand at the end.",
            formula=f"the least working time to the first attempt within which {share:.0%} lie",
            unit=Unit.DURATION,
            theme=Theme.SPEED,
            rows=to_try,
            measure=Within("took", share),
            better=Better.LOWER,
            side=Side.SALES,
            trail=VIA_HANDOFF,
        )
    )

register(
    Metric(
        key="speed_to_lead_coverage",
        name="Tried at all",
        definition=f"Those with an attempt, however late, of {WHICH}",
        formula="tried / to be tried",
        unit=Unit.SHARE,
        theme=Theme.SPEED,
        rows=to_try,
        measure=Share(Q(took__isnull=False)),
        side=Side.SALES,
        trail=VIA_HANDOFF,
    )
)
