"""What happened with a lead, in one order: its touches, sales' attempts, its moves and returns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from accounts.access import Side
from accounts.models import User
from leads.lifecycle import Stage
from leads.models import Lead, ThroughLink, Touch, Transition
from leads.models.returns import Result
from leads.one_lead import attempts_of, moves_of, put_offs_of, returns_of


@dataclass(frozen=True)
class Event:
    """One line: when, whose side it was ("" for a move), the words, what is said beside them, and who did it."""

    at: datetime
    side: str
    text: str
    beside: str = ""
    by: User | None = None
    note: str = ""
    episode: int = 0


def timeline(lead: Lead, *, latest: int = 200) -> list[Event]:
    """The latest events of a lead, newest first; what was undone is left out. At most six queries."""
    events = chain(_touches(lead, latest), _attempts(lead), _moves(lead), _returns(lead), _put_offs(lead))
    found = sorted(events, key=lambda event: event.at, reverse=True)[:latest]
    if not any(event.by for event in found):  # as with most who have just come in
        return found
    through_link = set(ThroughLink.objects.filter(handoff__lead=lead).values_list("by", "at"))
    return [_marked(event) if event.by and (event.by.pk, event.at) in through_link else event for event in found]


def _marked(event: Event) -> Event:
    return replace(event, beside=", ".join(filter(None, [event.beside, "through a link"])))


def _touches(lead: Lead, latest: int) -> Iterator[Event]:
    rows = lead.touches.select_related("campaign", "content").order_by("-occurred_at", "-id")[:latest]
    for touch in rows:
        yield Event(touch.occurred_at, Side.MARKETING, _touch_words(touch), _touch_origin(touch))


def _touch_words(touch: Touch) -> str:
    named = touch.content.title if touch.content else touch.detail
    return f"{touch.what}: {named}" if named else touch.what


def _touch_origin(touch: Touch) -> str:
    return ", ".join(filter(None, [touch.campaign and touch.campaign.name, touch.channel]))


def _attempts(lead: Lead) -> Iterator[Event]:
    for attempt in reversed(attempts_of(lead)):
        yield Event(attempt.at, Side.SALES, str(attempt), by=attempt.by, note=attempt.note)


def _put_offs(lead: Lead) -> Iterator[Event]:
    """Those that were told otherwise than in an attempt, which says it itself."""
    for row in reversed(put_offs_of(lead)):
        if row.attempt_id is None:
            yield Event(row.at, Side.SALES, str(row), by=row.by, note=row.note)


def _moves(lead: Lead) -> Iterator[Event]:
    returned = {(each.handoff_id, each.at): each.shown_by for each in returns_of(lead)}
    for move in reversed(moves_of(lead)):
        words = f"Became {Stage(move.to_stage).label}" if move.from_stage else "Entered the funnel"
        why = _move_reason(move, shown_by=returned.get((move.handoff_id, move.at), ""))
        yield Event(move.at, "", words, why, by=move.by, note=move.note, episode=move.episode)


def _move_reason(move: Transition, *, shown_by: str) -> str:
    told = [
        move.criteria and f"under criteria v{move.criteria.revision.number}",
        move.reason and ": ".join(filter(None, [move.reason.label.lower(), shown_by])),
        "from the imported history" if move.imported else "",
    ]
    return ", ".join(filter(None, told))


def _returns(lead: Lead) -> Iterator[Event]:
    """Returns that moved no stage; the others stand there as the move they made."""
    for returned in reversed(returns_of(lead)):
        if returned.result not in (Result.REROUTE, Result.REPAIR, Result.MERGE):
            continue
        words = f"Returned: {returned.reason.label.lower()}"
        beside = "; ".join(filter(None, [returned.shown_by, returned.get_result_display().lower()]))
        yield Event(returned.at, Side.SALES, words, beside, by=returned.by, note=returned.note)
