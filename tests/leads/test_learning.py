"""Learning from decisions: what was planted is found, chance is not, and nothing of the future is read."""

from datetime import timedelta
from math import ceil

import pytest

from leads import facts, tasks
from leads.learning import studying
from leads.learning.cases import Outcome, look
from leads.learning.conditions import about_facts
from leads.learning.edits import Kind
from leads.learning.known import standing
from leads.models import (
    Episode,
    Handoff,
    HandoffReturn,
    Lead,
    Study,
    SuggestionLead,
    Touch,
)
from leads.models.study import StudyQuerySet
from smarketing.schedule import EVERY_MINUTE, SCHEDULE
from tests.leads.files import imported
from tests.leads.learnt_company import a_company, a_definition, by_chance, said, students_return, studied
from tests.leads.scored_people import DAY, definition

HOUR = timedelta(hours=1)


@pytest.fixture
def criteria(db, at):
    return a_definition(at=at - 400 * DAY)


# What is found


def test_of_a_planted_cause_that_is_found_and_nothing_else(criteria, sam, at):
    a_company(students_return, by=sam, at=at)
    assert said(studied(criteria, at=at)) == ["Never when its title is Student."]


def test_where_chance_decided_nothing_is_suggested(criteria, sam, at):
    tried = []
    for seed in range(6):
        Study.objects.all().delete()
        for model in (HandoffReturn, Handoff, Episode, Touch, Lead):
            model.objects.all().delete()
        a_company(by_chance, by=sam, at=at, seed=seed)
        study = studied(criteria, at=at)
        tried.append((study.found["tried"] > 60, said(study)))
    assert tried == [(True, [])] * 6


def test_what_nearly_all_good_leads_have_becomes_a_must(criteria, sam, at):
    def no_phone_no_sale(random, lead):
        return by_chance(random, lead) if lead["phone"] else "returned"

    a_company(no_phone_no_sale, by=sam, at=at)
    assert said(studied(criteria, at=at)) == ["A must: its phone is known."]


def test_what_makes_good_leads_likelier_gets_points_on_the_scale_of_the_definition(criteria, sam, at):
    def points_and_freight(random, lead):
        points = 10 * sum(kind == "page_view" for kind, _ in lead["acts"]) + 20 * bool(lead["phone"])
        chance = 0.1 + 0.008 * points + 0.35 * (lead["industry"] == "Freight")
        return "good" if random.random() < chance else random.choice(("returned", "other"))

    a_company(points_and_freight, by=sam, at=at, leads=900)
    study = studied(criteria, at=at)
    assert said(study) == ["Industry is Freight: +10 points."]
    found = study.suggestions.first()
    before, after = found.effect["areas"]
    assert after > before + 0.03


def test_touches_that_say_nothing_beyond_the_first_are_capped(sam, at):
    phone = {"section": "scored", "field": "phone", "operator": "is_known", "values": [], "points": 15}
    downloads = {"section": "scored", "touch_kind": "download", "points": 10, "window_days": 30}
    criteria = definition(phone, downloads, at=at - 400 * DAY, threshold=20)

    def one_is_enough(random, lead):
        acts = sum(kind == "download" for kind, _ in lead["acts"])
        chance = 0.1 + 0.3 * bool(lead["phone"]) + 0.3 * (acts == 1) - 0.1 * (acts > 1)
        return "good" if random.random() < chance else "returned"

    a_company(one_is_enough, by=sam, at=at, leads=700)
    study = studied(criteria, at=at)
    assert [each.kind for each in study.suggestions.all()] == [Kind.CAP]
    assert said(study)[0] == "Downloaded, each in 30 days: at most 10 points (now without a limit)."


def test_a_threshold_is_raised_where_hardly_any_good_lead_stands_below_it(sam, at):
    pages = {"section": "scored", "touch_kind": "page_view", "points": 10, "window_days": 30}
    criteria = definition(pages, at=at - 400 * DAY, threshold=10)

    def two_pages(random, lead):
        acts = sum(kind == "page_view" for kind, _ in lead["acts"])
        return ("good" if random.random() < 0.7 else "other") if acts >= 2 else "returned"

    a_company(two_pages, by=sam, at=at, leads=700)
    raised = [each for each in studied(criteria, at=at).suggestions.all() if each.kind == Kind.THRESHOLD]
    assert [each.says for each in raised] == ["Ask for 20 points instead of 10."]
    out = raised[0].effect["out"]["all"]
    assert out["good"] == 0
    assert out["returned"] > 100


