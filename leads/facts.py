"""The facts that criteria can ask about: what each is called, its type, and where it is read.

A fact is written over base columns, and those have two homes: the rows as they are now, and the
`LeadVersion` in which they were kept at a past moment. Everything above (conditions, rules,
scores) is the same for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from agreements.models import PersonaVersion
from common.conditions import BLANKS, OPERATORS, Condition, Type
from common.once import once
from common.titles import FUNCTION, SENIORITY
from leads.freemail import FREEMAIL
from leads.models.attribute import Attribute

KEY = re.compile(r"[-a-zA-Z0-9_]+")  # an attribute's key; anything else never reaches a statement

# Base columns of a lead at a moment (m), its company (c) and the campaign that brought it (g), as they are now …
NOW = {
    "email": "m.email",
    "title": "m.title",
    "phone": "m.phone",
    "city": "m.city",
    "country": "m.country",
    "source": "m.source",
    "campaign_id": "m.campaign_id",
    "attributes": "m.attributes",
    "company_id": "m.company_id",
    "company": "c.name",
    "industry": "c.industry",
    "employees": "c.employees",
    "revenue": "c.revenue",
    "company_country": "c.country",
    "named_account": "c.named_account",
    "company_attributes": "c.attributes",
}
# … and as a version (v) kept them.
_JSON_TYPES = {
    "campaign_id": "bigint",
    "company_id": "bigint",
    "employees": "numeric",
    "revenue": "numeric",
    "named_account": "boolean",
}
THEN = {
    name: f"(v.facts->'{name}')"
    if name.endswith("attributes")
    else f"(v.facts->>'{name}')::{_JSON_TYPES.get(name, 'text')}"
    for name in NOW
}
# These know their own dates, so that they need no version.
ALWAYS = {"lead": "m.id", "created_at": "m.created_at", "opted_out_at": "m.opted_out_at"}

JOIN_NOW = """
      LEFT JOIN leads_company c ON c.id = m.company_id
      LEFT JOIN campaigns_campaign g ON g.id = m.campaign_id
"""
_VERSION_THEN = """
      LEFT JOIN LATERAL (
           SELECT facts, recorded_at FROM leads_leadversion
            WHERE lead_id = m.id AND from_at <= m.as_of {known} ORDER BY from_at DESC LIMIT 1
      ) v ON true
      LEFT JOIN leads_company c ON c.id = (v.facts->>'company_id')::bigint
      LEFT JOIN campaigns_campaign g ON g.id = (v.facts->>'campaign_id')::bigint
