"""Sales' points, the page of both ledgers, and who may see whose."""

from datetime import timedelta

import pytest

from accounts.access import Side
from campaigns.models import Campaign
from common import metrics
from common.periods import parse
from goals.ledger import ALL, Which
from leads.models import Attempt, Lead
from leads.undo import undo
from sla.sales_ledger import SALES, reps_shown
from tests.builders import credit_in_force, reason

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(theo, nora, at):
    return credit_in_force(theo=theo, nora=nora, at=at - 9 * DAY)


def lines(which: Which = ALL) -> list[tuple[str, int]]:
    found = list(SALES.lines(MARCH, which))[::-1]
    assert sum(line.points for line in found) == SALES.total(MARCH, which)
    return [(line.words, line.points) for line in found]


def call(handoff, by, at) -> None:
    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=by, at=at)


def worked(handoff, by, at):
    """Called within an hour, found an SQL, a deal an hour later."""
    call(handoff, by, at + HOUR)
    handoff.refresh_from_db()
    handoff.confirm({}, by=by, at=at + 2 * HOUR)
    return handoff.open_deal(amount=900, currency="EUR", closes_on=at.date(), by=by, at=at + 3 * HOUR)


def test_sales_has_points_for_what_it_answers_works_and_wins(agreed, hand_over, sam, at, clock_shows):
    clock_shows(at + 5 * HOUR)
    worked(hand_over(at), sam, at).win(by=sam, at=at + 4 * HOUR)
    assert lines() == [("Answered in time", 5), ("Worked to its disposition", 10), ("Customer won", 160)]
    assert metrics.value("credit_sales", MARCH) == 175
    assert {line.rep for line in SALES.lines(MARCH)} == {sam}


def test_what_is_answered_late_gives_nothing(agreed, hand_over, sam, at, clock_shows):
    clock_shows(at + 3 * DAY)
    call(hand_over(at), sam, at + 2 * DAY)
    assert lines() == []


def test_a_return_answers_in_time_but_works_nothing_that_was_not_accepted(agreed, hand_over, sam, at):
    hand_over(at).send_back(reason("low_intent"), by=sam, at=at + HOUR)
    assert lines() == [("Answered in time", 5)]


def test_what_was_accepted_and_let_go_with_a_reason_was_worked(agreed, hand_over, sam, at):
    handoff = hand_over(at)
    call(handoff, sam, at + HOUR)
    handoff.refresh_from_db()
    handoff.send_back(reason("no_budget"), by=sam, at=at + 2 * HOUR, note="None this year")
    assert lines() == [("Answered in time", 5), ("Worked to its disposition", 10)]
    undo(handoff.lead, by=sam, at=at + 2 * HOUR + MINUTE)
    assert lines() == [("Answered in time", 5)]


def test_a_line_stays_with_who_answered_it(agreed, hand_over, sam, rita, nora, at):
    handoff = hand_over(at)
    handoff.reassign(to=sam, because="For this test", by=nora, at=at) if handoff.owner != sam else None
    call(handoff, sam, at + HOUR)
    handoff.refresh_from_db()
    handoff.reassign(to=rita, because="Her region", by=nora, at=at + 2 * HOUR)
    assert [line.rep for line in SALES.lines(MARCH)] == [sam]
    assert SALES.by_rep(MARCH) == [(sam.pk, 5)]


@pytest.fixture
def two_reps(agreed, hand_over, sam, rita, nora, at, clock_shows):
    """Sam answered two, Rita one."""
    clock_shows(at + 2 * HOUR)
    for rep in (sam, sam, rita):
        handoff = hand_over(at)
        if handoff.owner != rep:
            handoff.reassign(to=rep, because="For this test", by=nora, at=at)
        call(handoff, rep, at + HOUR)


def test_by_rep_it_is_for_that_rep_and_the_head_of_sales(two_reps, sam, rita, nora, maya, theo, client_of):
    assert [(str(rep), points) for rep, points in reps_shown(MARCH, nora)] == [("Sam de Wit", 10), ("Rita Kok", 5)]
    assert reps_shown(MARCH, rita) == [(rita, 5)]
    assert reps_shown(MARCH, maya) == reps_shown(MARCH, theo) == []

    of_sam = f"/goals/credit/?period=2026-03&side=sales&rep={sam.pk}"
    found = {user: client_of(user).get(of_sam).status_code for user in (sam, nora, rita, maya, theo)}
    assert found == {sam: 200, nora: 200, rita: 404, maya: 404, theo: 404}
    assert client_of(rita).get(of_sam.replace("credit/", "credit/export/")).status_code == 404
    page = client_of(maya).get("/goals/credit/?period=2026-03&side=sales").content.decode()
    assert "Sam de Wit" not in page
    assert "Answered in time" in page


def test_the_page_shows_both_totals_and_every_line(two_reps, nora, sam, at, client_of):
    page = client_of(nora).get("/goals/credit/?period=2026-03")
    told = {side: total for side, _, total, _ in page.context["sides"]}
    assert told == {Side.MARKETING: 3 * (1 + 10 + 20), Side.SALES: 15}
    assert (page.context["side"], page.context["count"], page.context["points"]) == (Side.SALES, 3, 15)
    assert len(page.context["lines"]) == 3
    narrowed = client_of(nora).get("/goals/credit/?period=2026-03&side=marketing&kind=sal")
    assert (narrowed.context["count"], narrowed.context["points"]) == (3, 60)


def test_the_lines_of_a_campaign_are_exported_with_what_was_taken_beside_what_was_given(
    agreed, hand_over, sam, theo, at, client_of, clock_shows
):
    clock_shows(at + 3 * HOUR)
    fair, handoff = Campaign.objects.create(name="Fair"), hand_over(at, name="priya")
    hand_over(at)
    Lead.objects.filter(pk=handoff.lead_id).update(campaign=fair)
    handoff.send_back(reason("low_intent"), by=handoff.owner, at=at + HOUR)
    url = f"/goals/credit/export/?period=2026-03&side=marketing&campaign={fair.pk}"
    rows = b"".join(client_of(theo).get(url).streaming_content).decode().splitlines()
    assert [row.split(",")[4:] for row in rows] == [
        ['"What"', '"Given"', '"Taken back"', '"Version"'],
        ['"Returned: Not really interested yet"', '"0"', '"10"', '"1"'],
        ['"New lead"', '"1"', '"0"', '"1"'],
        ['"MQL handed over"', '"10"', '"0"', '"1"'],
    ]


@pytest.mark.parametrize("asked", ["side=nobody", "kind=luck", "campaign=0", "rep=x", "page=0"])
def test_there_are_no_other_lines(agreed, nora, client_of, asked):
    assert client_of(nora).get(f"/goals/credit/?{asked}").status_code == 404


def test_without_points_the_page_says_what_they_are_for(nora, client_of):
    page = client_of(nora).get("/goals/credit/").content.decode()
    assert "No points agreed yet" in page
    assert "Agree on points" in page


def test_the_months_before_tell_whether_both_scorecards_held(agreed, two_reps, nora, at, client_of, clock_shows):
    clock_shows(at + 40 * DAY)
    page = client_of(nora).get("/goals/credit/rewards/")
    months = {period.key: card.is_rewarded for period, card in page.context["months"]}
    assert months["2026-03"] is False
    assert "missing" in page.content.decode()
    assert "<h1" not in client_of(nora).get("/goals/credit/rewards/", headers={"HX-Request": "true"}).content.decode()
