"""Small worlds for tests, made through the verbs. Who and when are the caller's to say."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection

from accounts.access import Role, Side
from accounts.models import Team, User
from agreements.activities import KEYS
from agreements.models import Credit, Focus, Persona, PersonaVersion, Responsibilities, StageMap
from common.errors import Refused
from common.periods import quarter_of
from leads.draining import score_due
from leads.intake import receive
from leads.models import Criteria, Handoff, Lead, ReturnReason
from leads.promotion import qualify_by_hand
from sla.models import Agreement

AMSTERDAM = "Europe/Amsterdam"

_numbers = count(1)


def a_person(name: str, *roles: Role, team: Team | None = None) -> User:
    """Somebody with an account, whose address is their first name: `sam@acme.test`."""
    first_name = name.split(maxsplit=1)[0].lower()
    return User.objects.create_user(f"{first_name}@acme.test", name=name, roles=roles, team=team, zone=AMSTERDAM)


def a_lead(*, at: datetime, touches: list[dict[str, Any]] | None = None, **facts: Any) -> Lead:
    """A person of a company of their own, who became a lead at `at`."""
    number = next(_numbers)
    told = {"email": f"person{number}@company{number}.test", "first_name": "Person", "last_name": str(number)}
    return receive(told | facts, touches or [], at=at)


def a_touch(kind: str, *, at: datetime, **more: Any) -> dict[str, Any]:
    """One act, as intake takes it."""
    return {"kind": kind, "occurred_at": at, **more}


def criteria_in_force(*, theo: User, nora: User, at: datetime, **terms: Any) -> Criteria:
    """The definition to start from, signed by both heads; `terms` are columns of it, such as `one_step`."""
    draft = Criteria.objects.draft_from(None, by=theo, at=at)
    Criteria.objects.filter(pk=draft.pk).update(**terms)
    draft.refresh_from_db()
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


FLEET_MANAGER: dict[str, dict[str, Any]] = {
    "companies": {
        "industries": ["Road freight", "Logistics"],
        "people_from": 50,
        "people_to": 2000,
        "revenue_from": None,
        "revenue_to": None,
        "countries": ["Belgium", "Netherlands", "Luxembourg"],
    },
    "people": {"titles": ["fleet", "transport"], "seniority": ["Director", "Manager"], "functions": []},
    "wants": {"goals": ["Fewer empty miles"], "triggers": ["A new hub"], "channels": []},
    "doubts": {
        "pains": ["Drivers leave"],
        "objections": ["We have a system already"],
        "questions": ["Does it know about tolls?"],
    },
    "story": {"story": "Plans sixty trucks by hand."},
}


def a_persona(name: str, *, maya: User, sam: User, at: datetime, **answers: Any) -> PersonaVersion:
    """A draft that says who a fleet manager is, each part written by its side; `answers` say some of it otherwise."""
    draft = Persona.objects.draw_up(name, by=maya, at=at)
    for part, usual in FLEET_MANAGER.items():
        said = {field: answers.get(field, value) for field, value in usual.items()}
        draft.edit(part, by=sam if part in ("people", "doubts") else maya, at=at, **said)
    return draft


def persona_in_force(
    name: str, *, maya: User, sam: User, theo: User, nora: User, at: datetime, **answers: Any
) -> PersonaVersion:
    """A persona that both heads have signed."""
    draft = a_persona(name, maya=maya, sam=sam, at=at, **answers)
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


def agreement_in_force(
    *, theo: User, nora: User, at: datetime, promises: dict[str, dict[str, Any]] | None = None
) -> Agreement:
    """The product's own proposal without a baseline, and with further promises by metric, signed by both heads."""
    draft = Agreement.objects.draft_from(None, by=theo, at=at)
    draft.edit(by=theo, baseline_days=0, promises=promises or {})
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


def answered_alike(document: Responsibilities, *, maya: User, sam: User, at: datetime, **differs: str) -> None:
    """Both sides say that sales does all of it; of the activities in `differs` marketing says otherwise."""
    document.answer(Side.SALES, dict.fromkeys(KEYS, "sales"), by=sam, at=at)
    document.answer(Side.MARKETING, dict.fromkeys(KEYS, "sales") | differs, by=maya, at=at)
    document.refresh_from_db()


def focus_in_force(*, theo: User, nora: User, at: datetime, **wanted: Any) -> Focus:
    """The focus of the quarter of `at`, signed by both heads; `wanted` is its content."""
    draft = Focus.objects.start(quarter_of(at, AMSTERDAM), by=nora, at=at)
    draft.edit(by=nora, **{"conversion": "Meetings about the second hub"} | wanted)
    draft.propose(by=nora, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


def credit_in_force(*, theo: User, nora: User, at: datetime, **terms: Any) -> Credit:
    """The product's own proposal, or else what was agreed before, signed by both heads; `terms` are columns of it."""
    ruling = Credit.objects.agreed()
    draft = ruling.amend(by=theo, at=at) if ruling else Credit.objects.start(by=theo, at=at)
    draft.edit(by=theo, **terms)
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


def stage_map_in_force(*, theo: User, nora: User, at: datetime) -> StageMap:
    """The product's own proposal, signed by both heads."""
    draft = StageMap.objects.start(by=nora, at=at)
    draft.propose(by=nora, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


def an_mql(*, at: datetime, **facts: Any) -> Lead:
    """A lead that asked for a demo under criteria in force, scored and handed over at `at`."""
    lead = a_lead(at=at - timedelta(hours=1), touches=[a_touch("demo_request", at=at - timedelta(minutes=5))], **facts)
    score_due(at=at)
    lead.refresh_from_db()
    return lead


def a_handoff(*, at: datetime, owner: User | None = None, **facts: Any) -> Handoff:
    """A pending hand-off that belongs to `owner`, or else to whose turn it was."""
    lead = a_lead(at=at - timedelta(hours=1), **facts)
    qualify_by_hand(lead, note="Met at the fair", by=None, at=at)
    handoff = lead.handoffs.get()
    if owner and handoff.owner_id != owner.pk:
        handoff.reassign(to=owner, because="For this test", by=None, at=at)
    return handoff


def an_accepted_handoff(*, at: datetime, owner: User, **facts: Any) -> Handoff:
    """A hand-off that its owner accepted at `at`, made an hour before."""
    handoff = a_handoff(at=at - timedelta(hours=1), owner=owner, **facts)
    handoff.accept(by=owner, at=at)
    return handoff


def reason(code: str) -> ReturnReason:
    """One of the return reasons that every installation starts with."""
    return ReturnReason.objects.get(code=code)


def everything(*apps: str) -> dict[str, list[tuple]]:
    """Every row of these apps as it is now; unless others are named, of leads and of what people were told."""
    ours = tuple(f"{app}_" for app in apps or ("leads", "notifications"))
    tables = [name for name in connection.introspection.table_names() if name.startswith(ours)]
    with connection.cursor() as cursor:
        rows = {}
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            rows[table] = cursor.fetchall()
        return rows


@contextmanager
def refused(error: type[Refused] = Refused, match: str | None = None) -> Iterator[None]:
    """What is done inside is refused, and leaves everything as it was."""
    before = everything()
    with pytest.raises(error, match=match) as caught:
        yield
    assert type(caught.value) is error
    assert everything() == before