"""
JOIN_THEN = _VERSION_THEN.format(known="")
# What was written down by the moment; what came first counts as known since the lead was created.
JOIN_KNOWN_THEN = _VERSION_THEN.format(known="AND (recorded_at <= m.as_of OR from_at <= m.created_at)")

_OPEN_THEN = "o.opened_at <= m.as_of AND (o.closed_at IS NULL OR o.closed_at > m.as_of)"
_FREE = ", ".join(f"'{domain}'" for domain in sorted(FREEMAIL))


@dataclass(frozen=True)
class Fact:
    """Something known of a lead.

    `sql` is written over the base columns in braces and the moment `m` (as_of, zone).
    `yes` and `no` say a boolean in words; the pronoun is the lead's. A fact with `conditions` has no
    SQL of its own: it is true where all of them hold. One that is not `offered` is only there for
    rules that ask about it already.
    """

    key: str
    label: str
    type: Type
    sql: str
    yes: str = ""
    no: str = ""
    conditions: tuple[Condition, ...] = ()
    offered: bool = True

    @property
    def is_composed(self) -> bool:
        """Whether it is made of conditions on other facts."""
        return not self.sql

    def read(self, columns: dict[str, str]) -> str:
        """The expression, comparable: text trimmed and in lower case, and NULL where it is unknown."""
        raw = self.raw(columns)
        return f"nullif(lower(btrim({raw}, {_BLANKS})), '')" if self.type == Type.TEXT else raw

    def raw(self, columns: dict[str, str]) -> str:
        """The expression as it was written down by people."""
        return self.sql.format_map(columns | ALWAYS)

    def said(self, columns: dict[str, str]) -> str:
        """The same as text, without blanks around it."""
        return f"btrim(({self.raw(columns)})::text, {_BLANKS})"


_BLANKS = "E'" + BLANKS.encode("unicode_escape").decode().replace("\\xa0", "\\u00a0") + "'"


def _facts(*facts: Fact) -> dict[str, Fact]:
    return {fact.key: fact for fact in facts}


def _told_by_title(words: dict[str, tuple[str, ...]]) -> str:
    """The first row of a table of words of which the title has one, as a word of its own."""
    rows = " ".join(f"WHEN {{title}} ~* '\\m({'|'.join(any_of)})\\M' THEN '{name}'" for name, any_of in words.items())
    return f"CASE {rows} END"


FACTS: dict[str, Fact] = _facts(
    Fact(
        "business_email",
        "business e-mail",
        Type.BOOLEAN,
        f"CASE WHEN {{email}} <> '' THEN split_part({{email}}, '@', 2) <> ALL (ARRAY[{_FREE}]) END",
        "it has a business e-mail",
        "its e-mail is a private one",
    ),
    Fact("email_domain", "e-mail domain", Type.TEXT, "split_part({email}, '@', 2)"),
    Fact("title", "title", Type.TEXT, "{title}"),
    Fact("seniority", "seniority, by title", Type.TEXT, _told_by_title(SENIORITY)),
    Fact("function", "function, by title", Type.TEXT, _told_by_title(FUNCTION)),
    Fact("country", "country", Type.TEXT, f"coalesce(nullif(btrim({{country}}, {_BLANKS}), ''), {{company_country}})"),
    Fact("city", "city", Type.TEXT, "{city}"),
    Fact("phone", "phone", Type.TEXT, "{phone}"),
    Fact("source", "source", Type.TEXT, "{source}"),
    Fact("campaign", "campaign that brought it", Type.TEXT, "g.name"),
    Fact("created", "became a lead", Type.DATE, "({created_at} AT TIME ZONE m.zone)::date"),
    Fact(
        "opted_out",
        "opted out",
        Type.BOOLEAN,
        "coalesce({opted_out_at} <= m.as_of, false)",
        "the person has opted out",
        "the person has not opted out",
    ),
    Fact("company", "company", Type.TEXT, "{company}"),
    Fact("industry", "industry", Type.TEXT, "{industry}"),
    Fact("employees", "people", Type.NUMBER, "{employees}"),
    Fact("revenue", "yearly revenue", Type.NUMBER, "{revenue}"),
    Fact(
        "named_account",
        "named account",
        Type.BOOLEAN,
        "coalesce({named_account}, false)",
        "it is from a named account",
        "it is not from a named account",
    ),
    Fact(
        "customer",
        "customer",
        Type.BOOLEAN,
        "coalesce(c.customer_since <= m.as_of, false)",
        "its company is a customer",
        "its company is no customer",
    ),
    Fact(
        "open_deal",
        "open deal",
        Type.BOOLEAN,
        f"(EXISTS (SELECT FROM leads_opportunity o WHERE o.lead_id = {{lead}} AND {_OPEN_THEN}) OR "
        f"EXISTS (SELECT FROM leads_opportunity o WHERE o.company_id = {{company_id}} AND {_OPEN_THEN}))",
        "its company has an open deal",
        "its company has no open deal",
    ),
)
# What the score says of a lead. Routing alone asks for it: a definition that did would ask for itself.
OF_SCORE: dict[str, Fact] = _facts(
    Fact(
        "hot",
        "hot",
        Type.BOOLEAN,
        "coalesce((SELECT s.hot FROM leads_leadscore s WHERE s.lead_id = {lead}), false)",
        "it is hot",
        "it is not hot",
    ),
    Fact("grade", "fit grade", Type.TEXT, "(SELECT s.grade FROM leads_leadscore s WHERE s.lead_id = {lead})"),
)
EVERYWHERE = FACTS | OF_SCORE  # what every installation knows; the rest has a colon in its key
PERSONA = "persona:"
OF_COMPANY = frozenset({"company", "industry", "employees", "revenue", "named_account", "customer", "open_deal"})


@once
def facts_for() -> dict[str, Fact]:
    """All the facts of this installation: the known ones, its custom attributes, and the personas both sides signed."""
    custom = {fact.key: fact for fact in map(_custom, attributes()) if fact}
    return FACTS | custom | {fact.key: fact for fact in map(persona_fact, signed_personas())}


@once
def attributes() -> list[Attribute]:
    """The fields of leads and companies that this organisation added, by label."""
    return list(Attribute.objects.order_by("label"))


@once
def signed_personas() -> list[PersonaVersion]:
    """The versions of personas that count now or once did, by name."""
    return list(PersonaVersion.objects.ever_in_force().order_by("persona__name", "revision__number"))


@once
def facts_for_routing() -> dict[str, Fact]:
    """What a rule of routing may ask: what a definition may, and what the score says."""
    return facts_for() | OF_SCORE


def persona_fact(version: PersonaVersion) -> Fact:
    """Whether a lead fits one version of a persona. Its key names the version, so that a rule stays with that one."""
    name = f"the persona “{version.persona}” (v{version.revision.number})"
    return Fact(
        f"{PERSONA}{version.pk}",
        name,
        Type.BOOLEAN,
        "",
        f"it fits {name}",
        f"it does not fit {name}",
        version.conditions,
        version.revision.rules,
    )


def missing(key: str, operator: str) -> Fact:
    """Stands for a field that was taken away: it is unknown of everybody."""
    of = next((each for each in Type if operator in OPERATORS[each]), Type.TEXT)
    return Fact(key, key, of, f"NULL::{of if of != Type.NUMBER else 'numeric'}")


def _custom(attribute: Attribute) -> Fact | None:
    if not KEY.fullmatch(attribute.key):
        return None
    column = "{attributes}" if attribute.on == Attribute.On.LEAD else "{company_attributes}"
    sql = _ATTRIBUTE[Type(attribute.type)].format(document=column, key=attribute.key)
    return Fact(f"{attribute.on}:{attribute.key}", _label(attribute.label), Type(attribute.type), sql)


def _label(label: str) -> str:
    """In a sentence a label starts small, unless it is an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


