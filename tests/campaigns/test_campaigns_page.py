"""Campaigns and content: marketing writes them, everyone reads them, and each lead counts with its first campaign."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, Content
from common.errors import NotAllowed
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, an_accepted_handoff

HOUR = timedelta(hours=1)
AUTUMN = {
    "name": "Empty miles",
    "channel": "LinkedIn",
    "starts_on": "2026-02-01",
    "ends_on": "2026-03-31",
    "cost": "4200.50",
    "talking_points": "Ask about the second hub.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def rows(client, **asked):
    page = client.get("/campaigns/", asked)
    assert page.status_code == 200
    return [(campaign.name, values) for campaign, values in page.context["rows"]]


def test_each_lead_counts_once_with_its_first_campaign_and_how_far_it_ever_came(now, sam, maya, client_of):
    for _ in range(3):
        a_lead(at=now, campaign="Fair")
    a_handoff(at=now, owner=sam, campaign="Fair")
    won = an_accepted_handoff(at=now, owner=sam, campaign="Fair")
    deal = won.open_deal(amount=Decimal(1), currency="EUR", closes_on=date(2026, 5, 1), by=sam, at=now + HOUR)
    deal.win(by=sam, at=now + 2 * HOUR)
    a_lead(at=now, campaign="Webinar")
    Campaign.objects.create(name="Nobody came")
    page = client_of(maya).get("/campaigns/")
    assert page.context["labels"] == ["Leads", "MQLs", "Customers"]
    assert {campaign.name: values for campaign, values in page.context["rows"]} == {
        "Fair": [5, 2, 1],
        "Webinar": [1, 0, 0],
        "Nobody came": [0, 0, 0],
    }
    one = client_of(sam).get(f"/campaigns/{Campaign.objects.get(name='Fair').pk}/")
    assert one.context["figures"] == [("Leads", 5), ("MQLs", 2), ("Customers", 1)]


def test_the_latest_stand_first_and_the_undated_last(maya, client_of):
    for name, starts_on in (("Spring", date(2026, 3, 1)), ("Undated", None), ("Autumn", date(2025, 9, 1))):
        Campaign.objects.create(name=name, starts_on=starts_on)
    client = client_of(maya)
    assert [name for name, _ in rows(client)] == ["Spring", "Autumn", "Undated"]
    assert [name for name, _ in rows(client, q="AUT")] == ["Autumn"]
    assert "No campaign like that" in client.get("/campaigns/", {"q": "zzz"}).text


def test_empty_pages_teach(sam, maya, client_of):
    assert "No campaigns yet" in client_of(sam).get("/campaigns/").text
    assert "/campaigns/new/" not in client_of(sam).get("/campaigns/").text
    assert "Add the first" in client_of(maya).get("/campaigns/").text
    assert "No content yet" in client_of(sam).get("/content/").text


def test_marketing_draws_up_a_campaign_and_edits_it(now, maya, client_of):
    client = client_of(maya)
    answer = client.post("/campaigns/new/", AUTUMN)
    drawn = Campaign.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/campaigns/{drawn.pk}/")
    assert (drawn.name, drawn.channel, drawn.starts_on, drawn.ends_on, drawn.cost) == (
        "Empty miles",
        "LinkedIn",
        date(2026, 2, 1),
        date(2026, 3, 31),
        Decimal("4200.50"),
    )
    client.post(f"/campaigns/{drawn.pk}/edit/", AUTUMN | {"name": "EMPTY MILES", "cost": ""})
    drawn.refresh_from_db()
    assert (drawn.name, drawn.cost) == ("EMPTY MILES", None)


def test_a_hand_off_keeps_the_talking_points_it_was_made_with(now, sam, maya, client_of):
    client_of(maya).post("/campaigns/new/", AUTUMN)
    drawn = Campaign.objects.get()
    handoff = a_handoff(at=now, owner=sam, campaign="empty miles")
    assert (handoff.campaign, handoff.talking_points) == (drawn, "Ask about the second hub.")
    drawn.edit(by=maya, talking_points="Ask about the third hub.")
    handoff.refresh_from_db()
    assert handoff.talking_points == "Ask about the second hub."


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "empty MILES"}, "There is a campaign of that name already."),
        ({"name": " "}, "required"),
        ({"name": "Other", "ends_on": "2026-01-01"}, "A campaign cannot end before it starts."),
        ({"name": "Other", "cost": "-1"}, "A cost is nought or more."),
        ({"name": "Other", "starts_on": "soon"}, "valid date"),
    ],
)
def test_what_cannot_be_is_asked_for_again_and_changes_nothing(maya, client_of, wrong, sentence):
    client = client_of(maya)
    client.post("/campaigns/new/", AUTUMN)
    kept = list(Campaign.objects.values())
    answer = client.post("/campaigns/new/", AUTUMN | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Ask about the second hub." in answer.text
    assert list(Campaign.objects.values()) == kept


def test_the_database_holds_the_line(maya):
    Campaign.objects.create(name="Fair")
    for wrong in ({"name": "FAIR"}, {"name": "B", "cost": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.create(**wrong)
        with pytest.raises(ValidationError):
            Campaign.objects.draw_up(by=maya, **wrong)
    assert Campaign.objects.count() == 1


def test_content_belongs_to_a_campaign_and_titles_are_unique(maya, sam, client_of):
    client = client_of(maya)
    campaign = Campaign.objects.create(name="Fair")
    given = {"title": "The cost of empty miles", "kind": "guide", "campaign": campaign.pk, "talking_points": "Page 4."}
    assert client.post("/content/new/", given).status_code == 302
    content = Content.objects.get()
    assert (content.campaign, content.talking_points) == (campaign, "Page 4.")
    assert "The cost of empty miles" in client_of(sam).get(f"/campaigns/{campaign.pk}/").text
    assert "The cost of empty miles" in client_of(sam).get("/content/", {"q": "EMPTY"}).text
    refusal = client.post("/content/new/", given | {"title": "THE COST OF EMPTY MILES"})
    assert refusal.status_code == 422
    assert "There is content of that title already." in refusal.text
    client.post(f"/content/{content.pk}/edit/", given | {"campaign": "", "kind": "webinar"})
    content.refresh_from_db()
    assert (content.campaign, content.kind, Content.objects.count()) == (None, "webinar", 1)
    opened = client.get("/content/new/", {"campaign": campaign.pk}).text
    assert f'<option value="{campaign.pk}" selected>' in opened
    assert client.get("/content/new/", {"campaign": "x"}).status_code == 200


def test_only_marketing_writes_and_sales_reads(sam, nora, ada, theo, client_of):
    campaign, content = Campaign.objects.create(name="Fair"), Content.objects.create(title="Guide")
    urls = ("/campaigns/new/", f"/campaigns/{campaign.pk}/edit/", "/content/new/", f"/content/{content.pk}/edit/")
    for person in (sam, nora, ada):
        client = client_of(person)
        assert [client.post(url, AUTUMN).status_code for url in urls] == [403] * 4
        assert client.get(f"/campaigns/{campaign.pk}/").status_code == 200
        for act in (
            lambda by=person: Campaign.objects.draw_up(by=by, name="X"),
            lambda by=person: campaign.edit(by=by, name="X"),
            lambda by=person: Content.objects.add(by=by, title="X"),
            lambda by=person: content.edit(by=by, title="X"),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert [client_of(theo).get(url).status_code for url in urls] == [200] * 4
    assert (Campaign.objects.get().name, Content.objects.get().title) == ("Fair", "Guide")


def test_more_campaigns_ask_the_database_no_more(now, maya, client_of):
    client = client_of(maya)
    a_lead(at=now, campaign="First")
    rows(client)
    with queries_asked() as few:
        rows(client)
    for number in range(10):
        a_lead(at=now, campaign=f"Campaign {number}")
    with queries_asked() as many:
        assert len(rows(client)) == 11
    assert len(many) == len(few)
