"""The compiled evaluator against a second opinion in plain Python, on definitions, people and moments nobody chose."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads import draining, facts, scoring
from leads.models import DueLead, Lead, LeadScore
from leads.scoring import Now, Then, terms
from tests.leads.scored_people import DAY, definition, write
from tests.leads.scoring_cases import STORED, Case, crowd, definitions, moments, quiet
from tests.oracles import scoring as oracle

slowly = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.django_db
@slowly
@given(definitions, crowd, moments)
def test_scores_flags_and_the_day_they_change_are_what_the_rules_say(drawn, population, as_of):
    with transaction.atomic():
        case = Case(drawn, population, as_of)
        assert case.scores(Now(as_of)) == case.expected()
        transaction.set_rollback(True)


@pytest.mark.django_db
@slowly
@given(definitions, crowd, moments)
def test_every_line_of_a_ledger_is_what_its_rule_says_and_they_add_up_to_the_score(drawn, population, as_of):
    with transaction.atomic():
        case = Case(drawn, population, as_of)
        ledgers = scoring.ledger(case.criteria, [lead.pk for lead in case.leads], as_of)
        for lead, each, score in zip(case.leads, case.people, case.scores(Now(as_of)), strict=True):
            entries = ledgers[lead.pk]
            said = {
                entry["rule"]: (
                    Decimal(str(entry["points"])),
                    entry.get("count"),
                    entry.get("expires_on"),
                    Decimal(str(entry["falls_to"])) if "falls_to" in entry else None,
                    [words.lower() for words in entry.get("matched", [])],
                )
                for entry in entries
            }
            assert said == {
                rule: (points, count, changes and changes.isoformat(), falls, [words.lower() for words in matched])
                for rule, (points, count, changes, falls, matched) in oracle.ledger(
                    case.criteria, case.rules, each, as_of
                ).items()
            }
            for axis in ("fit", "engagement"):
                assert sum(Decimal(str(e["points"])) for e in entries if e["axis"] == axis) == score[axis]
        transaction.set_rollback(True)


@pytest.mark.django_db
@slowly
@given(definitions, crowd, moments, st.integers(0, 30 * 86_400))
def test_a_past_moment_scores_as_it_did_then_whatever_was_edited_since(drawn, population, as_of, later):
    with transaction.atomic():
        case = Case(drawn, population, as_of)
        ids = [lead.pk for lead in case.leads]
        facts.snapshot(ids, at=as_of)
        then = case.scores(Now(as_of))
        assert case.scores(Then.of((pk, as_of) for pk in ids)) == then
        Lead.objects.filter(pk__in=ids).update(title="Student", country="BR", company=None, attributes={"seats": 1})
        facts.snapshot(ids, at=as_of + timedelta(seconds=later + 1))
        for lead in case.leads:
            lead.touches.create(kind="webinar_attended", occurred_at=as_of + timedelta(seconds=1))
        assert case.scores(Then.of((pk, as_of) for pk in ids)) == then
        transaction.set_rollback(True)


def pick(row: dict, names: list[str]) -> dict:
    return {name: row[name] for name in names}


@pytest.mark.django_db
@slowly
@given(definitions, crowd, moments, st.integers(1, 50 * 24))
def test_the_nightly_run_reaches_what_scoring_everybody_anew_would_give(drawn, population, as_of, hours):
    with transaction.atomic():
        case = Case(drawn, [quiet(each) for each in population], as_of)
        case.criteria.revision.state = "trial"
        case.criteria.revision.in_force_at = as_of
        case.criteria.revision.trial_until = as_of + 30 * DAY
        case.criteria.revision.save()
        scoring.store(case.criteria, Now(as_of))
        later = as_of + timedelta(hours=hours)
        draining.expire(at=later)
        while draining.score_due(at=later):
            pass
        assert not DueLead.objects.exists()
        stored = {row["lead_id"]: row for row in LeadScore.objects.values("lead_id", *STORED)}
        assert [pick(stored[lead.pk], STORED) for lead in case.leads] == case.scores(Now(later))
        transaction.set_rollback(True)


def test_a_draft_scores_without_anything_being_written(db, at):
    criteria = definition(
        {"section": "scored", "points": Decimal(20), "field": "title", "operator": "contains", "values": ["vp"]}, at=at
    )
    [lead] = write([replace(oracle.Person(created_at=at), title="VP")])
    assert scoring.evaluate(criteria, Now(at))[0].total == 20
    assert not LeadScore.objects.filter(lead=lead).exists()


def test_a_window_a_day_too_long_would_be_found(db, at, monkeypatch):
    """The comparison itself is tried: with a fault put into the evaluator, both opinions part."""
    rule = {"section": "scored", "points": Decimal(5), "touch_kind": "form", "window_days": 30}
    criteria = definition(rule, at=at, zone="Europe/Amsterdam")
    person = oracle.Person(created_at=at - 60 * DAY, acts=[oracle.Act("form", at - 30 * DAY)])
    write([person])
    expected = oracle.score(criteria, list(criteria.rules.all()), person, at)["engagement"]
    assert scoring.evaluate(criteria, Now(at))[0].engagement == expected == 0
    right = terms.reach
    monkeypatch.setattr(terms, "reach", lambda rule: right(rule) + 1)
    monkeypatch.setattr("leads.scoring.compiler.reach", terms.reach)
    assert scoring.evaluate(criteria, Now(at))[0].engagement == 5
