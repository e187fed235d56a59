"""The commitments the product can measure, and how each reads as a sentence that both sides understand.

A commitment of the agreement is one row with its terms; what kind of promise it is, whose, and
which figure of the catalogue measures it, stands here once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import TextChoices

from common.conditions import listed
from common.metrics import Unit
from sla import fields


class Form(TextChoices):
    """What a commitment promises."""

    DEADLINE = "deadline", "an act within working time, for a share of cases"
    DAYS = "days", "an act within working days, for a share of cases"
    ATTEMPTS = "attempts", "attempts spread over working days, for a share of cases"
    FIGURE = "figure", "a figure of each period"


class Party(TextChoices):
    """Who promises it."""

    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"
    BOTH = "both", "Both sides"

    @property
    def promises(self) -> str:
        """How its promises begin as a sentence: "Sales promises"."""
        return f"{self.label} {'promise' if self == Party.BOTH else 'promises'}"

    def includes(self, side: str) -> bool:
        """Whether a side has to keep it."""
        return self in (side, Party.BOTH)


class Start(TextChoices):
    """What sets the clocks of a commitment going."""

    HAND_OFF = "hand_off", "the hand-off"
    REPAIR = "repair", "a return that marketing has to complete"
    RECYCLED = "recycled", "a return of somebody who is not ready"


class Act(TextChoices):
    """What ends them."""

    FIRST_ACT = "first_act", "the first attempt or return"
    DECISION = "decision", "accepted or returned"
    DISPOSITION = "disposition", "a deal, recycled, or disqualified"
    COMPLETION = "completion", "completed, or found to be no double"
    PLAN = "plan", "a plan for whoever is not ready"


class Scope(TextChoices):
    """Which hand-offs a commitment is about."""

    ALL = "all", "all hand-offs"
    STANDARD = "standard", "hand-offs that are not hot"
    HOT = "hot", "hot hand-offs"


class Promised(Protocol):
    """The numbers of a commitment, as the sentences read them."""

    metric: str
    allowed: timedelta | None
    attempts: int | None
    attempt_days: int | None
    within_days: int | None
    share: Decimal | None
    target: Decimal | None
    fields: list[str]
    period: str
    grades: str


@dataclass(frozen=True)
class Clause:
    """One kind of commitment: whose it is, what measures it, how it is said, what a new one starts with.

    `title` and `sentence` are filled in with the terms in words; `act` names what is due. The terms
    of a `fixed` one are not for discussion; one that is `opt_in` is in no first draft.
    """

    metric: str
    side: Party
    form: Form
    title: str
    sentence: str
    act: str = ""
    starts: Start = Start.HAND_OFF
    ends: Act = Act.FIRST_ACT
    scope: Scope = Scope.ALL
    unit: Unit = Unit.SHARE
    fixed: bool = False
    opt_in: bool = False
    defaults: dict[str, Any] = field(default_factory=dict)


CLAUSES = {
    clause.metric: clause
    for clause in (
        Clause(
            "mqls_delivered",
            Party.MARKETING,
            Form.FIGURE,
            title="Deliver {target} MQLs",
            sentence="Deliver {target} MQLs a {period}, counted when they are handed over, less those that sales "
            "returns for their quality by the fifth working day after it.",
            unit=Unit.COUNT,
            defaults={"target": Decimal(20)},
        ),
        Clause(
            "acceptance_rate",
            Party.MARKETING,
            Form.FIGURE,
            title="At least {target} accepted",
            sentence="Sales accepts at least {target} of the hand-offs it decides in a {period}.",
            defaults={"target": Decimal("0.80")},
        ),
        Clause(
            "repair_attainment",
            Party.MARKETING,
            Form.DEADLINE,
            title="Repairs within {allowed}",
            sentence="What sales sends back to be completed, or as a double, is settled by marketing within {allowed}, "
            "for {share} of cases.",
            act="Complete what was sent back",
            starts=Start.REPAIR,
            ends=Act.COMPLETION,
            defaults={"allowed": timedelta(hours=8), "share": Decimal("0.90")},
        ),
        Clause(
            "plan_attainment",
            Party.MARKETING,
            Form.DAYS,
            title="A plan within {within_days} working days",
            sentence="Who comes back because they are not ready has an owner in marketing, a plan and a day to look "
            "again within {within_days} working days, for {share} of cases.",
            act="Make a plan",
            starts=Start.RECYCLED,
            ends=Act.PLAN,
            defaults={"within_days": 3, "share": Decimal("0.90")},
        ),
        Clause(
            "data_complete",
            Party.MARKETING,
            Form.FIGURE,
            title="{target} of hand-offs complete",
            sentence="At least {target} of the hand-offs of a {period} tell, when they are made, {fields}.",
            opt_in=True,
            defaults={"target": Decimal("0.95"), "fields": fields.USUAL},
        ),
        Clause(
            "requests_answered",
            Party.MARKETING,
            Form.FIGURE,
            title="Content requests answered within {within_days} working days",
            sentence="Who asks marketing for content has an answer within {within_days} working days: accepted, "
            "delivered, or declined with the reason, for {target} of the requests due in a {period}.",
            opt_in=True,
            defaults={"within_days": 5, "target": Decimal("0.90")},
        ),
        Clause(
            "briefs_in_time",
            Party.MARKETING,
            Form.FIGURE,
            title="Briefs {within_days} working days before",
            sentence="Sales has the brief of a campaign at least {within_days} working days before its first day, for "
            "{target} of those due in a {period}.",
            opt_in=True,
            defaults={"within_days": 5, "target": Decimal("0.90")},
        ),
        Clause(
            "decision_attainment",
            Party.SALES,
            Form.DEADLINE,
            title="Accepted or returned within {allowed}",
            sentence="Accepted or returned within {allowed} of the hand-off, for {share} of cases.",
            act="Accept or return",
            ends=Act.DECISION,
            opt_in=True,
            defaults={"allowed": timedelta(hours=8), "share": Decimal("0.85")},
        ),
        Clause(
            "first_attempt_attainment",
            Party.SALES,
            Form.DEADLINE,
            title="First attempt or return within {allowed}",
            sentence="First attempt or return within {allowed} of the hand-off, for {share} of cases.",
            act="First attempt or return",
            scope=Scope.STANDARD,
            defaults={"allowed": timedelta(hours=8), "share": Decimal("0.85")},
        ),
        Clause(
            "first_attempt_attainment_hot",
            Party.SALES,
            Form.DEADLINE,
            title="Hot leads within {allowed}",
            sentence="First attempt or return within {allowed} of a hot hand-off, for {share} of cases.",
            act="First attempt or return",
            scope=Scope.HOT,
            defaults={"allowed": timedelta(hours=1), "share": Decimal("0.80")},
        ),
        Clause(
            "attempts_attainment",
            Party.SALES,
            Form.ATTEMPTS,
            title="{attempts} attempts on {attempt_days} days",
            sentence="{attempts} attempts on at least {attempt_days} working days, within {within_days} working days "
            "of the hand-off and before a lead counts as unreachable, for {share} of cases; reaching the person, "
            "returning the lead or opening a deal ends the need.",
            act="{attempts} attempts on {attempt_days} days",
            defaults={"attempts": 6, "attempt_days": 4, "within_days": 10, "share": Decimal("0.90")},
        ),
        Clause(
            "disposition_attainment",
            Party.SALES,
            Form.DAYS,
            title="Disposition within {within_days} working days",
            sentence="A deal, or back with a reason, within {within_days} working days of the hand-off, for {share} of "
            "cases.",
            act="Open a deal, or give it back",
            ends=Act.DISPOSITION,
            defaults={"within_days": 20, "share": Decimal("0.90")},
        ),
        Clause(
            "customers",
            Party.SALES,
            Form.FIGURE,
            title="Win {target} customers",
            sentence="Win {target} of marketing’s leads as customers a {period}.",
            unit=Unit.COUNT,
            opt_in=True,
            defaults={"target": Decimal(5)},
        ),
        Clause(
            "fresh_first",
            Party.SALES,
            Form.FIGURE,
            title="Fresh hand-offs first, {target}",
            sentence="Reps turn to marketing’s fresh hand-offs before what they found themselves, in at least {target} "
            "of the cases of a {period}.",
            opt_in=True,
            defaults={"target": Decimal("0.90")},
        ),
        Clause(
            "meetings_held",
            Party.BOTH,
            Form.FIGURE,
            title="Meet {target} times a {period}",
            sentence="Both teams meet at least {target} times a {period}, look at the same scorecard and write down "
            "what was decided.",
            unit=Unit.COUNT,
            opt_in=True,
            defaults={"target": Decimal(4)},
        ),
        Clause(
            "actions_in_time",
            Party.BOTH,
            Form.FIGURE,
            title="{target} of actions done in time",
            sentence="Of the actions that both teams gave out in their meetings and that fall due in a {period}, at "
            "least {target} are done by their day.",
            opt_in=True,
            defaults={"target": Decimal("0.80")},
        ),
        Clause(
            "reasons_given",
            Party.SALES,
            Form.FIGURE,
            title="A reason on every return",
            sentence="A reason, with what it asks for as evidence, on every return.",
            fixed=True,
            defaults={"target": Decimal(1)},
        ),
    )
}


# The promises of which a miss is a rep's own.
FIRST_ATTEMPT = tuple(
    clause.metric for clause in CLAUSES.values() if clause.form == Form.DEADLINE and clause.starts == Start.HAND_OFF
    and clause.ends == Act.FIRST_ACT
)  # fmt: skip


def title(terms: Promised) -> str:
    """The promise in a few words: "First attempt or return within 8 working hours"."""
    of_grade = f", {_grades(terms)}" if terms.grades else ""
    return CLAUSES[terms.metric].title.format(**_words(terms)) + of_grade


def sentence(terms: Promised) -> str:
    """The whole promise, as it is signed."""
    of_grade = f" This is about hand-offs of {_grades(terms)} alone." if terms.grades else ""
    return CLAUSES[terms.metric].sentence.format(**_words(terms)) + of_grade


def act(terms: Promised) -> str:
    """What a clock of this commitment waits for."""
    return CLAUSES[terms.metric].act.format(**_words(terms))


def _words(terms: Promised) -> dict[str, Any]:
    clause = CLAUSES[terms.metric]
    return {
        "allowed": terms.allowed and hours_in_words(terms.allowed),
        "attempts": terms.attempts,
        "attempt_days": terms.attempt_days,
        "within_days": terms.within_days,
        "share": terms.share is not None and percent(terms.share),
        "target": terms.target is not None
        and (percent(terms.target) if clause.unit == Unit.SHARE else f"{terms.target:,.0f}"),
        "fields": listed([fields.label(key) for key in terms.fields], "and"),
        "period": terms.period,
    }


def _grades(terms: Promised) -> str:
    """ "grade A or B"."""
    return f"grade {listed(list(terms.grades))}"


def hours_in_words(length: timedelta) -> str:
    """A length of working time in words: "8 working hours", "1 working hour", "90 working minutes"."""
    minutes = length // timedelta(minutes=1)
    count, word = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} working {word}{'' if count == 1 else 's'}"


def percent(share: Decimal) -> str:
    """A share of 0 to 1 as "85 %", with a digit more only where there is one."""
    return f"{(share * 100).normalize():f}\N{NO-BREAK SPACE}%"
