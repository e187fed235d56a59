"""Visits: told for a day or a span, typed, from a file or by a program; nothing counts twice."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Traffic, Visits
from campaigns.visits_file import read_visits
from common.errors import Incomplete, NotAllowed

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def days() -> list[tuple]:
    return list(Traffic.objects.order_by("on", "channel").values_list("on", "channel", "visits", "told_for"))


@given(st.integers(0, 10_000_000), st.integers(1, 366))
def test_a_span_is_spread_in_whole_visits_that_add_up(count, length):
    parts = [visits for _, visits in Visits(MONDAY, MONDAY + (length - 1) * DAY, count).days()]
    assert len(parts) == length
    assert sum(parts) == count
    assert max(parts) - min(parts) <= 1


@pytest.mark.django_db
def test_what_is_told_again_for_a_day_and_channel_is_replaced(maya, at):
    Traffic.objects.tell([Visits(MONDAY, MONDAY + DAY, 101)], by=maya, at=at)
    Traffic.objects.tell([Visits(MONDAY, MONDAY, 70), Visits(MONDAY, MONDAY, 5, "search")], by=maya, at=at)
    assert days() == [(MONDAY, "", 70, 1), (MONDAY, "search", 5, 1), (MONDAY + DAY, "", 51, 2)]
    before = days()
    Traffic.objects.tell([Visits(MONDAY, MONDAY, 70), Visits(MONDAY, MONDAY, 5, "search")], by=maya, at=at)
    assert days() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "why"),
    [
        (Visits(MONDAY, MONDAY - DAY, 1), "The last day comes before the first."),
        (Visits(MONDAY - 400 * DAY, MONDAY, 1), "told for a year at most"),
        (Visits(date(2026, 3, 13), date(2026, 3, 13), 1), "2026-03-13 has not come yet."),
        (Visits(MONDAY, MONDAY, -1), "counted from 0 up"),
    ],
)
def test_what_cannot_be_is_refused_with_all_that_came_with_it(told, why, maya, at):
    with pytest.raises(Incomplete, match=why):
        Traffic.objects.tell([Visits(MONDAY, MONDAY, 9), told], by=maya, at=at)
    assert days() == []


@pytest.mark.django_db
def test_sales_tells_no_traffic_but_reads_it(sam, client_of, at, clock_shows):
    clock_shows(at)
    with pytest.raises(NotAllowed):
        Traffic.objects.tell([Visits(MONDAY, MONDAY, 9)], by=sam, at=at)
    seen = client_of(sam).get("/campaigns/traffic/").content.decode()
    assert "No visits yet" in seen
    assert "Write down" not in seen
    assert days() == []


@pytest.mark.django_db
def test_a_month_is_typed_on_the_page(maya, client_of, at, clock_shows):
    clock_shows(at)
    browser = client_of(maya)
    typed = {"first_on": "2026-02-01", "last_on": "2026-02-28", "visits": "28000", "channel": ""}
    seen = browser.post("/campaigns/traffic/tell/", typed, follow=True).content.decode()
    assert "The visits of 28 days are written down." in seen
    assert "February 2026" in seen
    assert "28,000" in seen
    assert Traffic.objects.aggregate(sum=Sum("visits"))["sum"] == 28_000
    wrong = browser.post("/campaigns/traffic/tell/", typed | {"last_on": "2026-01-28"})
    assert wrong.status_code == 422
    assert "The last day comes before the first." in wrong.content.decode()


@pytest.mark.django_db
def test_a_file_is_taken_whole_or_not_at_all(maya, client_of, at, clock_shows):
    clock_shows(at)
    browser = client_of(maya)

    def upload(text: str):
        file = SimpleUploadedFile("visits.csv", text.encode())
        return browser.post("/campaigns/traffic/import/", {"file": file}, follow=True)

    broken = upload("day,visits\n2026-03-02,12\n2026-03-03,many\n")
    assert broken.status_code == 422
    assert "Line 3 has no day like 2026-11-30" in broken.content.decode()
    assert days() == []
    assert "The visits of 2 days are written down." in upload("day,visits\n2026-03-02,12\n2026-03-03,9\n").text
    assert days() == [(MONDAY, "", 12, 1), (MONDAY + DAY, "", 9, 1)]


def test_a_file_may_be_from_a_spreadsheet_with_channels():
    content = "\ufeffDate;Channel;Sessions\r\n2026-03-02;search;12\r\n;;\r\n2026-03-03;;9\r\n".encode()
    assert read_visits(content) == [Visits(MONDAY, MONDAY, 12, "search"), Visits(MONDAY + DAY, MONDAY + DAY, 9)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The first line names the columns"),
        (b"day\n2026-03-02", "The first line names the columns"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"day,visits\n\x002026-03-02,1", "no text"),
        (b"day,visits\n2026-03-02", "Line 2"),
        (b"x" * 1_000_001, "larger than a megabyte"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(content, why):
    with pytest.raises(Incomplete, match=why):
        read_visits(content)
