"""Minutes: saved as they are written, and never over what somebody else wrote unseen."""

from datetime import timedelta

import pytest

from common.errors import Incomplete, NotAllowed, Refused
from meetings.models import Meeting, Overwritten
from tests.meetings.conftest import MONDAY

MINUTE = timedelta(minutes=1)


def kept() -> tuple:
    meeting = Meeting.objects.get()
    return meeting.minutes, meeting.minutes_version, meeting.minutes_saved_by and meeting.minutes_saved_by.short_name


def test_minutes_are_kept_with_who_saved_them_and_when(under_way: Meeting, maya):
    under_way.write_minutes("# Late attempts", version=0, by=maya, at=MONDAY + MINUTE)
    assert kept() == ("# Late attempts", 1, "Maya")
    assert Meeting.objects.get().minutes_saved_at == MONDAY + MINUTE


def test_of_two_who_write_at_once_the_second_is_told_and_saves_nothing(under_way: Meeting, maya, sam):
    theirs = Meeting.objects.get()
    under_way.write_minutes("Maya was here", version=0, by=maya, at=MONDAY + MINUTE)
    with pytest.raises(Overwritten, match="yours were not saved over them"):
        theirs.write_minutes("Sam was here", version=0, by=sam, at=MONDAY + 2 * MINUTE)
    assert kept() == ("Maya was here", 1, "Maya")
    theirs.write_minutes("Maya and Sam were here", version=1, by=sam, at=MONDAY + 3 * MINUTE)
    assert kept() == ("Maya and Sam were here", 2, "Sam")


def test_before_it_opens_and_after_it_closes_minutes_stand(coming: Meeting, nora, maya):
    with pytest.raises(Refused, match="not under way"):
        coming.write_minutes("Early", version=0, by=maya, at=MONDAY)
    coming.open(by=nora, at=MONDAY)
    coming.write_minutes("In time", version=0, by=maya, at=MONDAY + MINUTE)
    coming.close(by=nora, at=MONDAY + 30 * MINUTE)
    with pytest.raises(Refused, match="not under way"):
        coming.write_minutes("Late", version=1, by=maya, at=MONDAY + 31 * MINUTE)
    coming.refresh_from_db()
    assert (coming.minutes, coming.minutes_version) == ("In time", 1)


def test_who_belongs_to_no_side_writes_none(under_way: Meeting, ada):
    with pytest.raises(NotAllowed):
        under_way.write_minutes("Admin", version=0, by=ada, at=MONDAY)
    assert kept() == ("", 0, None)


def test_minutes_have_an_end(under_way: Meeting, maya):
    with pytest.raises(Incomplete, match="100,000 letters"):
        under_way.write_minutes("x" * 100_001, version=0, by=maya, at=MONDAY)
    assert kept() == ("", 0, None)


# On the page


def save(browser, meeting, text, version, **headers):
    return browser.post(f"/meetings/{meeting.pk}/minutes/", {"minutes": text, "version": version}, **headers)


def test_typing_saves_in_place_and_hands_out_the_next_version(under_way: Meeting, client_of, maya, clock_shows):
    clock_shows(MONDAY + MINUTE)
    answer = save(client_of(maya), under_way, "Hello", 0, HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    assert 'name="version" value="1"' in answer.content.decode()
    assert "by Maya Peters" in answer.content.decode()
    assert kept() == ("Hello", 1, "Maya")


@pytest.mark.parametrize("in_place", [True, False])
def test_who_was_overtaken_sees_both_and_loses_nothing(under_way: Meeting, client_of, maya, sam, in_place):
    save(client_of(maya), under_way, "Maya was here", 0)
    headers = {"HTTP_HX_REQUEST": "true"} if in_place else {}
    answer = save(client_of(sam), under_way, "Sam was here", 0, **headers)
    seen = answer.content.decode()
    assert answer.status_code == 409
    assert "Maya was here" in seen
    assert ">Sam was here</textarea>" in seen
    assert 'name="version" value="1"' in seen
    if in_place:
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#minutes", "outerHTML")
    assert kept() == ("Maya was here", 1, "Maya")


def test_without_javascript_a_button_saves(under_way: Meeting, client_of, maya):
    answer = save(client_of(maya), under_way, "By hand", 0)
    assert (answer.status_code, answer["Location"]) == (302, f"/meetings/{under_way.pk}/")
    assert kept() == ("By hand", 1, "Maya")
