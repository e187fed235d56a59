"""Marketing's fresh hand-offs before self-sourced work: which did the rep turn to first.

A case is one hand-off given to one person while nobody had decided on it. It is decided by what that person does
first while it is theirs: the first act on it (an attempt, a return or a deal), which keeps the promise, or an attempt
on somebody they found themselves, which breaks it. What is not decided yet counts neither way; what went on to
somebody else, or was withdrawn, before it was decided is no case. Moments are those at which things were done.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from common import clock as db_clock
from common.periods import Period
from leads.models import Assignment, Attempt, HandoffReturn, Opportunity
from leads.models.lead import Origin

KEPT = Q(answered_at__isnull=False) & (Q(own_at__isnull=True) | Q(answered_at__lte=F("own_at")))


def cases(period: Period, *, until: datetime | None = None) -> QuerySet[Assignment]:
    """The cases decided in the period so far, in that order; each with `answered_at` and `own_at`."""
    end = min(period.end, until or db_clock.now())
    theirs = Q(until_at__isnull=True) | Q(until_at__gt=period.start)
    lasting = Q(handoff__closed_at__isnull=True) | Q(handoff__closed_at__gte=period.start)
    fresh = Q(handoff__decided_at__isnull=True) | Q(handoff__decided_at__gte=F("from_at"))
    found = Assignment.objects.filter(theirs, lasting, fresh, from_at__lt=end).annotate(
        answered_at=Least(_first(_attempts()), _first(_returns()), _first(_deals())), own_at=_first(_own_attempts())
    )
    found = found.annotate(first_at=Least("answered_at", "own_at")).filter(
        Q(until_at__isnull=True) | Q(first_at__lt=F("until_at")),
        Q(handoff__closed_at__isnull=True) | Q(first_at__lte=F("handoff__closed_at")),
        first_at__gte=period.start,
        first_at__lt=end,
    )
    return found.select_related("handoff__lead__company", "owner").order_by("first_at", "pk")


def _first(rows: QuerySet) -> Subquery:
    """The first moment of these rows from when the hand-off was given on."""
    return Subquery(rows.order_by("moment").values("moment")[:1], output_field=DateTimeField())


def _attempts() -> QuerySet:
    made = Attempt.objects.standing().filter(handoff=OuterRef("handoff"), by=OuterRef("owner"))
    return made.filter(at__gte=OuterRef("from_at")).annotate(moment=F("at"))


def _returns() -> QuerySet:
    sent = HandoffReturn.objects.standing().filter(handoff=OuterRef("handoff"), by=OuterRef("owner"))
    return sent.filter(at__gte=OuterRef("from_at")).annotate(moment=F("at"))


def _deals() -> QuerySet:
    opened = Opportunity.objects.filter(handoff=OuterRef("handoff"), owner=OuterRef("owner"))
    return opened.filter(opened_at__gte=OuterRef("from_at")).annotate(moment=F("opened_at"))


def _own_attempts() -> QuerySet:
    """On people whom sales found, outside any hand-off."""
    made = Attempt.objects.standing().filter(by=OuterRef("owner"), handoff__isnull=True)
    return made.filter(at__gte=OuterRef("from_at"), lead__origin=Origin.SALES).annotate(moment=F("at"))
