"""The book of a person: everything of sales that is theirs, and handing all of it on at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from accounts.access import Role, Side, check
from accounts.models import Absence, User
from common.errors import Incomplete, Refused
from leads.lifecycle import PATH, RECYCLED, leads_changed
from leads.models import Attempt, Company, HandedOn, Handoff, Lead, Opportunity, RoutingRule
from leads.models.attempt import Outcome
from leads.models.routing import conditions_of
from notifications.outbox import tell

LEFT_BOOK = "leads.left_book"


@dataclass(frozen=True)
class Book:
    """What is a person's: each as the rows themselves. Call-backs and next steps go with their lead."""

    owner: User
    handoffs: models.QuerySet[Handoff]
    deals: models.QuerySet[Opportunity]
    leads: models.QuerySet[Lead]
    companies: models.QuerySet[Company]
    rules: list[RoutingRule]
    nurtured: models.QuerySet[Lead]
    call_backs: models.QuerySet[Attempt]
    covers: models.QuerySet[Absence]

    def counts(self) -> dict[str, int]:
        """How many of each are theirs."""
        return {name: len(rows) if isinstance(rows, list) else rows.count() for name, rows in self._owned().items()}

    def ids(self) -> dict[str, list[int]]:
        """The ids of what is theirs, as they are kept."""
        return {name: [row.pk for row in rows] for name, rows in self._owned().items()}

    def _owned(self) -> dict[str, Any]:
        names = ("handoffs", "deals", "leads", "companies", "rules", "nurtured")
        return {name: getattr(self, name) for name in names}


def book_of(person: User, *, at: datetime) -> Book:
    """Everything that is a person's now; `leads` are those on the path beside their open hand-offs."""
    in_hand = Handoff.objects.open().filter(lead=OuterRef("pk"))
    latest = Attempt.objects.standing().filter(lead=OuterRef("lead"), at__gt=OuterRef("at"))
    called = Attempt.objects.standing().filter(by=person, outcome=Outcome.CALL_BACK, call_back_at__gte=at)
    return Book(
        owner=person,
        handoffs=Handoff.objects.owned_by(person).select_related("lead__company").order_by("due_at", "pk"),
        deals=Opportunity.objects.open().filter(owner=person).select_related("lead__company").order_by("closes_on"),
        leads=Lead.objects.filter(~Exists(in_hand), owner=person, stage__in=PATH).order_by("-stage_at", "pk"),
        companies=Company.objects.filter(owner=person).order_by("name", "pk"),
        rules=[rule for rule in RoutingRule.objects.standing() if rule.person_id == person.pk],
        nurtured=Lead.objects.filter(marketing_owner=person, stage=RECYCLED).order_by("review_on"),
        call_backs=called.filter(~Exists(latest)),
        covers=Absence.objects.to_come(at=at).filter(cover=person),
    )


@transaction.atomic
def hand_book_on(
    leaver: User, *, to: User, nurtured_to: User | None = None, in_turn: bool = False, by: User, at: datetime
) -> HandedOn:
    """Everything of a person goes to a named colleague, all or nothing; what is accepted stays accepted.

    With `in_turn` the hand-offs go each to whose turn it is. Recycled leads that the person looks after go to
    `nurtured_to`, of marketing. Raises Refused when there is nothing, Incomplete for whom it cannot go to.
    """
    check(by, "handoff.reassign")
    _check_heirs(leaver, to, nurtured_to)
    Lead.objects.filter(models.Q(owner=leaver) | models.Q(marketing_owner=leaver)).hold()
    book = book_of(leaver, at=at)
    kept = book.ids()
    if not any(kept.values()):
        raise Refused(f"Nothing is {leaver}’s any more.")
    if kept["nurtured"] and nurtured_to is None:
        raise Incomplete("Say who of marketing looks after the recycled leads.", "nurtured_to")
    with leads_changed.as_one_batch():
        if in_turn and kept["handoffs"]:
            Handoff.objects.hand_on(leaver, by=by, at=at)
        else:
            Handoff.objects.hand_on_to(leaver, to, by=by, at=at)
    Opportunity.objects.filter(pk__in=kept["deals"]).update(owner=to)
    Lead.objects.filter(pk__in=kept["leads"]).update(owner=to)
    Lead.objects.filter(pk__in=kept["nurtured"]).update(marketing_owner=nurtured_to)
    Company.objects.filter(pk__in=kept["companies"]).update(owner=to)
    for rule in book.rules:
        rule.change(conditions=conditions_of(rule.conditions), person=to, by=by, at=at)
    return HandedOn.objects.create(leaver=leaver, to=to, by=by, at=at, in_turn=in_turn, handed=kept)


def _check_heirs(leaver: User, to: User, nurtured_to: User | None) -> None:
    if to == leaver or not User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).filter(pk=to.pk).exists():
        raise Incomplete("It goes to a colleague who is active in sales.", "to")
    marketers = User.objects.with_role(Role.MARKETER, Role.HEAD_OF_MARKETING)
    if nurtured_to and (nurtured_to == leaver or not marketers.filter(pk=nurtured_to.pk).exists()):
        raise Incomplete("Recycled leads go to a colleague who is active in marketing.", "nurtured_to")


def tell_of_left_books(*, at: datetime) -> int:
    """Tell the heads of sales of everybody who has left with something still theirs, once a week until it is nobody's.

    Return how many have. Safe to run twice.
    """
    year, week, _ = at.isocalendar()
    heads, left = list(User.objects.heads_of(Side.SALES)), list(_left_with_something())
    for person in left:
        tell(heads, LEFT_BOOK, {"person": person.pk}, key=f"left:{person.pk}:{year}-{week}", at=at)
    return len(left)


def _left_with_something() -> models.QuerySet[User]:
    handoffs = Handoff.objects.open().filter(owner=OuterRef("pk"))
    deals = Opportunity.objects.open().filter(owner=OuterRef("pk"))
    leads = Lead.objects.filter(owner=OuterRef("pk"), stage__in=PATH)
    companies = Company.objects.filter(owner=OuterRef("pk"))
    rules = RoutingRule.objects.filter(person=OuterRef("pk"), removed_at=None)
    theirs = Exists(handoffs) | Exists(deals) | Exists(leads) | Exists(companies) | Exists(rules)
    return User.objects.filter(theirs, is_active=False).order_by("pk")
