"""Merge: two records turn out to be one person. The older one keeps everything that happened to both."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import F

from accounts.access import check
from accounts.models import User
from campaigns.models import ContentRequest
from common.errors import Refused
from leads import facts, readings
from leads.lifecycle import PATH, leads_changed
from leads.models import DueLead, Episode, Handoff, HandoffReturn, Lead, Transition
from leads.models.episode import rewriting_history
from leads.models.lead import FACTS
from leads.models.opportunity import DealType
from leads.models.returns import QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES, Result

ASIDE = 10_000  # episodes are numbered from here while two histories are shuffled


@transaction.atomic
def merge(keep: Lead, double: Lead, *, by: User | None, at: datetime) -> Lead:
    """Make one lead of two; return it. The older of the two is kept, whichever way they are given.

    The one further along the path goes on in its present episode, with its owner and its open
    hand-off; of two equally far, the one handed over first. An open hand-off of the other is
    withdrawn. Raises Refused when both have an open deal.
    """
    check(by, "lead.merge")
    if keep.pk == double.pk:
        raise Refused("A lead cannot be merged with itself.")
    older, younger = older_first(keep, double)
    Lead.objects.filter(pk__in=[older.pk, younger.pk]).hold()
    for lead in (older, younger):
        lead.refresh_from_db()
    if all(lead.opportunities.open().filter(type=DealType.NEW).exists() for lead in (older, younger)):
        raise Refused("Both have an open deal. Close one of them first.")
    ahead, behind = ahead_first(older, younger)
    events = [*_settle_returns(older, younger, at), *_withdraw(ahead, behind, at)]
    with rewriting_history():
        _move_history(older, younger, ahead)
    _move_rows(older, younger)
    _one_person(older, younger, ahead)
    facts.snapshot([older.pk], at=at)
    DueLead.objects.mark([older.pk])
    leads_changed.send(Lead, events=events)
    readings.touched(older.created_at)
    return older


def older_first(one: Lead, other: Lead) -> list[Lead]:
    """The record that is kept, and the one that goes into it."""
    return sorted((one, other), key=lambda lead: (lead.created_at, lead.pk))


def ahead_first(one: Lead, other: Lead) -> list[Lead]:
    """The record whose stage, owner and open hand-off go on, and the one behind it."""
    return sorted((one, other), key=_how_far, reverse=True)


def _how_far(lead: Lead) -> tuple:
    """Off the path is behind every stage on it, and of two there the later counts."""
    if lead.stage not in PATH:
        return (-1, lead.stage_at.timestamp())
    handoff = lead.handoffs.open().first()
    return (PATH.index(lead.stage), -handoff.made_at.timestamp() if handoff else float("-inf"))


def _withdraw(ahead: Lead, behind: Lead, at: datetime) -> list[models.Model]:
    """One hand-off stays open at most; none for a person who has opted out."""
    events: list[models.Model] = []
    for handoff in behind.handoffs.open():
        events += handoff.void(because="Merged with its double", at=at)
    if behind.opted_out_at:
        for handoff in ahead.handoffs.open():
            events += handoff.void(because="Opted out", at=at)
    return events


def _move_history(older: Lead, younger: Lead, ahead: Lead) -> None:
    """Number the episodes of both by their start, the one that goes on last; what undo would put back is void."""
    current = (ahead.pk, ahead.episode)
    lives = list(Episode.objects.filter(lead__in=[older, younger]))
    lives.sort(key=lambda life: ((life.lead_id, life.number) == current, life.started_at, life.pk))
    for number, life in enumerate(lives, start=1):
        was = {"lead": life.lead_id, "episode": life.number}
        Transition.objects.filter(**was).update(lead=older, episode=ASIDE + number, before={})
        Handoff.objects.filter(**was).update(lead=older, episode=ASIDE + number)
        Episode.objects.filter(pk=life.pk).update(lead=older, number=ASIDE + number)
    Transition.objects.filter(lead=older, episode__gt=ASIDE).update(episode=F("episode") - ASIDE)
    Handoff.objects.filter(lead=older, episode__gt=ASIDE).update(episode=F("episode") - ASIDE)
    Episode.objects.filter(lead=older, number__gt=ASIDE).update(number=F("number") - ASIDE)


def _move_rows(older: Lead, younger: Lead) -> None:
    for rows in (younger.touches, younger.attempts, younger.opportunities):
        rows.update(lead=older)
    ContentRequest.objects.move(younger, older)
    younger.deals.exclude(opportunity__in=older.deals.values("opportunity")).update(lead=older)


def _one_person(older: Lead, younger: Lead, ahead: Lead) -> None:
    """What is known of both; the older one's word where they differ, the stricter one's on being spoken to."""
    both = (older, younger)
    for name in FACTS - {"attributes"}:
        setattr(older, name, getattr(older, name) or getattr(younger, name))
    older.attributes = younger.attributes | older.attributes
    for name in ("stage", "stage_at", "owner_id", "marketing_owner_id", "review_on", "plan", "planned_at"):
        setattr(older, name, getattr(ahead, name))
    older.episode = older.episodes.count()
    older.quality_returns = sum(lead.quality_returns for lead in both)
    older.person_decides = (
        any(lead.person_decides for lead in both) or older.quality_returns >= QUALITY_RETURNS_BEFORE_A_PERSON_DECIDES
    )
    for name in ("engagement_from", "cool_down_until"):
        setattr(older, name, max(filter(None, (getattr(lead, name) for lead in both)), default=None))
    older.opted_out_at = min(filter(None, (lead.opted_out_at for lead in both)), default=None)
    younger.delete()
    older.save()


def _settle_returns(older: Lead, younger: Lead, at: datetime) -> list[models.Model]:
    """Who sent either back as a double has been answered."""
    doubles = HandoffReturn.objects.awaiting_marketing().filter(result=Result.MERGE)
    settled = list(doubles.filter(handoff__lead__in=[older, younger]))
    Handoff.objects.open().filter(returns__in=settled).update(repair_since=None)
    for returned in settled:
        returned.repaired_at = at
    HandoffReturn.objects.bulk_update(settled, ["repaired_at"])
    return list(settled)
