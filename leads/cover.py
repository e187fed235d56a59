"""Cover: when somebody goes away, their open hand-offs go to the colleague who covers for them."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Absence, User
from leads.lifecycle import leads_changed
from leads.models.assignment import How
from leads.models.handoff import Handoff


def hand_to_cover(*, at: datetime) -> int:
    """Give the open hand-offs of those who are away now to their cover; return how many. Safe to run twice.

    What the person was given while already away, by somebody who meant it, stays theirs, and so
    does everything where the cover is away as well.
    """
    present = User.objects.present(at=at)
    lasting = Absence.objects.filter(from_at__lte=at, until_at__gt=at, cover__in=present)
    moved = 0
    with leads_changed.as_one_batch():
        for absence in lasting.select_related("user", "cover"):
            for handoff in Handoff.objects.owned_by(absence.user).filter(assigned_at__lt=absence.from_at):
                because = f"Covers for {absence.user}"
                handoff.reassign(to=absence.cover, because=because, by=None, at=at, how=How.COVER)
                moved += 1
    return moved
