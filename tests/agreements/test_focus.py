"""What sales wants in a quarter: written, signed by both, served by campaigns, and counted in the hand-offs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from agreements.models import Focus, Revision, Segment
from campaigns.models import Campaign
from common import metrics
from common.errors import Incomplete, NotAllowed, Refused
from common.periods import month_of, quarter_of
from leads.models import Company
from tests.builders import AMSTERDAM, a_handoff, everything, focus_in_force

HAULIERS = Segment("Hauliers", ("Road freight", "Logistics"), ("Germany", "Austria"), least=200, most=2000)
DAY = timedelta(days=1)


def refused(error, what, **words):
    """It is refused, and nothing of what is agreed has changed."""
    before = everything("agreements")
    with pytest.raises(error, **words) as caught:
        what()
    assert type(caught.value) is error
    assert everything("agreements") == before


@pytest.fixture
def quarter(at):
    return quarter_of(at, AMSTERDAM)


@pytest.fixture
def signed(theo, nora, at):
    return focus_in_force(
        theo=theo, nora=nora, at=at, segments=[HAULIERS], companies=["Brix", "halden.test"], not_wanted=["Taxis", "Zed"]
    )


@pytest.fixture
def hand_over(at, sam):
    """Hand somebody over whose company is like this."""

    def make(name, industry="", country="", employees=None, domain=""):
        handoff = a_handoff(at=at, owner=sam, country=country)
        company = Company.objects.create(
            name=name, industry=industry, employees=employees, domain=domain, created_at=at
        )
        handoff.lead.company = company
        handoff.lead.save()
        return handoff

    return make


def test_it_reads_as_sentences(signed):
    assert signed.sentences() == [
        "In Q1 2026 sales wants: Meetings about the second hub",
        "Hauliers: Road freight or Logistics, in Germany or Austria, 200 to 2,000 people.",
        "Named company: Brix.",
        "Named company: halden.test.",
        "Not wanted: Taxis.",
        "Not wanted: Zed.",
    ]


def test_the_share_of_handoffs_in_focus_is_counted_by_segment_name_and_what_is_not_wanted(signed, hand_over, quarter):
    inside = [
        hand_over("A", "road freight", "germany", 200),
        hand_over("brix"),
        hand_over("Halden", domain="halden.test"),
    ]
    hand_over("Too small", "Road freight", "Germany", 199)
    hand_over("Elsewhere", "Road freight", "Spain", 300)
    hand_over("Zed", "Road freight", "Germany", 300)
    hand_over("Cabs", "taxis", "Germany", 300)

    assert list(metrics.rows("handoffs_in_focus", quarter)) == inside
    assert metrics.value("handoffs_in_focus", quarter) == 3
    assert metrics.cases("focus_share", quarter) == metrics.rows("focus_share", quarter).count() == 7
    assert metrics.value("focus_share", quarter) == pytest.approx(3 / 7)


def test_without_a_signed_focus_there_is_no_share(hand_over, nora, at, quarter):
    hand_over("Brix")
    Focus.objects.start(quarter, by=nora, at=at).edit(by=nora, companies=["Brix"])
    assert metrics.value("focus_share", quarter) is None
    assert metrics.value("handoffs_in_focus", quarter) == 0


def test_a_month_of_a_quarter_counts_by_the_quarters_focus(signed, hand_over, at):
    hand_over("Brix")
    assert metrics.value("focus_share", month_of(at, AMSTERDAM)) == 1
    assert metrics.value("focus_share", month_of(at + 40 * DAY, AMSTERDAM)) is None


def test_a_quarter_that_is_over_gets_no_focus(nora, at, quarter):
    refused(Incomplete, lambda: Focus.objects.start(quarter.previous(), by=nora, at=at), match="still to come")


def test_only_the_heads_write_it_and_one_draft_at_a_time(nora, maya, sam, at, quarter):
    for person in (maya, sam):
        refused(NotAllowed, lambda: Focus.objects.start(quarter, by=person, at=at))  # noqa: B023
    Focus.objects.start(quarter, by=nora, at=at)
    refused(Refused, lambda: Focus.objects.start(quarter, by=nora, at=at), match="a draft already")


def test_a_focus_on_everybody_is_not_proposed(nora, at, quarter):
    draft = Focus.objects.start(quarter, by=nora, at=at)
    refused(Incomplete, lambda: draft.propose(by=nora, at=at), match="brought to do")
    draft.edit(by=nora, conversion="Meetings")
    refused(Incomplete, lambda: draft.propose(by=nora, at=at), match="a focus on everybody is none")


def test_a_signed_focus_cannot_be_changed_by_any_door(signed, nora):
    refused(Refused, lambda: signed.edit(by=nora, companies=[]))
    with pytest.raises(IntegrityError, match="no draft"), transaction.atomic():
        Focus.objects.update(companies=[])
    assert Focus.objects.get().companies == ["Brix", "halden.test"]


def test_the_page_saves_a_draft_and_gives_back_what_cannot_be(nora, at, clock_shows, client_of):
    clock_shows(at)
    client = client_of(nora)
    draft = client.post("/focus/start/", {"quarter": "2026-Q1"}).url
    wrong = {"conversion": "Meetings", "segment-1-name": "Big", "segment-1-least": "50", "segment-1-most": "20"}
    assert client.post(f"{draft}edit/", wrong).status_code == 422
    assert Focus.objects.get().segments == []
    client.post(f"{draft}edit/", wrong | {"segment-1-most": "80", "segment-1-industries": "Food,  Retail ,"})
    assert Focus.objects.get().wanted == [Segment("Big", ("Food", "Retail"), (), 50, 80)]
    assert client.post("/focus/start/", {"quarter": "2025-Q4"}).status_code == 422
    assert Revision.objects.count() == 1


def test_a_campaign_ticks_which_focus_it_serves_and_stands_on_its_page(signed, maya, nora, at, clock_shows, client_of):
    clock_shows(at)
    spring = Campaign.objects.draw_up(by=maya, name="Spring webinar")
    assert "None yet." in client_of(nora).get("/focus/").text
    client_of(maya).post(f"/campaigns/{spring.pk}/edit/", {"name": "Spring webinar", "serves": [signed.pk]})
    assert list(spring.serves.all()) == [signed]
    assert "Spring webinar" in client_of(nora).get("/focus/").text
    assert "the focus of Q1 2026" in client_of(nora).get(f"/campaigns/{spring.pk}/").text


def test_the_page_shows_the_share_with_its_rows(signed, hand_over, nora, at, clock_shows, client_of):
    clock_shows(at)
    hand_over("Brix")
    hand_over("Other")
    page = client_of(nora).get("/focus/").text
    assert "1 of 2" in page
    assert "/reports/focus_share/?period=2026-Q1" in page


def test_before_there_is_one_the_page_teaches(nora, sam, client_of):
    assert "What does sales want this quarter?" in client_of(nora).get("/focus/").text
    assert "The heads of marketing and of sales start it." in client_of(sam).get("/focus/").text
