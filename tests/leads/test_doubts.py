"""What the studio says is odd about a definition, in exactly these words, and what it leaves alone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads.doubts import doubts, doubts_of_leads
from leads.models import Criteria
from leads.scoring.preview import preview
from tests.builders import a_lead, a_touch
from tests.leads.scored_people import definition


def scored(worth, **row):
    return {"section": "scored", "points": Decimal(worth)} | row


def must(field, operator, *values):
    return {"section": "must", "field": field, "operator": operator, "values": list(values)}


def never(field, operator, *values):
    return must(field, operator, *values) | {"section": "never"}


def track(**row):
    return {"section": "fast_track"} | row


def points(field, operator, *values, worth=10):
    return scored(worth, field=field, operator=operator, values=list(values))


ENOUGH = scored(500, field="phone", operator="is_known")  # makes every threshold reachable


def said(*rules, at, **terms):
    """Each doubt with the number of its rule, None for the points."""
    criteria = definition(*rules, ENOUGH, at=at, **terms)
    places = {rule.pk: rule.position for rule in criteria.rules.all()}
    return [(doubt.rule and places[doubt.rule.pk], doubt.text) for doubt in doubts(criteria, at=at)]


def test_the_definition_to_start_from_raises_no_doubt(maya, at):
    assert doubts(Criteria.objects.draft_from(None, by=maya, at=at), at=at) == []


def test_musts_that_contradict_each_other_are_named_beside_both(db, at):
    found = said(must("country", "is_any_of", "NL", "BE"), must("country", "is", "Germany"), at=at)
    assert found == [
        (0, "No lead can ever be an MQL: another must says that its country is Germany."),
        (1, "No lead can ever be an MQL: another must says that its country is any of NL or BE."),
    ]


def test_ranges_that_do_not_meet_contradict_and_those_that_touch_do_not(db, at):
    apart = said(must("employees", "less_than", "50"), must("employees", "between", "50", "200"), at=at)
    assert [place for place, _ in apart] == [0, 1]


def test_ranges_that_meet_in_one_number_raise_no_doubt(db, at):
    assert said(must("employees", "at_most", "50"), must("employees", "between", "50", "200"), at=at) == []


def test_fewer_people_than_none_can_never_match(db, at):
    assert said(points("employees", "less_than", "0"), at=at) == [(0, "No lead can ever match it.")]


def test_a_must_that_keeps_out_all_whom_a_rule_rewards_is_named_beside_the_rule(db, at):
    found = said(must("employees", "at_least", "200"), points("employees", "between", "50", "150"), at=at)
    assert found == [
        (1, "It can never count: the must that its people is at least 200 keeps out whoever matches it."),
    ]


def test_points_for_what_a_must_asks_anyway_are_given_to_everybody(db, at):
    found = said(must("business_email", "is", True), points("business_email", "is", True), at=at)
    assert found == [(1, "It counts for everybody whom the must lets in, that it has a business e-mail.")]


def test_a_never_that_excludes_all_whom_a_must_lets_in_leaves_nobody(db, at):
    found = said(must("country", "is", "NL"), never("country", "is_any_of", "nl", "be"), at=at)
    assert found == [(1, "No lead can ever be an MQL: it excludes all whom the must lets in, that its country is NL.")]


def test_a_never_that_a_must_keeps_out_already_excludes_nobody(db, at):
    found = said(must("country", "is", "NL"), never("country", "is", "US"), at=at)
    assert found == [(1, "It excludes nobody: the must that its country is NL keeps them out already.")]


def test_a_fast_track_that_a_never_excludes_contradicts_it(db, at):
    fast = track(field="title", operator="contains", values=["Student union"])
    found = said(never("title", "contains", "student"), fast, at=at)
    assert found == [
        (1, "It contradicts a never: whoever matches it is excluded, because its title contains student."),
    ]


def test_a_rule_inside_another_is_paid_twice_and_says_with_which(db, at):
    found = said(points("title", "contains", "Sales director"), points("title", "contains", "Director", "VP"), at=at)
    assert found == [(0, "Whoever matches it gets the points of “Title contains Director or VP” too.")]


def test_rules_that_only_overlap_in_part_are_left_alone(db, at):
    found = said(points("employees", "between", "10", "100"), points("employees", "between", "50", "500"), at=at)
    assert found == []


def test_unknown_counts_as_a_negation_so_that_it_overlaps_with_unknown(db, at):
    found = said(points("country", "is_unknown"), points("country", "is_none_of", "NL"), at=at)
    assert found == [(0, "Whoever matches it gets the points of “Country is not NL, or unknown” too.")]


def test_a_touch_in_two_windows_of_its_kind_is_paid_twice(db, at):
    two_weeks = scored(8, touch_kind="pricing_page", window_days=14)
    quarter = scored(5, touch_kind="pricing_page", window_days=90)
    found = said(two_weeks, quarter, scored(1, touch_kind="", window_days=7), at=at)
    text = "Each touch that counts here gives the points of “Viewed the pricing page, each in 90 days” too."
    assert found == [(0, text)]


def test_days_ago_and_calendar_days_are_not_compared(db, at):
    found = said(must("created", "within_days", 30), points("created", "before", "2020-01-01"), at=at)
    assert found == []


def test_a_shorter_time_lies_within_a_longer_one(db, at):
    found = said(points("created", "within_days", 7), points("created", "within_days", 30), at=at)
    assert [place for place, _ in found] == [0]


def test_a_field_that_was_taken_away_is_named(db, at):
    criteria = definition(points("city", "is", "Utrecht"), ENOUGH, at=at)
    criteria.rules.filter(field="city").update(field="lead:gone")
    criteria = Criteria.objects.with_rules().get(pk=criteria.pk)
    assert [doubt.text for doubt in doubts(criteria, at=at)] == [
        "This field was taken away: it is unknown of everybody."
    ]


def test_points_that_nobody_can_reach_are_named_with_what_the_rules_add_up_to(db, at):
    criteria = definition(
        points("phone", "is_known", worth=30),
        scored(5, touch_kind="form", window_days=30, cap=Decimal(15)),
        at=at,
        threshold=Decimal(60),
        hot_at=Decimal(90),
        grade_a=Decimal(40),
    )
    assert [(doubt.rule, doubt.text) for doubt in doubts(criteria, at=at)] == [
        (None, "No lead can reach 60 points: the rules add up to 45 at most."),
        (None, "No lead can be hot by points: 90 are asked, the rules add up to 45 at most."),
        (None, "No lead can have grade A: 40 points for fit are asked, the rules add up to 30 at most."),
    ]


@pytest.fixture
def counted(db, at):
    """Two leads, one from the Netherlands; both wrote a phone number down, one filled in a form ten days ago."""
    a_lead(at=at, country="NL", phone="1", touches=[a_touch("form", at=at - timedelta(days=10))])
    a_lead(at=at, country="BE", phone="2")
    rows = [
        points("country", "is", "NL"),
        points("country", "is", "FR"),
        ENOUGH,
        scored(5, touch_kind="form", window_days=60),
    ]
    criteria = definition(*rows, at=at)
    return Criteria.objects.with_rules().get(pk=criteria.pk)


def test_each_rule_knows_how_many_leads_match_it_now(counted, at):
    found = preview(counted, at=at)
    assert [found.hits[rule.pk] for rule in counted.rules.order_by("axis", "position")] == [1, 1, 0, 2]


def test_what_matches_nobody_or_everybody_and_looks_back_too_far_is_said_of_the_leads_there_are(counted, at):
    found = preview(counted, at=at)
    odd = doubts_of_leads(counted, found.hits, found.leads, known_since=at - timedelta(days=10), at=at)
    assert {(doubt.rule.field or doubt.rule.touch_kind, doubt.text) for doubt in odd} == {
        ("country", "None of 2 leads matches it now."),
        ("phone", "Every one of 2 leads matches it now."),
        ("form", "It looks back 60 days; touches are known for 11 days only."),
    }


def test_without_leads_nothing_is_said_of_them(db, at):
    criteria = definition(ENOUGH, at=at)
    assert doubts_of_leads(criteria, {criteria.rules.get().pk: 0}, 0, known_since=None, at=at) == []
