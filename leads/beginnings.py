"""Reckoning what converts, each night: with what every lead began, and how far those came who began alike.

A lead begins with its first act. Whoever was an MQL before the first act that is known is left out:
nobody can say with what they began. What is written may be thrown away and reckoned anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min, QuerySet

from agreements.models import PersonaVersion
from common.periods import Period, quarter_of, year_of
from leads.kinds import OFFERS
from leads.models import Beginning, Conversion, Criteria
from leads.models.beginning import WINDOW, By
from leads.personas import who_fits
from leads.scoring.moments import Now
from leads.scoring.sql import Values

RECENT, EVER = "recent", "ever"
LATELY = timedelta(days=365)
REACHED = {"mql": "mql_at", "accepted": "accepted_at", "customer": "customer_at"}

FRESH = """
CREATE TEMPORARY TABLE fresh_beginning AS
SELECT l.id AS lead_id, t.occurred_at AS at, t.kind, left(lower(btrim(replace(t.channel, ':', ' '))), 40) AS channel,
       btrim(l.source) AS source, t.content_id, t.campaign_id, e.mql_at, e.accepted_at, e.customer_at,
       {personas} AS personas
  FROM leads_lead l
 CROSS JOIN LATERAL (SELECT * FROM leads_touch WHERE lead_id = l.id AND responded
                      ORDER BY occurred_at, id LIMIT 1) t
  LEFT JOIN (SELECT lead_id, min(mql_at) AS mql_at, min(sal_at) AS accepted_at, min(customer_at) AS customer_at
               FROM leads_episode WHERE NOT self_sourced GROUP BY lead_id) e ON e.lead_id = l.id
  LEFT JOIN ({fits}) f ON f.lead_id = l.id
 WHERE l.origin = 'marketing'
   AND coalesce(least(e.mql_at, e.accepted_at, e.customer_at) >= t.occurred_at, true)
"""
GONE = "DELETE FROM leads_beginning b WHERE NOT EXISTS (SELECT FROM fresh_beginning f WHERE f.lead_id = b.lead_id)"
COLUMNS = ("at", "kind", "channel", "source", "content_id", "campaign_id", *REACHED.values(), "personas")
KEEP = f"""
INSERT INTO leads_beginning AS b (lead_id, {", ".join(COLUMNS)})
SELECT lead_id, {", ".join(COLUMNS)} FROM fresh_beginning
    ON CONFLICT (lead_id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in COLUMNS)}
 WHERE ({", ".join(f"b.{column}" for column in COLUMNS)})
       IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in COLUMNS)})
"""
# What is asked of a lead whose window is over; `b` is its beginning.
OVER = "b.at + %(window)s <= %(at)s"
WITHIN = f"{OVER} AND b.{{column}} <= b.at + %(window)s"
KEYS = {
    By.OFFER: "CASE WHEN b.content_id IS NOT NULL THEN 'content:' || b.content_id "
    "WHEN b.kind = ANY(%(offers)s) THEN 'kind:' || b.kind ELSE '' END",
    By.MEDIUM: "b.channel || ':' || b.kind",
    By.SOURCE: "b.source",
    By.CAMPAIGN: "coalesce(b.campaign_id::text, '')",
}
# Each beginning once for every period, persona and key that it belongs to.
EACH = f"""
  FROM leads_beginning b
  JOIN unnest(%(names)s, %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS s (period, starts_at, ends_at)
       ON b.at >= s.starts_at AND b.at < s.ends_at
 CROSS JOIN LATERAL unnest(0 || b.personas) AS p (persona)
 CROSS JOIN LATERAL (VALUES ('', ''), {", ".join(f"('{by}', {key})" for by, key in KEYS.items())}) AS d (by, key)
"""
COUNT = f"""
INSERT INTO leads_conversion (by, key, period, persona, leads, maturing, mqls, accepted, customers, at)
SELECT d.by, d.key, s.period, p.persona, count(*) FILTER (WHERE {OVER}), count(*) FILTER (WHERE NOT {OVER}),
       {", ".join(f"count(*) FILTER (WHERE {WITHIN.format(column=column)})" for column in REACHED.values())},
       %(at)s
{EACH}
 GROUP BY 1, 2, 3, 4
"""
# A median sorts what it is of: asked apart, that is only those who came so far.
MEDIANS = f"""
UPDATE leads_conversion c SET to_mql = m.to_mql, to_customer = m.to_customer
  FROM (SELECT d.by, d.key, s.period, p.persona,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY b.mql_at - b.at)
                   FILTER (WHERE {WITHIN.format(column="mql_at")}) AS to_mql,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY b.customer_at - b.at)
                   FILTER (WHERE {WITHIN.format(column="customer_at")}) AS to_customer
        {EACH}
         WHERE b.mql_at IS NOT NULL OR b.customer_at IS NOT NULL
         GROUP BY 1, 2, 3, 4) m
 WHERE (c.by, c.key, c.period, c.persona) = (m.by, m.key, m.period, m.persona)
