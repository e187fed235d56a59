"""The figures of leads: what reached each stage, what marketing delivered, what sales decided.

What an episode reached is read from its own timestamps, which an undo restores; leads that sales
found itself are in no figure that starts at an MQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.access import Side
from accounts.models import Team
from common.hours import Hours
from common.metrics import Better, Metric, Unit, register
from common.once import once
from common.periods import Period
from common.worktime import add_working_days, closing_time
from leads import focus, fresh_first
from leads.evidence import Evidence
from leads.let_through import handed_over
from leads.models import Correction, Episode, Handoff, HandoffReturn

BOOKS_CLOSE_AFTER = 5  # working days
OFFICE_WEEK = {weekday: [("09:00", "17:00")] for weekday in range(5)}


@once
def books_close_at(period: Period) -> datetime:
    """Until when a quality return still lowers what was delivered in a period: working day 5 after it.

    The working days are marketing's, whose figure it is; without a team, Monday to Friday.
    """
    team = Team.objects.filter(side=Side.MARKETING).select_related("calendar").order_by("pk").first()
    hours = team.calendar.hours() if team else Hours.from_rows(zone=period.zone, windows=OFFICE_WEEK)
    return closing_time(add_working_days(period.last_on, BOOKS_CLOSE_AFTER, hours), hours)


def reached(stage: str, period: Period) -> QuerySet[Episode]:
    """Episodes that first reached a stage in the period, marketing's and partners'."""
    stamp = f"{stage}_at"
    within = {f"{stamp}__gte": period.start, f"{stamp}__lt": period.end}
    return Episode.objects.filter(self_sourced=False, **within).select_related("lead__company").order_by(stamp, "pk")


def delivered(period: Period) -> QuerySet[Episode]:
    """Episodes first handed over in the period, without those that were returned for their quality, or that both sides
    found wrong, before the books closed.
    """
    closed = books_close_at(period)
    returned = _quality_returns(known_by=closed).filter(at__lte=closed)
    wrong = Correction.objects.known_by(closed).filter(delivered=OuterRef("pk"))
    return _handed_over(period).exclude(Exists(returned)).exclude(Exists(wrong))


def delivered_by_hand(period: Period) -> QuerySet[Episode]:
    """Those delivered that a marketer qualified by hand; shown apart."""
    return delivered(period).filter(Exists(first_handoff().filter(by_hand=True)))


def delivered_again(period: Period) -> QuerySet[Episode]:
    """Those delivered that had been with sales before; shown apart."""
    return delivered(period).filter(number__gt=1)


def held(period: Period) -> QuerySet[Episode]:
    """MQLs of the period that wait to be handed over, and so are not delivered yet."""
    waiting = Q(handed_over_at=None, lead__stage="mql", lead__episode=F("number"))
    return reached("mql", period).filter(waiting)


def adjustments(period: Period) -> QuerySet[HandoffReturn]:
    """Quality returns of the period that came after the books of the delivery's month had closed."""
    rows = quality_returns(period)
    early = [earlier for earlier in (period.previous(), period) if books_close_at(earlier) >= period.start]
    for each in early:
        rows = rows.exclude(
            handoff__made_at__gte=each.start, handoff__made_at__lt=each.end, at__lte=books_close_at(each)
        )
    return rows


# Of those decided, the accepted: a refusal after that does not change the first decision.
ACCEPTED = Q(accepted_at=F("decided_at"))


def decided(period: Period) -> QuerySet[Handoff]:
    """Hand-offs whose first decision was made in the period; re-routes, repairs and merges are no decisions, nor is a
    return that both sides found wrong before the books closed.
    """
    rows = Handoff.objects.filter(decided_at__gte=period.start, decided_at__lt=period.end)
    wrong = Correction.objects.known_by(books_close_at(period)).filter(
        returned__handoff=OuterRef("pk"), returned__at=OuterRef("decided_at")
    )
    return rows.exclude(Exists(wrong)).select_related("lead__company").order_by("decided_at", "pk")


# Of the returns, those that give what their reason asks for: a note, a date, the fields, the criterion, the double.
EXPLAINED = reduce(
    or_,
    (
        Q(reason__evidence=evidence, evidence__has_key=evidence.value)
        for evidence in (Evidence.DATE, Evidence.FIELDS, Evidence.CRITERION, Evidence.LEAD)
    ),
    Q(reason__evidence__in=[Evidence.NONE, Evidence.ATTEMPTS]) | (Q(reason__evidence=Evidence.NOTE) & ~Q(note="")),
)


