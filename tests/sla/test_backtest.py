"""A version of the agreement tried on the past: the same reckoning as the clocks, against one in plain Python."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from common.hours import Hours
from leads.models import Attempt, Lead
from sla.backtest import Group, Measured, Tried, measure, replay, try_all, try_promise, usually
from sla.drawings import tried_responses
from sla.models import Agreement, Clock
from sla.past import past
from sla.reckoning import Case, Terms
from tests.builders import a_handoff, agreement_in_force, everything, reason
from tests.leads.files import imported, table

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OFFICE = Hours.from_rows(zone="Europe/Amsterdam", windows={day: [("09:00", "17:30")] for day in range(5)})
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # nine in Amsterdam; the clocks change on Sunday 29 March
NOW = MONDAY + 28 * DAY
FIRST = Terms(1, "deadline", "all", 8 * HOUR, 0, 0, 0)
ATTEMPTS = Terms(2, "attempts", "all", timedelta(), 3, 2, 5)
DISPOSITION = Terms(3, "days", "all", timedelta(), 0, 0, 10, "hand_off", "disposition")


# The oracle: minute by minute and day by day, with nothing of ours but the events.


def is_open(at: datetime) -> bool:
    local = at.astimezone(ZoneInfo("Europe/Amsterdam"))
    return local.weekday() < 5 and time(9) <= local.time() < time(17, 30)


def waited(start: datetime, end: datetime) -> int:
    """Open minutes between two moments on whole minutes."""
    return sum(is_open(start + n * MINUTE) for n in range((end - start) // MINUTE))


def last_minute(start: datetime, days: int) -> datetime:
    """The close of the nth weekday after the start's."""
    local = start.astimezone(ZoneInfo("Europe/Amsterdam"))
    day = local.date()
    while days:
        day += DAY
        days -= day.weekday() < 5
    return datetime.combine(day, time(17, 30), ZoneInfo("Europe/Amsterdam"))


def first_of(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at), default=None)


def spread(case: Case) -> datetime | None:
    for n, at in enumerate(case.attempts, start=1):
        days = {a.astimezone(ZoneInfo("Europe/Amsterdam")).date() for a in case.attempts[:n]}
        if n >= 3 and len({day for day in days if day.weekday() < 5}) >= 2:
            return at
    return None


def expected(case: Case, term: Terms) -> Group:
    ended = first_of(*case.endings)
    if term is FIRST:
        done = first_of(*case.attempts, ended)
        in_time = done and waited(case.made_at, done) <= 8 * 60 and not _after_the_last_minute(case, done)
        late = waited(case.made_at, min(done or NOW, NOW)) >= 8 * 60 and not in_time
    else:
        done = first_of(ended, *case.reached, spread(case)) if term is ATTEMPTS else ended
        due = last_minute(case.made_at, term.within_days)
        in_time, late = done and done <= due, due < (done or NOW)
    if done:
        return Group.KEPT if in_time else Group.MISSED
    if case.withdrawn_at:
        return Group.VOID
    return Group.MISSED if late and not _just_due(case, term) else Group.WAITING


def _after_the_last_minute(case: Case, done: datetime) -> bool:
    """All eight hours had passed some minutes before: the act came while the desk was closed."""
    return waited(case.made_at, done) == 8 * 60 and waited(case.made_at, done - MINUTE) == 8 * 60


def _just_due(case: Case, term: Terms) -> bool:
    """It falls due at this very minute, and is late from the next on."""
    return term is FIRST and waited(case.made_at, NOW) == 8 * 60 and waited(case.made_at, NOW - MINUTE) < 8 * 60


minutes = st.integers(0, 27 * 24 * 60).map(lambda n: MONDAY + n * MINUTE)


@st.composite
def histories(draw: st.DrawFn) -> Case:
    made = draw(minutes)
    after = st.integers(0, 60 * 24 * 20).map(lambda n: min(NOW, made + n * MINUTE))
    attempts = sorted(draw(st.lists(after, max_size=5)))
    reached = [draw(st.sampled_from(attempts))] if attempts and draw(st.booleans()) else []
    ending = draw(st.none() | after)
    withdrawn = draw(st.none() | after) if ending is None else None
    return Case(1, made, attempts=attempts, reached=reached, endings=[ending] if ending else [], withdrawn_at=withdrawn)


