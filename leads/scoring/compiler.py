"""The one evaluator: a definition becomes one SQL statement over a relation of leads and moments.

Scoring one lead, a million, a draft nobody signed, a past moment, and explaining a score: all of
them run what `compile_criteria` returns. The statement reads the touches once, counts them for
every rule side by side, joins the facts, and adds up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads.definition import Axis, Section, reach
from leads.facts import Fact, facts_for, missing
from leads.models.criteria import Criteria, Rule
from leads.scoring.matching import Reading, all_match, read_columns, reading
from leads.scoring.moments import Moments
from leads.scoring.sql import Statement, Values
from leads.scoring.terms import Term, cents, fact_term, touch_term

MOST = 99_999_999  # cents that fit the columns of LeadScore

# OFFSET 0 keeps a level from being flattened into the next one, where an expression that is used
# several times would be computed as many times.
EVALUATE = """
WITH m AS NOT MATERIALIZED ({moments})
SELECT s.lead_id, s.as_of,
       s.fit * 0.01 AS fit, s.engagement * 0.01 AS engagement,
       s.total * 0.01 AS total,
       CASE WHEN s.fit >= {a} THEN 'A' WHEN s.fit >= {b} THEN 'B' WHEN s.fit >= {c} THEN 'C' ELSE 'D' END AS grade,
       s.allowed AND (s.fast_track OR {reached}) AS qualifies,
       s.fast_track,
       s.allowed AND s.fast_track OR {hot} AS hot,
       s.engaged_at, s.fast_track_at, s.day + s.days AS changes_on{detail}
  FROM (SELECT r.*, least(greatest(r.fit + r.engagement, 0), {most}) AS total
          FROM (SELECT k.lead_id, k.as_of, k.day,
                       least(greatest({fit}, -{most}), {most}) AS fit,
                       least(greatest({engagement}, -{most}), {most}) AS engagement,
                       {allowed} AS allowed, {fast_track} AS fast_track,
                       {engaged_at} AS engaged_at, {fast_track_at} AS fast_track_at, {days} AS days{terms}
                  FROM (SELECT m.lead_id, m.as_of, m.day{facts} FROM m {joins} OFFSET 0) k {acts}
                OFFSET 0) r
        OFFSET 0) s
