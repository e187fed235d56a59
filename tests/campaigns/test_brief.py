"""Briefs: before a campaign starts, sales knows what runs, for whom, why now, and what to say."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Brief, Campaign
from common.errors import NotAllowed
from notifications.models import Delivery
from notifications.outbox import drain
from tests.builders import everything

DAY = timedelta(days=1)
SAID = {
    "what": "A webinar on tolls.",
    "whom": "Fleet managers in Germany.",
    "why_now": "Tolls rise in May.",
    "talking_points": "Ask about the A2.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


@pytest.fixture
def campaign(db) -> Campaign:
    return Campaign.objects.create(name="Tolls", starts_on=date(2026, 4, 1))


def test_marketing_briefs_sales_once_and_may_write_it_better(campaign, maya, theo, sam, nora, at):
    brief = Brief.objects.give(campaign, **SAID, by=maya, at=at)
    campaign.refresh_from_db()
    assert (brief.whom, campaign.talking_points) == ("Fleet managers in Germany.", "Ask about the A2.")
    told = Delivery.objects.filter(kind="campaign.briefed", channel="inapp")
    assert {each.user for each in told} == {sam, nora}
    again = Brief.objects.give(campaign, **SAID | {"whom": "Planners."}, by=theo, at=at + DAY)
    assert (again.pk, again.whom, again.given_by, again.given_at) == (brief.pk, "Planners.", maya, at)
    assert told.count() == 2


@pytest.mark.parametrize("missing", ["what", "whom", "why_now"])
def test_half_a_brief_is_none(campaign, maya, at, missing):
    kept = everything("campaigns", "notifications")
    with pytest.raises(ValidationError):
        Brief.objects.give(campaign, **SAID | {missing: " "}, by=maya, at=at)
    assert everything("campaigns", "notifications") == kept


def test_sales_briefs_nobody(campaign, sam, at, client_of):
    with pytest.raises(NotAllowed):
        Brief.objects.give(campaign, **SAID, by=sam, at=at)
    assert client_of(sam).post(f"/campaigns/{campaign.pk}/brief/", SAID).status_code == 403
    assert Brief.objects.count() == 0


def test_the_page_of_the_campaign_shows_it_and_the_notice_leads_there(now, campaign, maya, sam, client_of):
    client, url = client_of(maya), campaign.get_absolute_url()
    assert "Sales has none yet" in client.get(url).text
    assert client.post(f"{url}brief/", SAID | {"what": ""}).status_code == 422
    assert client.post(f"{url}brief/", SAID).url == url
    assert "Tolls rise in May." in client_of(sam).get(url).text
    assert client.get(f"{url}brief/").context["form"]["talking_points"].value() == "Ask about the A2."
    drain()
    inbox = client_of(sam).get("/notifications/").text
    assert "A brief for you: Tolls, from 1 April on" in inbox