@settings(max_examples=250, deadline=None)
@given(histories())
def test_on_any_history_it_says_what_counting_the_minutes_says(case: Case):
    found = replay([FIRST, ATTEMPTS, DISPOSITION], [case], lambda key: OFFICE, at=NOW)

    for term in (FIRST, ATTEMPTS, DISPOSITION):
        [outcome] = found[term.commitment_id]
        assert outcome.group == expected(case, term), term


def test_three_of_four_months_tell_what_is_usual():
    assert usually([0.9, 0.5, 0.7, 0.8]) == 0.7
    assert usually([0.9, 0.5, 0.7]) == 0.5
    assert usually([0.9, 0.5]) is None


# On hand-offs that were really made.


@pytest.fixture
def worked(theo: User, nora: User, sam: User, at: datetime) -> Agreement:
    """Five hand-offs of a Monday morning, tried three weeks later: called after 1, 3, 6 and 9 hours, and never."""
    agreement = agreement_in_force(theo=theo, nora=nora, at=at - 90 * DAY)
    for hours in (1, 3, 6, 9, None):
        handoff = a_handoff(at=_monday(at), owner=sam)
        if hours:
            called = _monday(at) + timedelta(hours=hours if hours < 8 else 24)
            Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=called)
    return Agreement.objects.draft_from(agreement, by=theo, at=at)


def _monday(at: datetime) -> datetime:
    return at - timedelta(days=at.weekday() + 14)


def tried(draft: Agreement, at: datetime, metric: str = "first_attempt_attainment", limit: int | None = None) -> Tried:
    draft = Agreement.objects.with_terms().get(pk=draft.pk)
    promise = draft.commitments.get(metric=metric)
    return try_promise(promise, draft, past(13, at=at), limit=limit and Decimal(limit))


def test_a_draft_says_what_share_it_would_have_met(worked, at):
    found = tried(worked, at)

    assert (found.share.count, found.share.of, found.is_met) == (3, 5, False)
    assert found.share.small
    assert found.sizes == {Group.KEPT: 3, Group.MISSED: 2, Group.WAITING: 0, Group.VOID: 0}
    assert found.usual is None
    assert past(13, at=at).attempted == 4


def test_what_if_asks_the_same_hand_offs_about_another_limit(worked, at):
    assert tried(worked, at, limit=2).share.count == 1
    assert tried(worked, at, limit=4).share.count == 2
    assert tried(worked, at, limit=9).share.count == 4


def test_it_says_how_long_the_promised_share_took(worked, theo, at):
    assert tried(worked, at).limit_for_share is None
    worked.edit(by=theo, promises={"first_attempt_attainment": {"share": Decimal("0.6")}})

    found = tried(worked, at)

    assert found.limit_for_share == 6 * HOUR
    assert found.is_met


def test_the_chart_shows_each_case_that_fell_due_once(worked, at):
    chart = tried_responses(tried(worked, at))

    assert dict(chart.rows) | {"not done": 1} == dict(chart.rows)
    assert sum(count for _, count in chart.rows) == 5
    kept = [count for _, count in chart.rows[:8]]
    assert kept == [1, 0, 1, 0, 0, 1, 0, 0]


def test_it_agrees_with_the_clocks_that_ran_under_the_same_terms(worked, at):
    Clock.objects.flag_breaches(at=at)
    for metric in ("first_attempt_attainment", "attempts_attainment", "disposition_attainment"):
        clocks = Clock.objects.customers().filter(commitment__metric=metric, due_at__lt=at)
        ran = {clock.handoff_id: clock.is_met for clock in clocks}

        found = tried(worked, at, metric)

        assert {each.case: each.group == Group.KEPT for each in found.due} == ran


def test_trying_changes_nothing(worked, at):
    before = everything("sla", "leads", "agreements")

    try_all(Agreement.objects.with_terms().get(pk=worked.pk), past(13, at=at))

    assert everything("sla", "leads", "agreements") == before


