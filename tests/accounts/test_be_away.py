from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Absence, User, hours_of
from common.errors import Incomplete, NotAllowed, Refused
from common.worktime import next_opening

THURSDAY_MIDNIGHT = datetime(2026, 3, 11, 23, 0, tzinfo=UTC)  # 00:00 in Amsterdam


def test_away_today_lasts_to_the_end_of_ones_own_day(sam: User, rita: User, at: datetime) -> None:
    absence = sam.be_away_today(cover=rita, by=sam, at=at)

    assert (absence.from_at, absence.until_at, absence.cover) == (at, THURSDAY_MIDNIGHT, rita)
    assert list(User.objects.present(at=at).filter(team=sam.team)) == [rita]
    assert sam in User.objects.present(at=THURSDAY_MIDNIGHT)


def test_working_hours_stop_while_one_is_away(sam: User, at: datetime) -> None:
    sam.be_away_today(cover=None, by=sam, at=at)

    assert next_opening(at, hours_of(sam)) == datetime(2026, 3, 12, 8, 0, tzinfo=UTC)


def test_who_is_back_early_works_again(sam: User, at: datetime) -> None:
    absence = sam.be_away_today(cover=None, by=sam, at=at)
    absence.end(by=sam, at=at + timedelta(hours=2))

    assert Absence.objects.get().until_at == at + timedelta(hours=2)
    with pytest.raises(Refused, match="over already"):
        absence.end(by=sam, at=at + timedelta(hours=3))


def test_an_absence_that_has_not_started_is_taken_out(sam: User, at: datetime) -> None:
    absence = sam.be_away(at + timedelta(days=1), at + timedelta(days=2), cover=None, by=sam, at=at)
    absence.end(by=sam, at=at)

    assert not Absence.objects.exists()


def test_an_absence_entered_late_starts_now(sam: User, at: datetime) -> None:
    absence = sam.be_away(at - timedelta(days=2), at + timedelta(days=1), cover=None, by=sam, at=at)

    assert absence.from_at == at


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (2, 1, "has to end after it starts"),
        (-3, -2, "has to end after it starts"),
        (0, 2, "already away during that time"),
    ],
)
def test_an_impossible_absence_is_refused(sam: User, at: datetime, first: int, last: int, sentence: str) -> None:
    sam.be_away(at + timedelta(days=1), at + timedelta(days=3), cover=None, by=sam, at=at)

    with pytest.raises(Incomplete, match=sentence):
        sam.be_away(at + timedelta(days=first), at + timedelta(days=last), cover=None, by=sam, at=at)
    assert Absence.objects.count() == 1


def test_nobody_covers_for_themselves_and_nobody_who_left_covers(sam: User, rita: User, at: datetime) -> None:
    User.objects.filter(pk=rita.pk).update(is_active=False)
    rita.refresh_from_db()

    for cover in (sam, rita):
        with pytest.raises(Incomplete, match="Cover has to be a colleague who is active"):
            sam.be_away_today(cover=cover, by=sam, at=at)
    assert not Absence.objects.exists()


def test_a_rep_enters_only_their_own_and_a_head_anybodys(sam: User, rita: User, nora: User, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        rita.be_away_today(cover=None, by=sam, at=at)
    assert not Absence.objects.exists()

    rita.be_away_today(cover=None, by=nora, at=at)
    assert Absence.objects.get().user == rita


def test_the_page_takes_whole_days_in_the_zone_of_who_is_away(
    nora: User, sam: User, rita: User, client_of: Callable[[User], Client], at: datetime, clock_shows
) -> None:
    clock_shows(at)
    days = {"user": sam.pk, "from_on": "2026-03-16", "until_on": "2026-03-20", "cover": rita.pk}

    assert client_of(nora).post("/settings/absences/enter/", days).status_code == 302

    absence = Absence.objects.get()
    assert absence.from_at == datetime(2026, 3, 15, 23, 0, tzinfo=UTC)
    assert absence.until_at == datetime(2026, 3, 20, 23, 0, tzinfo=UTC)


def test_a_reps_page_takes_nobody_elses_days(sam: User, rita: User, client_of: Callable[[User], Client]) -> None:
    days = {"user": rita.pk, "from_on": "2030-03-18", "until_on": "2030-03-20"}

    assert client_of(sam).post("/settings/absences/enter/", days).status_code == 422
    assert not Absence.objects.exists()


def test_away_today_names_who_covers_and_says_what_moves(
    sam: User, rita: User, at: datetime, client_of: Callable[[User], Client], clock_shows: Callable
) -> None:
    clock_shows(at)
    client = client_of(sam)
    assert "You have no open hand-off" in client.get("/account/").text

    answer = client.post("/settings/absences/today/", {"cover": rita.pk, "next": "/account/"}, follow=True)

    assert "Rita Kok gets your open hand-offs" in answer.text
    assert Absence.objects.get().cover == rita


@pytest.mark.parametrize("cover", ["x", "0", "own"])
def test_who_cannot_cover_is_refused_and_nobody_is_away(
    sam: User, at: datetime, client_of: Callable[[User], Client], clock_shows: Callable, cover: str
) -> None:
    clock_shows(at)
    sent = {"cover": sam.pk if cover == "own" else cover}

    assert client_of(sam).post("/settings/absences/today/", sent).status_code == 422
    assert not Absence.objects.exists()
