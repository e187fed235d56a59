"""Why a hand-off went where it went, and where a lead would go now: looking changes nothing."""

from datetime import timedelta

import pytest

from accounts.models import Team
from common.conditions import Condition
from leads.dry_run import dry_run, reasons
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Company, RoutingRule, Transition
from leads.models.assignment import How
from tests.builders import a_handoff, a_lead, a_person, everything, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GERMAN = Condition("country", "is_any_of", ("DE", "AT"))
BIG = Condition("employees", "at_least", ("1000",))

pytestmark = pytest.mark.django_db


@pytest.fixture
def north(calendar, rita) -> Team:
    team = Team.objects.create(name="North", side="sales", calendar=calendar)
    a_person("Lena Berg", "rep", team=team)
    return team


def told(run):
    return [(each.rule.whom_said, each.held, each.decides) for each in run.rules]


def test_each_rule_says_what_it_finds_of_the_lead_and_the_turns_of_the_pool_follow(sam, rita, north, nora, at):
    RoutingRule.objects.add(conditions=[BIG, GERMAN], weights={north.pk: 1}, by=nora, at=at)
    RoutingRule.objects.add(conditions=[GERMAN], weights={sam.team_id: 1}, by=nora, at=at)
    lead = a_lead(at=at, country="AT", employees=20)
    a_handoff(at=at, owner=sam)
    run = dry_run(lead, at=at + HOUR)
    assert told(run) == [
        ("Its people is at least 1,000 and its country is any of DE or AT", False, False),
        ("Its country is any of DE or AT", True, True),
        ("Everybody else", True, False),
    ]
    answers = [(answer.held, answer.found) for answer in run.rules[0].answers]
    assert answers == [(False, "20"), (True, "AT")]
    assert (run.to, run.given.how, run.route.pool) == (rita, How.TURN, sam.team)
    assert [(seat.rep, seat.given) for seat in run.order] == [(rita, 0), (sam, 1)]


def test_it_says_where_the_lead_really_goes_and_changes_nothing(sam, rita, north, nora, at):
    RoutingRule.objects.last_row().change(conditions=[], weights={sam.team_id: 1, north.pk: 2}, by=nora, at=at)
    leads = [a_lead(at=at) for _ in range(6)]
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=at)
    for lead in leads:
        before = everything()
        run = dry_run(lead, at=at + HOUR)
        assert everything() == before
        (handoff,) = hand_over([lead.pk], at=at + HOUR)
        assert (run.to.pk, run.route.pool) == (handoff.owner_id, handoff.pool)


def test_the_owner_of_the_company_who_sent_it_back_and_who_is_away_are_named(sam, rita, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR)
    Company.objects.update(owner=rita)
    run = dry_run(handoff.lead, at=at + 2 * HOUR)
    assert (run.owner, run.owner_counts, run.to, run.given.how) == (rita, True, rita, How.OWNER)
    assert run.passed_over == [sam]
    rita.be_away(at + 3 * HOUR, at + DAY, cover=None, by=rita, at=at + 2 * HOUR)
    run = dry_run(handoff.lead, at=at + 4 * HOUR)
    assert (run.to, run.away) == (None, [rita])


def test_why_it_went_there_is_read_as_it_was_then(sam, rita, north, nora, at):
    rule = RoutingRule.objects.add(conditions=[GERMAN], weights={sam.team_id: 2, north.pk: 1}, by=nora, at=at)
    handoff = a_handoff(at=at, country="DE")
    rule.change(conditions=[BIG], person=rita, by=nora, at=at + HOUR)
    handoff.reassign(to=rita, because="Speaks Frisian", by=nora, at=at + 2 * HOUR)
    given, first = reasons(handoff)
    assert (first.asked, first.pool, first.rule) == ("Its country is any of DE or AT", sam.team, rule)
    assert [(each.pool, each.weight, each.given) for each in first.sharing] == [(north, 1, 0), (sam.team, 2, 0)]
    assert [(seat.rep, seat.given, seat.capacity) for seat in first.order] == [(sam, 0, 8), (rita, 0, 8)]
    assert (given.assignment.owner, given.assignment.how, given.asked) == (rita, How.GIVEN, "")


def test_a_lead_is_searched_for_picked_and_asked_about_on_the_page(at, sam, maya, client_of, clock_shows):
    clock_shows(at)
    lead = a_lead(at=at, first_name="Priya", last_name="Raman")
    client = client_of(maya)
    assert "Find a lead" in client.get("/routing/where/").text
    assert f"lead={lead.pk}" in client.get("/routing/where/?q=priya").text
    page = client.get(f"/routing/where/?q=priya&lead={lead.pk}").text
    assert "Priya Raman</a> → Sam de Wit" in page
    assert "Everybody else" in page
    assert "Nobody is called" in client.get("/routing/where/?q=zz").text


def test_figures_of_a_rep_are_for_that_rep_and_the_head_of_sales(at, sam, rita, nora, maya, client_of, clock_shows):
    clock_shows(at)
    handoff = a_handoff(at=at, owner=sam)
    for person, seen in ((nora, {sam.pk, rita.pk}), (sam, {sam.pk}), (maya, set())):
        page = client_of(person).get(f"/handoffs/{handoff.pk}/why/")
        assert page.context["by_rep"] == seen
        assert "Sam de Wit: their turn" in page.text
        assert client_of(person).get(f"/routing/where/?lead={handoff.lead_id}").context["by_rep"] == seen
