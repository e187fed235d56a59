"""One hand-off as a notice tells of it: who, why now, what to say, and the way to its small page."""

from datetime import datetime

from django.urls import reverse

from accounts.models import User
from leads.links import link_to
from leads.models import Handoff
from notifications.kinds import Rendered


def brief(handoff: Handoff, subject: str, *, first: str = "") -> Rendered:
    """The notice of one hand-off; `first` is said before why now."""
    say = handoff.talking_points and f"Say: {handoff.talking_points}"
    why = handoff.why and f"Why now: {handoff.why}"
    return Rendered(subject, "\n".join(filter(None, (first, why, say))), reverse("now", args=[handoff.pk]))


def signed(handoffs: list[int], person: User, at: datetime) -> str:
    """The person's own link, made at a moment, to the one hand-off a notice is about.

    "" for several, or what is not theirs to do.
    """
    theirs = Handoff.objects.open().filter(pk__in=handoffs, owner=person)
    found = list(theirs.values_list("pk", flat=True)[:2])
    return link_to(found[0], person, at=at) if len(found) == 1 else ""
