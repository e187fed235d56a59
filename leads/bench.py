"""Scoring measured: ten rules on facts and five on touches, over leads with five touches each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from agreements.models import Revision, State
from common import clock as db_clock
from common.bench import Timing, bench, best, run
from leads import backtest as replaying
from leads import draining, facts, rescoring
from leads.importing import bench as importing
from leads.models import Backtest, BacktestLead, Criteria, DueLead, Lead, LeadScore
from leads.scoring.compiler import COLUMNS
from leads.scoring.preview import preview

__all__ = ["importing"]  # contributes its own

ZONE = "Europe/Amsterdam"

ON_FACTS: list[tuple[str, str, list[Any], int]] = [
    ("title", "is_any_of", ["CEO", "VP Sales", "VP Marketing"], 20),
    ("title", "contains", ["Director", "Head"], 12),
    ("title", "is_any_of", ["Student", "Intern"], -25),
    ("country", "is_any_of", ["US", "CA", "GB"], 10),
    ("country", "is_any_of", ["DE", "FR", "NL", "SE"], 6),
    ("employees", "between", ["100", "999"], 15),
    ("employees", "at_least", ["1000"], 10),
    ("industry", "is_any_of", ["software", "finance"], 8),
    ("source", "is_any_of", ["referral", "webinar"], 9),
    ("business_email", "is", [False], -5),
]
ON_TOUCHES = [
    ("page_view", 2, 10),
    ("pricing_page", 5, 20),
    ("webinar_attended", 15, 30),
    ("download", 10, 20),
    ("email_click", -10, 30),
]

HASHED = "(SELECT g, (hashint8(g::bigint + {salt})::bigint + 2147483648) AS h FROM generate_series(1, {rows}) g) x"
FILL = [
    """INSERT INTO leads_company (name, domain, industry, employees, country, named_account, attributes, created_at)
       SELECT 'Company ' || g, 'company' || g || '.example',
              (ARRAY['software','finance','retail','health','education','energy'])[1 + h %% 6],
              (ARRAY[3,8,25,60,150,400,900,2500,12000])[1 + (h / 99) %% 9],
              (ARRAY['US','DE','FR','GB','IN','BR','JP','CA','NL','SE'])[1 + (h / 5120) %% 10],
              h %% 20 = 0, '{{}}', %(at)s FROM {companies}""",
    """INSERT INTO leads_lead (email, first_name, last_name, title, phone, city, country, company_id, source, origin,
                               external_source, external_id, attributes, created_at, stage, stage_at, episode, plan,
                               quality_returns, person_decides)
       SELECT 'person' || g || '@' || CASE WHEN h %% 4 = 0 THEN 'gmail.com' ELSE 'company' || g || '.example' END,
              'Ann', 'Smith',
              (ARRAY['CEO','VP Sales','VP Marketing','Head of IT','Engineer','Manager','Student','Analyst','Director',
                     'Intern'])[1 + (h / 512) %% 10],
              '', '', (ARRAY['US','DE','FR','GB','IN','BR','JP','CA','NL','SE'])[1 + (h / 5120) %% 10],
              (SELECT min(id) FROM leads_company) + h %% %(companies)s,
              (ARRAY['webinar','form','ads','event','referral','import'])[1 + (h / 7) %% 6], 'marketing',
              '', '', '{{}}', %(at)s - (h %% 31536000) * interval '1 second', 'lead', %(at)s, 1, '', 0, false
         FROM {leads}""",
    """INSERT INTO leads_touch (lead_id, kind, occurred_at, recorded_at, responded, channel, detail, external_source,
                                external_id)
       SELECT (SELECT min(id) FROM leads_lead) + CASE WHEN h %% 2 = 0 THEN (h / 2) %% (%(leads)s / 10)
                                                      ELSE (h / 2) %% %(leads)s END,
              (ARRAY['page_view','pricing_page','webinar_attended','download','email_click','form'])[1 + (h / 11) %% 6],
              %(at)s - interval '180 days' + g * (interval '180 days' / %(touches)s), %(at)s, h %% 10 <> 0,
              '', '', '', ''
         FROM {touches}""",
]

# The same definition as one statement that knows it by heart; of everybody, or of some leads.
BY_HAND_OF = """
SELECT id AS lead_id, fit, engagement, greatest(fit + engagement, 0) AS total,
       CASE WHEN fit >= 40 THEN 'A' WHEN fit >= 25 THEN 'B' WHEN fit >= 10 THEN 'C' ELSE 'D' END AS grade,
       greatest(fit + engagement, 0) >= 60 AND fit >= 20 AS qualifies, false AS fast_track,
       greatest(fit + engagement, 0) >= 90 AS hot, engaged_at, NULL::timestamptz AS fast_track_at,
       oldest + 30 AS changes_on
  FROM (SELECT l.id,
               CASE WHEN lower(btrim(l.title)) IN ('ceo', 'vp sales', 'vp marketing') THEN 20 ELSE 0 END
             + CASE WHEN l.title ILIKE '%%director%%' OR l.title ILIKE '%%head%%' THEN 12 ELSE 0 END
             + CASE WHEN lower(btrim(l.title)) IN ('student', 'intern') THEN -25 ELSE 0 END
             + CASE WHEN lower(btrim(coalesce(nullif(l.country, ''), c.country))) IN ('us', 'ca', 'gb')
                    THEN 10 ELSE 0 END
             + CASE WHEN lower(btrim(coalesce(nullif(l.country, ''), c.country))) IN ('de', 'fr', 'nl', 'se')
                    THEN 6 ELSE 0 END
             + CASE WHEN c.employees BETWEEN 100 AND 999 THEN 15 ELSE 0 END
             + CASE WHEN c.employees >= 1000 THEN 10 ELSE 0 END
             + CASE WHEN lower(btrim(c.industry)) IN ('software', 'finance') THEN 8 ELSE 0 END
             + CASE WHEN lower(btrim(l.source)) IN ('referral', 'webinar') THEN 9 ELSE 0 END
             + CASE WHEN split_part(l.email, '@', 2) = 'gmail.com' THEN -5 ELSE 0 END AS fit,
               coalesce(b.points, 0) AS engagement, b.engaged_at, b.oldest
          FROM leads_lead l
          LEFT JOIN leads_company c ON c.id = l.company_id
          LEFT JOIN (
               SELECT t.lead_id,
                      least(2 * count(*) FILTER (WHERE kind = 'page_view'), 10)
                    + least(5 * count(*) FILTER (WHERE kind = 'pricing_page'), 20)
                    + least(15 * count(*) FILTER (WHERE kind = 'webinar_attended'), 30)
                    + least(10 * count(*) FILTER (WHERE kind = 'download'), 20)
                    + greatest(-10 * count(*) FILTER (WHERE kind = 'email_click'), -30) AS points,
                      max(occurred_at) FILTER (WHERE kind <> 'email_click') AS engaged_at,
                      (min(occurred_at) AT TIME ZONE %(zone)s)::date AS oldest
                 FROM leads_touch t JOIN leads_lead x ON x.id = t.lead_id
                WHERE responded AND occurred_at <= %(at)s AND occurred_at >= %(since)s
                  AND (x.engagement_from IS NULL OR occurred_at >= x.engagement_from)
                  AND kind IN ('page_view', 'pricing_page', 'webinar_attended', 'download', 'email_click') {and_touches}
                GROUP BY t.lead_id
          ) b ON b.lead_id = l.id {where_leads} OFFSET 0) summed
