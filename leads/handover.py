"""Hand-over: MQLs become hand-offs, each with all that a rep needs to see why this one, why now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction
from django.db.models import Case, F, Value, When

from accounts import access
from accounts.models import User
from common.conditions import number_words
from leads.lifecycle import leads_changed
from leads.models.criteria import Criteria
from leads.models.handoff import Handoff
from leads.models.lead import Lead
from leads.models.returns import HandoffReturn, Result
from leads.models.touch import Touch
from leads.routes import Routing
from leads.scoring import ledger

BATCH = 1000

HANDED_OVER = """
UPDATE leads_episode e SET handed_over_at = %(at)s
  FROM unnest(%(leads)s::bigint[], %(episodes)s::int[]) AS made (lead, number)
 WHERE e.lead_id = made.lead AND e.number = made.number AND e.handed_over_at IS NULL
"""


@transaction.atomic
def hand_over(lead_ids: Iterable[int], *, at: datetime, by: User | None = None, by_hand: bool = False) -> list[Handoff]:
    """Hand over those of the leads that are MQLs and wait; assign them, and tell of it once."""
    access.check(by, "handoff.release")
    events = handed_over(lead_ids, at=at, by_hand=by_hand)
    leads_changed.send(Handoff, events=events)
    return [event for event in events if isinstance(event, Handoff)]


def handed_over(lead_ids: Iterable[int], *, at: datetime, by_hand: bool = False, why: str = "") -> list[models.Model]:
    """Make and assign the hand-offs; return the event rows for the verb that tells. Call it in a transaction."""
    held = Lead.objects.filter(pk__in=list(lead_ids)).hold()
    routing = Routing.now(at=at)
    handoffs: list[Handoff] = []
    for start in range(0, len(held), BATCH):
        handoffs += _make(held[start : start + BATCH], routing, at=at, by_hand=by_hand, why=why)
    assigned = Handoff.objects.assign(handoffs, at=at, routes=routing.routes)
    owners = {assignment.handoff_id: assignment.owner_id for assignment in assigned}
    for handoff in handoffs:
        if owner := owners.get(handoff.pk):
            handoff.owner_id, handoff.assigned_at = owner, at
    return [*handoffs, *assigned]


def _make(ids: list[int], routing: Routing, *, at: datetime, by_hand: bool, why: str) -> list[Handoff]:
    # Read after the leads are held: whoever handed one over meanwhile has left it no longer waiting.
    waiting = Lead.objects.to_hand_over().filter(pk__in=ids).order_by("pk")
    leads = list(waiting.select_related("score", "campaign", "company__owner__team"))
    ids = [lead.pk for lead in leads]
    criteria, routes = routing.criteria, routing.route(leads)
    ledgers = ledger(criteria, ids, at) if criteria and ids else {}
    touches, returns = _touches(ids, at=at), _returns(ids)
    made = [
        Handoff(
            lead=lead,
            episode=lead.episode,
            pool=routes[lead.pk].pool,
            rule=routes[lead.pk].rule,
            made_at=at,
            criteria=criteria,
            by_hand=by_hand,
            ledger=ledgers.get(lead.pk, []),
            returned_before=returns.get(lead.pk),
            **_score(lead, criteria, touches.get(lead.pk), why),
            **_pulled_in(lead, touches.get(lead.pk)),
        )
        for lead in leads
    ]
    with connection.cursor() as cursor:
        cursor.execute(HANDED_OVER, {"at": at, "leads": ids, "episodes": [lead.episode for lead in leads]})
    return Handoff.objects.bulk_create(made)


def _touches(ids: list[int], *, at: datetime) -> dict[int, Touch]:
    """The act that pulled each person in: of a fast track that one, else their latest."""
    fast_track = When(occurred_at=F("lead__score__fast_track_at"), lead__score__fast_track=True, then=Value(0))
    acts = Touch.objects.responded().filter(lead__in=ids, occurred_at__lte=at).select_related("campaign", "content")
    ranked = acts.annotate(rank=Case(fast_track, default=Value(1))).order_by("lead_id", "rank", "-occurred_at", "-pk")
    return {touch.lead_id: touch for touch in ranked.distinct("lead_id")}


def _returns(ids: list[int]) -> dict[int, HandoffReturn]:
    """How sales last let go of each."""
    ended = HandoffReturn.objects.standing().filter(
        handoff__lead__in=ids, result__in=[Result.RECYCLED, Result.DISQUALIFIED]
    )
    latest = ended.select_related("handoff").order_by("handoff__lead_id", "-at", "-pk").distinct("handoff__lead_id")
    return {returned.handoff.lead_id: returned for returned in latest}


def _score(lead: Lead, criteria: Criteria | None, touch: Touch | None, why: str) -> dict[str, Any]:
    """The score as it is now, and in a sentence why that makes an MQL."""
    score = getattr(lead, "score", None)
    if score is None or criteria is None or score.criteria_id != criteria.pk:
        return {"why": why or "An MQL since before these criteria."}
    if score.fast_track and touch:
        day = touch.occurred_at.astimezone(ZoneInfo(criteria.zone))
        said = f"{touch.what} on {day:%-d %B}: a fast track."
    else:
        points = map(number_words, (score.total, criteria.threshold, score.fit, score.engagement))
        said = "{} points of {}: fit {}, engagement {}.".format(*points)
    return {
        "why": (why or said)[:400],
        "fit": score.fit,
        "engagement": score.engagement,
        "grade": score.grade,
        "hot": score.hot,
    }


def _pulled_in(lead: Lead, touch: Touch | None) -> dict[str, Any]:
    campaign = (touch and touch.campaign) or lead.campaign
    content = touch and touch.content
    points = (content and content.talking_points) or (campaign and campaign.talking_points) or ""
    return {"touch": touch, "campaign": campaign, "content": content, "talking_points": points}
