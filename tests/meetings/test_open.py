"""Opening and closing: the page is frozen, the next meeting planned, open actions carried over."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import User
from common.errors import NotAllowed, Refused
from meetings import pack
from meetings.models import Meeting
from tests.builders import a_handoff, an_accepted_handoff, reason
from tests.meetings.conftest import MONDAY

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def a_return(code: str, *, owner: User, at) -> None:
    a_handoff(at=at - HOUR, owner=owner).send_back(reason(code), by=owner, at=at)


def test_what_both_sides_saw_when_it_opened_stays_whatever_happens_later(coming: Meeting, nora, sam):
    a_return("low_intent", owner=sam, at=MONDAY - 2 * DAY)
    coming.open(by=nora, at=MONDAY)
    frozen = Meeting.objects.get().pack
    assert [row["count"] for row in frozen["returns"]] == [1]
    for minutes in range(3):
        a_return("low_intent", owner=sam, at=MONDAY + timedelta(minutes=minutes))
    assert Meeting.objects.get().pack == frozen
    assert [row["count"] for row in pack.prepare(coming, at=MONDAY + HOUR)["returns"]] == [4]


def test_before_it_opens_nothing_is_frozen(coming: Meeting, sam):
    assert pack.prepare(coming, at=MONDAY - HOUR)["returns"] == []
    a_return("low_intent", owner=sam, at=MONDAY - 2 * HOUR)
    assert [row["count"] for row in pack.prepare(coming, at=MONDAY - HOUR)["returns"]] == [1]
    assert Meeting.objects.get().pack is None


def test_the_pack_holds_ids_and_numbers_and_no_names(coming: Meeting, nora, theo, sam):
    deal = an_accepted_handoff(at=MONDAY - 3 * DAY, owner=sam, first_name="Priya", last_name="Raman").open_deal(
        amount=24_000, currency="EUR", closes_on=date(2026, 4, 1), by=sam, at=MONDAY - 2 * DAY
    )
    deal.win(by=sam, at=MONDAY - DAY)
    coming.open(by=nora, at=MONDAY)
    kept = coming.pack
    assert kept["wins"] == [{"deal": deal.pk, "amount": 24_000.0, "currency": "EUR", "campaign": None}]
    assert (kept["since"], kept["made_at"]) == ("2026-03-09T09:00:00+00:00", "2026-03-16T09:00:00+00:00")
    assert kept["month"] == "2026-03"
    assert {"metric": "mqls_delivered", "value": 1} in kept["sides"]["marketing"]
    written = str(kept)
    assert not [name for name in ("Priya", "Raman", "Sam", "Nora") if name in written]


def test_the_second_meeting_looks_back_to_the_first(under_way: Meeting, nora, sam):
    following = under_way.close(by=nora, at=MONDAY + HOUR)
    a_return("spam", owner=sam, at=MONDAY + timedelta(minutes=30))
    a_return("low_intent", owner=sam, at=MONDAY + 3 * DAY)
    following.open(by=nora, at=MONDAY + WEEK)
    assert sorted(row["count"] for row in following.pack["returns"]) == [1, 1]
    assert following.pack["since"] == MONDAY.isoformat()


def test_on_the_first_of_a_month_the_month_before_is_looked_at(series, nora):
    first = MONDAY.replace(month=6, day=1, hour=8)
    assert pack.prepare(Meeting.objects.get(), at=first)["month"] == "2026-05"


def test_closing_plans_the_next_one(under_way: Meeting, theo):
    following = under_way.close(by=theo, at=MONDAY + timedelta(minutes=40))
    assert following.starts_at == MONDAY + WEEK
    assert Meeting.objects.get(pk=under_way.pk).closed_by == theo
    assert Meeting.objects.next() == following


def test_a_meeting_held_early_is_followed_by_next_weeks(coming: Meeting, nora):
    coming.open(by=nora, at=MONDAY - DAY)
    assert coming.close(by=nora, at=MONDAY - DAY + HOUR).starts_at == MONDAY + WEEK


def test_a_meeting_opens_once(under_way: Meeting, theo):
    frozen = under_way.pack
    with pytest.raises(Refused, match="opened or skipped already"):
        under_way.open(by=theo, at=MONDAY + HOUR)
    again = Meeting.objects.get()
    assert (again.opened_at, again.pack) == (MONDAY, frozen)


def test_a_meeting_that_was_not_opened_cannot_be_closed(coming: Meeting, nora):
    with pytest.raises(Refused, match="under way"):
        coming.close(by=nora, at=MONDAY)
    assert Meeting.objects.get().closed_at is None


@pytest.mark.parametrize("who", ["maya", "sam", "ada"])
def test_only_heads_open_and_close(who: str, request, coming: Meeting):
    with pytest.raises(NotAllowed):
        coming.open(by=request.getfixturevalue(who), at=MONDAY)
    assert Meeting.objects.get().opened_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_who_open_it_at_once_one_does(series, nora, theo):
    pk, start, refused = Meeting.objects.get().pk, Barrier(2), []

    def press(head: User, at) -> None:
        try:
            meeting = Meeting.objects.get(pk=pk)
            start.wait()
            meeting.open(by=head, at=at)
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    both = [Thread(target=press, args=each) for each in ((nora, MONDAY), (theo, MONDAY + DAY))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert refused == ["This meeting was opened or skipped already."]
    meeting = Meeting.objects.get()
    assert meeting.opened_at.isoformat() == meeting.pack["made_at"]