"""
BY_HAND = BY_HAND_OF.format(where_leads="", and_touches="")
BY_HAND_OF_SOME = BY_HAND_OF.format(where_leads="WHERE l.id = ANY(%(ids)s)", and_touches="AND t.lead_id = ANY(%(ids)s)")
KEPT = COLUMNS[2:]
CHANGED = f"({', '.join(f's.{name}' for name in KEPT)}) IS DISTINCT FROM ({', '.join(f'e.{name}' for name in KEPT)})"
RESCORE_BY_HAND = f"""
UPDATE leads_leadscore s SET scored_at = %(at)s, {", ".join(f"{name} = e.{name}" for name in KEPT)}
  FROM ({{reckoned}}) e WHERE e.lead_id = s.lead_id AND {CHANGED}
"""
TAKE_BY_HAND = "DELETE FROM leads_duelead WHERE lead_id = ANY(%(ids)s) RETURNING lead_id, fresh"
LOCK_BY_HAND = "SELECT id FROM leads_lead WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
READ_BY_HAND = f"SELECT count(*), sum(total), count(*) FILTER (WHERE qualifies) FROM ({BY_HAND}) e"
DIFFERENT = f"SELECT count(*) FROM leads_leadscore s JOIN ({BY_HAND}) e USING (lead_id) WHERE {CHANGED}"


TOUCHES_EACH = 10
# Everybody came before their touches, so that each touch is a moment of its own.
CAME_BEFORE = "UPDATE leads_lead SET created_at = %(at)s - interval '200 days' - (id %% 150) * interval '1 day'"

# The last thirty local days up to the moment: whole days, without what came later on the day itself.
COUNTED = ", ".join(
    f"count(*) FILTER (WHERE kind = '{kind}') OVER month - count(*) FILTER (WHERE kind = '{kind}') OVER that_day"
    f" + count(*) FILTER (WHERE kind = '{kind}') OVER so_far AS {kind}"
    for kind, _, _ in ON_TOUCHES
)
POINTS = " + ".join(
    f"{'least' if points > 0 else 'greatest'}({points} * {kind}, {cap if points > 0 else -cap})"
    for kind, points, cap in ON_TOUCHES
)
# The same definition, replayed by one statement that knows it by heart, and that nobody's facts ever changed.
REPLAY_BY_HAND = f"""
INSERT INTO leads_backtestlead (backtest_id, lead_id, qualified_at, total, best, best_decided, best_dealt)
SELECT %(backtest)s, lead_id, min(at) FILTER (WHERE total >= 60),
       (array_agg(total ORDER BY at) FILTER (WHERE total >= 60))[1], max(total), 0, 0
  FROM (SELECT f.id AS lead_id, f.created_at AS at, f.fit AS total FROM known f
         UNION ALL
        SELECT f.id, t.occurred_at, f.fit + {POINTS}
          FROM known f
          JOIN (SELECT lead_id, occurred_at, {COUNTED}
                  FROM (SELECT lead_id, kind, occurred_at,
                               (occurred_at AT TIME ZONE %(zone)s)::date - date '2000-01-01' AS day
                          FROM leads_touch WHERE responded AND occurred_at < %(until)s) d
                WINDOW month AS (PARTITION BY lead_id ORDER BY day RANGE BETWEEN 29 PRECEDING AND CURRENT ROW),
                       that_day AS (PARTITION BY lead_id, day),
                       so_far AS (PARTITION BY lead_id, day ORDER BY occurred_at)) t ON t.lead_id = f.id) moments
 WHERE total > 0
 GROUP BY lead_id
