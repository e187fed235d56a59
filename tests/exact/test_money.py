"""Who is credited with what, and what campaigns gave back, against plain Python: no difference, to the cent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from agreements.models import Sharing
from campaigns.models import Campaign
from common.periods import month_of
from leads import crediting
from leads.draining import score_due
from leads.freezing import Told, enter
from leads.models import Contribution, DealContact, Episode, Lead, Opportunity, Touch
from tests.builders import AMSTERDAM
from tests.exact.differences import money_differs
from tests.exact.history import Step, steps, taken_back
from tests.exact.test_every_figure import live
from tests.oracles.figures.raw import Raw

DAY = timedelta(days=1)
PEOPLE, CAMPAIGNS = 3, 2
days = st.integers(-120, 60) | st.sampled_from([-500, -366, -365, -364])  # as long as the look-back, and about
whose = st.integers(0, PEOPLE - 1)
which = st.none() | st.integers(0, CAMPAIGNS - 1)
hours = st.sampled_from([0, 0, 3, 20])
kinds = st.sampled_from(["form", "form", "download", "sent"])
stories = st.fixed_dictionaries({
    "people": st.lists(st.tuples(days, which, st.none() | days, st.none() | days), min_size=PEOPLE, max_size=PEOPLE),
    "costs": st.lists(st.none() | st.integers(0, 10**6).map(lambda n: Decimal(n) / 100), min_size=2, max_size=2),
    "acts": st.lists(st.tuples(whose, days, hours, which, kinds), min_size=3, max_size=25),
    "deals": st.lists(
        st.fixed_dictionaries({
            "whose": whose, "opened": st.just(0) | days, "lasts": st.integers(0, 200), "cents": st.integers(0, 10**7),
            "currency": st.sampled_from(["EUR", "EUR", "USD"]), "state": st.sampled_from(["won", "won", "lost"]),
            "besides": st.sets(whose),
        }),
        min_size=1,
        max_size=4,
    ),
    "rates": st.sets(st.integers(-4, 8)),
})  # fmt: skip


def write(story: dict[str, Any], at: datetime, nora: User) -> None:
    """The rows of a story, as they might stand there after whatever happened."""
    campaigns = [Campaign.objects.create(name=f"Campaign {n}", cost=cost) for n, cost in enumerate(story["costs"])]
    named = {None: None} | dict(enumerate(campaigns))
    people = []
    for came, campaign, mql, customer in story["people"]:
        lead = Lead.objects.create(created_at=at + DAY * came, stage_at=at, campaign=named[campaign])
        people.append(lead)
        reached = {"mql_at": mql, "customer_at": customer}
        moments = {name: None if day is None else at + DAY * max(day, came) for name, day in reached.items()}
        Episode.objects.create(lead=lead, lead_at=lead.created_at, **moments)
    for person, day, hour, campaign, kind in story["acts"]:
        moment = at + DAY * day + timedelta(hours=hour)
        Touch.objects.create(
            lead=people[person], kind=kind, occurred_at=moment, campaign=named[campaign], responded=kind != "sent"
        )
    for told in story["deals"]:
        _write_deal(told, people, at)
    months = [(at + 30 * n * DAY).date() for n in story["rates"]]
    enter([Told("USD", month, Decimal("0.9217")) for month in months], by=nora, at=at)


def _write_deal(told: dict[str, Any], people: list[Lead], at: datetime) -> None:
    opened = at + DAY * told["opened"]
    cents = Decimal(told["cents"]) / 100
    known = told["currency"] == "EUR" and told["state"] == "won"
    deal = Opportunity.objects.create(
        lead=people[told["whose"]], amount=cents, currency=told["currency"],
        state=told["state"], lost_because="Price" if told["state"] == "lost" else "", opened_at=opened,
        closed_at=opened + DAY * told["lasts"], closes_on=opened.date(),
        rate=1 if known else None, base_amount=cents if known else None,
    )  # fmt: skip
    for besides in told["besides"] - {told["whose"]}:
        DealContact.objects.create(opportunity=deal, lead=people[besides])


def test_every_cent_is_credited_as_the_handbook_says_whatever_led_to_the_deals(nora: User, at: datetime):
    @settings(live, max_examples=60)
    @given(stories)
    def compare(story: dict[str, Any]) -> None:
        with taken_back():
            write(story, at, nora)
            crediting.credit_all()
            raw = Raw(month_of(at, AMSTERDAM), at)
            assert list(money_differs(raw)) == []
            for deal in Opportunity.objects.filter(state="won"):
                for sharing in Sharing.values:
                    parts = deal.contributions.values_list(sharing, flat=True)
                    assert sum(parts) == (deal.base_amount or 0) or not parts
            assert crediting.credit_all() == 0

    compare()


def test_after_random_histories_the_credit_stands_without_a_nightly_run(lived: Callable, at: datetime):
    @live
    @given(steps)
    def compare(played: list[Step]) -> None:
        with taken_back():
            history = lived(played)
            while score_due(at=history.at):
                pass
            assert list(money_differs(Raw(month_of(history.at, AMSTERDAM), history.at))) == [], history.done

    compare()


def test_a_cent_too_many_is_found(nora: User, at: datetime):
    """The comparison sees a fault."""
    won = {"whose": 0, "opened": 0, "lasts": 9, "cents": 10_000, "currency": "EUR", "state": "won", "besides": set()}
    acts = [(0, -day, 0, 0, "form") for day in (5, 3, 1)]
    people, costs = [(-9, 0, None, None)] * 3, [Decimal(5), None]
    write({"people": people, "costs": costs, "acts": acts, "deals": [won], "rates": []}, at, nora)
    crediting.credit_all()
    thirds = [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert list(Contribution.objects.values_list("linear", flat=True)) == thirds
    assert list(money_differs(Raw(month_of(at, AMSTERDAM), at))) == []
    first = Contribution.objects.first()
    Contribution.objects.filter(pk=first.pk).update(linear=first.linear + Decimal("0.01"))
    assert [key for key, *_ in money_differs(Raw(month_of(at, AMSTERDAM), at))] == [
        (first.deal_id, first.touch_id),
        "all campaigns",
        (first.campaign, "revenue"),
        (first.campaign, "returned by linear"),
    ]
