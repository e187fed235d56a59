"""Writing a batch: companies, leads with their first episode and moves, touches. Set by set, never row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.db.models.functions import Lower

from accounts.models import User
from campaigns.models import Campaign, Content
from common.copying import copy_in
from leads.intake.matching import COMPANY_FACTS, LEAD_FACTS, KnownCompany, Person
from leads.lifecycle import CUSTOMER, LEAD, LOST, OPPORTUNITY, PATH, RECYCLED, SAL, SQL, Stage
from leads.models import Company, Lead, Transition
from leads.models.lead import Origin
from leads.models.opportunity import DealState, DealType
from leads.models.rate import ONE

LEAD_TEXTS = ("email", *LEAD_FACTS, "external_source", "external_id")
LEAD_COLUMNS = (
    *("id", *LEAD_TEXTS, "company_id", "campaign_id", "attributes", "origin", "created_at", "recorded_at"),
    *(
        "stage",
        "stage_at",
        "episode",
        "owner_id",
        "plan",
        "engagement_from",
        "opted_out_at",
        "quality_returns",
        "person_decides",
    ),
)
DEALS = {
    OPPORTUNITY: (DealState.OPEN, ""),
    CUSTOMER: (DealState.WON, ""),
    LOST: (DealState.LOST, "Not told by the file it was imported from"),
}
DEAL_COLUMNS = (
    *("lead_id", "company_id", "owner_id", "type", "state", "amount", "currency", "estimated"),
    *("closes_on", "opened_at", "closed_at", "lost_because", "name", "external_source", "external_id"),
    *("rate", "base_amount"),
)
COMPANY_COLUMNS = (
    *("id", "name", "domain", *COMPANY_FACTS, "attributes", "customer_since"),
    *("named_account", "created_at"),
)


def way_to(stage: str, origin: str) -> list[tuple[str, str]]:
    """The steps by which a lead came to the stage it enters at, the first one from nowhere.

    On the path, and for a lost deal, every stage before was passed; how a recycled or
    disqualified one got there nobody knows, so it goes there directly. What marketing did not
    bring starts with sales.
    """
    if origin != Origin.MARKETING:
        return [("", stage)]
    passed: Sequence[str] = (LEAD, stage)
    if stage in PATH:
        passed = PATH[: PATH.index(Stage(stage)) + 1]
    elif stage == LOST:
        passed = (*PATH[: PATH.index(OPPORTUNITY) + 1], LOST)
    return list(zip(("", *passed), passed, strict=False))


def stages_reached(stage: str, origin: str) -> set[str]:
    """The stages whose first moment the episode notes. Whoever starts at SQL has reached SAL with it."""
    reached = {became for _, became in way_to(stage, origin)}
    return reached | {SAL} if origin != Origin.MARKETING and stage in PATH[PATH.index(SQL) :] else reached


ENTRIES = [(stage, origin) for stage in Stage.values for origin in Origin.values]
STAGES = tuple(Stage.values)

# A new lead's row says where it stands and since when; its first episode and its moves follow from that.
EPISODES = """
INSERT INTO leads_episode (lead_id, number, self_sourced, imported, {columns})
SELECT l.id, 1, l.origin <> 'marketing', %(history)s, {moments}
  FROM leads_lead l JOIN (VALUES {entries}) AS entry (stage, origin, {stages}) USING (stage, origin)
 WHERE l.id = ANY(%(leads)s)
 ORDER BY l.id
""".format(
    columns=", ".join(f"{stage}_at" for stage in STAGES),
    moments=", ".join(f"CASE WHEN entry.{s} THEN l.{'created_at' if s == LEAD else 'stage_at'} END" for s in STAGES),
    stages=", ".join(STAGES),
    entries=", ".join(str((*entry, *(s in stages_reached(*entry) for s in STAGES))) for entry in ENTRIES),
)
MOVES = """
INSERT INTO leads_transition (lead_id, episode, move, from_stage, to_stage, at, by_id, imported, before)
SELECT l.id, 1, CASE WHEN %(history)s THEN 'import' WHEN l.origin = 'marketing' THEN 'receive' ELSE 'source' END,
       hop.was, hop.became, CASE WHEN hop.became = 'lead' THEN l.created_at ELSE l.stage_at END,
       %(by)s, %(history)s, '{{}}'
  FROM leads_lead l JOIN (VALUES {hops}) AS hop (stage, origin, n, was, became) USING (stage, origin)
 WHERE l.id = ANY(%(leads)s)
 ORDER BY l.id, hop.n
RETURNING *
""".format(
    hops=", ".join(
        f"('{stage}', '{origin}', {n}, '{was}', '{became}')"
        for stage, origin in ENTRIES
        for n, (was, became) in enumerate(way_to(stage, origin))
    )
)


# The zero keeps the sequence from being looked up for each number.
NEXT_IDS = """
SELECT array_agg(nextval(found.sequence))
  FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) found, generate_series(1, %s)
"""


def new_ids(model: type[Model], count: int) -> list[int]:
    """So many fresh primary keys, in rising order."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [model._meta.db_table, count])
        return sorted(cursor.fetchone()[0])


def store_companies(companies: Iterable[KnownCompany], *, at: datetime) -> list[int]:
    """Insert the new companies, in the order of their domains, and update the changed; return the changed ones' ids."""
    new = sorted((c for c in companies if c.id is None), key=lambda c: (c.was["domain"], c.was["name"]))
    for company, number in zip(new, new_ids(Company, len(new)), strict=True):
        company.id = number
        company.was |= company.changes
        company.changes = {}
    if new:
        told = COMPANY_COLUMNS[1:-2]
        copy_in("leads_company", COMPANY_COLUMNS, ([c.id, *(c.was[name] for name in told), False, at] for c in new))
    changed = sorted((c for c in companies if c.changes), key=lambda c: c.id)
    update("leads_company", [(c.id, c.changes) for c in changed])
    return [c.id for c in changed]


