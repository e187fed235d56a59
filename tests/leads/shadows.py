"""Shadow runs as tests need them: two versions that part over what a webinar and a download are worth."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from leads import rescoring
from leads.draining import score_due
from leads.models import DueLead, ShadowRun
from tests.builders import a_lead, a_touch

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
WEBINAR = {"section": "scored", "points": Decimal(20), "touch_kind": "webinar_attended"}
DOWNLOAD = {"section": "scored", "points": Decimal(20), "touch_kind": "download"}
LEFT = {"section": "scored", "points": Decimal(-30), "touch_kind": "form", "window_days": 3}


def started(criteria, *, by, at, days=14):
    while score_due(at=at):
        pass
    run = ShadowRun.objects.start(criteria, days=days, by=by, at=at)
    rescoring.go_on(clock=ticking(at))
    run.refresh_from_db()
    return run


def ticking(at):
    """A clock that shows a second more each time it is read."""
    seconds = count()
    return lambda: at + next(seconds) * SECOND


def came(at, *kinds):
    lead = a_lead(at=at, touches=[a_touch(kind, at=at) for kind in kinds])
    while score_due(at=at):
        pass
    lead.refresh_from_db()
    return lead


def act(lead, kind, *, at):
    lead.touches.create(kind=kind, occurred_at=at, recorded_at=at)
    DueLead.objects.mark([lead.pk])
    while score_due(at=at):
        pass
    lead.refresh_from_db()