"""


@dataclass(frozen=True)
class Span:
    """A time in which leads began, from a moment up to, and without, another."""

    key: str
    label: str
    start: datetime
    end: datetime


@transaction.atomic
def reckon(*, at: datetime) -> int:
    """Write down with what each lead began, and what converted, as of a moment; return how many leads there are.

    Safe to run twice, or on two workers at once: the second waits and writes nothing new.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('what converts'))")
        _keep_beginnings(cursor, at)
        Conversion.objects.all().delete()
        spans = spans_of(at)
        asked = {"names": [s.key for s in spans], "starts": [s.start for s in spans], "ends": [s.end for s in spans]}
        for statement in (COUNT, MEDIANS):
            cursor.execute(statement, asked | {"at": at, "window": WINDOW, "offers": sorted(OFFERS)})
    return Beginning.objects.count()


def _keep_beginnings(cursor: object, at: datetime) -> None:
    versions = list(PersonaVersion.objects.ruling().order_by("pk"))
    values = Values()
    fits = who_fits(versions, Now(at), values) if versions else "SELECT NULL::bigint AS lead_id"
    hits = ", ".join(f"CASE WHEN f.h{n} THEN {version.pk} END" for n, version in enumerate(versions))
    personas = f"array_remove(ARRAY[{hits}]::bigint[], NULL)"
    cursor.execute(FRESH.format(personas=personas, fits=fits), values.bound)
    for statement in (GONE, KEEP, "DROP TABLE fresh_beginning"):
        cursor.execute(statement)


def spans_of(at: datetime) -> list[Span]:
    """What a page can be asked for, the latest first: lately, each quarter and year there is, ever.

    Quarters and years begin in the zone of the definition that rules.
    """
    found = Beginning.objects.aggregate(first=Min("at"), last=Max("at"))
    lately = Span(RECENT, "Last 12 months", at - LATELY, at + timedelta.resolution)
    if found["first"] is None:
        return [lately]
    ruling = Criteria.objects.ruling()
    zone = ruling.zone if ruling else settings.TIME_ZONE
    ever = Span(EVER, "Ever", found["first"], found["last"] + timedelta.resolution)
    since, until = found["first"], found["last"]
    periods = [*_back(quarter_of(until, zone), since), *_back(year_of(until, zone), since)]
    return [lately, *(Span(each.key, each.label, each.start, each.end) for each in periods), ever]


def _back(period: Period, first: datetime) -> Iterator[Period]:
    """A period and those before it, as far as the one in which a moment lies."""
    while period.end > first:
        yield period
        period = period.previous()


def behind(found: Conversion, what: str) -> QuerySet[Beginning]:
    """The leads behind one figure of a conversion: `leads`, `maturing`, `mql`, `accepted` or `customer`.

    Raises KeyError for another.
    """
    span = next(span for span in spans_of(found.at) if span.key == found.period)
    rows = Beginning.objects.with_what(found.by, found.key).filter(at__gte=span.start, at__lt=span.end)
    rows = rows.filter(personas__contains=[found.persona]) if found.persona else rows
    if what == "maturing":
        return rows.filter(at__gt=found.at - WINDOW)
    rows = rows.filter(at__lte=found.at - WINDOW)
    return rows if what == "leads" else rows.filter(**{f"{REACHED[what]}__lte": F("at") + WINDOW})