"""
FIT_BY_HAND = f"""
CREATE TEMP TABLE known AS
SELECT l.id, l.created_at, e.fit FROM leads_lead l JOIN ({BY_HAND}) e ON e.lead_id = l.id WHERE e.fit >= 20
"""
REPLAYED_OTHERWISE = """
SELECT count(*) FROM (SELECT * FROM leads_backtestlead WHERE backtest_id = %(ours)s) o
  FULL JOIN (SELECT * FROM leads_backtestlead WHERE backtest_id = %(bare)s) b USING (lead_id)
 WHERE (o.qualified_at, o.total, o.best) IS DISTINCT FROM (b.qualified_at, b.total, b.best)
"""


@bench("rescore")
def rescore(leads: int) -> Iterator[Timing]:
    """Everybody scored anew, when all, one in a hundred and none of the scores change; and marked leads alone."""
    at = db_clock.now()
    fill(leads, at)
    rule(at)
    rescoring.rescore(at=at)
    known = _known(at)
    _check_equal(known)
    everyone = RESCORE_BY_HAND.format(reckoned=BY_HAND)

    def ours() -> None:
        rescoring.rescore(at=at)

    def bare() -> None:
        run(everyone, known)

    yield best("rescore, every score changes", ours, bare, before=lambda: _disturb(1))
    yield best("rescore, 1 % change", ours, bare, before=lambda: _disturb(100))
    yield best("rescore, none change", ours, lambda: run(READ_BY_HAND, known))
    yield from _due(leads, at, known)
    yield from _counted_live(at, known)


def _counted_live(at: datetime, known: dict[str, Any]) -> Iterator[Timing]:
    """Who meets a draft now; nothing where that takes longer than a reader waits, who is told so instead."""
    draft = Criteria.objects.with_rules().get()
    if preview(draft, at=at):
        yield best("count a draft live", lambda: preview(draft, at=at), lambda: run(READ_BY_HAND, known))


def _due(leads: int, at: datetime, known: dict[str, Any]) -> Iterator[Timing]:
    """One lead in ten is due, at most ten thousand: drained in batches, against three statements on them all."""
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:leads:10][:10_000])
    some = RESCORE_BY_HAND.format(reckoned=BY_HAND_OF_SOME)
    asked = known | {"ids": ids}

    def mark() -> None:
        DueLead.objects.all().delete()
        DueLead.objects.mark(ids, fresh=False)
        LeadScore.objects.filter(pk__in=ids).update(fit=Decimal(-1))
        run("VACUUM (ANALYZE) leads_leadscore")

    def ours() -> None:
        while draining.score_due(at=at):
            pass

    @transaction.atomic
    def bare() -> None:
        for statement in (TAKE_BY_HAND, LOCK_BY_HAND, some):
            run(statement, asked)

    yield best(f"{len(ids):,} due leads", ours, bare, before=mark)


def fill(leads: int, at: datetime, *, touches_each: int = 5) -> None:
    """People, their companies and their touches, the same ones every time."""
    if Lead.objects.exists():
        raise RuntimeError("A benchmark fills an empty database; this one has leads.")
    sizes = {"leads": leads, "companies": max(leads // 5, 1), "touches": leads * touches_each}
    rows = {name: HASHED.format(salt=salt, rows=size) for salt, (name, size) in enumerate(sizes.items())}
    for statement in FILL:
        run(statement.format(**rows), sizes | {"at": at})
    run("VACUUM ANALYZE")


def rule(at: datetime) -> Criteria:
    """Put the definition on trial, which scores like one in force."""
    revision = Revision.objects.draft("criteria", by=None, at=at)
    criteria = Criteria.objects.create(
        revision=revision, zone=ZONE, threshold=Decimal(60), min_fit=Decimal(20), hot_at=Decimal(90)
    )
    for field, operator, values, points in ON_FACTS:
        criteria.add_rule(
            by=None, section="scored", field=field, operator=operator, values=values, points=Decimal(points)
        )
    for kind, points, cap in ON_TOUCHES:
        criteria.add_rule(
            by=None, section="scored", touch_kind=kind, points=Decimal(points), cap=Decimal(cap), window_days=30
        )
    Revision.objects.filter(pk=revision.pk).update(
        state=State.TRIAL, in_force_at=at, trial_until=at + timedelta(days=30)
    )
    return criteria


def _known(at: datetime) -> dict[str, Any]:
    """What the statement by hand is given: the moment, and the midnight thirty days' touches begin at."""
    first_day = at.astimezone(ZoneInfo(ZONE)).date() - timedelta(days=29)
    return {"at": at, "zone": ZONE, "since": datetime.combine(first_day, datetime.min.time(), ZoneInfo(ZONE))}


