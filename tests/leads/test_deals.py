"""Deals, from opening to won or lost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.errors import IllegalMove, Incomplete, NotAllowed, Refused
from leads.models import Company, Lead, Opportunity
from leads.models.opportunity import DealType
from tests.builders import a_handoff, a_lead, an_accepted_handoff, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TERMS = {"amount": Decimal("12000.50"), "currency": "eur", "closes_on": date(2026, 5, 1)}

pytestmark = pytest.mark.django_db


def a_deal(*, owner, at, **more):
    return an_accepted_handoff(at=at - HOUR, owner=owner, **more).open_deal(**TERMS, by=owner, at=at)


def test_a_deal_closes_the_hand_off_and_fills_the_stage_it_jumps(sam, at, events):
    handoff = an_accepted_handoff(at=at, owner=sam)
    events.clear()
    deal = handoff.open_deal(**TERMS, estimated=True, name="Licences", by=sam, at=at + HOUR)
    assert (handoff.state, handoff.closed_at, handoff.decided_at) == ("closed", at + HOUR, at)
    assert (deal.lead, deal.company, deal.owner, deal.handoff) == (handoff.lead, handoff.lead.company, sam, handoff)
    assert (deal.amount, deal.currency, deal.estimated, str(deal)) == (Decimal("12000.50"), "EUR", True, "Licences")
    lead = Lead.objects.get(pk=deal.lead_id)
    episode = lead.episodes.get()
    assert (lead.stage, episode.sql_at, episode.opportunity_at) == ("opportunity", at + HOUR, at + HOUR)
    assert events == [[deal, *lead.transitions.order_by("pk")[3:]]]
    assert [move.to_stage for move in events[0][1:]] == ["sql", "opportunity"]


def test_only_what_was_accepted_becomes_a_deal(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(IllegalMove, "is at MQL now"):
        handoff.open_deal(**TERMS, by=sam, at=at + HOUR)


@pytest.mark.parametrize(
    "wrong", [{"amount": Decimal(-1)}, {"amount": None}, {"currency": "euro"}, {"closes_on": None}]
)
def test_a_deal_has_an_amount_a_currency_and_an_expected_close(sam, at, wrong):
    handoff = an_accepted_handoff(at=at, owner=sam)
    with refused(Incomplete):
        handoff.open_deal(**(TERMS | wrong), by=sam, at=at + HOUR)


def test_a_lead_has_one_open_deal_of_new_business(sam, at):
    deal = a_deal(owner=sam, at=at)
    with refused(Refused, "has an open deal already"):
        Opportunity.objects.open_for(deal.lead, **TERMS, by=sam, at=at + HOUR)


def test_won_makes_a_customer_of_the_person_and_the_company(sam, at, events):
    deal = a_deal(owner=sam, at=at)
    events.clear()
    deal.win(amount=Decimal(9000), by=sam, at=at + DAY)
    deal.refresh_from_db()
    assert (deal.state, deal.closed_at, deal.amount, deal.estimated) == ("won", at + DAY, Decimal(9000), False)
    assert (deal.lead.stage, deal.lead.episodes.get().customer_at) == ("customer", at + DAY)
    assert deal.company.customer_since == at + DAY
    assert events == [[deal, deal.lead.transitions.latest("pk")]]


def test_lost_needs_a_reason_and_the_lead_rests(sam, at):
    deal = a_deal(owner=sam, at=at)
    with refused(Incomplete, "why it was lost"):
        deal.lose(because=" ", by=sam, at=at + DAY)
    deal.lose(because="Price", by=sam, at=at + DAY)
    deal.refresh_from_db()
    assert (deal.state, deal.closed_at, deal.lost_because) == ("lost", at + DAY, "Price")
    lead = deal.lead
    assert (lead.stage, lead.cool_down_until, lead.engagement_from) == ("lost", at + 91 * DAY, None)
    assert lead.company.customer_since is None


def test_a_deal_closes_once_and_by_its_owner(sam, rita, at):
    deal = a_deal(owner=sam, at=at)
    with refused(NotAllowed):
        deal.win(by=rita, at=at + DAY)
    seen_earlier = Opportunity.objects.get(pk=deal.pk)
    deal.win(by=sam, at=at + DAY)
    with refused(Refused, "won already"):
        seen_earlier.lose(because="Price", by=sam, at=at + DAY)
    with refused(Refused, "won already"):
        deal.edit(amount=Decimal(1), by=sam, at=at + DAY)


def test_an_amount_once_edited_is_no_estimate(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    deal = handoff.open_deal(**TERMS, estimated=True, by=sam, at=at + HOUR)
    deal.edit(closes_on=date(2026, 6, 1), by=sam, at=at + HOUR)
    assert deal.estimated is True
    deal.edit(amount=Decimal(100), by=sam, at=at + HOUR)
    deal.refresh_from_db()
    assert (deal.amount, deal.estimated, deal.closes_on) == (Decimal(100), False, date(2026, 6, 1))
    with refused(Incomplete):
        deal.edit(state="won", by=sam, at=at + HOUR)


def test_expansion_and_renewal_move_nobody(sam, at):
    deal = a_deal(owner=sam, at=at)
    deal.win(by=sam, at=at + DAY)
    lead = Lead.objects.get(pk=deal.lead_id)
    moved = lead.transitions.count()
    more = Opportunity.objects.open_for(lead, **TERMS, type=DealType.EXPANSION, by=sam, at=at + 2 * DAY)
    more.lose(because="Too early", by=sam, at=at + 3 * DAY)
    lead.refresh_from_db()
    assert (lead.stage, lead.transitions.count(), lead.cool_down_until) == ("customer", moved, None)


def test_a_lead_imported_at_opportunity_gets_its_deal_without_a_move(sam, at):
    lead = a_lead(at=at)
    Lead.objects.update(stage="opportunity", owner=sam)
    lead.refresh_from_db()
    deal = Opportunity.objects.open_for(lead, **TERMS, by=sam, at=at + HOUR)
    assert (deal.owner, deal.handoff, lead.transitions.count()) == (sam, None, 1)


def test_a_typical_amount_is_the_mean_of_won_deals_with_companies_alike(sam, at):
    assert Opportunity.objects.typical_amount(a_lead(at=at)) is None
    for employees, amount in [(60, 1000), (240, 2000), (3000, 90000)]:
        deal = a_deal(owner=sam, at=at, industry="Software", employees=employees)
        deal.win(amount=Decimal(amount), by=sam, at=at + DAY)
    asked = a_lead(at=at, industry="software", employees=100)
    assert Opportunity.objects.typical_amount(asked) == Decimal(1500)
    Company.objects.filter(leads=asked).update(industry="Farming")
    asked.refresh_from_db()
    assert Opportunity.objects.typical_amount(asked) == Decimal(31000)


def test_a_typical_amount_is_that_of_the_deals_won_lately(sam, at, monkeypatch):
    monkeypatch.setattr("leads.models.opportunity.LATELY_WON", 2)
    for day, amount in enumerate((9000, 1000, 2000)):
        deal = a_deal(owner=sam, at=at, industry="Software", employees=60)
        deal.win(amount=Decimal(amount), by=sam, at=at + (1 + day) * DAY)
    assert Opportunity.objects.typical_amount(a_lead(at=at, industry="Software", employees=60)) == Decimal(1500)
