"""The clocks of a hand-off as plain calculation: the same events, whatever their order, always give the same clocks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from common.hours import Hours
from sla.reckoning import Case, Key, Reading, Stint, Terms, counts_at, read

HOUR = timedelta(hours=1)
OFFICE = Hours.from_rows(zone="Europe/Amsterdam", windows={day: [("09:00", "17:30")] for day in range(5)})
WEDNESDAY = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)  # 10:00 in Amsterdam
FIRST = Terms(1, "deadline", "standard", 8 * HOUR, 0, 0, 0)
HOT = Terms(2, "deadline", "hot", HOUR, 0, 0, 0)
ATTEMPTS = Terms(3, "attempts", "all", timedelta(), 6, 4, 10)
SAM, RITA = 7, 8


def readings(case: Case, *terms: Terms, hours: Hours = OFFICE) -> dict[Key, Reading]:
    return read(case, list(terms), lambda key: hours)


def test_a_hot_hand_off_has_the_hot_clock_and_not_the_standard_one():
    case = Case(1, WEDNESDAY, hot=True, stints=[Stint(SAM, WEDNESDAY)])

    shown = readings(case, FIRST, HOT, ATTEMPTS)

    assert {(key.commitment_id, key.owner_id) for key in shown} == {(2, None), (2, SAM), (3, None)}
    assert shown[Key(1, 2, SAM, WEDNESDAY)].due_at == WEDNESDAY + HOUR


def test_a_desk_that_never_opens_promises_nothing():
    closed = Hours.from_rows(zone="UTC", windows={})

    assert readings(Case(1, WEDNESDAY, stints=[Stint(SAM, WEDNESDAY)]), FIRST, ATTEMPTS, hours=closed) == {}


def test_attempts_on_a_closed_day_count_but_the_day_does_not():
    saturday = WEDNESDAY + timedelta(days=3)
    made = [saturday + n * HOUR for n in range(3)] + [WEDNESDAY + timedelta(days=day) for day in (5, 6, 7, 8)]
    case = Case(1, WEDNESDAY, attempts=made)

    shown = readings(case, ATTEMPTS)[Key(1, 3, None, WEDNESDAY)]

    assert shown.done_at == WEDNESDAY + timedelta(days=8)


def test_an_attempt_counts_when_a_system_saw_it_or_the_day_was_the_same():
    evening, midnight = datetime(2026, 3, 11, 16, 0, tzinfo=UTC), datetime(2026, 3, 11, 23, 0, tzinfo=UTC)

    assert counts_at(WEDNESDAY, evening, synced=False, zone="Europe/Amsterdam") == WEDNESDAY
    assert counts_at(WEDNESDAY, midnight, synced=False, zone="Europe/Amsterdam") == midnight
    assert counts_at(WEDNESDAY, midnight, synced=True, zone="Europe/Amsterdam") == WEDNESDAY


minutes = st.integers(0, 60 * 24 * 7)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A hand-off with up to three owners, attempts, an ending, repairs and a withdrawal, at any minutes of a week."""
    moment = minutes.map(lambda n: WEDNESDAY + timedelta(minutes=n))
    changes = sorted(draw(st.sets(moment, max_size=2)))
    starts = [WEDNESDAY, *(at for at in changes if at > WEDNESDAY)]
    ends = [*starts[1:], None]
    stints = [Stint(SAM + n % 2, at, until) for n, (at, until) in enumerate(zip(starts, ends, strict=True))]
    attempts = sorted(draw(st.lists(moment, max_size=8)))
    ending = draw(st.none() | moment)
    spans = st.tuples(moment, st.none() | moment).filter(lambda span: span[1] is None or span[0] < span[1])
    repair = draw(st.none() | spans)
    withdrawn = None if ending else draw(st.none() | moment)
    return Case(
        1, WEDNESDAY, stints=stints, attempts=attempts, reached=attempts[2:3], endings=[ending] if ending else [],
        repairs=[repair] if repair else [], withdrawn_at=withdrawn, is_open=not (ending or withdrawn),
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(cases())
def test_whatever_happens_a_clock_says_one_thing(case: Case):
    """What the table's constraints demand of a row holds for every reading."""
    for key, shown in readings(case, FIRST, ATTEMPTS).items():
        assert (shown.done_at is None) == (shown.took is None)
        assert not (shown.void_at and (shown.done_at or shown.stopped_at))
        assert not shown.done_at or shown.overdue == (shown.done_at > shown.due_at)
        assert shown.took is None or shown.took >= timedelta()
        assert key.owner_id or shown.stopped_at is None


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_customers_clock_is_met_when_the_first_act_came_within_the_time(case: Case):
    """Counted minute by minute, the slow and plain way."""
    shown = readings(case, FIRST)[Key(1, 1, None, WEDNESDAY)]

    acts = [*case.attempts, *case.endings]
    first = min(acts, default=None)
    assert shown.done_at == first
    if first:
        gone = range((first - WEDNESDAY) // timedelta(minutes=1))
        waited = sum(open_at(WEDNESDAY + timedelta(minutes=n)) for n in gone)
        assert shown.took == timedelta(minutes=waited)
        assert waited <= 8 * 60 if first <= shown.due_at else waited >= 8 * 60


def open_at(at: datetime) -> bool:
    """Whether the office works in this minute; March's week has no change of the clocks: one hour from UTC."""
    local = at + HOUR
    return local.weekday() < 5 and 9 * 60 <= local.hour * 60 + local.minute < 17 * 60 + 30


@settings(max_examples=200, deadline=None)
@given(cases())
def test_an_owners_clock_never_runs_longer_than_they_owned_it(case: Case):
    stints = {(stint.owner_id, stint.from_at): stint for stint in case.stints}
    for key, shown in readings(case, FIRST).items():
        if key.owner_id:
            until = stints[key.owner_id, key.started_at].until_at
            assert until is None or shown.done_at is None or shown.done_at <= until
            if until and not shown.done_at and not case.withdrawn_at:
                assert bool(shown.void_at) != shown.overdue
