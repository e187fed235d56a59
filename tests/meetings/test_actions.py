"""Actions: given in a meeting, due before the next, carried over until they are done, with the number they move."""

from datetime import date, timedelta

import pytest

from common.errors import Incomplete, NotAllowed, Refused
from meetings import pack
from meetings.figures import in_words
from meetings.models import Action, Meeting
from meetings.reading import moved, read
from notifications.models import Delivery
from tests.builders import a_handoff, reason
from tests.meetings.conftest import MONDAY

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NEXT = date(2026, 3, 23)


def give(meeting: Meeting, owner, *, by, at=MONDAY, **more) -> Action:
    return meeting.give("Ask for company size on fair forms", owner=owner, due_on=NEXT, by=by, at=at, **more)


def test_an_action_has_an_owner_a_day_and_its_number_as_it_stands(under_way: Meeting, maya, sam, nora):
    for hours in range(4):
        a_handoff(at=MONDAY - DAY - hours * HOUR, owner=sam)
    a_handoff(at=MONDAY - 40 * DAY, owner=sam)  # not within the four weeks that a reading covers
    action = give(under_way, maya, by=nora, metric="mqls_delivered")
    assert (action.owner, action.due_on, action.value_opened) == (maya, NEXT, 4)
    assert action.is_open


def test_its_owner_is_told_unless_they_wrote_it_themselves(under_way: Meeting, maya, nora):
    give(under_way, maya, by=nora)
    give(under_way, nora, by=nora)
    told = Delivery.objects.filter(kind="action.given", channel="inapp")
    assert [delivery.user for delivery in told] == [maya]


@pytest.mark.parametrize("due_on", [date(2026, 3, 15), date(2026, 3, 24)])
def test_it_is_due_before_the_next_meeting(under_way: Meeting, maya, nora, due_on):
    with pytest.raises(Incomplete, match="on 23 March at the latest") as refusal:
        under_way.give("Too late", owner=maya, due_on=due_on, by=nora, at=MONDAY)
    assert refusal.value.field == "due_on"
    assert not Action.objects.exists()


def test_a_number_that_nobody_measures_is_refused(under_way: Meeting, maya, nora):
    with pytest.raises(Incomplete, match="No figure has that name"):
        give(under_way, maya, by=nora, metric="happiness")
    assert not Action.objects.exists()


def test_only_a_meeting_under_way_gives_actions(coming: Meeting, maya, nora):
    with pytest.raises(Refused, match="not under way"):
        give(coming, maya, by=nora)
    coming.open(by=nora, at=MONDAY)
    coming.close(by=nora, at=MONDAY + HOUR)
    with pytest.raises(Refused, match="not under way"):
        give(coming, maya, by=nora, at=MONDAY + HOUR)
    assert not Action.objects.exists()


def test_what_is_open_comes_back_until_it_is_done(under_way: Meeting, maya, nora):
    action = give(under_way, maya, by=nora)
    second = under_way.close(by=nora, at=MONDAY + HOUR)
    second.open(by=nora, at=MONDAY + WEEK)
    third = second.close(by=nora, at=MONDAY + WEEK + HOUR)
    action.close(by=maya, at=MONDAY + WEEK + DAY)
    third.open(by=nora, at=MONDAY + 2 * WEEK)
    fourth = third.close(by=nora, at=MONDAY + 2 * WEEK + HOUR)
    shown = {"action": action.pk, "given": None, "now": None}
    assert second.pack["actions"] == [shown | {"open": True}]
    assert read(second.pack).actions[0].is_open  # also now that it is done
    assert third.pack["actions"] == [shown | {"open": False}]  # done since the last one: shown once more
    assert pack.prepare(fourth, at=MONDAY + 3 * WEEK)["actions"] == []


def test_a_meeting_sees_whether_the_number_moved(under_way: Meeting, maya, sam, nora):
    a_handoff(at=MONDAY - DAY, owner=sam)
    give(under_way, maya, by=nora, metric="mqls_delivered")
    for days in (1, 2):
        a_handoff(at=MONDAY + days * DAY, owner=sam)
    following = under_way.close(by=nora, at=MONDAY + HOUR)
    following.open(by=nora, at=MONDAY + WEEK)
    [row] = read(following.pack).actions
    assert (row.figure, row.given, row.now, row.better) == ("MQLs delivered", "1", "3", True)


