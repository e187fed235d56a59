"""What an agenda item is about: how each kind of thing is found, called and opened."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from common import metrics
from common.errors import Incomplete
from leads.models import Lead
from meetings.figures import known
from meetings.models import AgendaItem

LEAD, FIGURE = "lead", "figure"


@dataclass(frozen=True)
class Link:
    """A thing as it is called now, and its page."""

    name: str
    url: str


def check_link(kind: str, about: str, *, user: User) -> None:
    """Raise Incomplete unless there is such a thing and the person may see it."""
    there = {
        "": lambda: not about,
        LEAD: lambda: about.isdecimal() and Lead.objects.visible_to(user).filter(pk=about).exists(),
        FIGURE: lambda: known(about),
    }
    if kind not in there or not there[kind]():
        raise Incomplete("What this is about is not here, or not yours to see.", "about")


def linked(items: Iterable[AgendaItem]) -> list[tuple[AgendaItem, Link | None]]:
    """Each item with its link; what is gone has none. The leads are read at once."""
    items = list(items)
    leads = Lead.objects.select_related("company").in_bulk([int(item.about) for item in items if item.kind == LEAD])
    return [(item, _link(item, leads)) for item in items]


def _link(item: AgendaItem, leads: dict[int, Lead]) -> Link | None:
    if item.kind == FIGURE and known(item.about):
        return Link(metrics.metric(item.about).name, reverse("report", args=[item.about]))
    if item.kind == LEAD and (lead := leads.get(int(item.about))):
        return Link(f"{lead}, {lead.company}" if lead.company else str(lead), lead.get_absolute_url())
    return None
