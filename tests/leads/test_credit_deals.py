"""What led to a won deal, written down to the cent, and what a campaign earned by it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from agreements.models import Credit, Sharing, Sourced
from campaigns.models import Campaign
from common import metrics
from common.errors import NotAllowed, Refused
from common.periods import parse
from leads import crediting, draining
from leads.merge import merge
from leads.models import Attempt, Contribution, Lead, Opportunity, Touch
from leads.payback import agreed_sharing, paybacks, shares_of_revenue
from leads.sourced import brought_by_marketing, influenced
from leads.undo import undo
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, criteria_in_force

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def touch(lead: Lead, *, at: datetime, kind: str = "download", **more) -> Touch:
    return Touch.objects.create(lead=lead, kind=kind, occurred_at=at, **more)


@pytest.fixture
def definition(theo, nora, at):
    return criteria_in_force(theo=theo, nora=nora, at=at - 60 * DAY)


@pytest.fixture
def campaigns() -> dict[str, Campaign]:
    return {name: Campaign.objects.create(name=name, cost=Decimal(1000)) for name in "ABC"}


@pytest.fixture
def deal(sam, at: datetime, campaigns) -> Opportunity:
    """The example of docs/attribution.md: four touches, opened after the last, not yet won."""
    handoff = a_handoff(at=at, owner=sam)
    Lead.objects.filter(pk=handoff.lead_id).update(created_at=at - 20 * DAY, campaign=campaigns["A"])
    handoff.accept(by=sam, at=at)
    for days, name in ((30, "A"), (20, "B"), (10, None), (1, "C")):
        touch(handoff.lead, at=at - days * DAY, campaign=campaigns.get(name))
    return handoff.open_deal(amount=Decimal(9000), currency="EUR", closes_on=at.date(), by=sam, at=at)


def win(deal: Opportunity, sam, at: datetime) -> Opportunity:
    deal = Opportunity.objects.get(pk=deal.pk)
    deal.win(by=sam, at=at + 24 * DAY)
    return deal


def credited(deal: Opportunity, sharing: str) -> list[int]:
    return [int(row) for row in deal.contributions.values_list(sharing, flat=True)]


@pytest.mark.parametrize(
    ("sharing", "by_hand"),
    [
        ("first_touch", [9000, 0, 0, 0]),
        ("last_touch", [0, 0, 0, 9000]),
        ("linear", [2250, 2250, 2250, 2250]),
        ("u_shaped", [3600, 3600, 900, 900]),
        ("w_shaped", [2700, 2700, 900, 2700]),
        ("full_path", [2025, 2025, 900, 4050]),
    ],
)
def test_the_example_of_the_handbook_comes_out_as_by_hand(deal, sam, at, sharing, by_hand):
    assert not Contribution.objects.exists()
    deal = win(deal, sam, at)
    assert credited(deal, sharing) == by_hand
    assert [row.milestones for row in deal.contributions.all()] == [["first"], ["lead"], [], ["deal", "won"]]


def test_every_column_adds_up_to_the_deal_to_the_cent(deal, sam, at):
    Opportunity.objects.filter(pk=deal.pk).update(amount=Decimal("9000.01"))
    deal = win(deal, sam, at)
    sums = deal.contributions.order_by().aggregate(**{f"of_{each}": Sum(each) for each in Sharing.values})
    assert set(sums.values()) == {Decimal("9000.01")}


def test_what_we_did_and_what_came_after_the_win_is_no_credit(deal, sam, at):
    touch(deal.lead, at=at - 5 * DAY, kind="email_sent", responded=False)
    touch(deal.lead, at=at + 25 * DAY)
    touch(deal.lead, at=at - 366 * DAY)
    assert win(deal, sam, at).contributions.count() == 4


def test_a_win_taken_back_takes_its_credit_back(deal, sam, at):
    deal = win(deal, sam, at)
    undo(Lead.objects.get(pk=deal.lead_id), by=sam, at=at + 24 * DAY + timedelta(minutes=5))
    assert Opportunity.objects.get(pk=deal.pk).is_open
    assert not Contribution.objects.exists()


def test_what_a_colleague_on_the_deal_did_counts_and_no_longer_when_they_are_taken_off(deal, sam, at, campaigns):
    boss = a_lead(at=at - 50 * DAY)
    touch(boss, at=at - 40 * DAY, campaign=campaigns["C"])
    deal = win(deal, sam, at)

    contact = deal.add_contact(boss, role="signs", by=sam)
    assert credited(deal, "first_touch") == [9000, 0, 0, 0, 0]
    assert deal.contributions.first().lead == boss

    deal.remove_contact(contact, by=sam)
    assert credited(deal, "first_touch") == [9000, 0, 0, 0]
    assert deal.contributions.first().lead == deal.lead


def test_nobody_is_on_a_deal_twice_and_only_its_owner_says_who_is(deal, sam, rita, at):
    boss = a_lead(at=at)
    deal.add_contact(boss, role="", by=sam)
    for twice in (boss, deal.lead):
        with pytest.raises(Refused, match="is on this deal already"):
            deal.add_contact(twice, role="", by=sam)
    with pytest.raises(NotAllowed):
        deal.add_contact(a_lead(at=at), role="", by=rita)
    assert deal.contacts.count() == 1


def test_a_touch_that_becomes_known_late_is_credited_once_its_lead_is_scored(deal, sam, at, definition):
    deal = win(deal, sam, at)
    touch(deal.lead, at=at - 40 * DAY)
    draining.score_due(at=at + 25 * DAY)
    assert credited(deal, "first_touch") == [9000, 0, 0, 0, 0]


def test_two_records_of_one_person_are_one_in_the_credit_too(deal, sam, maya, at, definition):
    double = a_lead(at=at)
    touch(double, at=at - 40 * DAY)
    deal = win(deal, sam, at)
    kept = merge(deal.lead, double, by=maya, at=at + 25 * DAY)
    draining.score_due(at=at + 25 * DAY)
    assert {row.lead for row in deal.contributions.all()} == {kept}
    assert deal.contributions.count() == 5


def test_what_was_thrown_away_is_reckoned_anew_the_same(deal, sam, at):
    deal = win(deal, sam, at)
    before = list(deal.contributions.values_list("touch", *Sharing.values))
    Contribution.objects.all().delete()
    assert crediting.credit_all() == 4
    assert crediting.credit_all() == 0
    assert list(deal.contributions.values_list("touch", *Sharing.values)) == before


def test_only_what_has_changed_is_written_anew(deal, sam, at, campaigns):
    deal = win(deal, sam, at)
    rows = list(deal.contributions.values_list("pk", flat=True))
    Touch.objects.filter(pk=deal.contributions.last().touch_id).update(campaign=None)
    assert crediting.credit_all() == 1
    assert list(deal.contributions.values_list("pk", flat=True))[:3] == rows[:3]
    assert deal.contributions.last().campaign is None

    Opportunity.objects.filter(pk=deal.pk).update(state="open", closed_at=None)
    assert crediting.credit_all() == 0
    assert not Contribution.objects.exists()


def test_a_campaign_is_told_its_cost_its_people_and_its_revenue(deal, sam, at, campaigns):
    win(deal, sam, at)
    first, *_, last = paybacks([campaigns["A"], campaigns["B"], campaigns["C"]])

    assert (first.leads, first.mqls, first.customers) == (1, 1, 1)
    assert (first.per_lead, first.per_mql, first.per_customer) == (1000, 1000, 1000)
    assert first.revenue[Sharing.U_SHAPED] == 3600
    assert first.returned(Sharing.U_SHAPED) == Decimal("2.6")
    assert first.days == 44
    assert (last.leads, last.per_lead, last.days) == (0, None, None)
    assert last.returned(Sharing.FIRST_TOUCH) == -1


@pytest.mark.parametrize("cost", [None, 0])
def test_what_cost_nothing_has_no_return(deal, sam, at, campaigns, cost):
    Campaign.objects.update(cost=cost)
    win(deal, sam, at)
    found = paybacks([Campaign.objects.get(name="A")])[0]
    assert (found.per_lead, found.returned(Sharing.LINEAR)) == (None, None)


def test_deals_in_another_currency_are_in_no_sum(deal, sam, at, campaigns):
    Opportunity.objects.update(currency="USD")
    win(deal, sam, at)
    assert paybacks([campaigns["A"]])[0].revenue[Sharing.U_SHAPED] == 0
    assert shares_of_revenue() == []


def test_each_model_shares_out_the_same_revenue(deal, sam, at, campaigns):
    win(deal, sam, at)
    shares = dict(shares_of_revenue())
    assert {sum(parts[each] for parts in shares.values()) for each in Sharing} == {Decimal(9000)}
    assert shares[None][Sharing.LINEAR] == 2250


def test_many_campaigns_cost_as_many_queries_as_few(deal, sam, at, campaigns):
    win(deal, sam, at)
    with queries_asked() as few:
        paybacks([campaigns["A"]])
    with queries_asked() as many:
        paybacks(campaigns.values())
    assert len(many) == len(few) == 4


def test_until_both_have_signed_it_is_a_proposal(nora, theo, at):
    assert agreed_sharing() == (Sharing.U_SHAPED, False)
    draft = Credit.objects.start(by=theo, at=at)
    draft.edit(by=theo, sharing="w_shaped", sourced="recorded")
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    assert agreed_sharing() == (Sharing.U_SHAPED, False)
    draft.sign(by=nora, at=at)
    assert agreed_sharing() == (Sharing.W_SHAPED, True)


def test_the_pages_show_the_credit_and_the_comparison(deal, sam, theo, nora, at, campaigns, client_of):
    deal = win(deal, sam, at)
    page = client_of(sam).get(f"/deals/{deal.pk}/").content.decode()
    assert "Both sides have not agreed on a model yet." in page
    assert "made the lead" in page
    assert client_of(sam).get(f"/deals/{deal.pk}/?model=linear").content.decode().count("2,250") == 4
    assert "3,600" in client_of(sam).get(f"/campaigns/{campaigns['A'].pk}/").content.decode()
    assert "What each model would make of the deals won" in client_of(theo).get("/credit/").content.decode()


def test_a_contact_is_added_and_taken_off_on_the_page(deal, sam, rita, at, client_of):
    boss = a_lead(at=at, email="boss@haulage.test")
    path = f"/deals/{deal.pk}/contacts/"
    assert client_of(sam).post(path, {"lead": "nobody@haulage.test"}).status_code == 422
    assert client_of(rita).post(path, {"lead": boss.email}).status_code == 403
    assert not deal.contacts.exists()

    assert client_of(sam).post(path, {"lead": "Boss@haulage.test", "role": "signs"}).status_code == 302
    contact = deal.contacts.get()
    assert (contact.lead, contact.role) == (boss, "signs")
    assert client_of(sam).post(f"{path}{contact.pk}/remove/").status_code == 302
    assert not deal.contacts.exists()


def brought(reading: str) -> bool:
    return brought_by_marketing(Opportunity.objects.all(), Sourced(reading)).exists()


def test_its_owner_closes_it_from_its_page_and_comes_back_to_it(deal, sam, rita, client_of):
    address = f"/opportunities/{deal.pk}/win/"
    asked = f"{address}?next={deal.get_absolute_url()}"
    assert asked not in client_of(rita).get(deal.get_absolute_url()).text
    assert asked in client_of(sam).get(deal.get_absolute_url()).text
    form = client_of(sam).get(asked)
    assert (form.context["title"], f'name="next" value="{deal.get_absolute_url()}"' in form.text) == ("Won", True)
    answer = client_of(sam).post(address, {"amount": "9500", "next": deal.get_absolute_url()}, follow=True)
    assert (answer.context["deal"].state, answer.context["deal"].amount) == ("won", 9500)
    assert asked not in answer.text


def test_three_readings_tell_what_marketing_brought(deal, sam, at, campaigns):
    deal = win(deal, sam, at)
    assert [brought(each) for each in Sourced.values] == [True, True, True]

    Touch.objects.filter(campaign=campaigns["A"]).update(campaign=None)  # the first touch is nobody's now
    crediting.credit([deal.pk])
    assert [brought(each) for each in Sourced.values] == [True, False, True]

    Lead.objects.update(origin="sales")
    Attempt.objects.create(lead=deal.lead, handoff=deal.handoff, channel="call", outcome="spoke", by=sam,
                           at=at - 25 * DAY, recorded_at=at)  # fmt: skip
    assert [brought(each) for each in Sourced.values] == [False, False, False]
    assert influenced(Opportunity.objects.all()).exists()

    Touch.objects.update(campaign=None)
    crediting.credit([deal.pk])
    assert not influenced(Opportunity.objects.all()).exists()


def test_a_call_to_a_colleague_on_the_deal_comes_before_marketing_too(deal, sam, rita, at):
    boss = a_handoff(at=at - 40 * DAY, owner=sam)
    Attempt.objects.log(boss, channel="call", outcome="no_answer", by=sam, at=at - 40 * DAY + timedelta(hours=1))
    deal = win(deal, sam, at)
    assert brought("before_sales")
    deal.add_contact(boss.lead, role="signs", by=sam)
    assert not brought("before_sales")


def test_the_signed_reading_is_the_one_that_goals_count(deal, sam, theo, nora, at, campaigns):
    win(deal, sam, at)
    Touch.objects.filter(campaign=campaigns["A"]).update(campaign=None)
    crediting.credit_all()
    quarter = parse("2026-Q2", "Europe/Amsterdam")
    assert metrics.value("revenue_won_from_marketing", quarter) == 9000

    draft = Credit.objects.start(by=theo, at=at)
    draft.edit(by=theo, sourced="first_touch")
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)

    assert metrics.value("revenue_won_from_marketing", quarter) == 0
    assert [metrics.value(f"revenue_sourced_{each}", quarter) for each in Sourced.values] == [9000, 0, 9000]
    assert metrics.value("revenue_influenced", quarter) == 9000