def test_what_does_not_hold_in_the_months_held_back_is_named_and_not_suggested(criteria, sam, at):
    turned = at - 101 * DAY

    def students_were_returned(random, lead):
        return students_return(random, lead) if lead["got"] < turned else by_chance(random, lead | {"title": ""})

    a_company(students_were_returned, by=sam, at=at)
    study = studied(criteria, at=at)
    assert said(study) == []
    assert ["Never when its title is Student.", "It did not hold in the months held back."] in study.found["fell"]


def test_the_figures_are_those_counted_by_hand_and_name_their_leads(criteria, sam, at):
    people = a_company(students_return, by=sam, at=at)
    study = studied(criteria, at=at)
    [found] = study.suggestions.all()
    past = look(until=at, zone="UTC")
    passing = {case.lead_id for case, each in zip(past.cases, standing(criteria, past), strict=True) if each.passes}
    students = {lead.pk for lead in people if lead.title == "Student"}
    later = {case.lead_id for case, held in zip(past.cases, past.held, strict=True) if held}
    returned = set(HandoffReturn.objects.values_list("handoff__lead", flat=True))
    behind = {row.lead_id: row for row in found.leads.all()}
    assert set(behind) == students & {case.lead_id for case in past.cases}
    out = {pk for pk, row in behind.items() if row.effect == "out"}
    assert out == students & passing & set(behind)
    assert found.effect["out"]["all"]["returned"] == len(out & returned) > 20
    assert found.effect["out"]["held"]["returned"] == len(out & returned & later)
    assert found.effect["out"]["all"]["good"] == found.effect["in"]["all"]["all"] == 0
    assert {pk for pk, row in behind.items() if row.held_back} == later & set(behind)


# What is looked at


def test_a_case_is_the_first_hand_off_with_its_end(criteria, sam, at):
    a_company(by_chance, by=sam, at=at, leads=260)
    first = Lead.objects.order_by("pk").first()
    again = at - 20 * DAY
    Handoff.objects.create(lead=first, episode=2, made_at=again, decided_at=again, state="closed", closed_at=again)
    Handoff.objects.filter(lead=first.pk + 1).update(withdrawn=True)
    Lead.objects.filter(pk=first.pk + 2).update(origin="sales")
    Handoff.objects.filter(lead=first.pk + 3).update(made_at=at - 27 * DAY)
    Episode.objects.filter(lead=first.pk + 4).update(sql_at=None, customer_at=None)
    HandoffReturn.objects.filter(handoff__lead=first.pk + 4).delete()
    Handoff.objects.filter(lead=first.pk + 4).update(state="pending", closed_at=None)
    past = look(until=at, zone="UTC")
    found = {case.lead_id: case for case in past.cases}
    assert (len(past.cases), past.fresh, past.open) == (256, 1, 1)
    assert found[first.pk].at == Handoff.objects.get(lead=first, episode=1).made_at
    assert not {first.pk + n for n in (1, 2, 3, 4)} & set(found)
    assert past.count(Outcome.GOOD) == Episode.objects.filter(sql_at__isnull=False, lead__in=found).count()


def test_the_latest_whole_months_with_a_quarter_of_the_decisions_are_held_back(criteria, sam, at):
    a_company(by_chance, by=sam, at=at)
    past = look(until=at, zone="UTC")
    assert past.held_months == ["2025-12", "2026-01", "2026-02"]
    assert [f"{case.at:%Y-%m}" in past.held_months for case in past.cases] == past.held
    assert 0.25 <= sum(past.held) / len(past.cases) < 0.35


def test_too_few_decisions_say_what_is_missing_and_how_long_it_takes(criteria, sam, at):
    a_company(by_chance, by=sam, at=at, leads=112)
    study = studied(criteria, at=at)
    assert not study.found["is_enough"]
    assert study.found["needed"][0] == ["decisions", 112, 200]
    lately = Handoff.objects.filter(made_at__gte=at - 84 * DAY).count()
    assert study.found["weeks_to_go"] == ceil(88 / (lately / 8)) == 30
    assert "ordering" not in study.found
    assert not study.suggestions.exists()


@pytest.mark.shared_data
def test_extraalearns_history_is_learnt_from_by_lot(shared_data, maya, at):
    """4,612 leads without dates: a good hand-written definition, and what could be learnt beside it."""
    content = (shared_data / "extraalearn_leads" / "ExtraaLearn.csv").read_bytes()
    imported(content, by=maya, at=at, name="ExtraaLearn.csv", stages={"1": "customer", "0": "disqualified"})
    rows = [
        {"field": f"lead:{key}", "operator": operator, "values": [value], "section": "scored", "points": points}
        for key, operator, value, points in (
            ("first_interaction", "is_any_of", "Website", 25),
            ("current_occupation", "is_any_of", "Professional", 15),
            ("profile_completed", "is_any_of", "High", 20),
            ("time_spent_on_website", "at_least", "600", 15),
        )
    ]
    study = studied(definition(*rows, at=at, threshold=50), at=at + HOUR)
    found = study.found
    assert (found["all"]["good"], found["all"]["returned"], found["imported"]) == (1377, 3235, 4612)
    assert (found["by_lot"], found["held"]["all"], found["left_out"]) == (True, 1152, [])
    definitions, learnt = (found["ordering"][name]["area"] for name in ("definition", "learnt"))
    assert [round(each, 2) for each in definitions] == [0.86, 0.84, 0.88]
    assert [round(each, 2) for each in learnt] == [0.89, 0.87, 0.90]
    assert found["ordering"]["is_sure"]
    assert "Last activity is Phone Activity: −10 points." in said(study)
    assert "Current occupation is Unemployed: +10 points." in said(study)