def returns(period: Period) -> QuerySet[HandoffReturn]:
    """Everything sales sent back in the period, whatever became of it."""
    rows = HandoffReturn.objects.standing().filter(at__gte=period.start, at__lt=period.end)
    return rows.select_related("handoff__lead__company", "reason").order_by("at", "pk")


def quality_returns(period: Period) -> QuerySet[HandoffReturn]:
    against = HandoffReturn.objects.against_quality(known_by=books_close_at(period))
    return returns(period).filter(pk__in=against.filter(at__gte=period.start, at__lt=period.end))


def corrections(period: Period) -> QuerySet[Correction]:
    """What both sides found wrong in the period, whenever it had happened."""
    rows = Correction.objects.standing().filter(at__gte=period.start, at__lt=period.end)
    people = ("returned__handoff__lead__company", "delivered__lead__company")
    return rows.select_related(*people).order_by("at", "pk")


def judged(period: Period) -> QuerySet[Handoff]:
    """Hand-offs made in the period that the rep found good, fair or poor."""
    rows = handed_over(period).filter(rating__isnull=False)
    return rows.select_related("lead__company").order_by("made_at", "pk")


def _handed_over(period: Period) -> QuerySet[Episode]:
    rows = Episode.objects.filter(handed_over_at__gte=period.start, handed_over_at__lt=period.end)
    return rows.select_related("lead__company").order_by("handed_over_at", "pk")


def first_handoff() -> QuerySet[Handoff]:
    """The hand-off with which an episode was delivered."""
    return Handoff.objects.filter(lead=OuterRef("lead"), episode=OuterRef("number"), made_at=OuterRef("handed_over_at"))


def _quality_returns(*, known_by: datetime) -> QuerySet[HandoffReturn]:
    """The quality returns of an episode, without those found wrong by a moment."""
    returned = HandoffReturn.objects.against_quality(known_by=known_by)
    return returned.filter(handoff__lead=OuterRef("lead"), handoff__episode=OuterRef("number"))


def _count(rows: Callable[[Period], QuerySet]) -> Callable[[Period], int]:
    return lambda period: rows(period).order_by().count()


@dataclass(frozen=True)
class Share:
    """The part of some rows that meets a condition."""

    whole: Callable[[Period], QuerySet]
    part: Q

    def value(self, period: Period) -> float | None:
        """The share, or None where there are no rows."""
        part, cases = _part_and_whole(self, period)
        return part / cases if cases else None

    def cases(self, period: Period) -> int:
        return _part_and_whole(self, period)[1]


@once
def _part_and_whole(share: Share, period: Period) -> tuple[int, int]:
    counts = share.whole(period).order_by().aggregate(part=Count("pk", filter=share.part), cases=Count("pk"))
    return counts["part"], counts["cases"]


ACCEPTANCE, REASONS_GIVEN = Share(decided, ACCEPTED), Share(returns, EXPLAINED)
FOUND_GOOD = Share(judged, Q(rating=1))


def _counted(key: str, name: str, rows: Callable[[Period], QuerySet], definition: str, **more: str) -> None:
    register(Metric(key, name, definition, Unit.COUNT, value=_count(rows), rows=rows, **more))


for stage, key, name, side, definition in (
    (
        "lead",
        "leads_created",
        "New leads",
        Side.MARKETING,
        "People who became a lead, without those sales found itself.",
    ),
    ("mql", "mqls", "MQLs", Side.MARKETING, "Leads that met the criteria in force for the first time in this episode."),
    (
        "sal",
        "sals",
        "SALs",
        Side.SALES,
        "MQLs that sales formally accepted, by pressing accept or by logging an attempt.",
    ),
    ("sql", "sqls", "SQLs", Side.SALES, "Accepted leads that sales reviewed against the checklist and agreed to."),
    ("opportunity", "opportunities", "Opportunities", Side.SALES, "Marketing’s leads for which a deal was opened."),
    ("customer", "customers", "Customers", Side.SALES, "Marketing’s leads whose deal was won."),
):
    _counted(key, name, partial(reached, stage), definition, side=side)