def test_fewer_returns_are_better(under_way: Meeting, maya, sam, nora):
    a_handoff(at=MONDAY - DAY, owner=sam).send_back(reason("low_intent"), by=sam, at=MONDAY - HOUR)
    action = give(under_way, maya, by=nora, metric="returns")
    assert moved(action, 0, is_open=True).better
    assert not moved(action, 1, is_open=True).better


def test_closing_reads_the_number_once_more(under_way: Meeting, maya, sam, nora):
    action = give(under_way, maya, by=nora, metric="mqls_delivered")
    a_handoff(at=MONDAY + DAY, owner=sam)
    action.close(by=maya, at=MONDAY + 2 * DAY)
    assert (action.value_opened, action.value_closed, action.closed_by) == (0, 1, maya)
    action.reopen(by=maya, at=MONDAY + 2 * DAY)
    assert (action.value_closed, action.closed_by, action.is_open) == (None, None, True)


def test_an_action_is_closed_once_and_by_its_owner_or_a_head(under_way: Meeting, maya, sam, nora):
    action = give(under_way, sam, by=nora)
    with pytest.raises(NotAllowed):
        action.close(by=maya, at=MONDAY + DAY)
    action.close(by=nora, at=MONDAY + DAY)
    with pytest.raises(Refused, match="meanwhile"):
        Action.objects.get().close(by=sam, at=MONDAY + 2 * DAY)
    assert Action.objects.get().closed_at == MONDAY + DAY


def test_overdue_is_what_is_open_after_its_day(under_way: Meeting, maya, nora):
    action = give(under_way, maya, by=nora)
    assert not Action.objects.overdue(on=NEXT).exists()
    assert Action.objects.overdue(on=NEXT + DAY).get() == action
    action.close(by=maya, at=MONDAY + 9 * DAY)
    assert not Action.objects.overdue(on=NEXT + DAY).exists()


def test_numbers_are_said_in_their_unit():
    space = "\N{NO-BREAK SPACE}"
    assert in_words("mqls_delivered", 1250) == "1,250"
    assert in_words("acceptance_rate", 0.841) == f"84{space}%"
    assert in_words("revenue_won", 25_000.5) == f"€{space}25k"
    assert in_words("response_median", 7500.0) == f"2{space}h{space}05"
    assert in_words("acceptance_rate", None) == "–"
    assert in_words("a_figure_of_old", 3) == "3"


# The list


def test_the_list_shows_mine_all_and_overdue(under_way: Meeting, client_of, maya, sam, nora, clock_shows):
    mine, other = (
        give(under_way, maya, by=nora),
        under_way.give("Call back within the day", owner=sam, due_on=NEXT, by=nora, at=MONDAY),
    )
    clock_shows(MONDAY + 8 * DAY)
    browser = client_of(maya)
    shown = {
        show: browser.get(f"/actions/?show={show}").content.decode() for show in ("mine", "all", "overdue", "done")
    }
    assert mine.text in shown["mine"]
    assert other.text not in shown["mine"]
    assert mine.text in shown["all"]
    assert other.text in shown["all"]
    assert shown["overdue"].count("overdue</span>") == 2
    assert "Nothing was done yet" in shown["done"]
    assert '<a href="/actions/" aria-current="page">Actions <small>1</small></a>' in shown["mine"]


def test_done_is_one_click_with_an_undo(under_way: Meeting, client_of, maya, nora, clock_shows):
    action = give(under_way, maya, by=nora)
    clock_shows(MONDAY + DAY)
    browser = client_of(maya)
    seen = browser.post(f"/actions/{action.pk}/close/", {"next": "/actions/"}, follow=True).content.decode()
    assert f'action="/actions/{action.pk}/reopen/"' in seen
    assert not Action.objects.open().exists()
    browser.post(f"/actions/{action.pk}/reopen/")
    assert Action.objects.open().exists()


def test_what_is_not_ones_own_cannot_be_closed_from_the_list(under_way: Meeting, client_of, maya, sam, nora):
    action = give(under_way, sam, by=nora)
    browser = client_of(maya)
    assert f"/actions/{action.pk}/close/" not in browser.get("/actions/?show=all").content.decode()
    assert browser.post(f"/actions/{action.pk}/close/").status_code == 403
    assert Action.objects.get().is_open