def store_leads(
    new: list[Person], campaigns: dict[str, int], *, at: datetime, history: bool, by: User | None
) -> list[Transition]:
    """Insert the new leads with their first episode; return the moves by which they came. History tells of none."""
    new.sort(key=lambda person: (person.arrival.email, person.arrival.external or ()))
    for person, number in zip(new, new_ids(Lead, len(new)), strict=True):
        person.id = number
    copy_in("leads_lead", LEAD_COLUMNS, (_lead_row(person, campaigns, at) for person in new))
    _store_deals([person for person in new if person.arrival.amount is not None and person.arrival.stage in DEALS])
    values = {"leads": [person.id for person in new], "history": history, "by": by and by.pk}
    with connection.cursor() as cursor:
        cursor.execute(EPISODES, values)
        if history:
            cursor.execute(MOVES.removesuffix("RETURNING *\n"), values)
            return []
    return list(Transition.objects.raw(MOVES, values)) if new else []


def _store_deals(people: list[Person]) -> None:
    """The deals that history tells of, in the installation's currency."""
    if people:
        copy_in("leads_opportunity", DEAL_COLUMNS, (_deal_row(person) for person in people))


def _deal_row(person: Person) -> list[Any]:
    told = person.arrival
    state, because = DEALS[told.stage]
    closed_at = None if state == DealState.OPEN else told.stage_at
    closes_on = told.stage_at.date()
    whose = [person.id, person.company and person.company.id, told.owner_id]
    return [
        *whose,
        DealType.NEW,
        state,
        told.amount,
        settings.BASE_CURRENCY,
        False,
        closes_on,
        told.stage_at,
        closed_at,
        because,
        "",
        "",
        "",
        *((ONE, told.amount) if state == DealState.WON else (None, None)),
    ]


def _lead_row(person: Person, campaigns: dict[str, int], at: datetime) -> list[Any]:
    told, lead = person.arrival, person.arrival.lead
    return [
        person.id,
        *[lead.get(name, "") for name in LEAD_TEXTS],
        person.company and person.company.id,
        campaigns.get(told.campaign.lower()),
        told.attributes,
        told.origin,
        told.created_at,
        at,
        told.stage,
        told.stage_at,
        1,
        told.owner_id,
        "",
        told.stage_at if told.stage == RECYCLED else None,
        at if told.opts_out else None,
        0,
        False,
    ]


def update(table: str, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Set columns of rows: `(id, {column: value})`; one statement for each set of columns that change together.

    Table and column names are ours, never from outside.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for number, changes in rows:
        alike.setdefault(tuple(sorted(changes)), []).append({"id": number, **changes})
    for columns, values in alike.items():
        sets = ", ".join(f"{column} = new.{column}" for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM json_populate_recordset(NULL::{table}, %s::json) AS new"
                f" WHERE {table}.id = new.id",
                [json.dumps(values, default=str)],
            )


def ids_of_campaigns(names: Iterable[str]) -> dict[str, int]:
    """Campaigns by lower-case name, made when they are new."""
    return _ids_by_name(Campaign, "name", names)


def ids_of_contents(titles: Iterable[str]) -> dict[str, int]:
    """Pieces of content by lower-case title, made when they are new."""
    return _ids_by_name(Content, "title", titles)


def _ids_by_name(model: type[Model], column: str, texts: Iterable[str]) -> dict[str, int]:
    wanted = {text.lower(): text for text in texts if text}
    if not wanted:
        return {}
    known = _found(model, column, wanted)
    new = [model(**{column: text}) for lower, text in wanted.items() if lower not in known]
    if not new:
        return known
    model._default_manager.bulk_create(new, ignore_conflicts=True)
    return _found(model, column, wanted)


def _found(model: type[Model], column: str, wanted: Iterable[str]) -> dict[str, int]:
    rows = model._default_manager.annotate(lower=Lower(column)).filter(lower__in=wanted)
    return dict(rows.values_list("lower", "pk"))


TOUCHES = """
INSERT INTO leads_touch (lead_id, kind, occurred_at, recorded_at, responded, campaign_id, content_id, channel, detail,
                         external_source, external_id)
SELECT lead_id, kind, occurred_at, %s, responded, campaign_id, content_id, channel, detail, external_source,
       external_id
  FROM json_to_recordset(%s::json) AS told (lead_id bigint, kind text, occurred_at timestamptz, responded boolean,
       campaign_id bigint, content_id bigint, channel text, detail text, external_source text, external_id text)
ON CONFLICT (external_source, external_id) WHERE NOT external_id = '' DO NOTHING
RETURNING lead_id
"""


def store_touches(told: list[tuple[int, dict[str, Any]]], *, at: datetime) -> list[int]:
    """Record cleaned touches `(lead id, touch)`, known from `at` on; return the leads of those not known before."""
    if not told:
        return []
    campaigns = ids_of_campaigns(touch["campaign"] for _, touch in told)
    contents = ids_of_contents(touch["content"] for _, touch in told)
    rows = [
        touch
        | {
            "lead_id": lead_id,
            "campaign_id": campaigns.get(touch["campaign"].lower()),
            "content_id": contents.get(touch["content"].lower()),
        }
        for lead_id, touch in told
    ]
    with connection.cursor() as cursor:
        cursor.execute(TOUCHES, [at, json.dumps(rows, default=str)])
        return [row[0] for row in cursor.fetchall()]
