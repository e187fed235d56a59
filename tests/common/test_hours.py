"""The working hours of a desk as a value: what is refused, and how they are kept on a clock."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.hours import Hours


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"zone": "Europe/Atlantis"}, "There is no time zone called 'Europe/Atlantis'"),
        ({"zone": "Europe"}, "There is no time zone called 'Europe'"),
        ({"zone": "../../etc/passwd"}, "There is no time zone called"),
        ({"zone": ""}, "There is no time zone called ''"),
        ({"windows": {0: [("08:00", "12:00"), ("11:00", "18:00")]}}, "Monday: 08:00–12:00 and 11:00–18:00 overlap"),
        ({"windows": {4: [("18:00", "09:00")]}}, "Friday 18:00–09:00: a window closes after it opens"),
        ({"windows": {4: [("09:00", "09:00")]}}, "a window closes after it opens"),
        ({"windows": {4: [("09:00", "24:30")]}}, "'24:30' is no time of day"),
        ({"windows": {4: [("9 am", "17:00")]}}, "'9 am' is no time of day"),
        ({"windows": {4: [("09:00", time(16, 59, 59))]}}, "'16:59:59' is no time of day"),
        ({"windows": {4: [("09:00",)]}}, "A window is a pair of times"),
        ({"windows": {4: ["09:00-17:00"]}}, "A window is a pair of times"),
        ({"windows": {4: 9}}, "a list of pairs of times"),
        ({"windows": {7: []}}, "counted from Monday, 0, to Sunday, 6"),
        ({"windows": {"mon": []}}, "counted from Monday, 0, to Sunday, 6"),
        ({"windows": [["09:00", "17:00"]]}, "windows by weekday"),
        ({"absences": [(utc("2026-03-11T00:00"), utc("2026-03-10T00:00"))]}, "An absence cannot end before it starts"),
    ],
)
def test_wrong_hours_are_refused_with_a_sentence(rows: dict, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        Hours.from_rows(**{"zone": "UTC", "windows": {}} | rows)


def test_windows_that_touch_do_not_overlap():
    hours = Hours.from_rows(zone="UTC", windows={0: [("08:00", "12:00"), ("12:00", "18:00")]})
    assert hours.weekly == timedelta(hours=10)


def test_a_window_that_ends_at_midnight_may_be_written_either_way():
    as_clock, as_text = ({0: [[time(22), time(0)]]}, {"0": [["22:00", "24:00"]]})
    assert Hours.from_rows(zone="UTC", windows=as_clock) == Hours.from_rows(zone="UTC", windows=as_text)


def test_hours_survive_being_written_as_json():
    hours = Hours.from_rows(
        zone="Australia/Lord_Howe",
        windows={0: [("08:00", "12:00"), ("12:00", "24:00")], 6: [("00:00", "00:15")]},
        holidays=[date(2026, 12, 25), date(2026, 1, 1)],
        absences=[(datetime(2026, 3, 10, 8, 0, 0, 1, tzinfo=ZoneInfo("Asia/Kathmandu")), utc("2026-03-11T00:00"))],
    )
    written = json.loads(json.dumps(hours.as_json()))
    assert written["absences"] == [["2026-03-10T02:15:00.000001+00:00", "2026-03-11T00:00:00+00:00"]]
    assert Hours.from_json(written) == hours
    assert hash(Hours.from_json(written)) == hash(hours)


def test_the_order_in_which_rows_come_makes_no_difference():
    there = Hours.from_rows(zone="UTC", windows={0: [("13:00", "17:00"), ("08:00", "12:00")], 1: []})
    back = Hours.from_rows(zone="UTC", windows={"0": [("08:00", "12:00"), ("13:00", "17:00")]})
    assert there == back
    assert there.as_json() == back.as_json() == {
        "zone": "UTC", "windows": {"0": [["08:00", "12:00"], ["13:00", "17:00"]]}, "holidays": [], "absences": [],
    }  # fmt: skip
