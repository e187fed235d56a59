"""Who sent a lead back asks for it again, on the lead's page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import HandoffReturn
from tests.builders import a_handoff, everything, reason

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(at, clock_shows, sam, rita):
    """Sam has sent this one back."""
    clock_shows(at + 2 * HOUR)
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR)
    return handoff


def offered(client, handoff):
    return reverse("ask_back", args=[handoff.pk]) in client.get(f"/leads/{handoff.lead_id}/").text


def test_the_button_is_for_who_sent_it_back_and_works_once(returned, sam, rita, maya, nora, client_of):
    client, url = client_of(sam), reverse("ask_back", args=[returned.pk])
    assert offered(client, returned)
    for person in (rita, maya, nora):
        assert not offered(client_of(person), returned)
    answer = client.post(url)
    assert (answer.status_code, answer.url) == (302, f"/leads/{returned.lead_id}/")
    assert HandoffReturn.objects.get().asked_back_at is not None
    assert not offered(client, returned)
    before = everything()
    assert client.post(url).status_code == 409
    assert client_of(rita).post(url).status_code == 409
    assert client_of(maya).post(url).status_code == 403
    assert everything() == before


def test_a_repair_and_ones_own_lead_offer_nothing_to_ask_for(at, clock_shows, sam, rita, client_of):
    clock_shows(at + HOUR)
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at + HOUR)
    assert not offered(client_of(sam), handoff)
    rerouted = a_handoff(at=at, owner=sam)
    rerouted.send_back(reason("wrong_owner"), by=sam, at=at + HOUR)
    assert offered(client_of(sam), rerouted)
    rerouted.reassign(to=sam, because="Theirs after all", by=None, at=at + 2 * HOUR)
    assert not offered(client_of(sam), rerouted)
