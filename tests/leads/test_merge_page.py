"""Doubles in the browser: both records side by side, made one, or left two."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from common.errors import Refused
from leads.doubles import called_a_double, lookalikes, pair
from leads.models import Handoff, Lead
from notifications.models import Delivery
from tests.builders import a_handoff, a_lead, a_touch, an_accepted_handoff, everything, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TERMS = {"amount": Decimal(5000), "currency": "EUR", "closes_on": date(2026, 5, 1)}

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


@pytest.fixture
def called(now, sam):
    """Sam has sent Priya back: she is recorded twice."""
    older = a_lead(at=now - 2 * DAY, first_name="Priya", last_name="Raman", phone="020 1")
    handoff = a_handoff(at=now - HOUR, owner=sam, first_name="Priya", last_name="Raman", phone="020 2", city="Delft")
    returned = handoff.send_back(reason("duplicate"), evidence={"lead": older.pk}, note="Same voice", by=sam, at=now)
    return older, handoff, returned


def test_both_records_stand_side_by_side_with_what_would_become_of_them(now, sam):
    older = a_lead(at=now - DAY, first_name="Priya", phone="020 1", touches=[a_touch("form", at=now - DAY)])
    younger = a_handoff(at=now, owner=sam, first_name="Priya", phone="020 2", city="Delft").lead
    Lead.objects.filter(pk=younger.pk).update(attributes={"plan": "pro"})
    younger.refresh_from_db()
    before = everything()
    compared = pair(younger, older)
    assert (compared.kept, compared.goes, compared.ahead) == (older, younger, younger)
    lines = {line.label: line for line in compared.facts}
    assert (lines["Phone"].kept, lines["Phone"].goes, lines["Phone"].after, lines["Phone"].lost) == (
        "020 1",
        "020 2",
        "020 1",
        True,
    )
    assert (lines["City"].after, lines["City"].lost, lines["First name"].lost) == ("Delft", False, False)
    assert lines["plan"].after == "pro"
    story = {line.label: (line.kept, line.goes, line.after) for line in compared.story}
    assert story == {
        "Stage": ("Lead", "MQL", "MQL"),
        "Owner": (None, sam, sam),
        "Touches": (1, 0, 1),
        "Attempts": (0, 0, 0),
        "Deals": (0, 0, 0),
    }
    assert everything() == before


def test_the_page_opens_on_the_record_that_sales_named_and_makes_one_of_the_two(called, maya, client_of):
    older, handoff, returned = called
    client, url = client_of(maya), reverse("merge", args=[handoff.lead_id])
    shown = client.get(url)
    assert (shown.context["pair"].kept, shown.context["returned"]) == (older, returned)
    assert "Same voice" in shown.text
    answer = client.post(url, {"other": older.pk})
    assert (answer.status_code, answer.url) == (302, f"/leads/{older.pk}/")
    assert list(Lead.objects.all()) == [older]
    handoff.refresh_from_db()
    returned.refresh_from_db()
    assert (handoff.lead_id, handoff.repair_since) == (older.pk, None)
    assert returned.repaired_at is not None


def test_marketing_finds_them_at_home_and_the_others_do_not(called, maya, sam, client_of):
    url = reverse("merge", args=[called[1].lead_id])
    assert url in client_of(maya).get("/").text
    assert url not in client_of(sam).get("/").text


def test_they_are_two_people_and_the_rep_goes_on(called, sam, maya, client_of):
    _, handoff, returned = called
    client = client_of(maya)
    assert client.post(reverse("no_double", args=[returned.pk])).status_code == 302
    handoff.refresh_from_db()
    returned.refresh_from_db()
    assert (handoff.owner, handoff.state, handoff.repair_since) == (sam, "pending", None)
    assert returned.repaired_at is not None
    assert Lead.objects.count() == 2
    assert Delivery.objects.get(kind="leads.repaired", channel="inapp").user == sam
    assert called_a_double(handoff.lead) is None
    before = everything()
    assert client.post(reverse("no_double", args=[returned.pk])).status_code == 409
    assert everything() == before


def test_after_acceptance_too_marketing_says_that_they_are_two(now, sam, maya):
    older, handoff = a_lead(at=now - DAY), an_accepted_handoff(at=now, owner=sam)
    returned = handoff.send_back(reason("duplicate"), evidence={"lead": older.pk}, by=sam, at=now + HOUR)
    assert (handoff.state, handoff.repair_since) == ("accepted", None)
    handoff.open_deal(**TERMS, by=sam, at=now + 2 * HOUR)
    closed = Handoff.objects.get(pk=handoff.pk)
    closed.finish_repair(by=maya, at=now + 3 * HOUR)
    returned.refresh_from_db()
    closed.refresh_from_db()
    assert (returned.repaired_at, closed.state, closed.lead.stage) == (now + 3 * HOUR, "closed", "opportunity")
    with refused(Refused):
        closed.finish_repair(by=maya, at=now + 4 * HOUR)


def test_what_was_withdrawn_from_sales_waits_for_nobody(called):
    _, handoff, _ = called
    handoff.withdraw(because="Opted out", at=handoff.made_at + DAY)
    assert called_a_double(handoff.lead) is None


def test_without_a_name_from_sales_the_other_record_is_searched_for(now, maya, client_of):
    lead = a_lead(at=now, first_name="Priya", last_name="Raman")
    namesake = a_lead(at=now, first_name="priya", last_name="RAMAN")
    other = a_lead(at=now, first_name="Tom", last_name="Okafor")
    client, url = client_of(maya), reverse("merge", args=[lead.pk])
    assert list(client.get(url).context["alike"]) == [namesake]
    assert list(client.get(url, {"q": "okaf"}).context["found"]) == [other]
    assert list(client.get(url, {"q": "priya"}).context["found"]) == [namesake]
    assert list(lookalikes(a_lead(at=now, first_name="", last_name=""))) == []


@pytest.mark.parametrize("other", ["999999", "words", "itself"])
def test_a_record_that_cannot_be_the_other_is_asked_for_again(now, maya, client_of, other):
    lead = a_lead(at=now)
    client, url = client_of(maya), reverse("merge", args=[lead.pk])
    number = lead.pk if other == "itself" else other
    before = everything()
    shown = client.get(url, {"other": number})
    assert (shown.status_code, "pair" in shown.context) == (200, False)
    assert "no other lead of that number" in shown.text
    assert client.post(url, {"other": number}).status_code == 422
    assert everything() == before


def test_two_open_deals_are_refused_on_the_page(now, sam, maya, client_of):
    one, other = an_accepted_handoff(at=now, owner=sam), an_accepted_handoff(at=now, owner=sam)
    for handoff in (one, other):
        handoff.open_deal(**TERMS, by=sam, at=now + HOUR)
    before = everything()
    answer = client_of(maya).post(reverse("merge", args=[one.lead_id]), {"other": other.lead_id})
    assert answer.status_code == 409
    assert "Both have an open deal" in answer.text
    assert everything() == before


def test_merging_is_marketings(called, sam, nora, client_of):
    older, handoff, returned = called
    before = everything()
    for person in (sam, nora):
        client = client_of(person)
        assert client.get(reverse("merge", args=[handoff.lead_id])).status_code == 403
        assert client.post(reverse("merge", args=[handoff.lead_id]), {"other": older.pk}).status_code == 403
        assert client.post(reverse("no_double", args=[returned.pk])).status_code == 403
    assert everything() == before
