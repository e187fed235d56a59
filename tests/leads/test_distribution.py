"""How hand-offs were shared out: given against fair, why it differs, and the hand-offs behind each figure."""

from datetime import timedelta

import pytest

from accounts.models import Team, User
from common.periods import month_of
from leads.distribution import WAYS, WENT_ON, given, made, shared_out
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Company, RoutingRule, Transition
from tests.asked import queries_asked
from tests.builders import AMSTERDAM, a_lead, a_person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(at):
    """The first of the month; everybody has been here since long before."""
    return month_of(at, AMSTERDAM).start


@pytest.fixture
def team(sam, rita, nora, begun):
    User.objects.update(joined_at=begun - 60 * DAY)
    User.objects.filter(pk=rita.pk).update(daily_capacity=4)
    return sam.team


def handed(count, at, owner=None):
    leads = [a_lead(at=at) for _ in range(count)]
    if owner:
        Company.objects.filter(leads__in=leads).update(owner=owner)
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=at)
    return hand_over([lead.pk for lead in leads], at=at)


def told(pool):
    return {part.rep.name: part for part in pool.parts}


def test_each_rep_is_told_what_routing_gave_what_is_fair_and_why_it_differs(team, sam, rita, nora, begun):
    sam.be_away(begun, begun + 5 * DAY, cover=None, by=sam, at=begun)
    handed(5, begun + HOUR)  # all to Rita: Sam is away
    handed(9, begun + 6 * DAY)
    (first, *_) = handed(2, begun + 7 * DAY, owner=rita)
    first.refresh_from_db()
    first.reassign(to=sam, because="Speaks Frisian", by=nora, at=begun + 8 * DAY)
    (pool,) = shared_out(month_of(begun, AMSTERDAM), at=begun + 10 * DAY)
    sams, ritas = told(pool)["Sam de Wit"], told(pool)["Rita Kok"]
    # Sam could take 8 on 5 days, Rita 4 on 10: as much, so half of the sixteen each.
    assert (sams.fair, ritas.fair) == (8, 8)
    assert (sams.routed + ritas.routed, sams.moved, ritas.went_on) == (16, 1, 1)
    assert ritas.because == "2 as owner of the company, 1 went on to colleagues"
    assert sams.because == "here 5 of 10 days, so less is fair, 1 from colleagues on top"
    assert (pool.made, pool.by_owner, pool.by_rules) == (16, 2, 14)


def test_each_figure_is_the_number_of_its_hand_offs(team, sam, rita, nora, begun):
    handed(7, begun + HOUR)
    for handoff in handed(2, begun + 2 * DAY, owner=sam):
        handoff.refresh_from_db()
        handoff.reassign(to=rita, because="Busy", by=nora, at=begun + 3 * DAY)
    period = month_of(begun, AMSTERDAM)
    (pool,) = shared_out(period, at=begun + 10 * DAY)
    for part in pool.parts:
        for way in ("routed", "moved", *(how for how in WAYS if how not in ("routed", "moved"))):
            shown = getattr(part, way, None)
            shown = part.counts[way] if shown is None else shown
            assert given(period, pool.pool, rep=part.rep, way=way).count() == shown
        assert given(period, pool.pool, rep=part.rep, way=WENT_ON).count() == part.went_on
    assert made(period, pool.pool).count() == pool.made == 9


def test_pools_are_told_what_their_weights_would_give(team, sam, nora, calendar, begun):
    north = Team.objects.create(name="North", side="sales", calendar=calendar)
    a_person("Lena Berg", "rep", team=north)
    RoutingRule.objects.last_row().change(conditions=[], weights={team.pk: 3, north.pk: 1}, by=nora, at=begun)
    handed(8, begun + HOUR)
    sales, other = shared_out(month_of(begun, AMSTERDAM), at=begun + 10 * DAY)
    assert [(each.made, each.fair) for each in (sales, other)] == [(6, 6), (2, 2)]


def test_the_pages_open_what_each_figure_counts_and_reps_see_their_own(
    team, sam, rita, maya, nora, begun, client_of, clock_shows
):
    handed(3, begun + HOUR)
    clock_shows(begun + 9 * DAY)
    client = client_of(nora)
    assert client.get("/routing/shares/").context["by_rep"] == {sam.pk, rita.pk}
    assert client_of(sam).get("/routing/shares/").context["by_rep"] == {sam.pk}
    assert "for Rita and the head of sales" in client_of(sam).get("/routing/shares/").text
    behind = f"/routing/shares/{team.pk}/"
    assert len(client_of(maya).get(behind).context["lines"]) == 3
    lines = client.get(behind, {"rep": sam.pk, "way": "routed"}).context["lines"]
    assert len(lines) == told(shared_out(month_of(begun, AMSTERDAM), at=begun + 9 * DAY)[0])["Sam de Wit"].routed
    assert client_of(maya).get(behind, {"rep": sam.pk, "way": "routed"}).status_code == 404
    for wrong in ({"rep": "x"}, {"rep": sam.pk, "way": "luck"}, {"period": "never"}):
        assert client.get(behind, wrong).status_code == 404


def test_more_hand_offs_ask_the_database_no_more(team, begun):
    period = month_of(begun, AMSTERDAM)
    handed(1, begun + HOUR)
    with queries_asked() as few:
        shared_out(period, at=begun + 10 * DAY)
    handed(10, begun + 2 * HOUR)
    with queries_asked() as many:
        shared_out(period, at=begun + 10 * DAY)
    assert len(many) == len(few)
