"""The backtest in the browser: started by a button, watched, read, and asked about another threshold."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads import backtest
from leads.models import Backtest, Criteria
from tests.leads.scored_people import DAY, definition
from tests.leads.test_backtest import DEMO, WEBINAR, came

NUMBER = 1


@pytest.fixture
def draft(at, clock_shows):
    clock_shows(at)
    begun = at.replace(hour=0, minute=0) - 70 * DAY
    for days in range(80):
        came(begun, *[("webinar_attended", days % 30 + n) for n in range(days % 4)])
    return definition(WEBINAR, DEMO, at=at, threshold=Decimal(40))


def work(at):
    backtest.go_on(clock=lambda: at + timedelta(minutes=2))


def test_a_marketer_starts_it_and_watches_it_until_the_figures_are_there(draft, client_of, maya, at):
    client = client_of(maya)
    assert "Not replayed yet" in client.get(f"/criteria/{NUMBER}/backtest/").content.decode()
    assert client.post(f"/criteria/{NUMBER}/backtest/run/").url == f"/criteria/{NUMBER}/backtest/"
    part = client.get(f"/criteria/{NUMBER}/backtest/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "<h1" not in part
    work(at)
    page = client.get(f"/criteria/{NUMBER}/backtest/").content.decode()
    assert "every 2s" not in page
    assert "Replayed on 80 leads" in page
    assert "<b>4.0</b>" in page  # forty MQLs in ten weeks
    assert "Not ready" in page
    assert "0 past decisions are too few to tell; it takes 200." in page


def test_a_reader_without_javascript_takes_another_threshold_from_the_row_of_steps(draft, client_of, nora, at):
    backtest.start(draft, by=None, at=at)
    work(at)
    client = client_of(nora)
    page = client.get(f"/criteria/{NUMBER}/backtest/").content.decode()
    assert f'href="/criteria/{NUMBER}/backtest/?threshold=49"' in page
    higher = client.get(f"/criteria/{NUMBER}/backtest/?threshold=49&minutes=120").content.decode()
    assert "Were it to ask for 49 points" in higher
    assert "<b>2.0</b>" in higher
    assert "<b>4.0 a week</b>" in higher
    assert f"/criteria/{NUMBER}/backtest/mqls/?threshold=49&amp;minutes=120" in higher


def test_what_cannot_be_asked_is_what_the_definition_says(draft, client_of, nora, at):
    backtest.start(draft, by=None, at=at)
    work(at)
    for asked in ("threshold=-5", "threshold=many", "minutes=0", "threshold=NaN"):
        page = client_of(nora).get(f"/criteria/{NUMBER}/backtest/?{asked}").content.decode()
        assert "What it would have done" in page


def test_each_figure_opens_its_leads_page_by_page(draft, client_of, sam, at, django_assert_max_num_queries):
    backtest.start(draft, by=None, at=at)
    work(at)
    client = client_of(sam)
    seen, address = [], f"/criteria/{NUMBER}/backtest/mqls/?threshold=20"
    with django_assert_max_num_queries(24):
        client.get(address)
    after = 0
    while after is not None:
        answer = client.get(f"{address}&after={after}")
        seen += [row.lead_id for row in answer.context["rows"]]
        after = answer.context["after"]
    assert len(seen) == len(set(seen)) == 60
    assert client.get(f"/criteria/{NUMBER}/backtest/nobody/").status_code == 404


def test_a_changed_draft_says_that_the_figures_are_of_the_text_before(draft, client_of, maya, at):
    backtest.start(draft, by=None, at=at)
    work(at)
    Criteria.objects.get().edit(by=maya, threshold=Decimal(60))
    client = client_of(maya)
    for page in ("", "summary/"):
        answer = client.get(f"/criteria/{NUMBER}/backtest/{page}").content.decode()
        assert "These figures are of the text before." in answer
    client.post(f"/criteria/{NUMBER}/backtest/run/")
    work(at)
    answer = client.get(f"/criteria/{NUMBER}/backtest/").content.decode()
    assert "the text before" not in answer
    assert Backtest.objects.count() == 1


def test_a_rep_reads_it_and_starts_none(draft, client_of, sam):
    client = client_of(sam)
    page = client.get(f"/criteria/{NUMBER}/backtest/").content.decode()
    assert "Replay the past year" not in page
    assert client.post(f"/criteria/{NUMBER}/backtest/run/").status_code == 403
    assert not Backtest.objects.exists()
