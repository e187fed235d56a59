"""What lists count ahead of time: the same as on the spot, told with its moment, and no page needs it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from agreements.models import Persona, Sharing
from campaigns.models import Campaign, Content
from leads import personas, tallies
from leads.models import Handoff, Lead, Tally, Touch
from leads.models.tally import STANDS, Of
from leads.payback import brought, credited, paybacks, shares_of_revenue
from leads.personas import Came
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, a_persona, an_accepted_handoff

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(at: datetime, sam, clock_shows) -> Campaign:
    """A campaign that brought two leads, one of them handed over with a guide."""
    clock_shows(at)
    a_lead(at=at, campaign="Fair")
    handoff = a_handoff(at=at, owner=sam, campaign="Fair")
    guide = Content.objects.create(title="Guide")
    Handoff.objects.filter(pk=handoff.pk).update(content=guide)
    return Campaign.objects.get(name="Fair")


def count(at: datetime) -> int:
    return tallies.keep(clock=lambda: at)


def test_what_is_kept_of_a_campaign_is_what_is_counted_on_the_spot(fair, at, sam):
    won = Handoff.objects.get()
    won.accept(by=sam, at=at + MINUTE)
    terms = {"currency": "EUR", "closes_on": at.date()}
    won.open_deal(amount=100, **terms, by=sam, at=at + 2 * MINUTE).win(by=sam, at=at + 3 * MINUTE)
    on_the_spot = brought([fair.pk])
    assert (on_the_spot[fair.pk].leads, on_the_spot[fair.pk].mqls, on_the_spot[fair.pk].customers) == (2, 1, 1)
    assert on_the_spot[fair.pk].took == at + 3 * MINUTE - won.lead.created_at

    count(at)
    kept = tallies.of_campaigns([fair.pk], at=at)
    assert kept == on_the_spot
    assert paybacks([fair], kept) == paybacks([fair])


def test_a_row_that_was_not_counted_yet_is_counted_on_the_spot(fair, at):
    count(at)
    a_lead(at=at, campaign="Fair")
    a_lead(at=at, campaign="Webinar")
    webinar = Campaign.objects.get(name="Webinar")
    told = tallies.of_campaigns([fair.pk, webinar.pk], at=at)
    assert (told[fair.pk].leads, told[webinar.pk].leads) == (2, 1)


def test_where_no_worker_came_by_for_a_day_it_is_counted_on_the_spot(fair, at):
    count(at)
    a_lead(at=at, campaign="Fair")
    assert tallies.of_campaigns([fair.pk], at=at + STANDS - MINUTE)[fair.pk].leads == 2
    assert tallies.of_campaigns([fair.pk], at=at + STANDS)[fair.pk].leads == 3


def test_counting_again_counts_what_came_and_lets_go_of_what_went(fair, at):
    gone = Campaign.objects.create(name="Nobody came")
    count(at)
    assert Tally.objects.filter(of=Of.CAMPAIGN).count() == 2
    gone.delete()
    a_lead(at=at, campaign="Fair")
    count(at + MINUTE)
    assert Tally.objects.filter(of=Of.CAMPAIGN).get().key == str(fair.pk)
    assert tallies.of_campaigns([fair.pk], at=at + MINUTE)[fair.pk].leads == 3
    assert set(Tally.objects.values_list("at", flat=True)) == {at + MINUTE}


def test_a_page_says_when_it_was_counted_and_needs_nothing_of_it(fair, at, maya, client_of):
    client, guide = client_of(maya), Content.objects.get()
    pages = ["/campaigns/", f"/campaigns/{fair.pk}/", "/content/", f"/content/{guide.pk}/"]
    assert not any("Counted" in client.get(page).text for page in pages)
    count(at)
    assert all("Counted" in client.get(page).text for page in pages)


def test_a_kept_list_asks_no_lead(fair, at, maya, client_of):
    client = client_of(maya)
    count(at)
    for page in ("/campaigns/", f"/campaigns/{fair.pk}/", "/content/"):
        with queries_asked() as asked:
            client.get(page)
        counted = [
            each["sql"] for each in asked if 'FROM "leads_lead"' in each["sql"] or "leads_episode" in each["sql"]
        ]
        assert counted == []


@pytest.fixture
def anybody(at: datetime, maya, sam, clock_shows):
    """A persona whom bakers fit, of whom there is one beside a lead of another kind."""
    clock_shows(at)
    version = a_persona("Baker", maya=maya, sam=sam, at=at)
    version.edit("people", by=sam, at=at, titles=["Baker"], seniority=[], functions=[])
    traits = {"people_from": None, "people_to": None, "revenue_from": None, "revenue_to": None}
    version.edit("companies", by=maya, at=at, industries=[], countries=[], **traits)
    a_lead(at=at, title="Baker")
    a_lead(at=at, title="Miller")
    return version


def test_what_is_kept_of_a_persona_is_what_is_counted_on_the_spot(anybody, at, maya, client_of):
    on_the_spot = personas.what_came([anybody], at=at)
    assert on_the_spot == (Came(2, 0, 0, 0), [Came(1, 0, 0, 0)])
    count(at)
    Lead.objects.update(title="Miller")
    assert tallies.of_personas([anybody], at=at) == on_the_spot
    for page in ("/personas/", Persona.objects.get().get_absolute_url()):
        assert "ounted" in client_of(maya).get(page).text


def test_a_draft_that_is_changed_is_counted_anew(anybody, at, sam):
    count(at)
    anybody.edit("people", by=sam, at=at, titles=["Miller", "Baker"], seniority=[], functions=[])
    assert tallies.of_personas([anybody], at=at) == (Came(2, 0, 0, 0), [Came(2, 0, 0, 0)])
    assert tallies.counted_at(tallies.Of.PERSONA, tallies.key_of(anybody), at=at) is None


def test_what_is_kept_of_credit_is_to_the_cent_what_is_added_up_on_the_spot(fair, at, sam):
    deal = an_accepted_handoff(at=at, owner=sam).open_deal(
        amount=Decimal("100.01"), currency="EUR", closes_on=at.date(), by=sam, at=at + MINUTE
    )
    for campaign in (fair, None, None):
        Touch.objects.create(lead=deal.lead, kind="download", occurred_at=at - MINUTE, campaign=campaign)
    Lead.objects.filter(pk=deal.lead_id).update(created_at=at - 5 * MINUTE)
    deal.win(by=sam, at=at + 2 * MINUTE)
    assert tallies.of_credit(at=at) == (credited(), None)
    assert credited()[None][Sharing.LINEAR] + credited()[fair.pk][Sharing.LINEAR] == Decimal("100.01")

    count(at)
    assert tallies.of_credit(at=at) == (credited(), at)
    shares = shares_of_revenue()
    with queries_asked() as few:
        assert shares_of_revenue(tallies.of_credit(at=at)[0]) == shares
    assert len(few) == 2
