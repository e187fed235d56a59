"""The meeting's pages: set up in one form, looked at before, opened, written in, closed."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from meetings.models import Action, AgendaItem, Decision, Meeting, Series
from sla.models import Agreement
from tests.asked import queries_asked
from tests.builders import a_handoff, an_accepted_handoff, reason
from tests.meetings.conftest import MONDAY

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
WEEKLY = {"weekday": "0", "time": "10:00", "minutes": "30", "zone": "Europe/Amsterdam"}


def text_of(response) -> str:
    seen = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(seen).split())


@pytest.fixture(autouse=True)
def _before_the_first(clock_shows, at):
    clock_shows(at)


def test_an_empty_page_says_what_the_meeting_is_for_and_sets_it_in_one_form(client_of, nora, maya):
    assert "The heads of marketing and of sales set it up." in text_of(client_of(maya).get("/meetings/"))
    browser = client_of(nora)
    assert "Set the weekly meeting" in text_of(browser.get("/meetings/"))
    after = text_of(browser.post("/meetings/set-up/", WEEKLY, follow=True))
    assert "Monday, 16 March, 10:00" in after
    assert "every Monday at 10:00, Europe/Amsterdam · 30 minutes" in after


def test_a_wrong_form_keeps_what_was_typed(client_of, nora):
    answer = client_of(nora).post("/meetings/set-up/", WEEKLY | {"minutes": "2"})
    assert answer.status_code == 422
    assert 'name="minutes" value="2"' in answer.content.decode()
    assert not Series.objects.exists()


def test_another_day_is_one_form_too(coming, client_of, theo):
    client_of(theo).post("/meetings/change/", WEEKLY | {"weekday": "1"})
    assert str(Meeting.objects.get()) == "Tuesday, 17 March, 10:00"


def test_the_menu_says_when_it_is(coming, client_of, maya, nora, clock_shows):
    browser = client_of(maya)
    assert "Meetings <small>Mon</small>" in browser.get("/actions/").content.decode()
    clock_shows(MONDAY - HOUR)
    assert "Meetings <small>today</small>" in browser.get("/actions/").content.decode()
    coming.open(by=nora, at=MONDAY)
    assert "Meetings <small>now</small>" in browser.get("/actions/").content.decode()


def test_the_page_shows_what_came_back_and_what_was_won(coming, client_of, maya, sam, clock_shows):
    for hours in (2, 3):
        a_handoff(at=MONDAY - hours * HOUR - HOUR, owner=sam).send_back(
            reason("low_intent"), by=sam, at=MONDAY - hours * HOUR
        )
    deal = an_accepted_handoff(at=MONDAY - 3 * DAY, owner=sam).open_deal(
        amount=24_000, currency="EUR", closes_on=date(2026, 4, 1), by=sam, at=MONDAY - 2 * DAY
    )
    deal.win(by=sam, at=MONDAY - DAY)
    clock_shows(MONDAY)
    seen = text_of(client_of(maya).get(f"/meetings/{coming.pk}/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "2 leads came back as “Not really interested yet”" in seen
    assert "2 returns; 1 deal won, € 24,000." in seen
    assert "as it stands now, frozen when it is opened" in seen


def test_after_opening_the_page_shows_what_was_frozen(coming, client_of, nora, sam, clock_shows):
    clock_shows(MONDAY)
    browser = client_of(nora)
    browser.post(f"/meetings/{coming.pk}/open/")
    a_handoff(at=MONDAY, owner=sam).send_back(reason("spam"), by=sam, at=MONDAY + timedelta(minutes=1))
    seen = text_of(browser.get(f"/meetings/{coming.pk}/"))
    assert "Nothing came back." in seen
    assert "opened today 10:00 by Nora Vos, as it stood then" in seen


def test_a_promise_that_is_missed_is_on_the_agenda_by_itself(coming, client_of, theo, nora, sam, at, clock_shows):
    agreement = Agreement.objects.draft_from(None, by=theo, at=at)
    agreement.propose(by=theo, at=at)
    agreement.sign(by=theo, at=at)
    agreement.sign(by=nora, at=at)
    a_handoff(at=at, owner=sam)
    clock_shows(MONDAY)
    seen = text_of(client_of(nora).get(f"/meetings/{coming.pk}/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "First attempt or return within 8 working hours Sales: 0 %, 85 % promised" in seen
    client_of(nora).post(f"/meetings/{coming.pk}/open/")
    frozen = Meeting.objects.get().pack["sides"]["sales"]
    line = next(line for line in frozen if line["metric"] == "first_attempt_attainment")
    assert (line["value"], line["wanted"]) == (0.0, 0.85)


def test_decisions_and_actions_are_written_in_place(under_way, client_of, maya, sam, clock_shows):
    clock_shows(MONDAY + timedelta(minutes=5))
    browser, in_place = client_of(maya), {"HTTP_HX_REQUEST": "true"}
    decided = browser.post(
        f"/meetings/{under_way.pk}/decisions/add/", {"text": "Keep the 8 hours", "document": "agreement"}, **in_place
    )
    assert "Keep the 8 hours" in text_of(decided)
    assert "changes the agreement" in text_of(decided)
    given = browser.post(
        f"/meetings/{under_way.pk}/actions/add/",
        {"text": "Second person on Tuesday", "owner": sam.pk, "due_on": "2026-03-23", "metric": "returns"},
        **in_place,
    )
    assert "Second person on Tuesday" in text_of(given)
    assert Decision.objects.get().by == maya
    assert (Action.objects.get().owner, Action.objects.get().value_opened) == (sam, 0)


def test_an_action_due_too_late_is_said_and_what_was_typed_is_kept(under_way, client_of, maya, sam, clock_shows):
    clock_shows(MONDAY)
    answer = client_of(maya).post(
        f"/meetings/{under_way.pk}/actions/add/", {"text": "Some day", "owner": sam.pk, "due_on": "2026-05-01"}
    )
    assert answer.status_code == 422
    assert "It is due before the next meeting, on 23 March at the latest." in text_of(answer)
    assert 'value="Some day"' in answer.content.decode()
    assert not Action.objects.exists()


def test_closing_leads_to_the_next_and_shows_the_minutes(under_way, client_of, nora, maya, clock_shows):
    clock_shows(MONDAY + timedelta(minutes=30))
    under_way.write_minutes("**Decision:** keep it", version=0, by=maya, at=MONDAY)
    after = client_of(nora).post(f"/meetings/{under_way.pk}/close/", follow=True)
    assert "The next one is on Monday, 23 March, 10:00" in text_of(after)
    assert "<strong>Decision:</strong> keep it" in after.content.decode()
    assert "<textarea" not in after.content.decode()


# The agenda


def test_a_lead_is_put_on_the_agenda_from_its_own_page(coming, client_of, sam, clock_shows, at):
    lead = a_handoff(at=at, owner=sam, first_name="Priya", last_name="Raman").lead
    browser = client_of(sam)
    assert "Put it on Monday’s agenda" in text_of(browser.get(f"/leads/{lead.pk}/"))
    after = browser.post(
        "/meetings/agenda/",
        {"text": "Was this one too small?", "kind": "lead", "about": lead.pk, "next": f"/leads/{lead.pk}/"},
        follow=True,
    )
    assert "It is on Monday’s agenda." in text_of(after)
    item = AgendaItem.objects.get()
    assert (item.kind, item.about, item.added_by) == ("lead", str(lead.pk), sam)
    page = client_of(sam).get(f"/meetings/{coming.pk}/")
    assert "Was this one too small? asked for by Sam de Wit · Priya Raman" in text_of(page)
    assert f'href="/leads/{lead.pk}/"' in page.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"kind": "lead", "about": "999999"}, {"kind": "lead", "about": "x"}, {"kind": "gossip"}]
)
def test_what_is_not_there_cannot_be_linked(coming, client_of, sam, wrong):
    answer = client_of(sam).post("/meetings/agenda/", {"text": "Look", **wrong})
    assert answer.status_code == 422
    assert not AgendaItem.objects.exists()


def test_a_figure_is_put_on_the_agenda_and_opens_its_report(coming, client_of, maya):
    client_of(maya).post("/meetings/agenda/", {"text": "Why so few?", "kind": "figure", "about": "acceptance_rate"})
    assert 'href="/reports/acceptance_rate/"' in client_of(maya).get(f"/meetings/{coming.pk}/").content.decode()


def test_it_can_be_taken_off_until_the_meeting_begins(coming, client_of, maya, nora):
    browser = client_of(maya)
    first, second = (coming.put_on_agenda(words, by=maya, at=MONDAY - DAY) for words in ("One", "Two"))
    browser.post(f"/meetings/agenda/{first.pk}/take-off/")
    assert list(AgendaItem.objects.all()) == [second]
    coming.open(by=nora, at=MONDAY)
    assert browser.post(f"/meetings/agenda/{second.pk}/take-off/").status_code == 409
    assert list(AgendaItem.objects.all()) == [second]


def test_without_a_meeting_there_is_no_agenda_to_put_it_on(client_of, maya):
    assert client_of(maya).post("/meetings/agenda/", {"text": "Hello"}).status_code == 404


@pytest.mark.parametrize("door", ["open", "close", "skip"])
def test_only_heads_open_close_and_skip(coming, client_of, sam, door):
    assert client_of(sam).post(f"/meetings/{coming.pk}/{door}/").status_code == 403
    assert Meeting.objects.get() == coming
    assert Meeting.objects.get().opened_at is None


def test_the_pages_ask_the_database_no_more_however_much_there_is(under_way, client_of, maya, sam, nora, clock_shows):
    clock_shows(MONDAY + DAY)
    browser = client_of(nora)

    def fill(times: int) -> None:
        for n in range(times):
            lead = a_handoff(at=MONDAY - DAY - n * HOUR, owner=sam).lead
            under_way.put_on_agenda("Look", kind="lead", about=str(lead.pk), by=maya, at=MONDAY)
            under_way.decide("Keep it", by=maya, at=MONDAY)
            for metric in ("returns", "mqls_delivered"):
                under_way.give("Do", owner=maya, due_on=date(2026, 3, 20), metric=metric, by=nora, at=MONDAY)

    def queries(path: str) -> int:
        with queries_asked() as asked:
            assert browser.get(path).status_code == 200
        return len(asked)

    paths = [f"/meetings/{under_way.pk}/", "/meetings/", "/actions/?show=all"]
    fill(1)
    few = [queries(path) for path in paths]
    fill(3)
    assert [queries(path) for path in paths] == few
    assert max(few) <= 35
