"""Closing the desk on the days that a calendar program exports."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Closure

FILE = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20260312
DTEND;VALUE=DATE:20260315
SUMMARY:Stocktaking
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20260320T130000Z
DTEND:20260320T150000Z
SUMMARY:Drinks
END:VEVENT
END:VCALENDAR
"""
CHOSEN = {"day": ["2026-03-12 Stocktaking", "2026-03-13 Stocktaking"]}


def look(browser, calendar, content: bytes = FILE):
    return browser.post(
        f"/settings/hours/{calendar.pk}/days-in-file/", {"file": SimpleUploadedFile("closed.ics", content)}
    )


def test_a_file_is_looked_at_before_anything_is_kept(client_of, calendar, nora, at, clock_shows):
    clock_shows(at)
    calendar.close(date(2026, 3, 12), "Bridge day", by=nora)

    seen = look(client_of(nora), calendar).content.decode()

    assert "3 days in the file" in seen
    assert "Stocktaking; closed already, Bridge day" in seen
    assert 'value="2026-03-12' not in seen
    assert 'value="2026-03-13 Stocktaking" checked' in seen
    assert 'value="2026-03-14 Stocktaking">' in seen  # a Saturday
    assert "Drinks<p>It covers no whole day.</p>" in seen
    assert Closure.objects.count() == 1


def test_the_chosen_days_are_closed(client_of, calendar, nora, at, clock_shows):
    clock_shows(at)
    answer = client_of(nora).post(f"/settings/hours/{calendar.pk}/close-days/", CHOSEN)

    assert answer.status_code == 302
    assert list(Closure.objects.values_list("on", "name", "public")) == [
        (date(2026, 3, 12), "Stocktaking", False), (date(2026, 3, 13), "Stocktaking", False),
    ]  # fmt: skip


def test_where_clocks_would_move_it_asks_and_keeps_every_chosen_day(
    hand_over, client_of, calendar, nora, at, clock_shows
):
    clock_shows(at)
    hand_over(at)
    path, browser = f"/settings/hours/{calendar.pk}/close-days/", client_of(nora)

    asked = browser.post(path, CHOSEN).content.decode()

    assert "Nothing is changed yet" in asked
    for day in CHOSEN["day"]:
        assert f'<input type="hidden" name="day" value="{day}">' in asked
    assert not Closure.objects.exists()

    browser.post(path, CHOSEN | {"clocks": "leave"})
    assert Closure.objects.count() == 2


def test_a_file_of_another_kind_is_refused_beside_the_field(client_of, calendar, nora):
    answer = look(client_of(nora), calendar, b"a,b,c")
    assert answer.status_code == 422
    assert "This is not an iCalendar file." in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_unread(client_of, calendar, nora):
    answer = look(client_of(nora), calendar, FILE + b" " * 1024 * 1024)
    assert answer.status_code == 422
    assert "The file is larger than 1 MB." in answer.content.decode()


def test_no_day_chosen_closes_none(client_of, calendar, nora):
    path = f"/settings/hours/{calendar.pk}/close-days/"
    assert client_of(nora).post(path, {}).status_code == 422
    assert client_of(nora).post(path, {"day": "someday"}).status_code == 422
    assert not Closure.objects.exists()


def test_a_rep_looks_into_no_file(client_of, calendar, sam):
    assert look(client_of(sam), calendar).status_code == 403
    assert client_of(sam).post(f"/settings/hours/{calendar.pk}/close-days/", CHOSEN).status_code == 403
    assert not Closure.objects.exists()