def test_repairs_and_plans_are_replayed_too(worked, sam, at):
    """One sent back to be completed, and never was: marketing has eight hours."""
    handoff = a_handoff(at=_monday(at), owner=sam)
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=_monday(at) + HOUR)

    found = tried(worked, at, "repair_attainment")

    assert (found.share.count, found.share.of) == (0, 1)


def test_a_figure_is_read_off_the_periods_that_are_over(worked, at):
    draft = Agreement.objects.with_terms().get(pk=worked.pk)
    draft.edit(by=None, promises={"mqls_delivered": {"target": Decimal(5)}})

    found = measure(draft.commitments.get(metric="mqls_delivered"), draft, past(13, at=at))

    assert [(period.key, value, kept) for period, value, kept in found.periods] == [
        ("2025-11", 0, False),
        ("2025-12", 0, False),
        ("2026-01", 0, False),
        ("2026-02", 5, True),
    ]
    assert isinstance(found, Measured)
    assert (found.usual, found.is_met) == (0, False)


# The pages.


def test_the_page_opens_the_hand_offs_behind_each_figure(worked, at, client_of, theo, clock_shows):
    clock_shows(at)
    number = worked.revision.number

    page = client_of(theo).get(f"/sla/agreement/{number}/backtest/").content.decode()
    missed = client_of(theo).get(f"/sla/agreement/{number}/backtest/cases/first_attempt_attainment/missed/")

    assert "60\N{NO-BREAK SPACE}%" in page
    assert f"/sla/agreement/{number}/backtest/cases/first_attempt_attainment/missed/" in page
    assert "Attempts are logged for 4 of 5" in page
    assert len(missed.context["rows"]) == 2


def test_the_slider_recalculates_its_promise_alone(worked, at, client_of, theo, clock_shows):
    clock_shows(at)
    address = f"/sla/agreement/{worked.revision.number}/backtest/promise/first_attempt_attainment/?limit=4"

    part = client_of(theo).get(address, headers={"hx-request": "true"}).content.decode()

    assert "<html" not in part
    assert "40\N{NO-BREAK SPACE}%" in part
    assert "the draft says 8 working hours" in part
    assert "missed/?limit=4" in part


def test_a_limit_that_cannot_be_is_the_promises_own(worked, at, client_of, theo, clock_shows):
    clock_shows(at)
    for limit in ("-3", "9e99", "x", "0"):
        address = f"/sla/agreement/{worked.revision.number}/backtest/promise/first_attempt_attainment/?limit={limit}"
        assert client_of(theo).get(address).context["tried"].is_as_agreed


def test_where_one_signs_it_says_in_short_what_would_have_been_met(worked, at, client_of, nora, clock_shows):
    clock_shows(at)
    number = worked.revision.number

    summary = client_of(nora).get(f"/sla/agreement/{number}/backtest/summary/").content.decode()

    assert "On 5 hand-offs of the last 13 weeks" in summary
    page = client_of(nora).get(f"/sla/agreement/{number}/").content.decode()
    assert f"/sla/agreement/{number}/backtest/summary/" in page


def test_without_hand_offs_imported_history_is_tried(theo, nora, maya, at):
    """One was called after two hours; of the other history knows only that sales has it, and not since when."""
    agreement = agreement_in_force(theo=theo, nora=nora, at=at - 90 * DAY)
    became = f"{_monday(at):%Y-%m-%d %H:%M}Z"
    rows = [(f"{name}@x.example", stage, became, became) for name, stage in (("a", "MQL"), ("b", "SAL"), ("c", "New"))]
    imported(table(("Email", "Status", "Created", "Stage date"), *rows), by=maya, at=at)
    called = Lead.objects.get(email="a@x.example")
    Attempt.objects.log(called, channel="call", outcome="spoke", by=nora, at=_monday(at) + 2 * HOUR)

    known = past(13, at=at)
    found = try_promise(agreement.commitments.get(metric="first_attempt_attainment"), agreement, known)

    assert (known.imported, known.found, known.untold, known.attempted) == (True, 2, 1, 1)
    assert (found.share.count, found.share.of) == (1, 1)
    assert found.due[0].reading.took == 2 * HOUR
