"""What a rep needs for the quota, beside what the rep received: for that rep and the head of sales alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.html import strip_tags

from accounts.access import Role
from goals.quota import quotas
from tests.asked import queries_asked
from tests.builders import a_handoff, a_person

DAY = timedelta(days=1)
MAY = datetime(2026, 5, 4, 10, tzinfo=UTC)  # Monday; 23 of the quarter's 65 working days are over

pytestmark = pytest.mark.django_db


@pytest.fixture
def share_among(draft, theo, nora, rita, at):
    """Puts 250 MQLs and 20 deals for the quarter in force, for so many reps."""

    def agree(reps):
        draft.edit(by=theo, at=at, reps=reps)
        draft.propose(by=theo, at=at)
        draft.sign(by=theo, at=at)
        draft.sign(by=nora, at=at)
        return draft

    return agree


@pytest.fixture
def shared(share_among):
    """250 MQLs and 20 deals for the quarter, for two reps."""
    return share_among(2)


@pytest.fixture
def _received(shared, sam, rita):
    for days in (1, 2, 3):
        a_handoff(at=MAY - days * DAY, owner=sam)
    a_handoff(at=MAY - DAY, owner=rita)
    a_handoff(at=MAY - 60 * DAY, owner=rita)


def seen(plan, user):
    return [(line.rep.name, line.needed, line.received, line.due, line.won) for line in quotas(plan, user, at=MAY)]


# 125 MQLs and 10 deals each, of which 23 / 65 are due: 44.2 and 3.5.
RITA, SAM = ("Rita Kok", 45, 1, 4, 0), ("Sam de Wit", 45, 3, 4, 0)


@pytest.mark.usefixtures("_received")
def test_the_head_of_sales_sees_every_rep_and_a_rep_only_themselves(shared, sam, rita, nora):
    assert seen(shared, nora) == [RITA, SAM]
    assert seen(shared, sam) == [SAM]
    assert seen(shared, rita) == [RITA]


@pytest.mark.usefixtures("_received")
def test_marketing_and_outsiders_see_nobodys(shared, theo, maya, otto, ada):
    for person in (theo, maya, otto, ada):
        assert seen(shared, person) == []


def test_a_won_deal_counts_for_whom_it_belongs_to(shared, sam, nora, a_win):
    a_win(at=MAY - DAY)
    (of_rita, of_sam) = quotas(shared, nora, at=MAY)
    assert (of_rita.won, of_sam.won) == (0, 1)
    assert (of_sam.state, of_sam.standing) == ("risk", "too few")


@pytest.mark.usefixtures("_received")
def test_the_quotas_of_a_whole_team_take_three_queries(shared, nora):
    with queries_asked() as asked:
        quotas(shared, nora, at=MAY)
    assert len(asked) <= 4  # the three, and how both sides read what marketing brought


@pytest.mark.usefixtures("_received")
def test_a_rep_reads_it_below_the_queue(shared, client_of, clock_shows, sam, nora):
    clock_shows(MAY)
    address, htmx = "/goals/quota/", {"HX-Request": "true"}
    assert f'hx-get="{address}"' in client_of(sam).get("/queue/").text
    said = " ".join(strip_tags(client_of(sam).get(address, headers=htmx).text).split())
    assert "45 MQLs by this morning, received 3; 4 deals due, 0 won" in said
    assert "Your part" not in client_of(nora).get("/queue/").text


def test_without_a_goal_nothing_stands_below_the_queue_and_the_page_says_so(client_of, sam):
    assert not client_of(sam).get("/goals/quota/", headers={"HX-Request": "true"}).context["quotas"]
    assert "No part of a goal is yours today" in client_of(sam).get("/goals/quota/").text


@pytest.mark.usefixtures("_received")
def test_the_head_of_sales_finds_them_at_home_and_beside_the_plan(shared, client_of, clock_shows, nora, theo):
    clock_shows(MAY)
    address = f"/goals/plans/{shared.pk}/quotas/"
    for page in ("/", shared.get_absolute_url()):
        assert f'hx-get="{address}"' in client_of(nora).get(page).text
        assert address not in client_of(theo).get(page).text
    part = client_of(nora).get(address, headers={"HX-Request": "true"}).text
    assert "Needed for the quota" in part
    assert "Rita Kok" in part
    assert "for you to see" in client_of(theo).get(address).text


def test_who_got_too_few_stands_first(share_among, nora, rita, sam):
    plan = share_among(300)  # of 250 MQLs one is needed of each by this morning
    a_handoff(at=MAY - DAY, owner=rita)
    assert [(line.rep, line.needed, line.standing) for line in quotas(plan, nora, at=MAY)] == [
        (sam, 1, "too few"),
        (rita, 1, "enough"),
    ]


def test_another_page_shows_a_dozen_reps_and_leads_to_all_of_them(shared, client_of, clock_shows, nora, sales_team):
    clock_shows(MAY)
    for number in range(13):
        a_person(f"Rep{number} Jansen", Role.REP, team=sales_team)
    browser, address = client_of(nora), f"/goals/plans/{shared.pk}/quotas/"
    part, page = browser.get(address, headers={"HX-Request": "true"}).text, browser.get(address).text
    assert (part.count("?rep="), page.count("?rep=")) == (12, 15)
    assert ("All 15 reps" in part, "All " in page) == (True, False)


def test_a_quota_opens_the_hand_offs_and_deals_behind_it(shared, client_of, clock_shows, sam, rita, nora, a_win):
    clock_shows(MAY)
    received = a_handoff(at=MAY - DAY, owner=sam)
    won = a_win(at=MAY - DAY)
    page = client_of(nora).get(f"/goals/plans/{shared.pk}/quotas/?rep={sam.pk}")
    shown = page.context["shown"]
    assert (list(page.context["received"]), shown.received) == ([received, won.handoff], 2)
    assert (list(page.context["won"]), shown.won) == ([won], 1)
    assert client_of(rita).get(f"/goals/plans/{shared.pk}/quotas/?rep={sam.pk}").status_code == 404
    assert client_of(nora).get(f"/goals/plans/{shared.pk}/quotas/?rep=x").status_code == 404


def test_a_draft_has_no_quotas(draft, client_of, nora):
    assert "No quotas yet" in client_of(nora).get(f"/goals/plans/{draft.pk}/quotas/").text
