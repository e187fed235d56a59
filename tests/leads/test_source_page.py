"""A rep enters a lead of their own."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from leads.models import Episode, Lead, Opportunity
from tests.builders import a_lead, an_accepted_handoff, everything

PERSON = {"email": "Ines@Voltane.test", "first_name": "Ines", "last_name": "Moreau", "company": "Voltane"}
DEAL = {"stage": "opportunity", "amount": "12500.50", "currency": "eur", "closes_on": "2026-05-01"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def test_it_starts_at_sql_with_the_rep_and_never_was_an_mql(now, sam, client_of):
    answer = client_of(sam).post("/leads/source/", PERSON | {"stage": "sql"})
    lead = Lead.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/leads/{lead.pk}/")
    assert (lead.stage, lead.owner, lead.origin, lead.email, lead.company.name) == (
        "sql",
        sam,
        "sales",
        "ines@voltane.test",
        "Voltane",
    )
    life = Episode.objects.get()
    assert (life.self_sourced, life.mql_at) == (True, None)
    assert life.sal_at
    assert life.sal_at == life.sql_at
    assert not Opportunity.objects.exists()


def test_with_a_deal_it_starts_at_opportunity(now, nora, client_of):
    client_of(nora).post("/leads/source/", PERSON | DEAL)
    deal = Opportunity.objects.get()
    assert (deal.lead.stage, deal.amount, deal.currency, deal.closes_on, deal.owner) == (
        "opportunity",
        Decimal("12500.50"),
        "EUR",
        date(2026, 5, 1),
        nora,
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "nonsense"}, "valid email"),
        ({"email": ""}, "required"),
        ({"stage": "customer"}, "valid choice"),
        (DEAL | {"amount": ""}, "what the deal may come to"),
        (DEAL | {"amount": "-1"}, "greater than or equal to 0"),
        (DEAL | {"closes_on": ""}, "expect it to close"),
        (DEAL | {"closes_on": "soon"}, "valid date"),
        (DEAL | {"currency": "euro"}, "valid value"),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_typed_is_kept(now, sam, client_of, wrong, sentence):
    before = everything()
    answer = client_of(sam).post("/leads/source/", PERSON | {"stage": "sql"} | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Moreau"' in answer.text
    assert everything() == before


def test_who_is_known_already_is_refused_with_where_they_are(now, sam, rita, client_of):
    handoff = an_accepted_handoff(at=now, owner=rita, **PERSON)
    before = everything()
    answer = client_of(sam).post("/leads/source/", PERSON | {"stage": "sql"})
    assert answer.status_code == 409
    assert f"{handoff.lead} is known already, at SAL with Rita Kok" in answer.text
    assert everything() == before


def test_it_is_sales_to_do_and_reached_from_the_queue_and_the_list(now, sam, maya, client_of):
    a_lead(at=now)
    for url in ("/queue/", "/leads/"):
        assert "/leads/source/" in client_of(sam).get(url).text
    assert "/leads/source/" not in client_of(maya).get("/leads/").text
    before = everything()
    assert client_of(maya).get("/leads/source/").status_code == 403
    assert client_of(maya).post("/leads/source/", PERSON | {"stage": "sql"}).status_code == 403
    assert everything() == before


def test_a_day_that_has_passed_is_the_reps_to_say(now, sam, client_of):
    closes_on = now.date() - timedelta(days=1)
    client_of(sam).post("/leads/source/", PERSON | DEAL | {"closes_on": closes_on.isoformat()})
    assert Opportunity.objects.get().closes_on == closes_on
