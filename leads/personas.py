"""Personas among the leads: who fits one, and what became of them.

A lead fits where all traits hold, by the same conditions over the same facts as in a definition.
Stages count lives that marketing began: whom a rep found is a lead here and no MQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import OperationalError
from django.db.models.expressions import RawSQL

from agreements.models import PersonaVersion
from common.patience import PATIENCE, patience
from leads.facts import persona_fact, signed_personas
from leads.lifecycle import CUSTOMER, MQL, SQL, Stage
from leads.models.lead import Lead, LeadQuerySet
from leads.scoring.matching import all_match, matches, read_columns, reading
from leads.scoring.moments import Now
from leads.scoring.sql import Statement, Values

SAMPLES = 5
REACHED = (MQL, SQL, CUSTOMER)

# OFFSET 0 keeps a fact from being computed anew for every condition on it.
FITS = """
WITH m AS NOT MATERIALIZED ({moments})
SELECT k.lead_id{hits} FROM (SELECT m.lead_id{facts} FROM m {joins} OFFSET 0) k
"""
CAME = """
SELECT {counts}
  FROM ({fits}) f
  LEFT JOIN (SELECT lead_id, bool_or(mql_at IS NOT NULL) AS mql, bool_or(sql_at IS NOT NULL) AS sql,
                    bool_or(customer_at IS NOT NULL) AS customer
               FROM leads_episode WHERE NOT self_sourced GROUP BY lead_id) e ON e.lead_id = f.lead_id
"""
COUNT = """
WITH f AS MATERIALIZED ({fits})
SELECT {counts}, ARRAY(SELECT lead_id FROM f WHERE h0 ORDER BY lead_id DESC LIMIT {samples}) FROM f
"""


def in_force() -> list[PersonaVersion]:
    """The versions that count now, by name."""
    return [version for version in signed_personas() if version.revision.rules]


@dataclass(frozen=True)
class Step:
    """One stage of the way: how many of the leads ever reached it, and their share of the stage before (0 to 1)."""

    stage: str
    label: str
    reached: int
    share: float | None


@dataclass(frozen=True)
class Came:
    """What became of some leads."""

    leads: int
    mql: int
    sql: int
    customer: int

    @property
    def steps(self) -> list[Step]:
        """MQL of leads, SQL of MQLs, customers of SQLs."""
        counts = (self.leads, self.mql, self.sql, self.customer)
        pairs = zip(REACHED, pairwise(counts), strict=True)
        return [Step(stage, Stage(stage).label, now, now / of if of else None) for stage, (of, now) in pairs]


@dataclass(frozen=True)
class Count:
    """Who fits a persona now: how many of how many, how many each trait alone leaves, and the newest who fit."""

    leads: int
    fit: int
    traits: list[tuple[str, int]]
    samples: list[Lead]


def what_came(
    versions: Sequence[PersonaVersion], *, at: datetime, within: timedelta = PATIENCE * timedelta(milliseconds=1)
) -> tuple[Came, list[Came]] | None:
    """What became of everybody, and of those who fit each version now; None when it takes longer than `within`."""
    values = Values()
    moments = Now(at)
    fits = who_fits(versions, moments, values)
    counts = ", ".join(_counts(where) for where in ["true", *(f"f.h{n}" for n in range(len(versions)))])
    try:
        with patience(within // timedelta(milliseconds=1)):
            [row] = Statement(CAME.format(counts=counts, fits=fits), values.bound).rows()
    except OperationalError:
        return None
    everyone, *each = (Came(*row[n : n + 4]) for n in range(0, len(row), 4))
    return everyone, each


def count(version: PersonaVersion, *, at: datetime) -> Count | None:
    """Who fits now, also by traits that are not saved; None when that takes longer than a reader waits."""
    values = Values()
    fits = who_fits([version], Now(at), values, apart=True)
    traits = version.traits
    counts = ", ".join(["count(*)", *(f"count(*) FILTER (WHERE h{n})" for n in range(len(traits) + 1))])
    try:
        with patience():
            [row] = Statement(COUNT.format(counts=counts, fits=fits, samples=SAMPLES), values.bound).rows()
    except OperationalError:
        return None
    leads, fit, *alone, samples = row
    found = Lead.objects.select_related("company").in_bulk(samples)
    return Count(leads, fit, list(zip(traits, alone, strict=True)), [found[pk] for pk in samples])


def fitting(leads: LeadQuerySet, version: PersonaVersion, *, at: datetime) -> LeadQuerySet:
    """Those of the leads who fit a version now."""
    values = Values()
    statement = f"SELECT lead_id FROM ({who_fits([version], Now(at), values)}) f WHERE h0"
    return leads.filter(pk__in=_raw(Statement(statement, values.bound)))


def fits_of(leads: Sequence[int], versions: Sequence[PersonaVersion], *, at: datetime) -> dict[int, list[bool]]:
    """Of some leads, whether each fits each version now. One statement."""
    if not versions:
        return {lead: [] for lead in leads}
    values = Values()
    fits = who_fits(versions, Now(at, leads=leads), values)
    return {lead: hits for lead, *hits in Statement(fits, values.bound).rows()}


def who_fits(versions: Sequence[PersonaVersion], moments: Now, values: Values, *, apart: bool = False) -> str:
    """SQL of one row a lead: whether each version fits as h0, h1 …; `apart` adds each trait of the only one."""
    facts = [persona_fact(version) for version in versions]
    read = reading(facts)
    hits = [all_match(fact.conditions, read, values) for fact in facts]
    if apart:
        hits += [
            matches(each, read[each.field][0].type, f"k.{read[each.field][1]}", values) for each in facts[0].conditions
        ]
    return FITS.format(
        moments=moments.relation(values.bind("UTC"), values),
        hits="".join(f", {hit} AS h{n}" for n, hit in enumerate(hits)),
        facts=read_columns(read, moments.columns),
        joins=moments.joins,
    )


def _counts(where: str) -> str:
    reached = [f"count(*) FILTER (WHERE {where} AND e.{stage})" for stage in REACHED]
    return ", ".join([f"count(*) FILTER (WHERE {where})", *reached])


def _raw(statement: Statement) -> RawSQL:
    """A statement as an expression, whose values stand in their order."""
    names = re.findall(r"%\((\w+)\)s", statement.text)
    return RawSQL(re.sub(r"%\(\w+\)s", "%s", statement.text), [statement.values[name] for name in names])
