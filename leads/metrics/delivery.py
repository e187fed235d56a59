"""The figures of what marketing delivered: MQLs handed over, net of what came back for its quality."""

from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.access import Side
from accounts.models import Team
from common.hours import Hours, zone_named
from common.measures import Parts
from common.metrics import Better, Metric, Theme, Unit, register
from common.once import once
from common.periods import Period
from common.worktime import add_working_days, closing_time
from leads.let_through import handed_over
from leads.metrics.funnel import reached
from leads.models import Correction, Episode, Handoff, HandoffReturn
from leads.trails import OF_EPISODE, OF_LEAD

BOOKS_CLOSE_AFTER = 5  # working days
AGAIN = Q(number__gt=1)
OFFICE_WEEK = {weekday: [("09:00", "17:00")] for weekday in range(5)}


@once
def books_close_at(period: Period) -> datetime:
    """Until when a quality return still lowers what was delivered in a period: working day 5 after it.

    The working days are marketing's, whose figure it is; without a team, Monday to Friday.
    """
    hours = _hours_of_marketing(period.zone)
    return closing_time(add_working_days(period.last_on, BOOKS_CLOSE_AFTER, hours), hours)


@once
def _hours_of_marketing(zone: str) -> Hours:
    team = Team.objects.filter(side=Side.MARKETING).select_related("calendar").order_by("pk").first()
    return team.calendar.hours() if team else Hours.from_rows(zone=zone, windows=OFFICE_WEEK)


def first_delivered(period: Period) -> QuerySet[Episode]:
    """Episodes first handed over in the period, whatever came of them."""
    rows = Episode.objects.filter(handed_over_at__gte=period.start, handed_over_at__lt=period.end)
    return rows.select_related("lead__company").order_by("handed_over_at", "pk")


def delivered(period: Period) -> QuerySet[Episode]:
    """Episodes first handed over in the period, without those that were returned for their quality, or that both sides
    found wrong, before the books closed.
    """
    closed = books_close_at(period)
    # None comes back before it was delivered: said, so that few returns are looked at, and not each delivery.
    then = (period.start, closed)
    returned = _quality_returns(known_by=closed).filter(at__range=then, handoff__made_at__range=then)
    wrong = Correction.objects.known_by(closed).filter(delivered=OuterRef("pk"))
    return first_delivered(period).exclude(Exists(returned)).exclude(Exists(wrong))


def delivered_by_hand(period: Period) -> QuerySet[Episode]:
    """Those delivered that a marketer qualified by hand; shown apart."""
    return delivered(period).filter(_by_hand())


def delivered_again(period: Period) -> QuerySet[Episode]:
    """Those delivered that had been with sales before; shown apart."""
    return delivered(period).filter(AGAIN)


class OfDay(NamedTuple):
    """How many were delivered on a day, how many of them by hand, and how many had been with sales before."""

    delivered: int
    by_hand: int
    again: int


@once
def delivered_by_day(period: Period) -> dict[date, OfDay]:
    """What was delivered on each day of a period on which something was, in one look."""
    on = TruncDate("handed_over_at", tzinfo=zone_named(period.zone))
    days = delivered(period).order_by().annotate(on=on).values_list("on")
    # A list of its own: few are made by hand, and each delivery would be looked up.
    by_hand = Q(pk__in=first_delivered(period).filter(_by_hand()).order_by().values("pk"))
    counted = days.annotate(delivered=Count("pk"), by_hand=Count("pk", filter=by_hand), again=Count("pk", filter=AGAIN))
    return {day: OfDay(*counts) for day, *counts in counted}


def _counted(what: str, period: Period) -> Parts:
    return {"cases": sum(getattr(day, what) for day in delivered_by_day(period).values())}


def held(period: Period) -> QuerySet[Episode]:
    """MQLs of the period that wait to be handed over, and so are not delivered yet."""
    waiting = Q(handed_over_at=None, lead__stage="mql", lead__episode=F("number"))
    return reached("mql", period).filter(waiting)


def handoffs(period: Period) -> QuerySet[Handoff]:
    """Hand-offs made in the period, without those withdrawn since."""
    return handed_over(period).select_related("lead__company").order_by("made_at", "pk")


def first_handoff() -> QuerySet[Handoff]:
    """The hand-off with which an episode was delivered."""
    return Handoff.objects.filter(lead=OuterRef("lead"), episode=OuterRef("number"), made_at=OuterRef("handed_over_at"))


def _by_hand() -> Exists:
    return Exists(first_handoff().filter(by_hand=True))


def _quality_returns(*, known_by: datetime) -> QuerySet[HandoffReturn]:
    """The quality returns of an episode, without those found wrong by a moment."""
    returned = HandoffReturn.objects.against_quality(known_by=known_by)
    return returned.filter(handoff__lead=OuterRef("lead"), handoff__episode=OuterRef("number"))


register(
    Metric(
        key="mqls_delivered",
        name="MQLs delivered",
        definition="Episodes first handed to sales in the period, less those returned for their quality (recycled or "
        "disqualified, for a reason that counts against marketing) by working day 5 after it. A return that both "
        "sides found wrong by then takes nothing away, and a delivery found wrong is left out. MQLs that wait to be "
        "handed over are not in it.",
        formula="MQLs delivered, gross − quality returns until the books close",
        unit=Unit.COUNT,
        theme=Theme.FUNNEL,
        rows=delivered,
        side=Side.MARKETING,
        trail=OF_EPISODE,
        shortcut=partial(_counted, "delivered"),
    )
)
register(
    Metric(
        key="mqls_delivered_gross",
        name="MQLs delivered, gross",
        definition="Episodes first handed to sales in the period, whatever came back of them. MQLs that wait to be "
        "handed over are not in it.",
        formula="number of episodes first handed over",
        unit=Unit.COUNT,
        theme=Theme.FUNNEL,
        rows=first_delivered,
        side=Side.MARKETING,
        trail=OF_EPISODE,
    )
)
register(
    Metric(
        key="handoffs",
        name="Hand-offs",
        definition="Hand-offs made in the period, without those withdrawn since: a lead that is handed over again "
        "counts again.",
        formula="number of hand-offs made",
        unit=Unit.COUNT,
        theme=Theme.FUNNEL,
        rows=handoffs,
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)
register(
    Metric(
        key="mqls_by_hand",
        name="MQLs qualified by hand",
        definition="Of the MQLs delivered, those that a marketer qualified by hand, with a note.",
        formula="number of MQLs delivered by a hand-off made by hand",
        unit=Unit.COUNT,
        theme=Theme.FUNNEL,
        rows=delivered_by_hand,
        side=Side.MARKETING,
        better=Better.NEITHER,
        trail=OF_EPISODE,
        shortcut=partial(_counted, "by_hand"),
    )
)
register(
    Metric(
        key="mqls_again",
        name="MQLs handed over again",
        definition="Of the MQLs delivered, those that had been with sales before and qualified again.",
        formula="number of MQLs delivered in episode 2 or later",
        unit=Unit.COUNT,
        theme=Theme.FUNNEL,
        rows=delivered_again,
        side=Side.MARKETING,
        better=Better.NEITHER,
        trail=OF_EPISODE,
        shortcut=partial(_counted, "again"),
    )
)
register(
    Metric(
        key="mqls_held",
        name="MQLs held",
        definition="MQLs of the period that still wait to be handed over; they count when they are.",
        formula="number of MQLs not handed over yet",
        unit=Unit.COUNT,
        theme=Theme.FUNNEL,
        rows=held,
        side=Side.MARKETING,
        better=Better.LOWER,
        trail=OF_EPISODE,
    )
)
