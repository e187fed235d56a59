"""The period that a page of the promises is asked for: months begin in the agreement's zone."""

from datetime import datetime

from django.http import HttpRequest

from accounts.models import User
from common.asked import Asked, asked_in
from sla.models import Agreement

__all__ = ["Asked", "asked", "zones"]


def zones() -> list[str]:
    """Where months may begin: in the agreement's zone, and until there is one where the readers are."""
    ruling = Agreement.objects.ruling() or Agreement.objects.latest()
    return [ruling.zone] if ruling else sorted(set(User.objects.active().values_list("zone", flat=True)))


def asked(request: HttpRequest, *, at: datetime) -> Asked:
    """The period in the address, by default this month; months begin in the agreement's zone.

    Raises Http404 for an address that names none, Incomplete for days that somebody typed and that make none.
    """
    ruling = Agreement.objects.ruling() or Agreement.objects.latest()
    return asked_in(request, zone=ruling.zone if ruling else request.user.zone, at=at)
