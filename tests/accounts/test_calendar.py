from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User, WorkCalendar, hours_of
from common.errors import NotAllowed, Refused
from common.worktime import add_working_time


def test_a_public_holiday_is_no_working_day(calendar: WorkCalendar, sam: User, ada: User) -> None:
    added = calendar.observe("NL", range(2026, 2027), by=ada)

    easter_monday = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)  # 11:00 in Amsterdam
    assert added == 10
    assert add_working_time(easter_monday, timedelta(hours=1), hours_of(sam)) == datetime(2026, 4, 7, 8, 0, tzinfo=UTC)


def test_a_change_of_country_opens_the_holidays_of_the_one_before(calendar: WorkCalendar, ada: User) -> None:
    calendar.observe("NL", range(2026, 2027), by=ada)
    calendar.close(date(2026, 5, 15), "Bridge day", by=ada)
    calendar.observe("DE", range(2026, 2027), by=ada)

    closed = list(calendar.closures.values_list("on", flat=True))
    assert date(2026, 4, 27) not in closed  # the King's birthday
    assert date(2026, 10, 3) in closed
    assert date(2026, 5, 15) in closed


def test_next_years_holidays_come_by_themselves_and_a_reopened_day_stays_open(
    calendar: WorkCalendar, ada: User
) -> None:
    calendar.observe("NL", range(2026, 2027), by=ada)
    december = datetime(2026, 12, 1, tzinfo=UTC)

    assert WorkCalendar.objects.look_ahead(at=december) == 10
    calendar.reopen(date(2027, 3, 26), by=ada)
    assert WorkCalendar.objects.look_ahead(at=december) == 0
    assert not calendar.closures.filter(on=date(2027, 3, 26)).exists()


def test_a_day_is_closed_once(calendar: WorkCalendar, ada: User) -> None:
    calendar.close(date(2026, 5, 15), "Bridge day", by=ada)

    with pytest.raises(Refused, match="Office is closed on that day already: Bridge day"):
        calendar.close(date(2026, 5, 15), "Inventory", by=ada)
    assert calendar.closures.get().name == "Bridge day"


def test_windows_that_overlap_are_refused(calendar: WorkCalendar, ada: User) -> None:
    with pytest.raises(ValidationError, match="overlap"):
        calendar.edit(by=ada, windows={"0": [["09:00", "13:00"], ["12:00", "17:00"]]})

    assert WorkCalendar.objects.get().windows["0"] == [["09:00", "17:30"]]


def test_a_rep_edits_no_calendar(calendar: WorkCalendar, sam: User) -> None:
    with pytest.raises(NotAllowed):
        calendar.edit(by=sam, name="Mine")
    with pytest.raises(NotAllowed):
        calendar.observe("NL", range(2026, 2027), by=sam)

    assert (WorkCalendar.objects.get().name, calendar.closures.count()) == ("Office", 0)


def test_someone_with_their_own_hours_does_not_work_the_teams(sam: User, ada: User) -> None:
    mornings = WorkCalendar.objects.draw_up("Mornings", "Europe/Amsterdam", windows={"0": [["08:00", "12:00"]]}, by=ada)
    sam.work_by(mornings, by=ada)

    assert hours_of(sam).weekly == timedelta(hours=4)


def test_hours_of_ones_own_are_closed_on_the_same_days(calendar: WorkCalendar, sam: User, ada: User) -> None:
    calendar.observe("NL", range(2026, 2027), by=ada)
    calendar.close(date(2026, 5, 15), "Bridge day", by=ada)

    own = WorkCalendar.objects.draw_up_for(sam, "Sam", "Europe/Lisbon", windows={"0": [["08:00", "12:00"]]}, by=ada)
    assert hours_of(User.objects.get(pk=sam.pk)) == calendar.hours()
    sam.work_by(own, by=ada)

    assert User.objects.get(pk=sam.pk).calendar == own
    assert own.country == "NL"
    assert hours_of(sam).holidays == calendar.hours().holidays
    assert hours_of(sam).weekly == timedelta(hours=4)


def test_given_the_hours_of_their_team_somebody_has_none_of_their_own(
    calendar: WorkCalendar, sam: User, ada: User
) -> None:
    sam.work_by(WorkCalendar.objects.draw_up("Mornings", "Europe/Amsterdam", by=ada), by=ada)
    sam.work_by(calendar, by=ada)

    assert User.objects.get(pk=sam.pk).calendar is None


def test_a_rep_gives_nobody_other_hours(calendar: WorkCalendar, sam: User, rita: User, ada: User) -> None:
    mornings = WorkCalendar.objects.draw_up("Mornings", "Europe/Amsterdam", by=ada)
    for who in (rita, rita.team):
        with pytest.raises(NotAllowed):
            who.work_by(mornings, by=sam)
    with pytest.raises(NotAllowed):
        WorkCalendar.objects.draw_up_for(rita, "Rita", "Europe/Lisbon", by=sam)

    assert not mornings.worked_by
    assert WorkCalendar.objects.count() == 2


def test_the_page_of_a_person_leads_to_hours_of_their_own_that_start_as_the_teams(
    calendar: WorkCalendar, sam: User, ada: User, client_of: Callable[[User], Client]
) -> None:
    page = f"/settings/hours/new/?of={sam.pk}"
    client = client_of(ada)

    assert page in client.get(f"/settings/people/{sam.pk}/").content.decode()
    assert 'value="09:00-17:30"' in client.get(page).content.decode()
    answer = client.post("/settings/hours/new/", week(name="Sam", day_0="09:00-13:00", of=str(sam.pk)))

    own = WorkCalendar.objects.get(name="Sam")
    assert answer["Location"] == f"/settings/hours/{own.pk}/?who=person+{sam.pk}#whose"
    assert f'<option value="person {sam.pk}" selected>' in client.get(answer["Location"]).content.decode()
    client.post(f"/settings/hours/{own.pk}/give/", {"who": f"person {sam.pk}"})
    assert User.objects.get(pk=sam.pk).calendar.windows == {"0": [["09:00", "13:00"]]}


def test_who_has_no_team_and_no_calendar_has_no_hours(ada: User) -> None:
    with pytest.raises(ValueError, match="no team and no calendar"):
        hours_of(ada)


def week(**days: str) -> dict[str, str]:
    return {"name": "Office", "zone": "Europe/Amsterdam"} | days


def test_the_page_reads_windows_as_people_write_them(
    calendar: WorkCalendar, nora: User, client_of: Callable[[User], Client]
) -> None:
    page = f"/settings/hours/{calendar.pk}/"

    answer = client_of(nora).post(page, week(day_0="9:00-12:30, 13:30 – 17:30", day_4="09:00-13:00"))

    assert answer.status_code == 302
    assert WorkCalendar.objects.get().windows == {
        "0": [["9:00", "12:30"], ["13:30", "17:30"]],
        "4": [["09:00", "13:00"]],
    }


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        ("nine to five", "Write windows as 09:00-12:30, 13:30-17:30"),
        ("09:00-25:00", "is no time of day"),
        ("17:00-09:00", "a window closes after it opens"),
        ("09:00-13:00, 12:00-17:00", "overlap"),
    ],
)
def test_the_page_says_what_is_wrong_with_a_window(
    calendar: WorkCalendar, nora: User, client_of: Callable[[User], Client], windows: str, sentence: str
) -> None:
    answer = client_of(nora).post(f"/settings/hours/{calendar.pk}/", week(day_0=windows))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert windows in text
    assert WorkCalendar.objects.get().windows["0"] == [["09:00", "17:30"]]
