"""A person's whole book goes to somebody named, all of it or nothing, and nobody's book is left behind unnoticed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.conditions import Condition
from common.errors import Incomplete, NotAllowed, Refused
from leads.intake import source_lead
from leads.leaving import book_of, hand_book_on, tell_of_left_books
from leads.models import Attempt, Company, HandedOn, Lead, RoutingRule
from leads.models.assignment import How
from notifications.models import Delivery
from tests.builders import a_handoff, an_accepted_handoff, everything, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sams(sam, rita, nora, at):
    """Of each thing one, pending and accepted, with a call-back, a company and a rule; and one of Rita's."""
    pending, accepted = a_handoff(at=at, owner=sam), an_accepted_handoff(at=at, owner=sam)
    Attempt.objects.log(accepted, channel="call", outcome="call_back", call_back_at=at + DAY, by=sam, at=at + HOUR)
    dealt = an_accepted_handoff(at=at, owner=sam)
    terms = {"amount": Decimal(900), "currency": "EUR", "closes_on": (at + DAY).date()}
    deal = dealt.open_deal(**terms, by=sam, at=at + HOUR)
    own = source_lead({"email": "own@found.test"}, by=sam, at=at)
    Company.objects.filter(pk=pending.lead.company_id).update(owner=sam)
    rule = RoutingRule.objects.add(conditions=[Condition("city", "is_known")], person=sam, by=nora, at=at)
    a_handoff(at=at, owner=rita)
    return {"pending": pending, "accepted": accepted, "deal": deal, "own": own, "rule": rule}


COUNTS = {"handoffs": 2, "deals": 1, "leads": 2, "companies": 1, "rules": 1, "nurtured": 0}
NONE = dict.fromkeys(COUNTS, 0)


def test_all_that_is_theirs_goes_to_the_colleague_and_what_is_accepted_stays_accepted(
    sams, sam, rita, nora, at, events
):
    book = book_of(sam, at=at + HOUR)
    assert (book.counts(), book.call_backs.count()) == (COUNTS, 1)
    events.clear()
    handed = hand_book_on(sam, to=rita, by=nora, at=at + 2 * HOUR)
    assert book_of(sam, at=at + 3 * HOUR).counts() == NONE
    for name in ("pending", "accepted", "deal", "own"):
        sams[name].refresh_from_db()
    sams["rule"].refresh_from_db()
    assert {sams[name].owner for name in ("pending", "accepted", "deal", "own")} == {rita}
    assert (sams["accepted"].state, sams["rule"].person) == ("accepted", rita)
    assert Lead.objects.get(pk=sams["deal"].lead_id).owner == rita
    given = sams["pending"].assignments.latest("pk")
    assert (given.how, given.by, given.because) == (How.HANDED_ON, nora, "Sam de Wit handed on")
    assert [len(batch) for batch in events] == [2]
    assert (handed.count, handed.leaver, handed.to, handed.by) == (7, sam, rita, nora)


def test_the_hand_offs_may_go_each_to_whose_turn_it_is(sams, sam, rita, nora, at):
    hand_book_on(sam, to=nora, in_turn=True, by=nora, at=at + 2 * HOUR)
    sams["pending"].refresh_from_db()
    assert (sams["pending"].owner, Lead.objects.get(pk=sams["own"].pk).owner) == (rita, nora)


def test_it_goes_whole_or_not_at_all(sams, sam, rita, maya, nora, ada, at):
    with refused(Incomplete, "active in sales"):
        hand_book_on(sam, to=maya, by=nora, at=at)
    with refused(Incomplete, "active in sales"):
        hand_book_on(sam, to=sam, by=nora, at=at)
    with refused(NotAllowed):
        hand_book_on(sam, to=rita, by=ada, at=at)
    type(rita).objects.filter(pk=rita.pk).update(daily_capacity=0)
    with refused(Refused, "can take"):
        hand_book_on(sam, to=rita, in_turn=True, by=nora, at=at + 2 * HOUR)
    hand_book_on(sam, to=rita, by=nora, at=at + 2 * HOUR)
    with refused(Refused, "Nothing is Sam de Wit"):
        hand_book_on(sam, to=rita, by=nora, at=at + 3 * HOUR)


def test_recycled_leads_go_to_somebody_of_marketing(sam, rita, maya, theo, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("timing"), evidence={"date": "2026-06-01"}, by=sam, at=at + HOUR)
    Lead.objects.get().plan_nurture(owner=maya, plan="News", review_on=at.date(), by=maya, at=at + HOUR)
    assert book_of(maya, at=at + HOUR).counts() == NONE | {"nurtured": 1}
    with refused(Incomplete, "who of marketing"):
        hand_book_on(maya, to=rita, by=nora, at=at + 2 * HOUR)
    hand_book_on(maya, to=rita, nurtured_to=theo, by=nora, at=at + 2 * HOUR)
    assert Lead.objects.get().marketing_owner == theo


def test_who_leaves_is_out_at_once_and_the_heads_are_told_each_week_until_the_book_is_nobodys(
    sams, sam, rita, nora, ada, at
):
    assert tell_of_left_books(at=at) == 0
    sam.deactivate(by=ada, at=at)
    told = Delivery.objects.filter(kind="leads.left_book", channel="inapp")
    for moment, count in ((at, 1), (at + HOUR, 1), (at + 7 * DAY, 2)):
        assert tell_of_left_books(at=moment) == 1
        assert [each.user for each in told.all()] == [nora] * count
    hand_book_on(sam, to=rita, by=nora, at=at + 8 * DAY)
    assert tell_of_left_books(at=at + 14 * DAY) == 0


def test_the_page_shows_what_would_go_before_anything_does(sams, sam, rita, nora, maya, at, client_of, clock_shows):
    clock_shows(at + 2 * HOUR)
    url, client = f"/routing/people/{sam.pk}/book/", client_of(nora)
    before = everything()
    page = client.get(url)
    assert page.context["counts"] == COUNTS
    assert "1 call-back to come" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert client.post(url, {"to": maya.pk}).status_code == 422
    assert client_of(maya).post(url, {"to": rita.pk}).status_code == 403
    assert everything() == before
    assert client.post(url, {"to": rita.pk}).status_code == 302
    assert "Nothing is Sam de Wit" in client.get(url).text
    assert HandedOn.objects.get().to == rita


def test_closing_an_account_says_what_is_in_hand(sams, sam, ada, at, client_of, clock_shows):
    clock_shows(at + 2 * HOUR)
    text = client_of(ada).get(f"/settings/people/{sam.pk}/").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "2 open hand-offs" in text
    assert "/book/" not in text  # an admin decides nothing of sales
