"""The pack: all that a meeting looks at, worked out from the events as plain JSON of ids and numbers.

Before the meeting it is worked out whenever the page is read; on opening it is kept, and from
then on the page shows what both sides had before them. Names are looked up when it is shown, so
that nobody stays in it who asked to be forgotten.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from accounts.access import Side
from agreements.models import Revision, State
from common import metrics
from common.periods import Period, local_day, month_of
from goals.models import Plan
from goals.progress import progress
from leads.models import HandoffReturn, Opportunity
from leads.models.opportunity import DealState
from meetings.figures import plain, readings
from meetings.models.action import Action
from sla import holdback
from sla.models import Dispute, Review
from sla.scorecard import Line, scorecard

if TYPE_CHECKING:
    from meetings.models.meeting import Meeting

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
Pack = dict[str, Any]


def prepare(meeting: Meeting, *, at: datetime) -> Pack:
    """What a meeting looks at, as it stands at a moment."""
    zone, since = meeting.series.zone, _since(meeting, at)
    month = month_of(at - DAY, zone)
    return {
        "made_at": at.isoformat(),
        "since": since.isoformat(),
        "month": month.key,
        "zone": zone,
        **_promises(month, at),
        "causes": holdback.told(month),
        "returns": _returns(since, at),
        "reviews": _reviews(since, at),
        "disputes": _disputes(),
        "waiting": _waiting(),
        "actions": _actions(since, at, zone),
        "wins": _wins(since, at),
        "goal": _goal(local_day(at, zone), at),
    }


def _since(meeting: Meeting, at: datetime) -> datetime:
    """When the last one was held, or a week before this one."""
    last = type(meeting).objects.held().filter(series=meeting.series, opened_at__lt=at).exclude(pk=meeting.pk)
    return last.order_by("-opened_at").values_list("opened_at", flat=True).first() or min(at, meeting.starts_at) - WEEK


def _promises(month: Period, at: datetime) -> Pack:
    """Both sides' promises as the scorecard has them; without an agreement, the figures of each side."""
    card = scorecard(month, at=at)
    if card is None:
        figures = metrics.catalogue()
        sides = {side.value: [_figure(each, month) for each in figures if each.side == side] for side in Side}
        return {"alignment": None, "sides": sides}
    sides = {each.side.value: [_line(line) for line in each.lines] for each in card.sides}
    return {"alignment": card.alignment, "sides": sides}


def _line(line: Line) -> Pack:
    return {
        "commitment": line.commitment.pk,
        "metric": line.commitment.metric,
        "value": plain(line.value),
        "due": line.due,
        "wanted": line.wanted,
        "standing": line.standing.value,
    }


def _figure(metric: metrics.Metric, month: Period) -> Pack:
    return {"metric": metric.key, "value": plain(metric.value(month))}


def _returns(since: datetime, at: datetime) -> list[Pack]:
    """What sales sent back since the last meeting, by reason, the most frequent first."""
    rows = HandoffReturn.objects.standing().filter(at__gte=since, at__lt=at)
    counted = rows.values("reason").annotate(count=Count("pk")).order_by("-count", "reason")
    return [{"reason": row["reason"], "count": row["count"]} for row in counted]


def _reviews(since: datetime, at: datetime) -> Pack:
    """The returns drawn by lot that both sides judged since the last meeting, and of how many they said the same."""
    both = Review.objects.said_by_both().filter(said_at__gte=since, said_at__lt=at)
    found = list(both.values_list("found", flat=True))
    return {"both": len(found), "alike": found.count(1)}


def _disputes() -> list[Pack]:
    """What the sides could not settle between themselves, the longest waiting first."""
    rows = Dispute.objects.open().order_by("at", "pk").values_list("pk", "state")
    return [{"dispute": pk, "state": state} for pk, state in rows]


def _waiting() -> list[Pack]:
    proposed = Revision.objects.filter(state=State.PROPOSED).prefetch_related("signatures").order_by("proposed_at")
    return [{"revision": each.pk, "missing": each.missing_sides()} for each in proposed]


def _actions(since: datetime, at: datetime, zone: str) -> list[Pack]:
    """What is to be done, or was done since the last meeting, with each number when it was given and now."""
    actions = list(Action.objects.for_meeting(since))
    now = readings((action.metric for action in actions if action.is_open), at=at, zone=zone)
    return [
        {
            "action": action.pk,
            "open": action.is_open,
            "given": action.value_opened,
            "now": now[action.metric] if action.is_open else action.value_closed,
        }
        for action in actions
    ]


def _wins(since: datetime, at: datetime) -> list[Pack]:
    """Deals won since the last meeting, each with the campaign that brought the person in."""
    won = Opportunity.objects.filter(state=DealState.WON, closed_at__gte=since, closed_at__lt=at)
    columns = won.order_by("closed_at", "pk").values_list("pk", "amount", "currency", "lead__campaign")
    return [
        {"deal": pk, "amount": plain(amount), "currency": currency, "campaign": campaign}
        for pk, amount, currency, campaign in columns
    ]


def _goal(on: date, at: datetime) -> Pack | None:
    """The goal of the day, and how it goes."""
    plan = Plan.objects.for_day(on)
    if plan is None:
        return None
    lines = [
        {"metric": line.metric, "value": plain(line.value), "due": float(line.due), "wanted": plain(line.wanted)}
        for line in progress(plan, at=at)
    ]
    return {"plan": plan.pk, "lines": lines}
