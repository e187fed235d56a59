"""Every moment of a lead's past, scored with what was known by then, against a second opinion in plain Python."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads import scoring
from leads.models import Lead, Touch
from leads.scoring import Every, Then
from tests.builders import a_lead, a_touch
from tests.leads.scored_people import DAY, definition, keep, write
from tests.leads.scoring_cases import STORED, TITLES, Case, crowd, definitions, moments
from tests.oracles import scoring as oracle

HOUR = timedelta(hours=1)
WEBINAR = {"section": "scored", "points": Decimal(20), "touch_kind": "webinar_attended", "window_days": 30}
HEAD = {"section": "scored", "points": Decimal(40), "field": "title", "operator": "contains", "values": ["head"]}

late = st.lists(st.integers(0, 20 * 86_400), min_size=8, max_size=8)
renamed = st.tuples(st.integers(1, 40 * 86_400), st.sampled_from(TITLES))


def known(person, title, delays, changed_at, moment):
    """The person as one could know them at a moment."""
    acts = [act for act, delay in zip(person.acts, delays, strict=False) if _seen(person, act, delay) <= moment]
    counts_from = person.counts_from if person.counts_from and person.counts_from <= moment else None
    now = title if moment >= changed_at else person.title
    return replace(person, acts=acts, counts_from=counts_from, title=now)


def _seen(person, act, delay):
    recorded = act.at + timedelta(seconds=delay)
    return max(person.created_at, act.at) if recorded <= person.created_at else max(person.created_at, recorded)


def changes(person, delays, changed_at, until):
    seen = {_seen(person, act, delay) for act, delay in zip(person.acts, delays, strict=False) if act.responded}
    return sorted(each for each in {person.created_at, changed_at, *seen} if each < until)


@pytest.mark.django_db
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(definitions, crowd, moments, late, renamed)
def test_each_moment_scores_as_one_could_have_known_it_then(drawn, population, as_of, delays, renaming):
    after, title = renaming
    with transaction.atomic():
        case = Case(drawn, population, as_of)
        for lead, person in zip(case.leads, case.people, strict=True):
            Lead.objects.filter(pk=lead.pk).update(recorded_at=person.created_at)
            for touch, delay in zip(lead.touches.order_by("pk"), delays, strict=False):
                Touch.objects.filter(pk=touch.pk).update(recorded_at=touch.occurred_at + timedelta(seconds=delay))
            keep([lead], at=person.created_at)
            Lead.objects.filter(pk=lead.pk).update(title=f" {title}|")
            keep([lead], at=person.created_at + timedelta(seconds=after))
        found = {(each.lead_id, each.as_of): each for each in scoring.evaluate(case.criteria, Every(as_of))}
        expected = {}
        for lead, person in zip(case.leads, case.people, strict=True):
            changed_at = person.created_at + timedelta(seconds=after)
            for moment in changes(person, delays, changed_at, as_of):
                then = known(person, f" {title}|", delays, changed_at, moment)
                expected[lead.pk, moment] = oracle.score(case.criteria, case.rules, then, moment)
        said = {key: {name: getattr(each, name) for name in STORED} for key, each in found.items()}
        assert said == expected
        same = scoring.evaluate(case.criteria, Then.of(found, as_known=True))
        assert {(each.lead_id, each.as_of): each for each in same} == found
        transaction.set_rollback(True)


def one(at, *acts, rule=WEBINAR, **terms):
    """A lead of ten days ago and a definition that wants 40 points."""
    criteria = definition(rule, at=at, threshold=Decimal(40), **terms)
    [lead] = write([oracle.Person(created_at=at - 10 * DAY, acts=list(acts))])
    Lead.objects.filter(pk=lead.pk).update(recorded_at=at - 10 * DAY)
    keep([lead], at=at - 10 * DAY)
    return criteria, lead


def first(criteria, at, **more):
    """The first moment at which somebody would have qualified."""
    return min((each.as_of for each in scoring.evaluate(criteria, Every(at, **more)) if each.qualifies), default=None)


def test_the_second_webinar_makes_the_mql_at_its_own_moment(db, at):
    criteria, _ = one(at, oracle.Act("webinar_attended", at - 9 * DAY), oracle.Act("webinar_attended", at - 4 * DAY))
    assert first(criteria, at) == at - 4 * DAY
    assert first(criteria, at - 4 * DAY) is None


def test_a_touch_told_late_counts_from_when_it_was_told(db, at):
    criteria, lead = one(at, oracle.Act("webinar_attended", at - 9 * DAY))
    lead.touches.create(kind="webinar_attended", occurred_at=at - 8 * DAY, recorded_at=at - 2 * DAY)
    assert first(criteria, at) == at - 2 * DAY


def test_touches_that_came_with_the_lead_count_from_its_beginning(db, at):
    criteria, lead = one(at, oracle.Act("webinar_attended", at - 9 * DAY), oracle.Act("webinar_attended", at - 8 * DAY))
    Lead.objects.filter(pk=lead.pk).update(recorded_at=at - DAY)
    lead.touches.update(recorded_at=at - DAY)
    assert first(criteria, at) == at - 8 * DAY


def test_a_title_learnt_later_does_not_count_earlier(db, at):
    criteria, lead = one(at, rule=HEAD)
    Lead.objects.filter(pk=lead.pk).update(title="Head of Sales")
    keep([lead], at=at - 3 * DAY)
    assert first(criteria, at) == at - 3 * DAY


def test_leads_from_before_the_day_and_outside_the_range_stay_out(db, at):
    criteria, lead = one(at, oracle.Act("webinar_attended", at - 9 * DAY), oracle.Act("webinar_attended", at - 4 * DAY))
    assert first(criteria, at, since=at - 10 * DAY) == at - 4 * DAY
    assert first(criteria, at, since=at - 10 * DAY + HOUR) is None
    assert first(criteria, at, first=lead.pk, before=lead.pk + 1) == at - 4 * DAY
    assert first(criteria, at, first=lead.pk + 1) is None
    assert first(criteria, at, before=lead.pk) is None


def test_what_is_received_is_known_from_the_moment_it_was_received(db, at):
    lead = a_lead(at=at, touches=[a_touch("form", at=at - DAY)])
    lead.refresh_from_db()
    assert (lead.recorded_at, lead.touches.get().recorded_at) == (at, at)
