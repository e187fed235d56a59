"""A company of any size for the benchmark of the pages: the demo company's year many times over, for three years.

What both sides agreed on is there once; the people who came in, and what came of them, are there as often as it
takes. Copies are moved by whole weeks, so that working hours stay working hours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from accounts.access import Role
from accounts.models import User
from common import clock as db_clock
from common.bench import run
from goals.tasks import count_days
from leads import alike, beginnings, readings, tallies
from leads.models import (
    Assignment,
    Attempt,
    Company,
    Contribution,
    Episode,
    Handoff,
    HandoffReturn,
    Lead,
    LeadScore,
    LeadVersion,
    Opportunity,
    PutOff,
    Touch,
    Transition,
)
from sla import findings
from sla.asked import zones
from sla.models import Clock, DataCheck, Rung
from smarketing.demo.company import make_company

SEED, ONE_YEAR = 7, 1000  # leads of the demo company
YEARS = 3
GOING_ON = 1 / 8  # of the copies, the latest, have those whose story is not over yet
MORE_REPS = 15  # times as many reps as in the demo company, so that what goes on fills no desk too much
TRANSITIONS_A_LEAD = 2


OF_HANDOFF = "(SELECT lead_id FROM leads_handoff h WHERE h.id = t.handoff_id)"
OF_CLOCK = """(SELECT h.lead_id FROM sla_clock c JOIN leads_handoff h ON h.id = c.handoff_id
                WHERE c.id = t.clock_id)"""
# Every table that grows with the leads, and how its row `t` leads to one.
COPIED: dict[type[models.Model], str] = {
    Company: "",
    Lead: "t.id",
    LeadVersion: "t.lead_id",
    LeadScore: "t.lead_id",
    Touch: "t.lead_id",
    Episode: "t.lead_id",
    Handoff: "t.lead_id",
    Assignment: OF_HANDOFF,
    Attempt: "t.lead_id",
    HandoffReturn: OF_HANDOFF,
    PutOff: OF_HANDOFF,
    Opportunity: "t.lead_id",
    Contribution: "(SELECT lead_id FROM leads_opportunity d WHERE d.id = t.deal_id)",
    Transition: "t.lead_id",
    Clock: OF_HANDOFF,
    Rung: OF_CLOCK,
    DataCheck: OF_HANDOFF,
}
USERS = User._meta.db_table
TABLES = {model._meta.db_table for model in COPIED}

# Of those who only came in, as many stay out of the copies as it takes for two transitions a lead.
TEMPLATE = f"""
CREATE TEMP TABLE template AS
WITH people AS (
     SELECT l.id, l.goes_on, count(*) AS moves, row_number() OVER (PARTITION BY count(*) = 1 ORDER BY l.id) AS nth
       FROM (SELECT id, EXISTS (SELECT FROM leads_handoff h WHERE h.lead_id = l.id AND h.closed_at IS NULL)
                        OR EXISTS (SELECT FROM leads_opportunity d WHERE d.lead_id = l.id AND d.state = 'open')
                        AS goes_on FROM leads_lead l) l
       JOIN leads_transition t ON t.lead_id = l.id GROUP BY 1, 2)
SELECT id AS lead_id, goes_on FROM people
 WHERE moves > 1 OR nth <= (SELECT sum(moves - {TRANSITIONS_A_LEAD}) FROM people WHERE moves > 1 AND NOT goes_on)
