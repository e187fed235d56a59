"""Marks and what drains them: no mark is lost, whoever works at the same time, and scores are always the latest."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Event

import pytest
from django.db import transaction

from leads import rescoring, scoring
from leads.draining import expire, score_due
from leads.models import Criteria, DueLead, LeadScore, Rescore
from leads.scoring import Now
from tests.builders import a_lead, a_touch, criteria_in_force
from tests.leads.test_races import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def criteria(theo, nora, at):
    return criteria_in_force(theo=theo, nora=nora, at=at - 40 * DAY)


def drained(at):
    while score_due(at=at):
        pass


def visit(lead, *, at):
    """One more look at the prices, and the mark that belongs to it, in one transaction."""
    with transaction.atomic():
        lead.touches.create(kind="pricing_page", occurred_at=at)
        scoring.mark([lead.pk])


def points(lead):
    return LeadScore.objects.get(pk=lead.pk).total


def test_a_new_lead_is_scored_and_its_mark_is_gone(criteria, at):
    lead = a_lead(at=at, title="Director", touches=[a_touch("webinar_attended", at=at)])
    assert DueLead.objects.filter(lead=lead).exists()
    drained(at)
    assert not DueLead.objects.exists()
    score = LeadScore.objects.get(pk=lead.pk)
    assert (score.fit, score.engagement, score.total, score.grade) == (20, 17, 37, "C")
    assert (score.qualifies, score.engaged_at) == (False, at)
    # The webinar counts for 30 days, the touch as such halves after 21.
    assert score.changes_on == (at + 21 * DAY).date()


def test_several_marks_of_one_lead_are_one_visit(criteria, at):
    lead = a_lead(at=at)
    scoring.mark([lead.pk, lead.pk])
    scoring.mark([lead.pk], fresh=False)
    assert score_due(at=at) == 3
    assert score_due(at=at) == 0


def test_without_a_definition_marks_mean_nothing(db, at):
    a_lead(at=at)
    assert score_due(at=at) == 1
    assert not LeadScore.objects.exists()
    assert not DueLead.objects.exists()


def test_a_drain_that_dies_leaves_everything_as_it_was(criteria, at):
    lead = a_lead(at=at, touches=[a_touch("demo_request", at=at)])
    with transaction.atomic():
        assert score_due(at=at) == 1
        transaction.set_rollback(True)
    lead.refresh_from_db()
    assert (DueLead.objects.count(), LeadScore.objects.count(), lead.stage) == (1, 0, "lead")


def test_who_qualifies_by_a_new_definition_waits_and_who_acts_after_it_is_handed_over_at_once(theo, nora, sam, at):
    before = a_lead(at=at - DAY, touches=[a_touch("demo_request", at=at - DAY)])
    criteria_in_force(theo=theo, nora=nora, at=at)
    assert rescoring.go_on(clock=lambda: at) == 1
    drained(at)
    after = a_lead(at=at + HOUR, touches=[a_touch("demo_request", at=at + HOUR)])
    drained(at + HOUR)
    for lead in (before, after):
        lead.refresh_from_db()
        assert lead.stage == "mql"
    assert not before.handoffs.exists()
    assert after.handoffs.get().owner == sam


def test_points_go_at_midnight_where_the_definition_lives(criteria, at):
    assert criteria.zone == "Europe/Amsterdam"
    evening = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)  # half past eleven at night in Amsterdam
    lead = a_lead(at=evening, touches=[a_touch("pricing_page", at=evening)])
    drained(evening)
    assert points(lead) == 10
    # Fourteen days later Amsterdam is an hour ahead of UTC still: midnight is at 23:00 the day before.
    midnight = datetime(2026, 3, 23, 23, 0, tzinfo=UTC)
    assert expire(at=midnight - timedelta(seconds=1)) == 0
    assert expire(at=midnight) == 1
    drained(midnight)
    assert points(lead) == 2


def test_doing_the_night_again_changes_nothing(criteria, at):
    lead = a_lead(at=at, touches=[a_touch("pricing_page", at=at)])
    drained(at)
    later = at + 14 * DAY
    assert (expire(at=later), expire(at=later)) == (1, 1)
    assert score_due(at=later) == 2
    assert expire(at=later) == 0
    assert points(lead) == 2


def test_scoring_everybody_goes_on_where_a_killed_worker_stopped(theo, nora, at):
    leads = [a_lead(at=at - DAY, title="Director") for _ in range(5)]
    DueLead.objects.all().delete()
    criteria = criteria_in_force(theo=theo, nora=nora, at=at)
    job = Rescore.objects.claim(at=at)
    assert rescoring.step(job, at=at, batch=2)
    # Killed here: nobody else may go on before the lease is over.
    assert rescoring.go_on(clock=lambda: at + timedelta(seconds=59)) == 0
    job.refresh_from_db()
    assert (job.done, job.total, job.finished_at) == (2, 5, None)
    assert rescoring.go_on(clock=lambda: at + timedelta(minutes=2), batch=2) == 3
    job.refresh_from_db()
    assert (job.done, job.share, job.finished_at) == (5, 1.0, at + timedelta(minutes=2))
    assert LeadScore.objects.filter(criteria=criteria, total=20).count() == len(leads)


def test_a_worker_that_was_thought_dead_does_not_score_a_batch_twice(theo, nora, at):
    for _ in range(4):
        a_lead(at=at - DAY)
    criteria_in_force(theo=theo, nora=nora, at=at)
    slow = Rescore.objects.claim(at=at)
    assert rescoring.go_on(clock=lambda: at + timedelta(minutes=2), batch=2) == 4
    assert rescoring.step(slow, at=at + timedelta(minutes=3), batch=2) is False
    assert Rescore.objects.get().done == 4


def test_a_newer_version_ends_the_scoring_under_the_older(theo, nora, at):
    a_lead(at=at - DAY, title="Director")
    first = criteria_in_force(theo=theo, nora=nora, at=at)
    second = criteria_in_force(theo=theo, nora=nora, at=at + HOUR)
    assert list(Rescore.objects.filter(finished_at=None)) == [second.rescores.get()]
    assert first.rescores.get().finished_at == at + HOUR
    rescoring.go_on(clock=lambda: at + HOUR)
    assert LeadScore.objects.get().criteria == second


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_while_people_act_workers_drain_and_everybody_is_scored_no_mark_is_lost(theo, nora, sam, at):
    criteria = criteria_in_force(theo=theo, nora=nora, at=at - DAY)
    leads = [a_lead(at=at - DAY, email=f"p{n}@gmail.com") for n in range(12)]
    done = Event()

    def act(numbers):
        for n in numbers:
            visit(leads[n % len(leads)], at=at + timedelta(seconds=n))

    def drain():
        while not done.is_set():
            score_due(at=at + HOUR, limit=3)

    def everybody():
        for _ in range(4):
            rescoring.rescore(at=at + HOUR)

    def people():
        at_once(partial(act, range(60)), partial(act, range(59, -1, -1)), everybody)
        done.set()

    at_once(people, drain, drain)
    drained(at + HOUR)
    assert not DueLead.objects.exists()
    expected = {score.lead_id: score for score in scoring.evaluate(criteria, Now(at + HOUR))}
    for score in LeadScore.objects.all():
        assert score.engagement == expected[score.lead_id].engagement == Decimal(34)
        assert score.changes_on == expected[score.lead_id].changes_on


def test_a_definition_that_comes_into_force_while_a_drain_waits_is_the_one_that_scores(criteria, theo, nora, at):
    lead = a_lead(at=at, title="Director")
    newer = Criteria.objects.draft_from(criteria, by=theo, at=at)
    for rule in newer.rules.filter(field="title"):
        rule.edit(by=theo, points=Decimal(7))
    newer.propose(by=theo, at=at)
    newer.sign(by=theo, at=at)
    newer.sign(by=nora, at=at)
    drained(at)
    score = LeadScore.objects.get(pk=lead.pk)
    assert (score.criteria, score.fit) == (newer, 7)
