"""What this app shows on pages around it."""

from typing import Any

from accounts.models import User
from agreements.documents import named
from agreements.models import Revision
from agreements.models.credit import DOCUMENT as CREDIT
from agreements.models.focus import PREFIX as FOCUS
from agreements.models.persona import PREFIX as PERSONA
from agreements.models.responsibilities import DOCUMENT as ROLES
from agreements.models.stage_map import DOCUMENT as STAGES
from agreements.signing import any_on_its_way, on_its_way, proposed
from common import clock as db_clock
from common.badges import badge
from common.panels import panel


@panel("home", "agreements/_waiting.html", order=10)
def waits_for_your_signature(object_id: int, user: User) -> dict[str, Any] | None:
    """The proposals that the reader has yet to sign."""
    if not proposed():  # as mostly, and then nobody's signature is asked about
        return None
    waiting = Revision.objects.waiting_for(user, at=db_clock.now())
    waiting = waiting.select_related("proposed_by").order_by("proposed_at")
    rows = [(revision, named(revision)) for revision in waiting]
    return {"rows": rows} if rows else None


@badge("roles")
def roles_coming(user: User) -> str:
    return on_its_way(ROLES)


@badge("personas")
def personas_coming(user: User) -> str:
    return any_on_its_way(PERSONA)


@badge("focus")
def focus_coming(user: User) -> str:
    return any_on_its_way(FOCUS)


@badge("stages")
def stages_coming(user: User) -> str:
    return on_its_way(STAGES)


@badge("credit")
def credit_coming(user: User) -> str:
    return on_its_way(CREDIT)