# What does not fit its type counts as unknown and never fails a statement. The doubled braces leave
# `{attributes}` to be filled in by `Fact.raw`.
_ATTRIBUTE = {
    Type.TEXT: "({document}->>'{key}')",
    Type.NUMBER: "CASE jsonb_typeof({document}->'{key}') WHEN 'number' THEN ({document}->>'{key}')::numeric END",
    Type.BOOLEAN: "CASE jsonb_typeof({document}->'{key}') WHEN 'boolean' THEN ({document}->>'{key}')::boolean END",
    Type.DATE: (
        "left(jsonb_path_query_first({document}->'{key}', '$.datetime()', '{{{{}}}}', true) #>> '{{{{}}}}', 10)::date"
    ),
}

PAIRS = ", ".join(f"'{name}', {column}" for name, column in NOW.items())
FIRST = f"""
INSERT INTO leads_leadversion (lead_id, from_at, recorded_at, facts)
SELECT m.id, least(m.created_at, %(at)s), %(at)s, jsonb_strip_nulls(jsonb_build_object({PAIRS}))
  FROM leads_lead m
  {JOIN_NOW}
 WHERE m.id = ANY(%(leads)s)
"""
# The zero keeps the planner from building the document twice: to compare it and to write it.
KEEP = f"""
INSERT INTO leads_leadversion (lead_id, from_at, recorded_at, facts)
SELECT m.id, CASE WHEN last.facts IS NULL THEN least(m.created_at, %(at)s) ELSE %(at)s END, %(at)s, new.facts
  FROM leads_lead m
  {JOIN_NOW}
 CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object({PAIRS})) AS facts OFFSET 0) new
  LEFT JOIN LATERAL (
       SELECT facts FROM leads_leadversion WHERE lead_id = m.id ORDER BY from_at DESC LIMIT 1
  ) last ON true
 WHERE m.id = ANY(%(leads)s) AND last.facts IS DISTINCT FROM new.facts
    ON CONFLICT (lead_id, from_at) DO UPDATE SET facts = excluded.facts
"""


def first_snapshot(lead_ids: Iterable[int], *, at: datetime) -> None:
    """Keep what is known of leads that have just been made: the version that counts from their creation."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, {"leads": list(lead_ids), "at": at})


def snapshot(lead_ids: Iterable[int], *, at: datetime) -> int:
    """Keep what is known of these leads from `at` on; return how many versions that wrote.

    The first version of a lead counts from its creation; a lead whose facts are what its last
    version says gets no new one.
    """
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"leads": sorted(set(lead_ids)), "at": at})
        return cursor.rowcount
