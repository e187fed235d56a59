"""Signs worth a look: figures that would also look so if somebody worked for the figure and not for the customer.

None of them proves anything; each has an innocent reading, which its page says. Which stand out stands in
`worth_a_look`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value

from accounts.access import Side
from accounts.models import User
from common import clock as db_clock
from common.metrics import Trail
from common.once import once
from common.periods import Period, between, month_of
from common.worktime import Hours, working_time_between
from leads.metrics import delivery, quality
from leads.models import Attempt, Handoff, HandoffReturn, Opportunity
from leads.models.opportunity import DealState
from leads.models.returns import Result
from leads.trails import OF_EPISODE, OF_LEAD, VIA_HANDOFF, WITH_HANDOFF
from leads.verdict import Share
from sla.attainment import FIRST_ATTEMPT, KEPT, fell_due, so_far
from sla.models import Agreement, Clock

SOON = timedelta(hours=1)  # working time
SOON_AT_MOST = timedelta(days=14)  # an hour of work is never further away
UNTOUCHED_FOR = timedelta(days=3)
LAST_PART = 0.95  # of the agreed time
LAST_DAYS = 3  # working days of a month


@dataclass(frozen=True)
class Part:
    """The part of some rows that meets a condition."""

    whole: Callable[[Period], QuerySet]
    part: Q


@dataclass(frozen=True)
class Sign:
    """One sign: what is counted of what, the share that is usual, and how else it may be read.

    `trail` leads from a case to its lead, and `person` to the rep whose doing it is; "" where it is no person's.
    """

    key: str
    side: Side
    name: str
    definition: str
    reading: str
    things: str
    usual: float
    part: Callable[[Period], Part]
    trail: Trail
    person: str = ""

    def rows(self, period: Period) -> QuerySet:
        """The cases behind it."""
        found = self.part(period)
        return found.whole(period).filter(found.part)

    def rows_of(self, rep: User, period: Period) -> QuerySet:
        """Those of one rep; only for a sign that is somebody's doing."""
        return self.rows(period).filter(**{self.person: rep})

    def count(self, period: Period) -> int:
        return self.share(period).count

    def share(self, period: Period) -> Share:
        return _counted(self, period)


@once
def _counted(sign: Sign, period: Period) -> Share:
    found = sign.part(period)
    counts = found.whole(period).order_by().aggregate(part=Count("pk", filter=found.part), cases=Count("pk"))
    return Share(counts["part"], counts["cases"])


def _attempts(period: Period) -> QuerySet[Attempt]:
    """The attempts of a period in which some system reported any; where none does, all have to be logged by hand."""
    rows = Attempt.objects.standing().filter(at__gte=period.start, at__lt=so_far(period))
    reported = rows.filter(synced=True)
    return rows.filter(Exists(reported.values("pk"))).select_related("lead__company").order_by("at", "pk")


def _accepted(period: Period, until: datetime | None = None) -> QuerySet[Handoff]:
    end = min(so_far(period), until) if until else so_far(period)
    rows = Handoff.objects.filter(accepted_at__gte=period.start, accepted_at__lt=end)
    return rows.select_related("lead__company").order_by("accepted_at", "pk")


def _accepted_a_while_ago(period: Period) -> QuerySet[Handoff]:
    return _accepted(period, db_clock.now() - UNTOUCHED_FOR)


def _dropped_soon(period: Period) -> Q:
    """Those whose hand-off was given back within an hour of work after it was accepted."""
    hours = _hours()
    if hours is None:
        return Q(pk__in=[])
    gone = HandoffReturn.objects.standing().filter(
        was_accepted=True,
        result__in=[Result.RECYCLED, Result.DISQUALIFIED],
        handoff__accepted_at__gte=period.start,
        handoff__accepted_at__lt=period.end,
        at__lt=F("handoff__accepted_at") + SOON_AT_MOST,
    )
    moments = gone.values_list("handoff", "handoff__accepted_at", "at")
    return Q(pk__in=[pk for pk, since, at in moments if working_time_between(since, at, hours) <= SOON])


@once
def _hours() -> Hours | None:
    agreement = Agreement.objects.ruling()
    return agreement.hours if agreement else None


def _given_back(period: Period) -> QuerySet[HandoffReturn]:
    return quality.returns(period).filter(result__in=[Result.RECYCLED, Result.DISQUALIFIED])


def _kept(period: Period) -> QuerySet[Clock]:
    return fell_due(FIRST_ATTEMPT, period).filter(KEPT, commitment__allowed__isnull=False)


