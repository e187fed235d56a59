"""Which hand-offs are in the focus: to companies that sales asked for in their quarter.

A hand-off is told by its company as it is known now; its country is the person's own, or else the company's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Case, Q, QuerySet, When

from agreements.models import Focus, Segment
from common.once import once
from common.periods import Period
from leads.models import Handoff

COMPANY = "lead__company__"
NOBODY = Q(pk__in=[])
WANTED = Q(wanted=True)


def handoffs(period: Period) -> QuerySet[Handoff]:
    """The hand-offs made in the period, of the quarters that have a focus; each tells whether it was `wanted`."""
    made = Handoff.objects.filter(made_at__gte=period.start, made_at__lt=period.end)
    rows = made.filter(_any(_within(focus, period) for focus in _of(period)))
    asked = [When(_within(focus, period) & asked_for(focus), then=True) for focus in _of(period)]
    rows = rows.annotate(wanted=Case(*asked, default=False, output_field=BooleanField()))
    return rows.select_related("lead__company").order_by("made_at", "pk")


def in_focus(period: Period) -> QuerySet[Handoff]:
    """Of these, those to companies that the focus of their quarter asks for."""
    return handoffs(period).filter(WANTED)


def asked_for(focus: Focus) -> Q:
    """The condition on hand-offs: of a segment or named, and not among what is not wanted."""
    wanted = _any([*map(_of_segment, focus.wanted), _named(focus.companies)])
    not_wanted = _named(focus.not_wanted) | _same(COMPANY + "industry", focus.not_wanted)
    return wanted & ~not_wanted


def _of_segment(segment: Segment) -> Q:
    condition = Q(lead__company__isnull=False)
    if segment.industries:
        condition &= _same(COMPANY + "industry", segment.industries)
    if segment.countries:
        own, companys = _same("lead__country", segment.countries), _same(COMPANY + "country", segment.countries)
        condition &= own | (Q(lead__country="") & companys)
    if segment.least is not None:
        condition &= Q(lead__company__employees__gte=segment.least)
    if segment.most is not None:
        condition &= Q(lead__company__employees__lte=segment.most)
    return condition


def _named(names: list[str]) -> Q:
    return _same(COMPANY + "name", names) | _same(COMPANY + "domain", names)


def _same(field: str, values: list[str] | tuple[str, ...]) -> Q:
    """Any of the values, in whatever case."""
    return _any(Q(**{f"{field}__iexact": value}) for value in values)


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOBODY)


def _within(focus: Focus, period: Period) -> Q:
    quarter = focus.span(period.zone)
    return Q(made_at__gte=quarter.start, made_at__lt=quarter.end)


@once
def _of(period: Period) -> list[Focus]:
    """The signed focuses of the quarters that the period touches."""
    spans = ((focus, focus.span(period.zone)) for focus in Focus.objects.in_force().order_by("quarter"))
    return [focus for focus, span in spans if span.start < period.end and span.end > period.start]
