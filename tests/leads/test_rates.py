"""Deals in other currencies: frozen at the rate of the month in which they are won, to the cent, or waiting for it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum

from agreements.models import Sharing
from campaigns.models import Campaign
from common import metrics
from common.errors import Incomplete, NotAllowed
from common.periods import parse
from leads import freezing
from leads.freezing import Told, Waiting, enter, read, waiting
from leads.models import Contribution, Lead, Opportunity, Rate, Touch
from leads.payback import paybacks
from leads.undo import undo
from tests.builders import an_accepted_handoff, refused

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MARCH = date(2026, 3, 1)
IN_MARCH = parse("2026-03", "Europe/Amsterdam")
DOLLARS = Told("USD", MARCH, Decimal("0.9217"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def a_deal(sam, at):
    """`a_deal("1000.50")` is open, in dollars."""

    def open_one(amount: str, currency: str = "USD") -> Opportunity:
        handoff = an_accepted_handoff(at=at, owner=sam)
        terms = {"amount": Decimal(amount), "currency": currency, "closes_on": at.date()}
        return handoff.open_deal(**terms, by=sam, at=at + MINUTE)

    return open_one


def won(deal: Opportunity, sam, at: datetime) -> Opportunity:
    deal.win(by=sam, at=at)
    deal.refresh_from_db()
    return deal


def frozen(deal: Opportunity) -> tuple[Decimal | None, Decimal | None]:
    deal.refresh_from_db()
    return deal.rate, deal.base_amount


def revenue() -> Decimal:
    return metrics.value("revenue_won", IN_MARCH)


def test_a_deal_is_frozen_at_the_rate_of_the_month_in_which_it_is_won(a_deal, ada, sam, at):
    enter([DOLLARS, Told("USD", date(2026, 4, 1), Decimal("0.5"))], by=ada, at=at)
    assert frozen(won(a_deal("1000.50"), sam, at + DAY)) == (Decimal("0.9217"), Decimal("922.16"))
    assert revenue() == Decimal("922.16")


def test_half_a_cent_goes_up_whether_it_is_frozen_at_once_or_later(a_deal, ada, sam, at):
    half = Told("USD", MARCH, Decimal("0.5"))
    later = won(a_deal("10.01"), sam, at + DAY)
    assert frozen(later) == (None, None)
    enter([half], by=ada, at=at + 2 * DAY)
    at_once = won(a_deal("10.01"), sam, at + 3 * DAY)
    assert frozen(later) == frozen(at_once) == (Decimal("0.5"), Decimal("5.01"))


def test_in_the_base_currency_the_amount_is_what_it_is(a_deal, sam, at):
    assert frozen(won(a_deal("1000.50", "EUR"), sam, at + DAY)) == (1, Decimal("1000.50"))


def test_without_a_rate_it_is_won_and_waits_and_is_left_out_of_figures(a_deal, ada, sam, at):
    won(a_deal("100", "EUR"), sam, at + DAY)
    deal = won(a_deal("1000"), sam, at + DAY)
    assert deal.lead.stage == "customer"
    assert deal.waits_for_rate
    assert (revenue(), metrics.value("customers_won", IN_MARCH)) == (100, 2)
    assert list(metrics.rows("deals_without_rate", IN_MARCH)) == [deal]
    assert waiting() == [Waiting("USD", MARCH, 1)]

    assert enter([DOLLARS], by=ada, at=at + 2 * DAY) == (1, [deal], [])
    assert (revenue(), metrics.value("average_deal", IN_MARCH)) == (Decimal("1021.70"), Decimal("510.85"))
    assert waiting() == []


def test_the_month_is_that_of_the_win_in_utc(a_deal, ada, sam, at):
    enter([DOLLARS, Told("USD", date(2026, 4, 1), Decimal("0.5"))], by=ada, at=at)
    last, first = datetime(2026, 3, 31, 23, 59, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert frozen(won(a_deal("10"), sam, last))[0] == Decimal("0.9217")
    assert frozen(won(a_deal("10"), sam, first))[0] == Decimal("0.5")


def test_a_rate_that_is_changed_later_changes_no_deal_that_was_frozen(a_deal, ada, sam, at):
    enter([DOLLARS], by=ada, at=at)
    before = won(a_deal("1000"), sam, at + DAY)
    assert enter([Told("USD", MARCH, Decimal("0.5"))], by=ada, at=at + 2 * DAY) == (1, [], [])
    after = won(a_deal("1000"), sam, at + 3 * DAY)
    assert [frozen(deal)[1] for deal in (before, after)] == [Decimal("921.70"), Decimal(500)]
    assert Rate.objects.count() == 1


def test_a_mistyped_rate_is_mended_with_the_deals_and_the_credit_that_were_reckoned_by_it(a_deal, ada, sam, at):
    campaign = Campaign.objects.create(name="Fair", cost=Decimal(100))
    enter([Told("USD", MARCH, Decimal("9.217")), Told("GBP", MARCH, Decimal("1.15"))], by=ada, at=at)
    deal = a_deal("1000")
    Touch.objects.create(lead=deal.lead, kind="download", occurred_at=at - DAY, campaign=campaign)
    Lead.objects.filter(pk=deal.lead_id).update(created_at=at - 10 * DAY)
    won(deal, sam, at + DAY)
    pounds = won(a_deal("100", "GBP"), sam, at + DAY)
    assert (revenue(), paybacks([campaign])[0].revenue[Sharing.LINEAR]) == (9332, 9217)

    assert enter([DOLLARS], by=ada, at=at + 2 * DAY, mend=True) == (1, [], [deal])

    assert frozen(deal) == (Decimal("0.9217"), Decimal("921.70"))
    assert frozen(pounds) == (Decimal("1.15"), Decimal(115))
    assert (revenue(), paybacks([campaign])[0].revenue[Sharing.LINEAR]) == (Decimal("1036.70"), Decimal("921.70"))
    assert enter([DOLLARS], by=ada, at=at + 2 * DAY, mend=True) == (0, [], [])


def test_a_win_that_is_undone_is_frozen_no_longer(a_deal, ada, sam, at):
    enter([DOLLARS], by=ada, at=at)
    deal = won(a_deal("1000"), sam, at + DAY)
    undo(deal.lead, by=sam, at=at + DAY + MINUTE)
    assert frozen(deal) == (None, None)
    deal.edit(by=sam, at=at + DAY + 2 * MINUTE, currency="EUR")
    assert frozen(won(deal, sam, at + 2 * DAY)) == (1, 1000)


def test_credit_adds_up_to_the_frozen_amount_to_the_cent(a_deal, ada, sam, at):
    campaigns = [Campaign.objects.create(name=name, cost=Decimal(100)) for name in "ABC"]
    deal = a_deal("100.01")
    for days, campaign in enumerate(campaigns, 1):
        Touch.objects.create(lead=deal.lead, kind="download", occurred_at=at - days * DAY, campaign=campaign)
    Lead.objects.filter(pk=deal.lead_id).update(created_at=at - 10 * DAY)
    won(deal, sam, at + DAY)
    waits = [row.linear for row in Contribution.objects.filter(deal=deal)]
    assert waits == [0, 0, 0]
    assert [each.revenue[Sharing.LINEAR] for each in paybacks(campaigns)] == [0, 0, 0]

    enter([DOLLARS], by=ada, at=at + 2 * DAY)
    worth = Decimal("92.18")
    assert frozen(deal)[1] == worth
    for sharing in Sharing.values:
        assert deal.contributions.aggregate(sum=Sum(sharing))["sum"] == worth
    assert sorted(row.linear for row in deal.contributions.all()) == [Decimal(x) for x in ("30.72", "30.73", "30.73")]
    assert sum(each.revenue[Sharing.LINEAR] for each in paybacks(campaigns)) == worth


def test_deals_won_before_there_were_rates_are_worth_what_they_came_to_or_wait(a_deal, sam, at):
    euros, dollars = won(a_deal("100.50", "EUR"), sam, at + DAY), won(a_deal("100.50"), sam, at + DAY)
    Opportunity.objects.update(rate=None, base_amount=None)
    import_module("leads.migrations.0028_freeze_deals_won").freeze(apps, None)
    assert frozen(euros) == (1, Decimal("100.50"))
    assert frozen(dollars) == (None, None)


def test_who_may_enter_rates(ada, theo, nora, maya, sam, at):
    for head in (ada, theo, nora):
        enter([DOLLARS], by=head, at=at)
    for other in (maya, sam):
        with refused(NotAllowed):
            enter([Told("USD", MARCH, Decimal(2))], by=other, at=at)


@pytest.mark.parametrize(
    "wrong",
    [
        Told("EUR", MARCH, Decimal(1)),
        Told("dollar", MARCH, Decimal(1)),
        Told("USD", MARCH, Decimal(0)),
        Told("USD", MARCH, Decimal(-1)),
        Told("USD", MARCH, Decimal("NaN")),
        Told("USD", MARCH, Decimal(10) ** 9),
    ],
)
def test_what_is_no_rate_enters_nothing_of_all(ada, at, wrong):
    with refused(Incomplete):
        enter([Told("GBP", MARCH, Decimal("1.15")), wrong], by=ada, at=at)


@pytest.mark.parametrize(
    "text",
    [
        "USD, 2026-03, 0.9217",
        "currency;month;rate\nusd;2026-03;0,9217\n",
        "USD\t2026-03-31\t0.9217\n\n",
        "\ufeffUSD,2026-03-01,0.9217",
    ],
)
def test_rates_are_read_as_spreadsheets_write_them(text):
    assert read(text) == [DOLLARS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("USD, 2026-03, 0.92\nGBP, March, 1.1", "Line 2, “GBP, March, 1.1”"),
        ("USD, 2026-13, 0.92", "Line 1"),
        ("USD 2026-03 0.92", "is not a currency, a month and a rate"),
        ("USD, 2026-03, 0,92", "Line 1"),
        ("EUR, 2026-03, 1", "base currency"),
        ("USD, 2026-03, 1e400", "Line 1"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line(text, said):
    with pytest.raises(Incomplete, match=said):
        read(text)


def test_the_page_teaches_shows_what_waits_and_enters(a_deal, ada, maya, sam, at, client_of, clock_shows):
    clock_shows(at + 3 * DAY)
    assert "none is needed while all deals are in EUR" in client_of(maya).get("/settings/rates/").content.decode()
    deal = won(a_deal("1000"), sam, at + DAY)
    page = client_of(ada).get("/settings/rates/").content.decode()
    assert "1 deal waits" in page
    assert "USD, 2026-03, " in page
    assert "No rate yet" in client_of(sam).get(deal.get_absolute_url()).content.decode()

    file = SimpleUploadedFile("rates.csv", b"currency,month,rate\nUSD,2026-03,0.9217\n")
    sent = client_of(ada).post("/settings/rates/enter/", {"lines": "GBP, 2026-03, 1.15", "file": file})
    assert sent.status_code == 302
    assert {str(rate) for rate in Rate.objects.all()} == {"USD in March 2026: 0.9217", "GBP in March 2026: 1.15"}
    assert frozen(deal)[1] == Decimal("921.70")
    page = client_of(ada).get("/settings/rates/").content.decode()
    assert '<td class="num" data-label="1 USD">0.9217</td>' in page
    assert "921.70, at 0.9217<" in client_of(sam).get(deal.get_absolute_url()).content.decode()

    right = {"lines": "USD, 2026-03, 0.5", "mend": "on"}
    told = client_of(ada).post("/settings/rates/enter/", right, follow=True).content.decode()
    assert "1 rate entered. 1 deal reckoned anew." in told
    assert frozen(deal)[1] == 500


@pytest.mark.parametrize(
    "sent", [{}, {"lines": "USD"}, {"file": SimpleUploadedFile("a.csv", b"\xff\xfe\x00")}, {"lines": "EUR, 2026-03, 1"}]
)
def test_the_page_says_what_is_wrong_and_enters_nothing(ada, client_of, sent):
    assert client_of(ada).post("/settings/rates/enter/", sent).status_code == 422
    assert not Rate.objects.exists()


def test_a_marketer_enters_none(maya, client_of):
    page = client_of(maya)
    assert page.post("/settings/rates/enter/", {"lines": "USD, 2026-03, 1"}).status_code == 403
    assert not Rate.objects.exists()


def test_rates_are_read_in_parts_that_a_page_can_hold(monkeypatch):
    monkeypatch.setattr(freezing, "MOST", 1)
    with pytest.raises(Incomplete, match="more than 1 lines"):
        read("USD, 2026-03, 1\nUSD, 2026-04, 1")