def _near_the_end(period: Period) -> Q:
    """Handed over on one of the last working days of a month."""
    hours = _hours()
    near, month = Q(pk__in=[]), month_of(period.start, period.zone)
    while hours and month.start < period.end:
        working = [day for day in month.days() if hours.is_working_day(day)][-LAST_DAYS:]
        if working:
            last = between(working[0], month.end_on, period.zone)
            near |= Q(handed_over_at__gte=last.start, handed_over_at__lt=last.end)
        month = month.next()
    return near


WON_LATER = Exists(
    Opportunity.objects.filter(lead=OuterRef("handoff__lead"), state=DealState.WON, closed_at__gt=OuterRef("at"))
)
UNTOUCHED = ~Exists(Attempt.objects.standing().filter(handoff=OuterRef("pk"))) & ~Exists(
    Opportunity.objects.filter(handoff=OuterRef("pk"))
)
IN_THE_LAST_MINUTES = Q(
    took__gte=ExpressionWrapper(F("commitment__allowed") * Value(LAST_PART), output_field=DurationField())
)
BY_HAND = Exists(delivery.first_handoff().filter(by_hand=True))

SIGNS = (
    Sign(
        "mqls_by_hand",
        Side.MARKETING,
        "Promoted by hand",
        "Of the MQLs delivered, those that a marketer qualified by hand, with a note.",
        "Fairs and calls bring people whom no rule can see.",
        "MQLs delivered",
        0.25,
        lambda period: Part(delivery.delivered, Q(BY_HAND)),
        OF_EPISODE,
    ),
    Sign(
        "by_hand_at_the_end",
        Side.MARKETING,
        "By hand as the month ends",
        f"Of the MQLs delivered that were qualified by hand, those handed over on the last {LAST_DAYS} working days of "
        "a month. Spread evenly it would be one in seven.",
        "A fair in the last week of the month looks the same.",
        "MQLs by hand",
        0.25,
        lambda period: Part(delivery.delivered_by_hand, _near_the_end(period)),
        OF_EPISODE,
    ),
    Sign(
        "returned_after_cut_off",
        Side.MARKETING,
        "Returned after the cut-off",
        "Of the quality returns of the period, those of MQLs whose month was closed by then, so that they lower no "
        "month’s count.",
        "Sales may have been slow to decide, and long attempts end late.",
        "quality returns",
        0.25,
        lambda period: Part(quality.quality_returns, Q(pk__in=quality.adjustments(period).order_by().values("pk"))),
        VIA_HANDOFF,
    ),
    Sign(
        "attempts_by_hand",
        Side.SALES,
        "Attempts logged by hand",
        "Of the attempts of the period, those that a rep wrote down and no telephone or mail system reported. Counted "
        "only where some system reported any.",
        "Mobile calls and meetings are seen by no system.",
        "attempts",
        0.9,
        lambda period: Part(_attempts, Q(synced=False)),
        WITH_HANDOFF,
        "by",
    ),
    Sign(
        "first_attempts_last_minute",
        Side.SALES,
        "First attempts in the last minutes",
        "Of the first attempts and returns made in time, those in the last twentieth of the agreed time: 24 minutes of "
        "8 hours.",
        "Whoever works by what is due first is often just in time.",
        "kept in time",
        0.1,
        lambda period: Part(_kept, IN_THE_LAST_MINUTES),
        VIA_HANDOFF,
        "handoff__owner",
    ),
    Sign(
        "accepted_untouched",
        Side.SALES,
        "Accepted, and no attempt since",
        f"Of the hand-offs accepted in the period, at least {UNTOUCHED_FOR.days} days ago, those without an attempt "
        "and without a deal.",
        "The person may have asked to be called later, or written first.",
        "accepted",
        0.05,
        lambda period: Part(_accepted_a_while_ago, Q(UNTOUCHED)),
        OF_LEAD,
        "accepted_by",
    ),
    Sign(
        "dropped_soon",
        Side.SALES,
        "Accepted, and given back within the hour",
        "Of the hand-offs accepted in the period, those recycled or disqualified within one working hour of that.",
        "One call can be enough to know.",
        "accepted",
        0.1,
        lambda period: Part(_accepted, _dropped_soon(period)),
        OF_LEAD,
        "accepted_by",
    ),
    Sign(
        "returned_then_won",
        Side.SALES,
        "Given back, and won later",
        "Of the hand-offs recycled or disqualified in the period, those of people with whom a deal was won after that. "
        "It grows as long as deals are won.",
        "They may not have been ready then, and were well looked after.",
        "given back",
        0.05,
        lambda period: Part(_given_back, Q(WON_LATER)),
        VIA_HANDOFF,
        "by",
    ),
)
