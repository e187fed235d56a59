"""Touches in, of people who are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads import scoring
from leads.intake.addresses import normal_email
from leads.intake.arrival import OPTED_OUT, Arrival, clean_touch
from leads.intake.matching import People
from leads.intake.storing import store_touches
from leads.models import Lead


@dataclass
class TouchesReceived:
    """What became of a batch of touches: how many were new, and each refused row with its reason."""

    recorded: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)


def record_touches(rows: Sequence[Mapping[str, Any]], *, by: User | None = None, at: datetime) -> int:
    """Record touches of known people, all of them or none; return how many were not known already.

    Rows as in `receive_touches`. Raises the first row's refusal.
    """
    with transaction.atomic():
        received = receive_touches(rows, by=by, at=at)
        if received.refused:
            raise received.refused[min(received.refused)]
    return received.recorded


@transaction.atomic
def receive_touches(
    rows: Sequence[Mapping[str, Any]], *, by: User | None = None, at: datetime, fresh: bool = True
) -> TouchesReceived:
    """Record touches; each row is a touch and whose it is: `lead` (our id), `email`, or `lead_source` with `lead_id`.

    A touch that came before with the same external id is not recorded again. Rows of nobody we
    know are refused and stop no others.
    """
    check(by, "touch.record")
    received = TouchesReceived()
    touches, owners = _cleaned(rows, received, at)
    leads = _leads_of(owners, received)
    told = [(leads[index], touches[index]) for index in leads]
    touched = store_touches(told, at=at)
    received.recorded = len(touched)
    scoring.mark(sorted(set(touched)), fresh=fresh)
    opt_out({lead for lead, touch in told if touch["kind"] == OPTED_OUT}, at=at)
    return received


def _cleaned(
    rows: Sequence[Mapping[str, Any]], received: TouchesReceived, at: datetime
) -> tuple[dict[int, dict[str, Any]], dict[int, int | Arrival]]:
    """Each row's touch, and whose it is: a lead's id, or the keys to find one by."""
    touches, owners = {}, {}
    for index, row in enumerate(rows):
        touch = dict(row)
        owner = {name: touch.pop(name, None) for name in ("lead", "email", "lead_source", "lead_id")}
        try:
            touches[index] = clean_touch(touch, at=at)
            owners[index] = owner["lead"] or _keys(owner)
        except Refused as refusal:
            received.refused[index] = refusal
    return touches, owners


def _keys(owner: Mapping[str, Any]) -> Arrival:
    keys = {}
    if owner["email"]:
        keys["email"] = normal_email(owner["email"])
    if owner["lead_id"]:
        keys |= {"external_source": str(owner["lead_source"] or ""), "external_id": str(owner["lead_id"]).strip()}
    if not keys:
        raise Incomplete("Neither an e-mail address nor an id says whose touch this is.", "email")
    return Arrival(lead=keys)


def _leads_of(owners: dict[int, int | Arrival], received: TouchesReceived) -> dict[int, int]:
    """The lead of each row; whom we do not know is refused."""
    people = People(owner for owner in owners.values() if isinstance(owner, Arrival))
    given = [owner for owner in owners.values() if isinstance(owner, int)]
    ours = set(Lead.objects.filter(pk__in=given).values_list("pk", flat=True)) if given else set()
    leads = {}
    for index, owner in owners.items():
        try:
            leads[index] = _lead_of(owner, people, ours)
        except Refused as refusal:
            received.refused[index] = refusal
    return leads


def _lead_of(owner: int | Arrival, people: People, ours: set[int]) -> int:
    if isinstance(owner, int):
        if owner not in ours:
            raise Refused(f"There is no lead {owner}.")
        return owner
    person = people.find(owner)
    if person is None:
        raise Refused(f"We know nobody as {owner.email or owner.external[1]}; import the lead first.")
    return person.id


def opt_out(leads: Iterable[int], *, at: datetime) -> None:
    """Leave these people alone from now on."""
    for lead in Lead.objects.filter(pk__in=list(leads), opted_out_at=None):
        lead.opt_out(by=None, at=at)
