"""When a hand-off would be due, beside the editor of working hours. The desk is open 09:00–17:30 in Amsterdam."""

from datetime import UTC, datetime

from accounts.models import WorkCalendar
from common.hours import Hours
from sla.would_be_due import would_be_due

WEEK = {"name": "Office", "zone": "Europe/Amsterdam"} | {f"day_{n}": "09:00-17:30" for n in range(5)}
FROM_NINE_TO_SIX = Hours.from_rows(zone="UTC", windows={str(n): [["09:00", "18:00"]] for n in range(5)})


def test_a_hot_hand_off_of_saturday_afternoon_is_due_on_monday_at_ten(db):
    due = would_be_due(FROM_NINE_TO_SIX, made_at=datetime(2026, 3, 14, 15, 0, tzinfo=UTC))

    assert [(each.promise.title, each.at) for each in due] == [
        ("First attempt or return within 8 working hours", datetime(2026, 3, 16, 17, 0, tzinfo=UTC)),
        ("Hot leads within 1 working hour", datetime(2026, 3, 16, 10, 0, tzinfo=UTC)),
        ("6 attempts on 4 days", datetime(2026, 3, 27, 18, 0, tzinfo=UTC)),
        ("Disposition within 20 working days", datetime(2026, 4, 10, 18, 0, tzinfo=UTC)),
    ]


def test_it_is_what_a_hand_off_made_then_is_given(hand_over, clock_of, calendar, at):
    due = {each.promise.metric: each.at for each in would_be_due(calendar.hours(), made_at=at)}
    handoff = hand_over(at)

    assert due["first_attempt_attainment"] == clock_of(handoff).due_at
    assert due["attempts_attainment"] == clock_of(handoff, metric="attempts_attainment").due_at


def test_a_desk_that_never_opens_can_promise_nothing(db, at):
    assert would_be_due(Hours.from_rows(zone="UTC", windows={}), made_at=at) == []


def test_the_page_reckons_with_windows_that_nobody_saved(client_of, nora, calendar, at, clock_shows):
    clock_shows(at)  # Wednesday, ten in the morning
    page = f"/settings/hours/{calendar.pk}/"
    typed = WEEK | {"day_2": "", "day_3": "13:00-15:00"}

    live = client_of(nora).get(page, typed, headers={"HX-Request": "true"})
    assert "Thu 12 Mar, 14:00" in live.content.decode()
    assert "<h1>" not in live.content.decode()

    without_script = client_of(nora).post(page, typed | {"calculate": "only"})
    assert "Thu 12 Mar, 14:00" in without_script.content.decode()
    assert "Nothing is kept yet" in without_script.content.decode()
    assert WorkCalendar.objects.get().windows["2"] == [["09:00", "17:30"]]


def test_the_page_reckons_from_a_moment_on_the_desks_own_clock(client_of, nora, calendar):
    live = client_of(nora).get(
        f"/settings/hours/{calendar.pk}/", WEEK | {"made_at": "2026-03-14T15:00"}, headers={"HX-Request": "true"}
    )

    assert "Mon 16 Mar, 10:00" in live.content.decode()
    assert "A hand-off made then" in live.content.decode()


def test_what_cannot_be_reckoned_is_said_where_it_would_stand(client_of, nora, calendar):
    page = f"/settings/hours/{calendar.pk}/"
    never = {f"day_{n}": "" for n in range(5)}
    wrong = {"day_0": "17:00-09:00"}, {"made_at": "0001-01-01T00:00"}, {"made_at": "soon"}, never

    said = [client_of(nora).get(page, WEEK | each, headers={"HX-Request": "true"}).content.decode() for each in wrong]

    assert "Monday: 17:00–09:00: a window closes after it opens" in said[0].replace("\n", " ")
    assert "Check the year" in said[1]
    assert "Enter a valid date/time" in said[2]
    assert "The desk is never open" in said[3]


def test_a_week_without_a_window_is_refused(client_of, nora, calendar):
    answer = client_of(nora).post(f"/settings/hours/{calendar.pk}/", {"name": "Desk", "zone": "Europe/Amsterdam"})

    assert answer.status_code == 422
    assert "The desk is never open" in answer.content.decode()
    assert (WorkCalendar.objects.get().name, len(WorkCalendar.objects.get().windows)) == ("Office", 5)
