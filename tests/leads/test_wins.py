"""Wins: traced back to the first contact, with who did what, and thanks."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Brief, Campaign
from common.errors import Refused
from leads.models import Attempt, Lead, Opportunity, Thanks, Touch
from leads.wins import wins, won
from notifications import outbox
from notifications.models import Notice
from tests.asked import queries_asked
from tests.builders import a_handoff

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def win_one(sam, rita, maya):
    """`win_one(at)`: a lead of the campaign, called twice by Sam and once by Rita, and won by Sam ten days later."""

    def win(at: datetime, campaign: Campaign | None = None) -> Opportunity:
        handoff = a_handoff(at=at, owner=sam)
        lead = handoff.lead
        Lead.objects.filter(pk=lead.pk).update(marketing_owner=maya)
        Touch.objects.create(lead=lead, kind="page_view", occurred_at=at - 40 * DAY)
        Touch.objects.create(lead=lead, kind="download", occurred_at=at - 30 * DAY, campaign=campaign)
        for hours, by in ((1, sam), (2, sam)):
            Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=by, at=at + hours * HOUR)
            handoff.refresh_from_db()
        deal = handoff.open_deal(amount=Decimal(9000), currency="EUR", closes_on=at.date(), by=sam, at=at + 3 * HOUR)
        deal.win(by=sam, at=at + 10 * DAY)
        return deal

    return win


@pytest.fixture
def spring(maya, at) -> Campaign:
    spring = Campaign.objects.create(name="Spring")
    Brief.objects.give(spring, what="A", whom="B", why_now="C", talking_points="D", by=maya, at=at - 40 * DAY)
    return spring


def test_a_win_is_traced_back_to_the_first_contact_with_a_campaign(win_one, spring, sam, maya, theo, at):
    win_one(at, spring)
    [win] = wins(won(Opportunity.objects.all()))

    assert (win.first.campaign, win.first.at, win.days) == (spring, at - 30 * DAY, 40)
    assert [(part.by, part.deeds) for part in win.parts] == [
        (maya, ("briefed sales on the campaign", "kept the plan for the lead")),
        (sam, ("accepted the hand-off", "made 2 attempts", "won the deal")),
    ]
    assert win.to_thank == [maya, sam, theo]


def test_without_a_campaign_it_begins_with_the_first_touch(win_one, at):
    win_one(at)
    [win] = wins(won(Opportunity.objects.all()))
    assert (win.first.campaign, win.days) == (None, 50)


def test_without_any_touch_it_began_when_the_person_became_known(win_one, at):
    win_one(at)
    Touch.objects.all().delete()
    [win] = wins(won(Opportunity.objects.all()))
    assert (win.first, win.days) == (None, 10)


def test_thanks_reach_everybody_who_took_part_once(win_one, spring, sam, maya, nora, at):
    deal = win_one(at, spring)
    win = wins([won(Opportunity.objects.all()).get(pk=deal.pk)])[0]

    Thanks.objects.say(deal, to=win.to_thank, by=maya, at=at + 11 * DAY)
    Thanks.objects.say(deal, to=win.to_thank, by=nora, at=at + 11 * DAY)
    with pytest.raises(Refused, match="You have said thank you for it already"):
        Thanks.objects.say(deal, to=win.to_thank, by=maya, at=at + 12 * DAY)

    assert [each.by for each in deal.thanks.all()] == [maya, nora]


def test_nobody_is_thanked_for_what_is_not_won(win_one, sam, nora, at):
    deal = win_one(at)
    Opportunity.objects.filter(pk=deal.pk).update(state="open", closed_at=None)
    with pytest.raises(Refused, match="This deal is not won"):
        Thanks.objects.say(Opportunity.objects.get(pk=deal.pk), to=[sam], by=nora, at=at)
    assert not Thanks.objects.exists()


def test_the_page_shows_the_win_and_the_button_says_thank_you(win_one, spring, sam, maya, client_of, at, clock_shows):
    deal = win_one(at, spring)
    clock_shows(at + 11 * DAY)
    browser = client_of(maya)
    page = browser.get("/wins/").content.decode()
    assert "by the campaign" in page
    assert "40 days later" in page
    assert f"/wins/{deal.pk}/thank/" in page

    assert browser.post(f"/wins/{deal.pk}/thank/").status_code == 302
    page = browser.get("/wins/").content.decode()
    assert "Thanks from Maya Peters" in page
    assert f"/wins/{deal.pk}/thank/" not in page
    assert browser.post(f"/wins/{deal.pk}/thank/").status_code == 409
    clock_shows(at + 12 * DAY)
    outbox.drain()
    told = Notice.objects.filter(kind="leads.thanked").values_list("user__name", flat=True)
    assert list(told) == ["Sam de Wit"]


def test_nothing_won_teaches_what_will_stand_here(client_of, sam):
    assert "Nothing won yet" in client_of(sam).get("/wins/").content.decode()


def test_a_page_of_many_wins_asks_the_database_as_often_as_one_of_a_single_win(win_one, spring, client_of, theo, at):
    client = client_of(theo)
    win_one(at, spring)
    client.get("/wins/")
    with queries_asked() as few:
        client.get("/wins/")
    for n in range(1, 4):
        win_one(at + n * DAY, spring)
    with queries_asked() as many:
        assert len(client.get("/wins/").context["rows"]) == 4
    assert (len(few), len(many)) == (16, 16)


def test_won_lately_stands_on_the_home_page(win_one, spring, client_of, theo, at, clock_shows):
    win_one(at, spring)
    clock_shows(at + 12 * DAY)
    assert "began with “Spring”, 40 days before" in client_of(theo).get("/").content.decode()
    clock_shows(at + 25 * DAY)
    assert "Won lately" not in client_of(theo).get("/").content.decode()
