"""For each stage of a lead whose it is and how long it may last; and the leads that stay longer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from agreements.models import StageMap
from agreements.stages import DEFAULTS, LABELS
from campaigns.models import Content
from common.errors import Incomplete, NotAllowed, Refused
from common.keyset import oldest_first
from leads.buying import buying_stage
from leads.intake import record_touches
from leads.lifecycle import Stage
from leads.models import Lead
from leads.stage_age import stale, standings
from tests.builders import a_lead, a_touch, everything, stage_map_in_force

DAY = timedelta(days=1)


def refused(error, what, **words):
    """It is refused, and nothing of what is agreed has changed."""
    before = everything("agreements")
    with pytest.raises(error, **words) as caught:
        what()
    assert type(caught.value) is error
    assert everything("agreements") == before


@pytest.fixture
def signed(theo, nora, at):
    return stage_map_in_force(theo=theo, nora=nora, at=at - 400 * DAY)


def lead_since(at, **facts):
    """A lead that has been at its first stage since then."""
    lead = a_lead(at=at, **facts)
    Lead.objects.filter(pk=lead.pk).update(stage_at=at)
    return lead


def test_the_map_has_every_stage_of_a_lead_and_calls_it_the_same():
    assert dict(Stage.choices) == LABELS
    assert [each.key for each in DEFAULTS] == list(Stage)


def test_it_reads_as_sentences(signed):
    assert len(signed.sentences()) == 9
    assert signed.sentences()[1] == (
        "MQL, sales’s. In: The criteria are met and the lead is handed over. Out: Sales accepts or returns it. At most "
        "3 days. Meanwhile: The rep reads why it came and makes the first attempt."
    )


def test_a_lead_is_stale_once_it_has_been_there_for_more_than_the_days_agreed(signed, at):
    too_long = lead_since(at - 366 * DAY)
    lead_since(at - 365 * DAY)
    counted = {each.stage.key: (each.leads, each.stale) for each in standings(signed, at=at)}
    assert counted["lead"] == (2, 1)
    assert counted["mql"] == (0, 0)
    assert counted["customer"] == (0, None)
    assert list(stale(signed.on_map[0], at=at)) == [too_long]
    assert not stale(signed.on_map[5], at=at).exists()


def test_who_has_waited_longest_comes_first_page_by_page(signed, at):
    leads = [lead_since(at - days * DAY) for days in (400, 500, 500, 450)]
    rows = stale(signed.on_map[0], at=at)
    first = oldest_first(rows, "stage_at", size=2)
    second = oldest_first(rows, "stage_at", cursor=first.older, size=2)
    assert first.rows + second.rows == [leads[1], leads[2], leads[3], leads[0]]
    assert second.older == ""


def test_the_pages_count_who_is_at_each_stage_and_list_who_stays_too_long(signed, at, sam, clock_shows, client_of):
    clock_shows(at)
    lead_since(at - 366 * DAY, first_name="Priya", last_name="Raman")
    client = client_of(sam)
    assert "/stages/stale/?stage=lead" in client.get("/stages/").text
    assert "Priya Raman" in client.get("/stages/stale/?stage=lead").text
    assert "Nobody has been here longer than agreed." in client.get("/stages/stale/?stage=mql").text


def test_before_a_map_is_signed_nobody_stays_too_long(nora, at, client_of):
    assert "Start from our proposal" in client_of(nora).get("/stages/").text
    StageMap.objects.start(by=nora, at=at)
    assert "No stage map is in force" in client_of(nora).get("/stages/stale/").text


def test_the_heads_change_a_draft_on_its_page(nora, at, client_of):
    draft = StageMap.objects.start(by=nora, at=at)
    sent = {f"{each.key}-{name}": "" if value is None else value
            for each in DEFAULTS for name, value in each.kept().items() if name != "key"}  # fmt: skip
    client = client_of(nora)
    assert client.post("/stages/1/edit/", sent | {"mql-days": "0"}).status_code == 422
    draft.refresh_from_db()
    assert draft.on_map == list(DEFAULTS)
    client.post("/stages/1/edit/", sent | {"mql-days": "2", "mql-owner": "marketing"})
    draft.refresh_from_db()
    assert draft.on_map[1] == replace(DEFAULTS[1], days=2, owner="marketing")


def test_a_stage_that_says_nothing_is_not_proposed(nora, at):
    draft = StageMap.objects.start(by=nora, at=at)
    draft.draw([replace(DEFAULTS[0], entry=" "), *DEFAULTS[1:]], by=nora)
    refused(Incomplete, lambda: draft.propose(by=nora, at=at), match="Say how Lead is entered")


def test_only_the_heads_draw_it_and_nobody_once_it_is_signed(signed, maya, sam, nora, at):
    for person in (maya, sam):
        refused(NotAllowed, lambda: StageMap.objects.start(by=person, at=at))  # noqa: B023
    refused(Refused, lambda: signed.draw(DEFAULTS[:1], by=nora))
    with pytest.raises(IntegrityError, match="no draft"), transaction.atomic():
        StageMap.objects.update(stages=[])
    assert len(StageMap.objects.get().on_map) == 9


@pytest.fixture
def contents(maya):
    stages = {"Empty miles": "awareness", "Comparison": "consideration", "Offer": "decision", "Jokes": ""}
    return {title: Content.objects.add(by=maya, title=title, buying_stage=stage) for title, stage in stages.items()}


def touched(lead, at, *titles, kind="download"):
    record_touches([a_touch(kind, at=at, content=title) | {"lead": lead.pk} for title in titles], at=at)


def test_the_buying_stage_is_the_furthest_of_the_content_of_sixty_days(contents, at, maya, client_of, clock_shows):
    clock_shows(at)
    lead = a_lead(at=at - 100 * DAY)
    assert buying_stage(lead, at=at) is None
    touched(lead, at - 61 * DAY, "Offer")
    touched(lead, at - 10 * DAY, "Comparison")
    touched(lead, at - DAY, "Empty miles", "Jokes")
    touched(lead, at - DAY, "Offer", kind="sent")
    buying = buying_stage(lead, at=at)
    assert (buying.stage.label, str(buying.touch.content)) == ("Consideration", "Comparison")
    assert buying_stage(lead, at=at - 2 * DAY).stage == "decision"
    page = client_of(maya).get(f"/leads/{lead.pk}/").text
    assert "<b>Consideration</b>" in page
    assert "“Comparison”" in page
