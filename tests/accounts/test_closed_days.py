"""What an iCalendar file closes."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.closed_days import ClosedDay, LeftOut, read
from accounts.models import User, WorkCalendar
from common.errors import Incomplete, NotAllowed

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SINCE, UNTIL = date(2026, 3, 11), date(2028, 3, 10)
DAY = timedelta(days=1)


def ics(*events: str) -> bytes:
    """An iCalendar file; each event as its lines, "|" between them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *uid, *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def closed(*events: str, zone: ZoneInfo = AMSTERDAM) -> list[date]:
    return [day.on for day in read(ics(*events), zone, since=SINCE, until=UNTIL)[0]]


def left_out(*events: str) -> list[LeftOut]:
    return read(ics(*events), AMSTERDAM, since=SINCE, until=UNTIL)[1]


def test_a_whole_day_event_closes_its_days_and_not_the_one_it_ends_on():
    found, out = read(
        ics("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261227|SUMMARY:Christmas"),
        AMSTERDAM, since=SINCE, until=UNTIL,
    )  # fmt: skip

    assert found == [ClosedDay(date(2026, 12, day), "Christmas") for day in (24, 25, 26)]
    assert out == []


def test_an_event_without_an_end_closes_one_day():
    assert closed("DTSTART;VALUE=DATE:20260515") == [date(2026, 5, 15)]


def test_two_events_of_one_day_close_it_once_under_both_names():
    same = "DTSTART;VALUE=DATE:20260515|SUMMARY:"
    found, _ = read(ics(same + "Bridge day", same + "Move", same + "Move"), AMSTERDAM, since=SINCE, until=UNTIL)

    assert found == [ClosedDay(date(2026, 5, 15), "Bridge day, Move")]


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART:20260514T220000Z|DTEND:20260515T220000Z", [15]),  # midnight to midnight in Amsterdam
        ("DTSTART;TZID=Europe/Amsterdam:20260514T150000|DTEND;TZID=Europe/Amsterdam:20260517T090000", [15, 16]),
        ("DTSTART:20260515T000000|DURATION:P2D", [15, 16]),  # local time, whose is not said: the desk's
    ],
)
def test_an_event_with_hours_closes_the_days_it_covers_from_midnight_to_midnight(event, days):
    assert closed(event) == [date(2026, 5, day) for day in days]


def test_the_same_hours_elsewhere_close_no_day():
    event = "DTSTART:20260514T220000Z|DTEND:20260515T220000Z"
    assert closed(event, zone=ZoneInfo("America/New_York")) == []


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("DTSTART:20260515T100000Z|DTEND:20260515T150000Z", "it covers no whole day"),
        ("DTSTART;VALUE=DATE:20260515|STATUS:CANCELLED", "it is cancelled"),
        ("DTSTART:someday", "it cannot be read"),
        ("DTEND;VALUE=DATE:20260515", "it cannot be read"),
        ("DTSTART;VALUE=DATE:20260101|DTEND;VALUE=DATE:20280101", "it lasts longer than a year"),
        ("DTSTART;VALUE=DATE:20260515|RRULE:FREQ=SECONDLY", "it repeats in a way that is not read here"),
        ("DTSTART;VALUE=DATE:20260515|RRULE:FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2",
         "it repeats in a way that is not read here"),
    ],
)  # fmt: skip
def test_what_closes_no_day_is_named_with_its_reason(event, why):
    assert closed(event) == []
    assert left_out(f"{event}|SUMMARY:Party") == [LeftOut("Party", why)]


def test_one_event_that_cannot_be_read_takes_no_other_with_it():
    assert closed("DTSTART:someday", "DTSTART;VALUE=DATE:20260515") == [date(2026, 5, 15)]


def test_a_yearly_closing_comes_again_until_it_ends():
    assert closed("DTSTART;VALUE=DATE:20201224|RRULE:FREQ=YEARLY;UNTIL=20271224") == [
        date(2026, 12, 24), date(2027, 12, 24),
    ]  # fmt: skip
    assert closed("DTSTART;VALUE=DATE:20201224|RRULE:FREQ=YEARLY;UNTIL=20271223T230000Z") == [date(2026, 12, 24)]


def test_what_was_taken_out_of_a_repetition_or_moved_is_not_closed():
    rule = "UID:inventory|DTSTART;VALUE=DATE:20260401|RRULE:FREQ=MONTHLY;COUNT=4|EXDATE;VALUE=DATE:20260501"
    moved = "UID:inventory|RECURRENCE-ID;VALUE=DATE:20260601|DTSTART;VALUE=DATE:20260603"
    assert closed(rule, moved) == [date(2026, 4, 1), date(2026, 6, 3), date(2026, 7, 1)]


def test_days_that_were_or_are_too_far_off_are_not_found():
    assert closed("DTSTART;VALUE=DATE:20260310|DTEND;VALUE=DATE:20260312", "DTSTART;VALUE=DATE:20280311") == [SINCE]


@given(
    start=st.dates(date(2019, 1, 1), date(2027, 12, 31)),
    length=st.integers(1, 10),
    every=st.integers(1, 5),
    count=st.integers(1, 60),
)
def test_a_weekly_closing_is_the_days_counted_by_hand(start, length, every, count):
    event = (
        f"DTSTART;VALUE=DATE:{start:%Y%m%d}|DTEND;VALUE=DATE:{start + DAY * length:%Y%m%d}"
        f"|RRULE:FREQ=WEEKLY;INTERVAL={every};COUNT={count}"
    )
    by_hand = {start + DAY * (7 * every * week + number) for week in range(count) for number in range(length)}
    assert closed(event) == sorted(day for day in by_hand if SINCE <= day <= UNTIL)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"%PDF-1.7"]
)
def test_a_file_of_another_kind_is_refused(content):
    with pytest.raises(Incomplete, match="This is not an iCalendar file"):
        read(content, AMSTERDAM, since=SINCE, until=UNTIL)


def test_a_whole_life_of_appointments_is_refused():
    with pytest.raises(Incomplete, match="The file holds 1,001 events; 1,000 are the most"):
        read(ics(*["DTSTART;VALUE=DATE:20260515"] * 1001), AMSTERDAM, since=SINCE, until=UNTIL)


def test_many_days_are_closed_at_once_and_a_closed_one_keeps_its_name(calendar: WorkCalendar, ada: User) -> None:
    calendar.close(date(2026, 5, 15), "Bridge day", by=ada)

    assert calendar.close_all([(date(2026, 5, 15), "Move"), (date(2026, 5, 18), "Move")], by=ada) == 1
    assert list(calendar.closures.values_list("on", "name")) == [
        (date(2026, 5, 15), "Bridge day"), (date(2026, 5, 18), "Move"),
    ]  # fmt: skip


def test_a_rep_closes_no_desk(calendar: WorkCalendar, sam: User) -> None:
    with pytest.raises(NotAllowed):
        calendar.close_all([(date(2026, 5, 15), "Move")], by=sam)
    assert not calendar.closures.exists()
