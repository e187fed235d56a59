"""Writing a batch: companies, leads with their first episode and moves, touches. Set by set, never row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.functions import Lower

from accounts.models import User
from campaigns.models import Campaign, Content
from common.copying import copy_in
from leads.intake.matching import COMPANY_FACTS, LEAD_FACTS, KnownCompany, Person
from leads.lifecycle import LEAD, LOST, OPPORTUNITY, PATH, RECYCLED, SAL, Stage
from leads.models import Company, Lead
from leads.models.lead import Origin

LEAD_TEXTS = ("email", *LEAD_FACTS, "external_source", "external_id")
LEAD_COLUMNS = (
    *("id", *LEAD_TEXTS, "company_id", "campaign_id", "attributes", "origin", "created_at", "stage", "stage_at"),
    *("episode", "owner_id", "plan", "engagement_from", "opted_out_at", "quality_returns", "person_decides"),
)
COMPANY_COLUMNS = (
    "id",
    "name",
    "domain",
    *COMPANY_FACTS,
    "attributes",
    "customer_since",
    "named_account",
    "created_at",
)
EPISODE_STAGES = tuple(f"{stage}_at" for stage in Stage.values)
TRANSITION_COLUMNS = ["lead_id", "episode", "move", "from_stage", "to_stage", "at", "by_id", "note", "imported", "before"]


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


WAYS = {(stage, origin): way_to(stage, origin) for stage in Stage.values for origin in Origin.values}


def reached(stage: str, origin: str) -> set[str]:
    """The stages whose first moment the episode notes. With SQL, SAL is always reached."""
    if origin == Origin.MARKETING or stage not in PATH:
        return {became for _, became in WAYS[stage, origin]}
    return set(PATH[min(PATH.index(SAL), PATH.index(Stage(stage))) : PATH.index(Stage(stage)) + 1])


REACHED = {key: reached(*key) for key in WAYS}


def new_ids(model: type[Model], count: int) -> list[int]:
    """So many fresh primary keys, in rising order."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


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


def store_leads(new: list[Person], campaigns: dict[str, int], *, at: datetime, history: bool, by: User | None) -> None:
    """Insert the new leads with their first episode and the moves that brought them where they are."""
    new.sort(key=lambda person: (person.arrival.email, person.arrival.external or ()))
    for person, number in zip(new, new_ids(Lead, len(new)), strict=True):
        person.id = number
    copy_in("leads_lead", LEAD_COLUMNS, (_lead_row(person, campaigns, at) for person in new))
    copy_in(
        "leads_episode",
        ("lead_id", "number", "self_sourced", "imported", *EPISODE_STAGES),
        (_episode_row(p, history) for p in new),
    )
    copy_in("leads_transition", TRANSITION_COLUMNS, (row for p in new for row in _transition_rows(p, history, by)))


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


def _episode_row(person: Person, history: bool) -> list[Any]:
    told = person.arrival
    there = REACHED[told.stage, told.origin]
    moments = (
        told.stage_at if s in there and s != LEAD else told.created_at if s in there else None for s in Stage.values
    )
    return [person.id, 1, told.origin != Origin.MARKETING, history, *moments]


def _transition_rows(person: Person, history: bool, by: User | None) -> Iterable[list[Any]]:
    told = person.arrival
    move = "import" if history else "receive" if told.origin == Origin.MARKETING else "source"
    for was, became in WAYS[told.stage, told.origin]:
        moment = told.created_at if became == LEAD else told.stage_at
        yield [person.id, 1, move, was, became, moment, by and by.pk, "", history, {}]


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
    new = [model(**{column: text}) for lower, text in wanted.items() if lower not in _found(model, column, wanted)]
    if new:
        model._default_manager.bulk_create(new, ignore_conflicts=True)
    return _found(model, column, wanted)


def _found(model: type[Model], column: str, wanted: Iterable[str]) -> dict[str, int]:
    rows = model._default_manager.annotate(lower=Lower(column)).filter(lower__in=wanted)
    return dict(rows.values_list("lower", "pk"))


TOUCHES = """
INSERT INTO leads_touch (lead_id, kind, occurred_at, responded, campaign_id, content_id, channel, detail,
                         external_source, external_id)
SELECT lead_id, kind, occurred_at, responded, campaign_id, content_id, channel, detail, external_source, external_id
  FROM json_to_recordset(%s::json) AS told (lead_id bigint, kind text, occurred_at timestamptz, responded boolean,
       campaign_id bigint, content_id bigint, channel text, detail text, external_source text, external_id text)
ON CONFLICT (external_source, external_id) WHERE NOT external_id = '' DO NOTHING
RETURNING lead_id
"""


def store_touches(told: list[tuple[int, dict[str, Any]]]) -> list[int]:
    """Record cleaned touches `(lead id, touch)`; return the leads of those that were not known already."""
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
        cursor.execute(TOUCHES, [json.dumps(rows, default=str)])
        return [row[0] for row in cursor.fetchall()]
