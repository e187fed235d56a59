"""People in: clean, find who it is, store, then tell scoring and everyone else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads import facts as known_facts
from leads import scoring
from leads.intake.arrival import HISTORY, Arrival, clean, require_key
from leads.intake.attributes import Attributes
from leads.intake.matching import Companies, People, Person
from leads.intake.storing import ids_of_campaigns, store_companies, store_leads, store_touches, update
from leads.intake.touches import opt_out
from leads.lifecycle import CUSTOMER, leads_changed
from leads.models import Lead

TRIES = 3  # how often somebody else may bring the same person at the same moment


@dataclass
class Received:
    """What became of a batch: `leads` has an id a row, None for a refused one; `repeats` are rows on a person again."""

    leads: list[int | None]
    refused: dict[int, Refused] = field(default_factory=dict)
    repeats: list[int] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    changed: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    companies_created: list[int] = field(default_factory=list)
    companies_changed: dict[int, dict[str, list[Any]]] = field(default_factory=dict)


def receive(
    facts: Mapping[str, Any],
    touches: Iterable[Mapping[str, Any]] = (),
    *,
    by: User | None = None,
    at: datetime,
    source: str = "",
) -> Lead:
    """Take in one person and what they did, and return their lead, new or known.

    `facts` are fields of `leads.intake.arrival.TAKE`; `source` counts where the facts name none.
    Raises Incomplete for what cannot be, Refused when two keys point at two different leads.
    """
    if told := set(facts) & HISTORY:
        raise Incomplete(f"{min(told)!r} is kept by the product itself.", min(told))
    row = {"source": source, **facts, "touches": list(touches)}
    received = receive_many([row], by=by, at=at)
    if received.refused:
        raise received.refused[0]
    return Lead.objects.get(pk=received.leads[0])


def receive_many(
    rows: Sequence[Mapping[str, Any] | Arrival],
    *,
    by: User | None = None,
    at: datetime,
    fresh: bool = True,
    history: bool = False,
) -> Received:
    """Take in a batch, each row the facts of one person and their `touches`; refused rows stop nobody else.

    Rows are told (`leads.intake.arrival.TAKE` names the fields) or cleaned already.

    With `history` the moves are written as imported: they happened elsewhere, so nothing follows
    from them. Without `fresh` whoever qualifies waits to be released instead of being handed over.
    """
    check(by, "lead.receive")
    for _ in range(TRIES - 1):
        try:
            return _receive(rows, by=by, at=at, fresh=fresh, history=history)
        except IntegrityError:
            continue  # the same person came in elsewhere just now; the next look finds them
    return _receive(rows, by=by, at=at, fresh=fresh, history=history)


@transaction.atomic
def _receive(
    rows: Sequence[Mapping[str, Any] | Arrival], *, by: User | None, at: datetime, fresh: bool, history: bool
) -> Received:
    received = Received(leads=[None] * len(rows))
    arrivals = _cleaned(rows, received, at)
    persons = _placed(arrivals, received)
    people = list(dict.fromkeys(persons.values()))
    campaigns = ids_of_campaigns(person.arrival.campaign for person in people)
    changed_companies = _store_companies(people, received, at)
    new = [person for person in people if person.id is None]
    known = [person for person in people if person.id is not None]
    moves = store_leads(new, campaigns, at=at, history=history, by=by)
    received.created = [person.id for person in new]
    _store_changes(known, campaigns, received)
    told = [(person.id, touch) for person in people for touch in person.arrival.touches]
    touched = store_touches(told, at=at)
    for index, person in persons.items():
        received.leads[index] = person.id
    _keep_and_mark(received, changed_companies, touched, at=at, fresh=fresh)
    if moves:
        leads_changed.send(sender=Lead, events=moves)
    opt_out((p.id for p in people if p.arrival.opts_out and not p.was.get("opted_out_at")), at=at)
    return received


def _cleaned(rows: Sequence[Mapping[str, Any] | Arrival], received: Received, at: datetime) -> dict[int, Arrival]:
    attributes = Attributes()
    arrivals = {}
    for index, row in enumerate(rows):
        try:
            arrival = row if isinstance(row, Arrival) else clean(row, at=at)
            require_key(arrival)
            attributes.settle(arrival)
            arrivals[index] = arrival
        except Refused as refusal:
            received.refused[index] = refusal
    return arrivals


def _placed(arrivals: dict[int, Arrival], received: Received) -> dict[int, Person]:
    """Whom each row speaks of."""
    people, companies = People(arrivals.values()), Companies(arrivals.values())
    persons: dict[int, Person] = {}
    for index, arrival in arrivals.items():
        try:
            person, again = people.place(arrival)
        except Refused as refusal:
            received.refused[index] = refusal
            continue
        persons[index] = person
        if again:
            received.repeats.append(index)
        person.company = companies.place(arrival) or person.company
        if person.company and person.id is None and arrival.stage == CUSTOMER:
            person.company.buys(arrival.stage_at)
    return persons


def _store_companies(people: Iterable[Person], received: Received, at: datetime) -> list[int]:
    companies = list(dict.fromkeys(person.company for person in people if person.company))
    new = [company for company in companies if company.id is None]
    received.companies_changed = {c.id: _difference(c.was, c.changes) for c in companies if c.id and c.changes}
    changed = store_companies(companies, at=at)
    received.companies_created = [company.id for company in new]
    return changed


def _store_changes(known: Iterable[Person], campaigns: dict[str, int], received: Received) -> None:
    changes = {person: found for person in known if (found := person.changes(campaigns))}
    update("leads_lead", [(person.id, found) for person, found in changes.items()])
    received.changed = {person.id: _difference(person.was, found) for person, found in changes.items()}


def _difference(was: dict[str, Any], changes: dict[str, Any]) -> dict[str, list[Any]]:
    """`{column: [before, after]}`."""
    return {column: [was[column], value] for column, value in changes.items()}


def _keep_and_mark(received: Received, companies: list[int], touched: list[int], *, at: datetime, fresh: bool) -> None:
    """Keep what is known now, and have it scored."""
    colleagues = Lead.objects.filter(company__in=companies).values_list("pk", flat=True) if companies else []
    learnt = {*received.changed, *colleagues}.difference(received.created)
    known_facts.first_snapshot(received.created, at=at)
    known_facts.snapshot(learnt, at=at)
    scoring.mark(learnt.union(received.created, touched), fresh=fresh)
