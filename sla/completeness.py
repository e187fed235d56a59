"""How complete hand-offs are, by the fields both sides agreed on."""

from django.db.models import QuerySet

from common.periods import Period
from sla.attainment import so_far
from sla.models import DataCheck


def checked(period: Period) -> QuerySet[DataCheck]:
    """The hand-offs made in the period that were checked, without those withdrawn since; the latest last."""
    made = DataCheck.objects.filter(handoff__made_at__gte=period.start, handoff__made_at__lt=so_far(period))
    rows = made.exclude(handoff__withdrawn=True).select_related("handoff__lead__company")
    return rows.order_by("handoff__made_at", "pk")
