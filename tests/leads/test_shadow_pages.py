"""A shadow run in the browser: begun by a button, watched until everybody is scored, read, ended."""

from datetime import timedelta

import pytest

from leads import rescoring
from leads.models import ShadowRun
from tests.leads.shadows import HOUR, act, came, ticking

PAGE = "/criteria/2/shadow/"


@pytest.fixture(autouse=True)
def _now(at, clock_shows):
    clock_shows(at + 3 * HOUR)


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_marketer_begins_it_and_watches_until_everybody_is_scored(coming, client_of, maya, at):
    client = client_of(maya)
    assert "What would it do with the leads that come now?" in text(client.get(PAGE))
    assert client.post(f"{PAGE}start/", {"days": "7"}).url == PAGE
    part = text(client.get(PAGE, headers={"HX-Request": "true"}))
    assert "every 2s" in part
    assert "waiting for a worker" in part
    rescoring.go_on(clock=ticking(at + 4 * HOUR))
    page = text(client.get(PAGE))
    assert "Day 1 of 7 beside version 1" in page
    assert "every 2s" not in page
    assert "No such lead yet." in page


@pytest.mark.parametrize("days", ["0", "61", "", "many"])
def test_days_that_cannot_be_are_said_beside_the_field(coming, client_of, maya, days):
    answer = client_of(maya).post(f"{PAGE}start/", {"days": days})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text(answer)
    assert not ShadowRun.objects.exists()


def test_the_page_says_who_parts_them_and_why_and_each_figure_opens_its_leads(run, client_of, nora, at):
    gone, new = came(at + HOUR, "webinar_attended", "webinar_attended"), came(at + HOUR, "webinar_attended")
    act(new, "download", at=at + 2 * HOUR)
    client = client_of(nora)
    page = text(client.get(PAGE))
    assert "Version 2 gives it 20 of 40 points: 20 instead of 40 for “Attended a webinar" in page
    assert "Version 1 gives it 20 of 40 points: 0 instead of 20 for “Downloaded" in page
    assert f'href="{PAGE}gone/"' in page
    assert [row.lead for row, _ in client.get(f"{PAGE}gone/").context["rows"]] == [gone]
    assert [row.lead for row, _ in client.get(f"{PAGE}new/").context["rows"]] == [new]
    assert client.get(f"{PAGE}nobody/").status_code == 404


def test_leads_come_page_by_page_in_a_few_queries(run, client_of, nora, at, django_assert_max_num_queries):
    for _ in range(52):
        came(at + HOUR, "webinar_attended", "download")
    client, seen, after = client_of(nora), [], 0
    with django_assert_max_num_queries(28):
        client.get(f"{PAGE}new/")
    while after is not None:
        answer = client.get(f"{PAGE}new/?after={after}")
        seen += [row.lead_id for row, _ in answer.context["rows"]]
        after = answer.context["after"]
    assert len(seen) == len(set(seen)) == 52


def test_a_head_ends_it_and_what_it_found_stays_readable(run, client_of, nora, at):
    new = came(at + HOUR, "webinar_attended", "download")
    client = client_of(nora)
    assert client.post(f"{PAGE}end/").url == PAGE
    page = text(client.get(PAGE))
    assert "it was ended by Nora Vos" in page
    assert str(new) in page
    assert "Run it again" in page
    assert client.post(f"{PAGE}end/").status_code == 409


def test_a_text_that_was_changed_since_gives_no_reasons(run, coming, client_of, maya, at):
    came(at + HOUR, "webinar_attended", "download")
    coming.edit(by=maya, threshold=39)
    page = text(client_of(maya).get(PAGE))
    assert "The text that ran is no longer there" in page


def test_the_page_of_the_version_says_it_in_short(run, client_of, sam, at):
    came(at + HOUR, "webinar_attended", "webinar_attended")
    page = text(client_of(sam).get(f"{PAGE}summary/", headers={"HX-Request": "true"}))
    assert "1 lead only under version 1, 0 only under this one, 0 under both." in page


def test_another_version_is_named_that_runs_already(run, coming, client_of, theo, at):
    coming.withdraw(by=theo, at=at + HOUR)
    client = client_of(theo)
    client.post("/criteria/draft/")
    assert "Version 2 runs in shadow now" in text(client.get("/criteria/3/shadow/"))
    assert client.post("/criteria/3/shadow/start/", {"days": "14"}).status_code == 409
    assert timedelta(days=14) == run.until - run.started_at


def test_the_page_says_at_once_that_the_version_was_taken_back(run, client_of, theo, nora, at):
    run.criteria.withdraw(by=theo, at=at + 2 * HOUR)
    page = text(client_of(nora).get(PAGE))
    assert "the version was withdrawn or declined" in page
    assert "Day 1 of" not in page
    assert not ShadowRun.objects.get().ended_at  # the schedule notes it