_counted(
    "mqls_delivered",
    "MQLs delivered",
    delivered,
    "Episodes first handed to sales in the period, less those returned for their quality (recycled or disqualified, "
    "for a reason that counts against marketing) by working day 5 after it. A return that both sides found wrong by "
    "then takes nothing away, and a delivery found wrong is left out. MQLs that wait to be handed over are not in it.",
    side=Side.MARKETING,
)
_counted(
    "mqls_by_hand",
    "MQLs qualified by hand",
    delivered_by_hand,
    "Of the MQLs delivered, those that a marketer qualified by hand, with a note.",
    side=Side.MARKETING,
    better=Better.NEITHER,
)
_counted(
    "mqls_again",
    "MQLs handed over again",
    delivered_again,
    "Of the MQLs delivered, those that had been with sales before and qualified again.",
    side=Side.MARKETING,
    better=Better.NEITHER,
)
_counted(
    "mqls_held",
    "MQLs held",
    held,
    "MQLs of the period that still wait to be handed over; they count when they are.",
    side=Side.MARKETING,
    better=Better.LOWER,
)
_counted(
    "mqls_adjusted",
    "Later returns",
    adjustments,
    "Quality returns of the period for MQLs whose month was closed by then. They are shown apart and change no closed "
    "month.",
    side=Side.MARKETING,
    better=Better.LOWER,
)
register(
    Metric(
        "acceptance_rate",
        "Accepted of those decided",
        "Hand-offs accepted, of all that were decided, by the day of their first decision. A later refusal does not "
        "change it; re-routes, repairs and merges are no decisions, nor is a return that both sides found wrong by "
        "working day 5 after the period.",
        Unit.SHARE,
        value=ACCEPTANCE.value,
        rows=decided,
        side=Side.MARKETING,
        cases=ACCEPTANCE.cases,
    )
)
_counted(
    "returns",
    "Returns",
    returns,
    "Hand-offs that sales sent back, for whatever reason, without those undone.",
    better=Better.LOWER,
)
_counted(
    "quality_returns",
    "Quality returns",
    quality_returns,
    "Returns that recycled or disqualified the lead for a reason that counts against marketing, without those that "
    "both sides found wrong by working day 5 after the period.",
    side=Side.MARKETING,
    better=Better.LOWER,
)
_counted(
    "corrections",
    "Corrections",
    corrections,
    "Returns and deliveries that both sides found wrong in the period. Found by working day 5 after the period of the "
    "event, its figures no longer count it; found later it stands here alone and changes no closed month.",
    better=Better.NEITHER,
)
register(
    Metric(
        "reasons_given",
        "Returns with a reason",
        "Returns that say why and give what the reason asks for (a note, a date, the missing fields, the criterion "
        "that does not fit, the other record), of all returns.",
        Unit.SHARE,
        value=REASONS_GIVEN.value,
        rows=returns,
        side=Side.SALES,
        cases=REASONS_GIVEN.cases,
    )
)
register(
    Metric(
        "found_good",
        "Found good by the rep",
        "Hand-offs made in the period that the rep found a good lead, of all those with a verdict: good, fair or poor.",
        Unit.SHARE,
        value=FOUND_GOOD.value,
        rows=judged,
        side=Side.MARKETING,
        cases=FOUND_GOOD.cases,
    )
)
_counted(
    "handoffs_in_focus",
    "Hand-offs in focus",
    focus.in_focus,
    "Hand-offs made in the period to companies that the sales focus of their quarter asks for: of one of its kinds or "
    "named, and not among what is not wanted. The company counts as it is known now.",
    side=Side.MARKETING,
)
register(
    Metric(
        "focus_share",
        "Share of hand-offs in focus",
        "Hand-offs in focus, of all that were made in the period; quarters without a signed focus are left out.",
        Unit.SHARE,
        value=focus.share,
        rows=focus.handoffs,
        side=Side.MARKETING,
        cases=_count(focus.handoffs),
    )
)
register(
    Metric(
        "fresh_first",
        "Fresh hand-offs first",
        "Of the hand-offs that a rep was given undecided, those on which the rep acted (an attempt, a return or a "
        "deal) before making an attempt on somebody they found themselves. A case counts on the day one or the other "
        "was done; what went on to a colleague, or was withdrawn, before that is left out.",
        Unit.SHARE,
        value=fresh_first.kept_first,
        rows=fresh_first.cases,
        side=Side.SALES,
        cases=fresh_first.count,
    )
)
