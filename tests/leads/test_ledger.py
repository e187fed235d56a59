"""Why a lead has its points, when they go, and what is missing."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Content
from leads import facts, scoring, seen
from leads.lifecycle import DISQUALIFY, PROMOTE, RECYCLE
from leads.models import Attribute, Company, Lead, Transition
from leads.scoring import Now, Then
from tests.leads.scored_people import definition, write
from tests.oracles.scoring import Act, Firm, Person

DAY = timedelta(days=1)


def scored(points, **rule):
    return {"section": "scored", "points": Decimal(points), **rule}


WEBINARS = scored(15, touch_kind="webinar_attended", window_days=30, cap=Decimal(23))
DIRECTORS = scored(20, field="title", operator="contains", values=["director"])
BUSINESS = {"section": "must", "field": "business_email", "operator": "is", "values": [True]}
CUSTOMERS = {"section": "never", "field": "customer", "operator": "is", "values": [True]}
DEMO = {"section": "fast_track", "touch_kind": "demo_request", "window_days": 14}


@pytest.fixture
def at():
    return datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def test_an_entry_tells_the_points_and_what_they_fall_to_on_which_day(db, at):
    acts = [Act("webinar_attended", at - 28 * DAY), Act("webinar_attended", at - 2 * DAY)]
    [lead] = write([Person(created_at=at - 60 * DAY, title="Sales Director", acts=acts)])
    criteria = definition(WEBINARS, DIRECTORS, at=at)
    webinars, director = criteria.rules.order_by("-axis")[1], criteria.rules.order_by("-axis")[0]
    assert scoring.ledger(criteria, [lead.pk], at) == {
        lead.pk: [
            {
                "rule": webinars.pk,
                "label": "Attended a webinar, each in 30 days",
                "section": "scored",
                "axis": "engagement",
                "points": 23,
                "count": 2,
                "at": (at - 2 * DAY).isoformat(),
                "expires_on": "2026-11-05",
                "falls_to": 15,
            },
            {
                "rule": director.pk,
                "label": "Title contains director",
                "section": "scored",
                "axis": "fit",
                "points": 20,
                "matched": ["Sales Director"],
            },
        ]
    }


def test_an_entry_says_in_words_what_was_found_the_latest_touches_first(db, at):
    guide = Content.objects.create(title="The buyer’s guide")
    pages = scored(5, touch_kind="page_view", window_days=30)
    people = scored(10, field="employees", operator="at_least", values=["50"])
    abroad = {"section": "must", "field": "country", "operator": "is_any_of", "values": ["NL"]}
    [lead] = write([Person(created_at=at - 60 * DAY, country=" Belgium ", firm=Firm(employees=240))])
    for days, detail, content in ((1, "/pricing", None), (2, "", guide), (3, "/pricing", None), (4, "", None),
                                  (5, "/a", None), (6, "/b", None), (40, "/too-old", None)):  # fmt: skip
        lead.touches.create(kind="page_view", occurred_at=at - days * DAY, detail=detail, content=content)
    ledger = scoring.ledger(definition(pages, people, abroad, at=at), [lead.pk], at)[lead.pk]
    assert {entry["label"].partition(",")[0]: (entry.get("count"), entry["matched"]) for entry in ledger} == {
        "Viewed a page": (6, ["/pricing", "The buyer’s guide", "/a"]),
        "People at least 50": (None, ["240"]),
        "Country is NL": (None, ["Belgium"]),
    }


def test_a_ledger_names_the_musts_that_fail_and_what_excludes_and_can_be_frozen(db, at):
    person = Person(
        created_at=at,
        email="ann@gmail.com",
        firm=Firm(customer_since=at - DAY),
        acts=[Act("demo_request", at - DAY)],
    )
    [lead] = write([person])
    criteria = definition(BUSINESS, CUSTOMERS, DEMO, at=at)
    entries = scoring.ledger(criteria, [lead.pk], at)[lead.pk]
    assert [(entry["section"], entry["label"]) for entry in entries] == [
        ("fast_track", "Asked for a demo within the last 14 days"),
        ("must", "It has a business e-mail"),
        ("never", "Its company is a customer"),
    ]
    assert entries[0]["expires_on"] == "2026-11-16"
    assert json.loads(json.dumps(entries)) == entries


def test_halving_points_say_what_is_left_of_them(db, at):
    [lead] = write(
        [Person(created_at=at - 90 * DAY, acts=[Act("download", at - 20 * DAY), Act("form", at - 45 * DAY)])]
    )
    criteria = definition(scored(5, touch_kind="", halves_days=21), at=at)
    [entry] = scoring.ledger(criteria, [lead.pk], at)[lead.pk]
    # 20 days old: whole; 45 days old: halved twice. Tomorrow the first one halves.
    assert (entry["points"], entry["expires_on"], entry["falls_to"]) == (6.25, "2026-11-04", 3.75)


def test_the_gap_names_the_fewest_rules_that_close_it(db, at):
    [lead] = write(
        [Person(created_at=at, email="ann@acme.example", title="Director", acts=[Act("webinar_attended", at)])]
    )
    rules = [
        BUSINESS,
        CUSTOMERS,
        DEMO,
        DIRECTORS,
        WEBINARS,
        scored(10, field="phone", operator="is_known"),
        scored(2, touch_kind=""),
    ]
    criteria = definition(*rules, at=at, threshold=Decimal(45), min_engagement=Decimal(20))
    gap = scoring.gap(criteria, [lead.pk], at)[lead.pk]
    assert (gap.qualifies, gap.points, gap.fit, gap.engagement) == (False, 8, 0, 3)
    assert (gap.fails, gap.excluded) == ([], [])
    assert gap.closes == ["Attended a webinar, each in 30 days"]
    assert gap.fast_tracks == ["Asked for a demo within the last 14 days"]


def test_a_gap_that_points_cannot_close_says_so(db, at):
    [lead] = write([Person(created_at=at, email="ann@gmail.com")])
    criteria = definition(BUSINESS, DIRECTORS, at=at, threshold=Decimal(60))
    gap = scoring.gap(criteria, [lead.pk], at)[lead.pk]
    assert (gap.points, gap.closes, gap.fails) == (60, [], ["It has a business e-mail"])


def test_what_was_done_before_a_return_counted_until_then_and_never_since(db, at):
    acts = [Act("webinar_attended", at - 10 * DAY), Act("webinar_attended", at - DAY)]
    [lead] = write([Person(created_at=at - 60 * DAY, acts=acts)])
    lead.episodes.create(lead_at=at - 60 * DAY)
    Transition.objects.make(PROMOTE, leads=[lead.pk], at=at - 8 * DAY)
    Transition.objects.make(RECYCLE, leads=[lead.pk], at=at - 5 * DAY, changes={"engagement_from": at - 5 * DAY})
    criteria = definition(WEBINARS, at=at)

    def points(moment):
        return scoring.evaluate(criteria, Then.of([(lead.pk, moment)]))[0].engagement

    assert [points(at - days * DAY) for days in (9, 6, 4, 0)] == [15, 15, 0, 15]
    Transition.objects.make(PROMOTE, leads=[lead.pk], at=at)
    Transition.objects.make(DISQUALIFY, leads=[lead.pk], at=at + DAY, changes={"engagement_from": at + DAY})
    assert [points(at + days * DAY) for days in (-6, -4, 0, 2)] == [15, 0, 15, 0]


def test_a_past_moment_knows_nothing_that_was_recorded_later(db, at):
    [lead] = write([Person(created_at=at - 60 * DAY)])
    Lead.objects.filter(pk=lead.pk).update(recorded_at=at - 60 * DAY)
    lead.touches.create(kind="webinar_attended", occurred_at=at - 5 * DAY, recorded_at=at)
    criteria = definition(WEBINARS, at=at)
    pair = [(lead.pk, at - 2 * DAY)]
    assert scoring.evaluate(criteria, Then.of(pair))[0].engagement == 15
    assert scoring.evaluate(criteria, Then.of(pair, as_known=True))[0].engagement == 0


def test_what_came_with_the_lead_itself_counts_as_known_from_its_beginning(db, at):
    [lead] = write([Person(created_at=at - 60 * DAY, title="Director")])
    Lead.objects.filter(pk=lead.pk).update(recorded_at=at)
    lead.touches.create(kind="webinar_attended", occurred_at=at - 5 * DAY, recorded_at=at)
    facts.snapshot([lead.pk], at=at)
    criteria = definition(WEBINARS, DIRECTORS, at=at)
    assert scoring.evaluate(criteria, Then.of([(lead.pk, at - 2 * DAY)], as_known=True))[0].total == 35


def test_what_does_not_fit_its_type_is_unknown_and_stops_nothing(db, at):
    for key, kind in [("renewal", "date"), ("seats", "number"), ("agrees", "boolean")]:
        Attribute.objects.create(key=key, label=key, type=kind, created_at=at)
    [lead] = write([Person(created_at=at, attributes={"renewal": "2026-02-31", "seats": "many", "agrees": "maybe"})])
    criteria = definition(
        *[scored(1, field=f"lead:{key}", operator="is_unknown") for key in ("renewal", "seats", "agrees")], at=at
    )
    assert scoring.evaluate(criteria, Now(at, leads=[lead.pk]))[0].fit == 3


def test_a_field_that_was_taken_away_is_unknown_of_everybody(db, at):
    attribute = Attribute.objects.create(key="seats", label="Seats", type="number", created_at=at)
    [lead] = write([Person(created_at=at, attributes={"seats": 5})])
    criteria = definition(scored(10, field="lead:seats", operator="at_least", values=["1"]), at=at)
    assert scoring.evaluate(criteria, Now(at))[0].fit == 10
    attribute.delete()
    assert scoring.evaluate(criteria, Now(at))[0].fit == 0
    assert scoring.ledger(criteria, [lead.pk], at) == {lead.pk: []}
    assert criteria.sentences()[1] == "Who they are: Lead:seats at least 1: +10 points."


def test_points_without_an_end_stop_at_what_can_be_kept(db, at):
    write([Person(created_at=at, acts=[Act("form", at)] * 1200)])
    criteria = definition(scored(999, touch_kind="form"), at=at)
    score = scoring.evaluate(criteria, Now(at))[0]
    assert (score.engagement, score.total) == (Decimal("999999.99"), Decimal("999999.99"))
    assert scoring.store(criteria, Now(at)) == 1


def test_facts_are_kept_once_a_change(db, at):
    [lead] = write([Person(created_at=at - 60 * DAY, title="Manager", firm=Firm(employees=50))])
    assert facts.snapshot([lead.pk], at=at - DAY) == 1
    assert facts.snapshot([lead.pk], at=at) == 0
    Company.objects.update(employees=500)
    assert facts.snapshot([lead.pk], at=at) == 1
    first, second = lead.versions.order_by("from_at")
    assert (first.from_at, first.facts["employees"]) == (lead.created_at, 50)
    assert (second.from_at, second.facts["employees"]) == (at, 500)


def test_values_seen_are_counted_whatever_their_capitals(db, at):
    write([Person(created_at=at, country=country) for country in ("NL", "nl ", "BE", "", "NL")])
    found = seen.values_seen(facts.FACTS["country"], at=at)
    assert [(each.value, each.leads) for each in found] == [("NL", 3), ("BE", 1)]
    assert seen.spread(facts.FACTS["employees"], at=at).known == 0