# The worker


def test_one_study_runs_at_a_time_and_goes_on_where_a_worker_was_killed(criteria, sam, theo, at):
    a_company(by_chance, by=sam, at=at, leads=20)
    study = Study.objects.start(criteria, by=theo, at=at)
    assert Study.objects.start(criteria, by=theo, at=at + HOUR) == study
    killed = Study.objects.claim(at=at)
    killed.go_on(step=2, at=at)
    assert Study.objects.claim(at=at + timedelta(seconds=9)) is None
    later = at + StudyQuerySet.LEASE + timedelta(seconds=1)
    assert studying.go_on(clock=lambda: later) == 20
    study.refresh_from_db()
    assert study.finished_at == later
    assert not killed.finish({"late": True}, [], at=later)
    study.refresh_from_db()
    assert "late" not in study.found


def test_every_minute_a_worker_takes_what_waits(criteria, sam, at, clock_shows):
    clock_shows(at)
    a_company(by_chance, by=sam, at=at, leads=20)
    study = Study.objects.start(criteria, by=None, at=at)
    assert {"task": tasks.study.name, "schedule": EVERY_MINUTE} == {
        key: SCHEDULE["go on learning from decisions"][key] for key in ("task", "schedule")
    }
    assert (tasks.study(), tasks.study()) == (20, 0)
    study.refresh_from_db()
    assert study.finished_at is not None


def test_a_new_study_replaces_the_one_before_with_its_leads(criteria, sam, at):
    a_company(students_return, by=sam, at=at)
    studied(criteria, at=at)
    second = studied(criteria, at=at + HOUR)
    assert list(Study.objects.all()) == [second]
    assert set(SuggestionLead.objects.values_list("suggestion", flat=True)) == {second.suggestions.get().pk}


def test_points_of_what_is_kept_out_stay_under_those_asked_for(sam, at):
    keep_out = {"section": "never", "field": "title", "operator": "is_any_of", "values": ["Student"]}
    pages = {"section": "scored", "touch_kind": "", "points": 30}
    criteria = definition(keep_out, pages, at=at - 400 * DAY, threshold=20)
    people = a_company(by_chance, by=sam, at=at, leads=60)
    past = look(until=at, zone="UTC")
    who = {lead.pk: lead for lead in people}
    for case, stands in zip(past.cases, standing(criteria, past), strict=True):
        acts = who[case.lead_id].touches.count()
        if who[case.lead_id].title == "Student":
            assert (stands.passes, stands.points) == (False, min(30.0 * acts, 19.99))
        else:
            assert (stands.passes, stands.points) == (acts > 0, 30.0 * acts)


def test_what_is_tried_was_really_seen_often_enough():
    told = {
        "title": [f"VP Sales {n}" for n in range(30)] + ["Buyer"] * 30 + [None] * 20,
        "employees": [*range(0, 800, 10)],
        "business_email": [True] * 80,
    }
    asked = {
        (rule.field, rule.operator, *rule.values)
        for rule in about_facts([facts.FACTS[key] for key in told], told)
    }  # fmt: skip
    assert {row for row in asked if row[0] == "title"} == {
        ("title", "is_any_of", "Buyer"), ("title", "is_none_of", "Buyer"), ("title", "contains", "VP"),
        ("title", "does_not_contain", "VP"), ("title", "contains", "Sales"), ("title", "does_not_contain", "Sales"),
        ("title", "contains", "Buyer"), ("title", "does_not_contain", "Buyer"), ("title", "is_known"),
        ("title", "is_unknown"),
    }  # fmt: skip
    cuts = {row[2] for row in asked if row[:2] == ("employees", "at_least")}
    assert cuts == {"80", "160", "240", "320", "400", "480", "560", "640", "720"}
    assert ("employees", "between", "80", "720") in asked
    assert {row for row in asked if row[0] == "business_email"} == {
        ("business_email", "is", True), ("business_email", "is", False),
    }  # fmt: skip