"""
ACTS = """
LEFT JOIN (
    SELECT t.lead_id, t.as_of, {aggregates}
      FROM (SELECT m.lead_id, m.as_of, t.kind, t.campaign_id, t.content_id, t.occurred_at,
                   m.day - (t.occurred_at AT TIME ZONE m.zone)::date AS age
              {named} FROM m JOIN leads_touch t ON t.lead_id = m.lead_id
             WHERE {among} AND t.responded AND t.occurred_at <= m.as_of
               AND (m.counts_from IS NULL OR t.occurred_at >= m.counts_from) {recent} {kinds} {known_by}) t
     GROUP BY t.lead_id, t.as_of
) a ON a.lead_id = k.lead_id AND a.as_of = k.as_of
"""
# Midnight in the zone, exact also on days that begin twice or without a midnight: one second
# after the last second of the day before.
MIDNIGHT = "(({day})::timestamp - interval '1 second') AT TIME ZONE m.zone + interval '1 second'"

COLUMNS = (
    "lead_id", "as_of", "fit", "engagement", "total", "grade", "qualifies", "fast_track", "hot",
    "engaged_at", "fast_track_at", "changes_on",
)  # fmt: skip
DETAIL = ("hit", "cents", "days", "at", "count", "later", "matched")
# What a touch was about, in the words of its content or else its own.
NAMED = ", coalesce((SELECT title FROM campaigns_content WHERE id = t.content_id), t.detail) AS named"


@dataclass(frozen=True)
class Compiled:
    """A definition over some moments: the statement, and its rules in the order of the detail columns."""

    statement: Statement
    rules: list[Rule]


def compile_criteria(
    criteria: Criteria,
    moments: Moments,
    *,
    detail: Sequence[str] = (),
    rules: Sequence[Rule] | None = None,
    known: Mapping[str, Fact] | None = None,
) -> Compiled:
    """Compile a definition, or with `rules` one that has these rows instead of its own, which need not be saved.

    With `detail`, each row ends with these columns of DETAIL for every rule, in order. `known` are the facts
    that may be asked for, where they are not those of a definition.
    """
    values = Values()
    zone = values.bind(criteria.zone)
    rules = list(criteria.rules.all() if rules is None else rules)
    facts = _facts_read(rules, known)
    terms = [_term(rule, number, facts, values) for number, rule in enumerate(rules)]
    text = EVALUATE.format(
        moments=moments.relation(zone, values),
        facts=read_columns(facts, moments.columns, said=detail),
        joins=moments.joins,
        acts=_acts(terms, moments, values, detail="later" in detail),
        fit=_sum(terms, Axis.FIT),
        engagement=_sum(terms, Axis.ENGAGEMENT),
        allowed=_allowed(terms),
        fast_track=_any(term for term in terms if term.rule.section == Section.FAST_TRACK),
        engaged_at=_latest(term.at for term in terms if term.rule.section == Section.SCORED and term.earns),
        fast_track_at=_latest(term.at for term in terms if term.rule.section == Section.FAST_TRACK),
        days=f"least({', '.join(['NULL::int', *(term.days for term in terms)])})",
        terms="".join(f", {getattr(term, name)} AS r{n}_{name}" for n, term in enumerate(terms) for name in detail),
        detail=", s.day" + "".join(f", s.r{n}_{name}" for n in range(len(terms)) for name in detail) if detail else "",
        reached=_reached(criteria),
        hot="false" if criteria.hot_at is None else f"s.total >= {cents(criteria.hot_at)}",
        a=cents(criteria.grade_a),
        b=cents(criteria.grade_b),
        c=cents(criteria.grade_c),
        most=MOST,
    )
    return Compiled(Statement(text, values.bound), rules)


def _facts_read(rules: list[Rule], known: Mapping[str, Fact] | None) -> Reading:
    """The facts that the rules ask about, each with the column that holds it."""
    asked = {rule.field: rule for rule in rules if rule.field}
    known = known or (facts_for() if asked else {})
    return reading(known.get(key) or missing(key, rule.operator) for key, rule in asked.items())


def _term(rule: Rule, number: int, facts: Reading, values: Values) -> Term:
    if not rule.field:
        return touch_term(rule, f"a{number}", values)
    fact, column = facts[rule.field]
    held = all_match(fact.conditions, facts, values) if fact.is_composed else f"k.{column}"
    return fact_term(rule, fact, held, values)


def _acts(terms: list[Term], moments: Moments, values: Values, *, detail: bool) -> str:
    """The touches, read once and counted for every rule side by side; nothing where no rule is about touches."""
    about = [term for term in terms if term.touches]
    if not about:
        return "CROSS JOIN (SELECT) a"
    aggregates = {}
    for term in about:
        aggregates |= term.aggregates | (term.details if detail else {})
    widest = None if any(reach(term.rule) is None for term in about) else max(reach(term.rule) for term in about)
    kinds = {term.rule.touch_kind for term in about}
    return ACTS.format(
        aggregates=", ".join(f"{sql} AS {name}" for name, sql in aggregates.items()),
        named=NAMED if detail else "",
        among=moments.among("t.lead_id", values),
        recent=f"{moments.roughly(widest)} AND t.occurred_at >= {MIDNIGHT.format(day=f'm.day - {widest - 1}')}"
        if widest
        else "",
        kinds="" if "" in kinds else f"AND t.kind = ANY({values.bind(sorted(kinds))})",
        known_by=moments.known_by,
    )


def _sum(terms: list[Term], axis: Axis) -> str:
    return " + ".join(["0::bigint", *(term.cents for term in terms if term.rule.axis == axis)])


def _allowed(terms: list[Term]) -> str:
    """Every must holds and no never does."""
    musts = [term.hit for term in terms if term.rule.section == Section.MUST]
    nevers = [f"NOT ({term.hit})" for term in terms if term.rule.section == Section.NEVER]
    return "(" + " AND ".join(["true", *musts, *nevers]) + ")"


def _any(terms) -> str:
    return "(" + " OR ".join(["false", *(term.hit for term in terms)]) + ")"


def _latest(moments) -> str:
    return f"greatest({', '.join(['NULL::timestamptz', *moments])})"


def _reached(criteria: Criteria) -> str:
    needed = [f"s.total >= {cents(criteria.threshold)}"]
    if criteria.min_fit is not None:
        needed.append(f"s.fit >= {cents(criteria.min_fit)}")
    if criteria.min_engagement is not None:
        needed.append(f"s.engagement >= {cents(criteria.min_engagement)}")
    return "(" + " AND ".join(needed) + ")"
