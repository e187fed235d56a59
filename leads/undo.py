"""Undo: whoever did something to a lead takes it back within a quarter of an hour, while nothing came after it.

An act is everything that one person did to one lead at one moment: a return is the return and
the move it led to, "accept and log" the acceptance and the attempt. Taking it back puts every
row where it was; the moves made stay in the history with a move back that corrects each, and
neither is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Min

from accounts.access import check
from accounts.models import User
from common.errors import Refused
from leads.before import put_back
from leads.lifecycle import ACCEPT, CONFIRM, DISQUALIFY, LOSE, OPEN_DEAL, RECYCLE, WIN, leads_changed
from leads.models import Assignment, Attempt, Episode, Handoff, HandoffReturn, Lead, PutOff, Transition
from leads.models.returns import Result
from leads.models.score import DueLead
from leads.one_lead import attempts_of, moves_of, put_offs_of, returns_of

LIMIT = timedelta(minutes=15)
DONE = {
    ACCEPT.name: "Accepted",
    CONFIRM.name: "Qualified",
    RECYCLE.name: "Recycled",
    DISQUALIFY.name: "Disqualified",
    OPEN_DEAL.name: "Deal opened",
    WIN.name: "Won",
    LOSE.name: "Lost",
}


@dataclass(frozen=True)
class Act:
    """What one person did to one lead at one moment; as text, what an undo button says it takes back."""

    lead: Lead
    transitions: list[Transition]
    returns: list[HandoffReturn]
    attempts: list[Attempt]
    put_offs: list[PutOff]

    def __str__(self) -> str:
        said = [f"Returned: {returned.reason}" for returned in self.returns]
        said = said or list(dict.fromkeys(DONE[made.move] for made in self.transitions))
        return ", ".join(said + [str(attempt) for attempt in self.attempts] + [str(each) for each in self.put_offs])


def undoable(lead: Lead, *, by: User, at: datetime) -> Act | None:
    """What `by` could take back now, or None."""
    transitions, returns, attempts = moves_of(lead), returns_of(lead), attempts_of(lead)
    told = [later for later in put_offs_of(lead) if later.attempt_id is None]
    acts = [*transitions, *returns, *told]
    last = max([row.at for row in acts] + [row.recorded_at for row in attempts], default=None)
    if last is None or at - last > LIMIT or _happened_since(lead, returns, last):
        return None
    act = Act(
        lead,
        [made for made in transitions if made.at == last and made.by_id == by.pk],
        [returned for returned in returns if returned.at == last and returned.by_id == by.pk],
        [attempt for attempt in attempts if attempt.recorded_at == last and attempt.by_id == by.pk],
        [later for later in told if later.at == last and later.by_id == by.pk],
    )
    return act if _can_be_taken_back(act) else None


@transaction.atomic
def undo(lead: Lead, *, by: User, at: datetime) -> None:
    """Take back the latest act. Raises Refused when it is not one's own, is older, or something came after it."""
    check(by, "move.undo")
    lead.hold()
    act = undoable(lead, by=by, at=at)
    if act is None:
        raise Refused("There is nothing to take back: it is too long ago, or something has happened since.")
    for row in [*act.returns, *reversed(act.transitions)]:
        put_back(row.before)
    events = [*_take_back(act, at), *_correct(act, by, at)]
    _hand_back(act, at)
    DueLead.objects.mark([lead.pk], fresh=False)
    lead.refresh_from_db()
    leads_changed.send(Lead, events=events)


def _happened_since(lead: Lead, returns: list[HandoffReturn], last: datetime) -> bool:
    """What is no row of its own, but would be trampled on."""
    given = Assignment.objects.current().filter(handoff__lead=lead, from_at__gt=last)
    taken = lead.handoffs.filter(withdrawn=True, closed_at__gte=last)
    repaired = any(returned.repaired_at and returned.repaired_at > last for returned in returns)
    return repaired or bool(lead.opted_out_at and lead.opted_out_at >= last) or given.exists() or taken.exists()


def _can_be_taken_back(act: Act) -> bool:
    """Moves of a merged lead have lost what was before them; a double is marketing's to decide."""
    if not (act.transitions or act.returns or act.attempts or act.put_offs):
        return False
    moved = all(made.move in DONE and made.before for made in act.transitions)
    stands = not act.transitions or act.lead.stage == act.transitions[-1].to_stage
    return moved and stands and all(returned.result != Result.MERGE for returned in act.returns)


def _take_back(act: Act, at: datetime) -> list[models.Model]:
    rows = [*act.returns, *act.attempts]
    for row in rows:
        row.undone_at = at
        row.save(update_fields=["undone_at"])
    for row in [*act.attempts, *act.put_offs]:
        if row.handoff_id:
            done_at = row.recorded_at if isinstance(row, Attempt) else row.at
            PutOff.objects.take_back(row.handoff_id, done_at=done_at, at=at)
    return [*rows, *act.put_offs]


def _correct(act: Act, by: User, at: datetime) -> list[Transition]:
    """The moves back, and each stage's first moment as if these had never been."""
    corrections = [
        Transition(
            lead=act.lead,
            episode=made.episode,
            move="undo",
            from_stage=made.to_stage,
            to_stage=made.from_stage,
            at=at,
            by=by,
            handoff_id=made.handoff_id,
            corrects=made,
        )
        for made in reversed(act.transitions)
    ]
    Transition.objects.bulk_create(corrections)
    for made in act.transitions:
        reached = act.lead.transitions.counted().filter(episode=made.episode, to_stage=made.to_stage)
        first = reached.aggregate(at=Min("at"))["at"]
        Episode.objects.filter(lead=act.lead, number=made.episode).update(**{f"{made.to_stage}_at": first})
    return corrections


def _hand_back(act: Act, at: datetime) -> None:
    """Who owns the hand-offs again is whom their history has to end with."""
    ids = {row.handoff_id for row in [*act.transitions, *act.returns] if row.handoff_id}
    for handoff in Handoff.objects.filter(pk__in=ids):
        now = handoff.assignments.current().first()
        if (now and now.owner_id) == handoff.owner_id:
            continue
        Assignment.objects.end([handoff.pk], because="Taken back", at=at)
        former = handoff.assignments.filter(owner=handoff.owner_id).order_by("-until_at", "-pk").first()
        if former:
            Assignment.objects.filter(pk=former.pk).update(until_at=None, ended_because="")
