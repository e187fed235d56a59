"""The rules of routing: in order, the first that fits decides, and the last row takes everybody else."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Team, User
from common.conditions import Condition
from common.errors import Incomplete, NotAllowed, Refused
from leads.draining import score_due
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Assignment, Company, Handoff, Lead, RoutingChange, RoutingRule, Transition
from leads.models.assignment import How
from leads.models.turns import days_here
from leads.release import plan, release_held, room
from leads.routes import Routing
from leads.routing import Candidate, Sharer, choose, share
from tests.asked import queries_asked
from tests.builders import a_lead, a_person, a_touch, criteria_in_force, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GERMAN = Condition("country", "is_any_of", ("DE", "AT"))
BIG = Condition("employees", "at_least", ("1000",))

pytestmark = pytest.mark.django_db


@pytest.fixture
def north(calendar, rita) -> Team:
    """Another pool, in which Lena is the only rep."""
    team = Team.objects.create(name="North", side="sales", calendar=calendar)
    a_person("Lena Berg", "rep", team=team)
    return team


@pytest.fixture
def lena(north) -> User:
    return User.objects.get(name="Lena Berg")


def handed(count, at, **facts):
    """Hand-offs made now of so many new MQLs with these facts."""
    leads = [a_lead(at=at, **facts) for _ in range(count)]
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=at)
    return hand_over([lead.pk for lead in leads], at=at)


def in_order():
    return [rule.whom_said for rule in RoutingRule.objects.standing()]


# Where leads go


def test_a_lead_goes_to_the_pool_of_the_first_rule_it_meets_and_everybody_else_by_the_last_row(
    sam, north, lena, nora, at
):
    german = RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    big = RoutingRule.objects.add(conditions=[BIG], weights={sam.team_id: 1}, by=nora, at=at)
    (both,) = handed(1, at, country="de ", employees=2000)
    (large,) = handed(1, at, country="NL", employees=2000)
    (neither,) = handed(1, at, country="NL", employees=20)
    last = RoutingRule.objects.last_row()
    assert [(each.rule, each.pool) for each in (both, large, neither)] == [
        (german, north),
        (big, sam.team),
        (last, sam.team),
    ]
    assert both.owner_id == lena.pk


def test_all_conditions_of_a_rule_have_to_hold(sam, north, nora, at):
    RoutingRule.objects.add(conditions=[GERMAN, BIG], weights={north.pk: 1}, by=nora, at=at)
    (only_german,), (both,) = handed(1, at, country="AT"), handed(1, at, country="AT", employees=1000)
    assert (only_german.pool, both.pool) == (sam.team, north)


def test_a_person_who_is_named_gets_them_and_while_away_it_is_the_turn_of_their_pool(sam, north, lena, nora, at):
    RoutingRule.objects.add(conditions=[GERMAN], person=lena, by=nora, at=at)
    lena.take_on(0, by=nora)  # takes part in no turn, and is named all the same
    (first,) = handed(1, at, country="DE")
    assert (first.owner_id, first.pool, first.assignments.get().how) == (lena.pk, north, How.PERSON)
    colleague = a_person("Ole Dahl", "rep", team=north)
    lena.be_away(at + HOUR, at + DAY, cover=None, by=lena, at=at)
    (second,) = handed(1, at + 2 * HOUR, country="DE")
    assert (second.owner_id, second.assignments.get().how) == (colleague.pk, How.TURN)


def test_the_owner_of_the_company_comes_before_every_rule(sam, rita, north, nora, at):
    RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    lead = a_lead(at=at, country="DE")
    Company.objects.update(owner=rita)
    Transition.objects.make(PROMOTE, leads=[lead.pk], at=at)
    (handoff,) = hand_over([lead.pk], at=at)
    assert (handoff.owner_id, handoff.pool, handoff.rule) == (rita.pk, rita.team, None)
    assert handoff.assignments.get().how == How.OWNER


def test_an_owner_who_has_left_beats_no_rule(sam, rita, north, lena, nora, at):
    RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    lead = a_lead(at=at, country="DE")
    Company.objects.update(owner=rita)
    User.objects.filter(pk=rita.pk).update(is_active=False)
    Transition.objects.make(PROMOTE, leads=[lead.pk], at=at)
    assert hand_over([lead.pk], at=at)[0].owner_id == lena.pk


def test_pools_that_share_get_their_weight_and_a_small_one_is_not_forgotten(sam, north, nora, at):
    RoutingRule.objects.last_row().change(conditions=[], weights={sam.team_id: 9, north.pk: 1}, by=nora, at=at)
    days = [handed(2, at + n * DAY) for n in range(10)]
    pools = [handoff.pool_id for day in days for handoff in day]
    assert (pools.count(sam.team_id), pools.count(north.pk)) == (18, 2)


def test_new_weights_count_from_their_own_moment(sam, north, nora, at):
    last = RoutingRule.objects.last_row()
    last.change(conditions=[], weights={sam.team_id: 1}, by=nora, at=at)
    handed(4, at)
    last.change(conditions=[], weights={sam.team_id: 1, north.pk: 1}, by=nora, at=at + HOUR)
    assert [each.pool_id for each in handed(4, at + 2 * HOUR)].count(north.pk) == 2


def test_a_pool_with_nobody_there_is_left_out_while_another_shares(sam, north, lena, nora, at):
    RoutingRule.objects.last_row().change(conditions=[], weights={sam.team_id: 1, north.pk: 9}, by=nora, at=at)
    lena.be_away(at, at + DAY, cover=None, by=lena, at=at)
    assert {each.pool_id for each in handed(3, at + HOUR)} == {sam.team_id}
    User.objects.update(daily_capacity=0)
    assert {each.owner_id for each in handed(3, at + 2 * HOUR)} == {None}


def test_rules_ask_what_the_score_says_as_well(sam, north, theo, nora, at):
    criteria_in_force(theo=theo, nora=nora, at=at - DAY)
    hot = Condition("hot", "is", (True,))
    RoutingRule.objects.add(conditions=[hot], weights={north.pk: 1}, by=nora, at=at)
    lead = a_lead(at=at - HOUR, touches=[a_touch("demo_request", at=at - HOUR)])
    score_due(at=at)
    assert lead.handoffs.get().pool == north
    assert handed(1, at)[0].pool == sam.team


def test_a_change_holds_for_the_hand_offs_from_then_on(sam, north, nora, at):
    rule = RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    (before,) = handed(1, at, country="DE")
    rule.change(conditions=[GERMAN], weights={sam.team_id: 1}, by=nora, at=at + HOUR)
    (after,) = handed(1, at + 2 * HOUR, country="DE")
    assert (Handoff.objects.get(pk=before.pk).pool, after.pool) == (north, sam.team)


def test_why_it_went_there_is_kept_in_ids_and_numbers(sam, rita, north, nora, at):
    rule = RoutingRule.objects.add(conditions=[GERMAN], weights={sam.team_id: 2, north.pk: 1}, by=nora, at=at)
    (first,) = handed(1, at, country="DE")
    kept = first.assignments.get().kept
    asked = {"field": "country", "operator": "is_any_of", "values": ["DE", "AT"]}
    assert (kept["rule"], kept["conditions"], kept["pool"]) == (rule.pk, [asked], sam.team_id)
    assert sorted(kept["pools"]) == sorted([[sam.team_id, 2, 0], [north.pk, 1, 0]])
    assert kept["turn"] == [[sam.pk, 0, 8, 0, 1.0], [rita.pk, 0, 8, 0, 1.0]]
    rule.remove(by=nora, at=at + HOUR)
    assert first.assignments.get().kept == kept


# Against plain Python, and in how many statements


def test_what_the_rules_say_of_many_is_what_python_says_of_each(sam, north, nora, at):
    asks = [[GERMAN, BIG], [BIG], [Condition("country", "is_not", ("NL",))]]
    rules = [RoutingRule.objects.add(conditions=each, weights={north.pk: 1}, by=nora, at=at) for each in asks]
    people = [
        a_lead(at=at, country=country, **({"employees": size} if size else {}))
        for country in ("DE", "at", "NL", "")
        for size in (5, 999, 1000, None)
    ]

    def by_hand(lead):
        country, size = lead.country.lower(), lead.company.employees or 0
        held = (country in ("de", "at") and size >= 1000, size >= 1000, country != "nl")
        return next((rule for rule, holds in zip(rules, held, strict=True) if holds), RoutingRule.objects.last_row())

    found = Routing.now(at=at).first_met([lead.pk for lead in people])
    assert found == {lead.pk: by_hand(lead) for lead in people}
    assert len(set(found.values())) == 4


def test_ten_times_the_leads_ask_no_more_of_the_database(sam, rita, north, nora, at):
    RoutingRule.objects.add(conditions=[GERMAN], weights={sam.team_id: 2, north.pk: 1}, by=nora, at=at)
    handed(1, at, country="DE")
    with queries_asked() as few:
        Routing.now(at=at).route(list(Lead.objects.select_related("company__owner__team")))
    for _ in range(10):
        a_lead(at=at, country="AT")
    with queries_asked() as many:
        Routing.now(at=at).route(list(Lead.objects.select_related("company__owner__team")))
    assert len(many) == len(few)


# Whose turn


def test_over_the_weeks_a_small_capacity_gets_its_part_also_of_two_a_day():
    people = {1: Candidate(1, 20), 2: Candidate(2, 1)}
    given = []
    for _ in range(21):  # days with two each, of which the counts of the day before are history
        for _ in range(2):
            chosen = choose(people.values())
            given.append(chosen.user_id)
            people[chosen.user_id] = Candidate(chosen.user_id, chosen.capacity, chosen.given + 1, None, chosen.before)
        people = {each.user_id: Candidate(each.user_id, each.capacity, 0, None, each.before + each.given)
                  for each in people.values()}  # fmt: skip
    assert (given.count(1), given.count(2)) == (40, 2)


def test_who_comes_back_is_not_flooded_and_who_has_no_room_waits(at):
    here, back = Candidate(1, 8, 0, None, 80, Fraction(20)), Candidate(2, 8, 0, None, 40, Fraction(10))
    assert (here.part_used - Fraction(1, 160), back.part_used - Fraction(1, 80)) == (Fraction(1, 2), Fraction(1, 2))
    assert choose([Candidate(1, 2, 2, None, 0, Fraction(30)), Candidate(2, 8, 7, None, 200)]).user_id == 2
    assert share([Sharer(1, 3, 3), Sharer(2, 1, 0)]).pool_id == 2


def test_days_away_are_not_days_here(sam, at):
    sam.be_away(at, at + 10 * DAY, cover=None, by=sam, at=at)
    assert days_here({sam.pk: at - 20 * DAY}, at=at + 10 * DAY) == {sam.pk: Fraction(20)}
    assert days_here({sam.pk: at}, at=at + 10 * DAY) == {sam.pk: Fraction(1)}


# Release


def test_the_backlog_goes_to_each_pool_as_far_as_it_has_room(sam, north, lena, nora, at):
    RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    User.objects.filter(pk=lena.pk).update(daily_capacity=1)
    User.objects.filter(pk=sam.pk).update(daily_capacity=2)
    User.objects.filter(name="Rita Kok").update(daily_capacity=0)
    leads = [a_lead(at=at, country=country) for country in ("DE", "DE", "DE", "NL")]
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=at)
    assert (plan().a_day, room(at=at)) == (3, 3)
    assert sorted(each.pool.name for each in release_held(at=at)) == ["North", "Sales"]
    assert room(at=at) == 1
    assert release_held(at=at + HOUR) == []


# The verbs


def test_rules_are_added_above_the_last_row_moved_changed_and_removed_with_a_trail(sam, north, nora, at):
    german = RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    big = RoutingRule.objects.add(conditions=[BIG], person=sam, by=nora, at=at)
    assert in_order() == ["Its country is any of DE or AT", "Its people is at least 1,000", "Everybody else"]
    big.move(up=True, by=nora, at=at + HOUR)
    big.move(up=True, by=nora, at=at + HOUR)  # it is at the top already, so nothing is written
    german.change(conditions=[GERMAN], weights={north.pk: 3, sam.team_id: 1}, by=nora, at=at + 2 * HOUR)
    assert RoutingRule.objects.get(pk=german.pk).where_said == "North (3 of 4) and Sales (1 of 4)"
    big.remove(by=nora, at=at + 3 * HOUR)
    assert in_order() == ["Its country is any of DE or AT", "Everybody else"]
    trail = RoutingChange.objects.order_by("pk").values_list("did", "by", "at")
    assert list(trail) == [
        ("added", nora.pk, at),
        ("added", nora.pk, at),
        ("moved", nora.pk, at + HOUR),
        ("changed", nora.pk, at + 2 * HOUR),
        ("removed", nora.pk, at + 3 * HOUR),
    ]


def test_each_change_can_be_taken_back_while_it_is_the_latest(sam, north, nora, at):
    german = RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    big = RoutingRule.objects.add(conditions=[BIG], person=sam, by=nora, at=at)
    removed = german.remove(by=nora, at=at + HOUR)
    removed.take_back(by=nora, at=at + 2 * HOUR)
    assert in_order() == ["Its country is any of DE or AT", "Its people is at least 1,000", "Everybody else"]
    with refused(Refused, "changed again since"):
        removed.take_back(by=nora, at=at + 3 * HOUR)
    big.change(conditions=[BIG, GERMAN], weights={north.pk: 2}, by=nora, at=at + 3 * HOUR)
    big.changes.latest("pk").take_back(by=nora, at=at + 4 * HOUR)
    big = RoutingRule.objects.get(pk=big.pk)
    assert (big.whom_said, big.where_said) == ("Its people is at least 1,000", "Sam de Wit")
    big.move(up=True, by=nora, at=at + 5 * HOUR)
    big.changes.latest("pk").take_back(by=nora, at=at + 6 * HOUR)
    assert in_order()[0] == "Its country is any of DE or AT"
    new = RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at + 7 * HOUR)
    new.changes.get().take_back(by=nora, at=at + 8 * HOUR)
    assert len(in_order()) == 3


def test_what_makes_no_rule_is_refused(sam, maya, north, nora, at):
    to_north = {"weights": {north.pk: 1}, "by": nora, "at": at}
    for wrong, match in (
        ({"conditions": [], **to_north}, "add a condition"),
        ({"conditions": [Condition("shoe_size", "is", ("44",))], **to_north}, "Choose a field"),
        ({"conditions": [Condition("employees", "at_least", ("many",))], **to_north}, "not a number"),
        ({"conditions": [GERMAN] * 11, **to_north}, "at most 10"),
        ({"conditions": [GERMAN], "by": nora, "at": at}, "Say who gets them"),
        ({"conditions": [GERMAN], "weights": {north.pk: 101}, "by": nora, "at": at}, "from 1 to 100"),
        ({"conditions": [GERMAN], "weights": {maya.team_id: 1}, "by": nora, "at": at}, "A pool is a sales team"),
        ({"conditions": [GERMAN], "person": maya, "by": nora, "at": at}, "not active in a sales team"),
    ):
        with refused(Incomplete, match):
            RoutingRule.objects.add(**wrong)
    with refused(NotAllowed):
        RoutingRule.objects.add(conditions=[GERMAN], weights={north.pk: 1}, by=maya, at=at)


def test_the_last_row_says_who_gets_everybody_else_and_stays(sam, north, nora, at):
    last = RoutingRule.objects.last_row()
    assert [pool.name for pool in last.pools] == ["Sales"]
    for verb, wrong in ((last.remove, {}), (last.move, {"up": True})):
        with refused(Refused, "last row"):
            verb(by=nora, at=at, **wrong)
    with refused(Incomplete, "has no conditions"):
        last.change(conditions=[GERMAN], weights={north.pk: 1}, by=nora, at=at)
    last.change(conditions=[], weights={north.pk: 1}, by=nora, at=at)
    assert handed(1, at)[0].pool == north


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM leads_routingrule WHERE is_last",
        "UPDATE leads_routingrule SET is_last = false WHERE is_last",
        "UPDATE leads_routingrule SET removed_at = now() WHERE is_last",
        "UPDATE leads_routingrule SET conditions = '[{}]' WHERE is_last",
        "INSERT INTO leads_routingrule (position, is_last, conditions) VALUES (1, true, '[]')",
        "INSERT INTO leads_routingrule (position, is_last, conditions) VALUES (1, false, '[]')",
    ],
)
def test_the_database_itself_keeps_one_last_row_without_conditions(statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert RoutingRule.objects.last_row().conditions == []


def test_somebody_named_who_has_left_gets_nothing_and_the_row_says_so(sam, rita, nora, ada, at):
    rule = RoutingRule.objects.add(conditions=[GERMAN], person=sam, by=nora, at=at)
    sam.deactivate(by=ada, at=at)
    assert handed(1, at, country="DE")[0].owner_id == rita.pk
    assert "not active" in RoutingRule.objects.get(pk=rule.pk).doubt
    assert Assignment.objects.get().how == How.TURN