def _check_equal(known: dict[str, Any]) -> None:
    """Two ways that give different scores are not worth comparing."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT, known)
        different = cursor.fetchone()[0]
    if different:
        raise RuntimeError(f"The statement by hand gives other scores for {different} leads.")


def _disturb(every: int) -> None:
    """Make the score of every so manieth lead wrong."""
    run("UPDATE leads_leadscore SET fit = fit + 1 WHERE lead_id %% %(every)s = 0", {"every": every})
    run("VACUUM (ANALYZE) leads_leadscore")


@bench("backtest")
def backtest(leads: int) -> Iterator[Timing]:
    """Everybody replayed at each moment something changed, with the figures' rows written."""
    at = db_clock.now()
    fill(leads, at, touches_each=TOUCHES_EACH)
    run(CAME_BEFORE, {"at": at})
    for first in range(0, leads, 10_000):
        facts.first_snapshot(Lead.objects.order_by("pk").values_list("pk", flat=True)[first : first + 10_000], at=at)
    run("VACUUM ANALYZE")
    criteria = rule(at)

    def ours() -> None:
        replaying.start(criteria, by=None, at=at)
        replaying.go_on(clock=lambda: at)

    def bare() -> None:
        _replay_by_hand(criteria, at)

    ours()
    _check_replayed(_replay_by_hand(criteria, at))
    yield best("backtest, every moment of everybody", ours, bare, before=Backtest.objects.all().delete)


def _replay_by_hand(criteria: Criteria, at: datetime) -> Backtest:
    """The rows of the finished backtest once more, by hand."""
    since, until = replaying.period(criteria, at=at)
    made = Backtest.objects.create(
        criteria=criteria, since=since, until=until, started_at=at, leased_until=at, finished_at=at
    )
    known: dict[str, Any] = _known(at) | {"backtest": made.pk, "until": until}
    run("DROP TABLE IF EXISTS known")
    run(FIT_BY_HAND, known)
    run(REPLAY_BY_HAND, known)
    return made


def _check_replayed(bare: Backtest) -> None:
    """Two ways that tell different moments are not worth comparing."""
    ours = Backtest.objects.exclude(pk=bare.pk).get()
    with connection.cursor() as cursor:
        cursor.execute(REPLAYED_OTHERWISE, {"ours": ours.pk, "bare": bare.pk})
        [(different,)] = cursor.fetchall()
    if different or not BacktestLead.objects.filter(backtest=ours).exists():
        raise RuntimeError(f"The statement by hand tells another moment for {different} leads.")
