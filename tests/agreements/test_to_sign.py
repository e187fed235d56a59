"""One page lists all that waits for signatures, with what each would change, and signs it with one press."""

from datetime import timedelta

import pytest

from leads import rescoring
from leads.models import Criteria
from leads.release import backlog, release_held
from tests.builders import a_lead, a_touch, agreement_in_force, criteria_in_force

DAY = timedelta(days=1)


@pytest.fixture
def proposed(theo, nora, maya, sales_team, at):
    """A second definition that asks for 45 points instead of 50."""
    criteria_in_force(theo=theo, nora=nora, at=at - 9 * DAY)
    draft = Criteria.objects.draft_from(Criteria.objects.ruling(), by=maya, at=at)
    draft.edit(by=maya, threshold=45)
    return draft.propose(by=maya, at=at)


def text(answer):
    return " ".join(answer.content.decode().split())


def test_each_proposal_says_what_it_would_change(proposed, client_of, theo, nora, at, clock_shows):
    clock_shows(at)
    agreement_in_force(theo=theo, nora=nora, at=at)
    page = text(client_of(nora).get("/agreements/"))
    assert "MQL criteria, version 2" in page
    assert "<del>" in page
    assert "reaches 45 points" in page
    assert "reaches 50 points" in page
    assert 'hx-get="/criteria/2/count/"' in page
    assert "Agreement, version 1" not in page


def test_a_first_version_is_signed_as_a_whole(client_of, theo, maya, at):
    Criteria.objects.draft_from(None, by=maya, at=at).propose(by=maya, at=at)
    assert "Nothing of the kind is in force yet" in text(client_of(theo).get("/agreements/"))


def test_the_home_page_leads_there_and_one_press_signs(proposed, client_of, theo, nora):
    browser = client_of(theo)
    assert 'href="/agreements/"' in text(browser.get("/"))
    assert browser.post(f"/agreements/{proposed.revision_id}/sign/", {"next": "/agreements/"}).url == "/agreements/"
    client_of(nora).post(f"/agreements/{proposed.revision_id}/sign/")
    proposed.revision.refresh_from_db()
    assert proposed.revision.state == "in_force"
    assert "Nothing waits for a signature" in text(browser.get("/agreements/"))


def test_a_version_in_force_says_how_far_its_backlog_is_released(
    theo, nora, sam, sales_team, client_of, at, clock_shows
):
    for _ in range(3):
        a_lead(at=at - DAY, touches=[a_touch("demo_request", at=at - DAY)])
    type(sam).objects.filter(pk=sam.pk).update(daily_capacity=2)
    criteria = criteria_in_force(theo=theo, nora=nora, at=at)
    rescoring.go_on(clock=lambda: at)
    clock_shows(at + timedelta(minutes=5))
    browser = client_of(nora)
    assert "3 leads met it as it took effect; 3 of them still wait, 2 working days at 2 a day" in text(
        browser.get("/criteria/1/")
    )
    release_held(at=at)
    found = backlog(criteria, at=at)
    assert (found.made, found.handed_over, found.release.waiting) == (3, 2, 1)
    release_held(at=at + DAY)
    assert "none of them waits any more" in text(browser.get("/criteria/1/"))
