"""Learning reads nothing of the future: what was written down later, and fields that tell of what came later."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F

from leads import facts, scoring
from leads.learning.cases import Case, Outcome, look
from leads.learning.known import standing, told
from leads.models import Attribute, Episode, Handoff, HandoffReturn, Lead, LeadVersion, Touch
from leads.scoring import Then
from tests.leads.learnt_company import a_company, a_definition, by_chance, said, students_return, studied
from tests.leads.scored_people import DAY

HOUR = timedelta(hours=1)


@pytest.fixture
def criteria(db, at):
    return a_definition(at=at - 400 * DAY)


def test_what_was_written_down_after_the_hand_off_is_not_read(criteria, sam, at):
    """Each of these would be seen by reading that asks only when something happened, and not when it was told."""
    [lead] = a_company(by_chance, by=sam, at=at, leads=1)
    got = lead.handoffs.get().made_at
    Touch.objects.filter(lead=lead).delete()
    Touch.objects.create(lead=lead, kind="page_view", occurred_at=got - HOUR, recorded_at=got + HOUR)
    late = {"email": "x@y.test", "title": "Late", "attributes": {}, "company_attributes": {}}
    LeadVersion.objects.create(lead=lead, from_at=got - HOUR, recorded_at=got + HOUR, facts=late)
    past = replace(look(until=at, zone="UTC"), cases=[Case(lead.pk, got, Outcome.GOOD, False, False)], held=[False])
    title, phone = facts.FACTS["title"], facts.FACTS["phone"]
    seen = told([title, phone], past, zone="UTC")
    assert seen.values == {"title": [lead.title], "phone": [lead.phone or None]}
    assert seen.proven == [True]
    points = 20.0 if lead.phone else 0.0
    assert standing(criteria, past)[0].points == points
    careless = Then.of([(lead.pk, got)])
    assert [score.total for score in scoring.evaluate(criteria, careless)] == [10]


def test_a_field_filled_after_the_hand_off_is_left_out_by_name(criteria, sam, at):
    """The reps write the size of the budget down while they speak with good leads."""
    people = a_company(by_chance, by=sam, at=at)
    Attribute.objects.create(key="budget", label="Budget", type="number", on="lead", created_at=at)
    good = set(Episode.objects.filter(sql_at__isnull=False).values_list("lead", flat=True))
    for lead in people:
        if lead.pk in good:
            Lead.objects.filter(pk=lead.pk).update(attributes={"budget": 5000})
            facts.snapshot([lead.pk], at=lead.handoffs.get().decided_at)
    study = studied(criteria, at=at)
    [(label, why)] = study.found["left_out"]
    assert label == "budget"
    assert why == f"Filled only after the hand-off: known of 0 leads when sales got them, of {len(good)} leads now."
    assert said(study) == []


def imported_with(people, key, values, at):
    """A field that came with a first import after the fact, and so counts as known from each lead's beginning."""
    Attribute.objects.create(key=key, label=key.capitalize(), type="number", on="lead", created_at=at)
    for lead in people:
        if lead.pk in values:
            lead.attributes = {key: values[lead.pk]}
            version = lead.versions.get()
            version.facts["attributes"] = lead.attributes
            version.recorded_at = at
            version.save()
    Lead.objects.bulk_update(people, ["attributes"])


def test_a_field_that_tells_the_outcome_nearly_perfectly_is_left_out(criteria, sam, at):
    people = a_company(by_chance, by=sam, at=at)
    good = set(Episode.objects.filter(sql_at__isnull=False).values_list("lead", flat=True))
    imported_with(people, "contract", {lead.pk: 9 if lead.pk in good else 1 for lead in people}, at)
    study = studied(criteria, at=at)
    assert study.found["left_out"] == [
        ["contract", "It tells the outcome nearly perfectly, so it was most likely filled once that was known."]
    ]
    assert said(study) == []


def test_a_field_filled_for_one_outcome_alone_is_left_out(criteria, sam, at):
    people = a_company(by_chance, by=sam, at=at)
    good = list(Episode.objects.filter(sql_at__isnull=False).values_list("lead", flat=True))
    imported_with(people, "contract", {pk: pk % 7 for pk in good[: len(good) // 2]}, at)
    study = studied(criteria, at=at)
    [(label, why)] = study.found["left_out"]
    assert label == "contract"
    assert why.startswith("Filled almost only for leads that became SQLs: 100\N{NO-BREAK SPACE}% of ")
    assert said(study) == []


def test_a_field_filled_only_where_sales_decided_is_left_out(criteria, sam, at):
    people = a_company(students_return, by=sam, at=at, leads=560)
    waiting = {lead.pk for lead in people[:60]}
    HandoffReturn.objects.filter(handoff__lead__in=waiting).delete()
    Handoff.objects.filter(lead__in=waiting).delete()
    called = {lead.pk: int(lead.title == "Student") for lead in people if lead.pk not in waiting}
    imported_with(people, "called", called, at)
    study = studied(criteria, at=at)
    [(label, why)] = study.found["left_out"]
    assert label == "called"
    assert why.replace("\N{NO-BREAK SPACE}", " ") == (
        "Filled only for leads that sales decided on: known of 100 % of them, of 0 % of all others."
    )
    assert said(study) == ["Never when its title is Student."]


def test_a_field_proven_to_be_written_down_before_is_learnt_from_wherever_it_is_filled(criteria, sam, at):
    """Marketing asks students for their school; that is no leak, for it stood there when sales got them."""
    people = a_company(students_return, by=sam, at=at)
    imported_with(people, "school", {lead.pk: lead.pk % 3 for lead in people if lead.title == "Student"}, at)
    LeadVersion.objects.update(recorded_at=F("from_at"))
    study = studied(criteria, at=at)
    assert study.found["left_out"] == []
    assert len(said(study)) == 1
