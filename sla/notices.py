"""What this app tells people: promises that were missed."""

from django.urls import reverse

from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered
from sla.escalation import BREACHED
from sla.models import Clock


def _late(ids: Ids) -> list[Clock]:
    """Those of the notice that are still late and still wait for the act."""
    late = Clock.objects.filter(pk__in=ids["clocks"]).late().awaited()
    return list(late.select_related("handoff__lead", "commitment"))


def _breached(ids: Ids) -> Rendered:
    clocks = _late(ids)
    names = [f"{clock.handoff.lead}: {clock.commitment.act.lower()}" for clock in clocks]
    if len(clocks) == 1:
        lead = clocks[0].handoff.lead
        return Rendered(
            f"{lead} waits too long", f"{clocks[0].commitment.sentence} It is overdue.", reverse("lead", args=[lead.pk])
        )
    subject = f"{len(clocks)} leads wait too long"
    return Rendered(subject, "\n".join(names[:10] + ["…"] * (len(names) > 10)), reverse("breaches"))


kinds.register(Kind(BREACHED, "A promise is missed", render=_breached, still_relevant=lambda ids: bool(_late(ids))))