"""
REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""
OTHERWISE = {
    ("leads_lead", "email"): """CASE split_part(email, '@', 2) WHEN 'gmail.com' THEN replace(email, '@', k || '@')
                                  ELSE replace(email, '@', '@' || k || '-') END""",
    ("leads_company", "domain"): "k || '-' || domain",
    ("leads_company", "name"): "name || ' ' || k",
}


def make(leads: int, *, until: datetime) -> None:
    """Fill an empty database with a company of so many leads, at least two transitions to each."""
    make_company(seed=SEED, leads=min(ONE_YEAR, leads // 2), until=until)
    with transaction.atomic(), _without_references():
        run("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'")
        run(TEMPLATE)
        each = _one("SELECT count(*) FROM template WHERE NOT goes_on")
        copies = -(-(leads - Lead.objects.count()) // max(each, 1))
        stride = 1 + max(_one(f"SELECT coalesce(max({m._meta.pk.column}), 0) FROM {m._meta.db_table}") for m in COPIED)
        known = {"copies": copies, "years": YEARS, "settled": copies - copies * GOING_ON, "stride": stride}
        known["reps"] = _hire(MORE_REPS, stride)
        for model, lead in COPIED.items():
            _copy(model, lead, known)
    run("VACUUM ANALYZE")
    _do_what_workers_do(at=until)


def _do_what_workers_do(*, at: datetime) -> None:
    """Find out and keep what is found each night and every few minutes, as it is wherever a worker runs."""
    beginnings.reckon(at=at)
    alike.reckon(at=at)
    tallies.keep(clock=db_clock.now)
    count_days()
    readings.keep(readings.wanted(zones(), at=at), clock=db_clock.now)
    findings.keep(findings.wanted(zones(), at=at), clock=db_clock.now)


@contextmanager
def _without_references() -> Iterator[None]:
    """Meanwhile no row is looked up for the rows that refer to it: it is checked at the end, of all together."""
    tables = [model._meta.db_table for model in COPIED]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table that has something left to check cannot be altered
        cursor.execute(REFERENCES, [tables])
        references = cursor.fetchall()
    for table, name, _ in references:
        run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in references:
        run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _hire(times: int, stride: int) -> list[int]:
    """Let each rep be there so many times, to take over what they have in the copies; return the first ones' ids."""
    reps = list(User.objects.filter(roles=[Role.REP]))
    User.objects.bulk_create(
        User(
            pk=rep.pk + n * stride, email=f"{n}{rep.email}", name=f"{rep.name} {n}", password=rep.password,
            roles=rep.roles, team_id=rep.team_id, calendar_id=rep.calendar_id, daily_capacity=rep.daily_capacity,
        )
        for rep in reps for n in range(1, times)
    )  # fmt: skip
    return [rep.pk for rep in reps]


def _copy(model: type[models.Model], lead: str, known: dict[str, Any]) -> None:
    """The rows of one table once more for each copy, in order of time, with its indexes made anew at the end."""
    table, fields = model._meta.db_table, model._meta.concrete_fields
    indexes = _indexes(table)
    for name, _ in indexes:
        run(f'DROP INDEX "{name}"')
    moments = [field.column for field in fields if isinstance(field, models.DateTimeField) and not field.null]
    of_template = f"JOIN template ON template.lead_id = {lead} WHERE goes_on <= (k > %(settled)s)" if lead else ""
    run(
        f"""INSERT INTO {table} ({", ".join(field.column for field in fields)})
            SELECT {", ".join(_moved(table, field) for field in fields)}
              FROM (SELECT k, 52 * ((%(copies)s - k) * %(years)s / %(copies)s) AS weeks
                      FROM generate_series(1, %(copies)s) k) x
             CROSS JOIN {table} t {of_template}
             ORDER BY {f"t.{moments[0]} - weeks * interval '1 week'" if moments else "k"}""",
        known,
    )
    for _, made in indexes:
        run(made)
    if isinstance(model._meta.pk, models.AutoField):
        run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _moved(table: str, field: models.Field) -> str:
    """What a copy has in a column: moments so many weeks earlier, and ids of its own."""
    column = f"t.{field.column}"
    refers = field.related_model._meta.db_table if field.is_relation else ""
    if refers == USERS:
        return f"CASE WHEN {column} = ANY(%(reps)s) THEN {column} + k %% {MORE_REPS} * %(stride)s ELSE {column} END"
    if refers in TABLES or (field.primary_key and not refers):
        return f"{column} + k::bigint * %(stride)s"
    if isinstance(field, models.DateTimeField):
        return f"{column} - weeks * interval '1 week'"
    if isinstance(field, models.DateField):
        return f"{column} - weeks * 7"
    return OTHERWISE.get((table, field.column), column)


def _indexes(table: str) -> list[tuple[str, str]]:
    """The name and the making of each index that no constraint needs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid = %s::regclass AND NOT i.indisunique""",
            [table],
        )
        return cursor.fetchall()


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        [(value,)] = cursor.fetchall()
    return value
