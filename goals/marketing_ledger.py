"""Marketing's ledger: points for leads as they come on, taken back for what was returned for its quality.

A lead gives points when it becomes known, and from its hand-off on for every stage that its episode
reaches first. A return that counts against marketing takes back what was given since that hand-off. What
both sides found wrong afterwards has a line of its own on the day they agreed: the return's is given back,
the delivery's taken. So no line of a closed month ever moves, but for what was undone: that never was.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat

from accounts.access import Side
from agreements.models.points import GRADES
from common.periods import Period
from goals.ledger import Kind, Ledger, agreed, in_force, version_at, worth
from leads.lifecycle import CUSTOMER, LEAD, OPPORTUNITY, SAL, SQL, Stage
from leads.models import Correction, Episode, Handoff, HandoffReturn, Transition
from leads.models.lead import Origin

HANDED_OVER = "handed_over_at"
SINCE_HAND_OFF = {"points_sal": "sal_at", "points_sql": "sql_at"}  # what a hand-off may have given before its return
NOBODY = Value(None, output_field=IntegerField())
NOTHING = Value("", output_field=CharField())
FOR_NOTHING = Value(0)


def new_leads(period: Period) -> QuerySet[Transition]:
    """People who became a lead of marketing's; history that was imported gives nothing, and a merge takes nothing."""
    rows = _moves(LEAD, period).filter(from_stage="", imported=False)
    return _lines(rows, "at", worth("points_lead", "at"))


def handed_over(period: Period) -> QuerySet[Episode]:
    """MQLs handed over for the first time in their episode, by the grade frozen on the hand-off."""
    rows = Episode.objects.filter(lead__origin=Origin.MARKETING, **_within(HANDED_OVER, period))
    told = Case(When(grade="", then=NOTHING), default=Concat(Value("grade "), "grade"), output_field=CharField())
    return _lines(rows.annotate(grade=_grade()), HANDED_OVER, worth_of_mql(), about=told)


def reached(stage: Stage, period: Period) -> QuerySet[Transition]:
    """Moves by which an episode that was handed over reached a stage first: what was undone, or came again, is none."""
    first = Episode.objects.filter(
        lead=OuterRef("lead"),
        number=OuterRef("episode"),
        handed_over_at__isnull=False,
        **{f"{stage}_at": OuterRef("at")},
    )
    rows = _moves(stage, period).filter(Exists(first))
    return _lines(rows, "at", worth(f"points_{stage}", "at"))


def returned(period: Period) -> QuerySet[HandoffReturn]:
    """Returns for their quality: each takes back what its hand-off had given."""
    rows = HandoffReturn.objects.for_quality().filter(handoff__lead__origin=Origin.MARKETING, **_within("at", period))
    episode = Episode.objects.filter(lead=OuterRef("handoff__lead"), number=OuterRef("handoff__episode"))
    given = episode.annotate(grade=_grade(), sum=_given(by="at", known_by="at")).values("sum")
    return _lines(rows, "at", -Subquery(given), about=F("reason__label"), version=_version_of(episode))


def given_back(period: Period) -> QuerySet[Correction]:
    """Returns that both sides found wrong: what they took is given back, on that day."""
    wrong = HandoffReturn.objects.for_quality().filter(handoff__lead__origin=Origin.MARKETING)
    rows = Correction.objects.standing().filter(returned__in=wrong, **_within("at", period))
    episode = Episode.objects.filter(
        lead=OuterRef("returned__handoff__lead"), number=OuterRef("returned__handoff__episode")
    )
    given = episode.annotate(grade=_grade(), sum=_given(by="returned__at", known_by="at")).values("sum")
    return _lines(rows, "at", Subquery(given), about=F("returned__reason__label"), version=_version_of(episode))


def not_delivered(period: Period) -> QuerySet[Correction]:
    """Deliveries that both sides found wrong: the points of the MQL are taken, unless a return took them before."""
    rows = Correction.objects.standing().filter(delivered__lead__origin=Origin.MARKETING, **_within("at", period))
    standing = HandoffReturn.objects.against_quality(known_by=OuterRef(OuterRef("at")))
    before = standing.filter(
        handoff__lead=OuterRef("delivered__lead"),
        handoff__episode=OuterRef("delivered__number"),
        at__lte=OuterRef("at"),
    )
    episode = Episode.objects.filter(pk=OuterRef("delivered"))
    given = episode.annotate(grade=_grade(), sum=worth_of_mql()).values("sum")
    return _lines(rows.exclude(Exists(before)), "at", -Subquery(given), version=_version_of(episode))


def worth_of_mql() -> Case:
    """What an episode's hand-over gave, by its `grade`."""
    cases = []
    for version in agreed():
        counts = in_force(version, HANDED_OVER)
        cases += [When(counts & Q(grade=grade), then=Value(version.of_grade(grade))) for grade in GRADES]
        cases.append(When(counts, then=Value(version.of_grade(""))))
    return Case(*cases, default=FOR_NOTHING, output_field=IntegerField())


def _given(*, by: str, known_by: str) -> Case:
    """What an episode had given since its hand-off by a moment of the row outside, without a delivery that was known
    to be wrong by another.
    """
    wrong = Correction.objects.standing().filter(delivered=OuterRef("pk"), at__lte=OuterRef(OuterRef(known_by)))
    given = Case(When(Exists(wrong), then=FOR_NOTHING), default=worth_of_mql(), output_field=IntegerField())
    for points, at in SINCE_HAND_OFF.items():
        by_then = When(**{f"{at}__lte": OuterRef(by)}, handed_over_at__isnull=False, then=worth(points, at))
        given = given + Case(by_then, default=FOR_NOTHING, output_field=IntegerField())
    return given


def _moves(stage: Stage, period: Period) -> QuerySet[Transition]:
    ours = {"lead__origin": Origin.MARKETING, "to_stage": stage}
    return Transition.objects.filter(**ours, **_within("at", period))


def _within(column: str, period: Period) -> dict[str, Any]:
    return {f"{column}__gte": period.start, f"{column}__lt": period.end}


def _grade() -> Subquery:
    """The grade of the hand-off with which an episode was delivered."""
    first = Handoff.objects.filter(lead=OuterRef("lead"), episode=OuterRef("number"), made_at=OuterRef(HANDED_OVER))
    return Subquery(first.values("grade")[:1])


def _version_of(episode: QuerySet[Episode]) -> Subquery:
    """The version that was in force when the episode was handed over."""
    return Subquery(episode.annotate(under=version_at(HANDED_OVER)).values("under"))


def _lines(rows: QuerySet, at: str, points: Any, *, about: Any = NOTHING, version: Any = None) -> QuerySet:
    """With the columns of a line; what marketing is given is nobody's of sales."""
    version = version_at(at) if version is None else version
    return rows.annotate(moment=F(at), points=points, version=version, about=about, rep=NOBODY)


MARKETING = Ledger(
    Side.MARKETING,
    (
        Kind("lead", "New lead", "lead", new_leads),
        Kind("mql", "MQL handed over", "lead", handed_over),
        Kind("sal", "Accepted by sales", "lead", partial(reached, SAL)),
        Kind("sql", "SQL", "lead", partial(reached, SQL)),
        Kind("opportunity", "Deal opened", "lead", partial(reached, OPPORTUNITY)),
        Kind("customer", "Customer won", "lead", partial(reached, CUSTOMER)),
        Kind("returned", "Returned", "handoff__lead", returned),
        Kind("given_back", "Return found wrong", "returned__handoff__lead", given_back),
        Kind("not_delivered", "Delivery found wrong", "delivered__lead", not_delivered),
    ),
)
