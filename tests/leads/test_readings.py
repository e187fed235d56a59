"""What is kept of the figures: what forgets it, how exactly it is kept, and that a page is right without any of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from common import clock as db_clock
from common import metrics
from common.periods import Period, month_of
from leads import readings
from leads.lifecycle import leads_changed
from leads.models import Attempt, Handoff, KeptReading
from leads.models.reading import read, written
from leads.receivers import figures_moved
from tests.asked import queries_asked
from tests.builders import AMSTERDAM, a_handoff, agreement_in_force, reason

DAY = timedelta(days=1)


@pytest.fixture
def february(at: datetime, sam, rita, theo, nora, clock_shows) -> Period:
    """A month with three hand-offs, two of them accepted; it is 11 March, and every figure has been read."""
    agreement_in_force(theo=theo, nora=nora, at=at - 60 * DAY)
    for day, owner in ((30, sam), (25, sam), (20, rita)):
        handoff = a_handoff(at=at - day * DAY, owner=owner)
        if day != 25:
            handoff.accept(by=owner, at=at - (day - 1) * DAY)
    clock_shows(at)
    month = month_of(at - 20 * DAY, AMSTERDAM)
    read_anew(month.previous(), month, month.next())
    return month


def read_anew(*periods: Period) -> None:
    readings.keep(periods, clock=db_clock.now)


def held(*periods: Period) -> set[tuple[str, str]]:
    """Key and period of the settled readings that would be shown."""
    return {(key, period.key) for key, period in readings.kept(periods, at=db_clock.now()).settled}


def stale(period: Period) -> set[str]:
    """The figures of which a settled reading would be shown that is not what the rows say."""
    settled = readings.kept([period], at=db_clock.now()).settled
    return {key for (key, span), each in settled.items() if each != metrics.metric(key).reading(span)}


def test_an_event_of_today_on_a_lead_of_today_touches_no_month_that_is_over(february, at, sam):
    before = held(february.previous(), february)
    assert ("mqls_delivered", "2026-02") in before

    a_handoff(at=at, owner=sam).accept(by=sam, at=at + timedelta(minutes=5))

    assert held(february.previous(), february) == before


def test_a_page_of_few_figures_takes_those_alone(february):
    with readings.from_settled([february, february.next()], at=db_clock.now(), of={"mqls_delivered"}):
        with queries_asked() as asked:
            assert metrics.value("mqls_delivered", february) == 3
        assert len(asked) == 0
        with queries_asked() as asked:
            metrics.value("handoffs", february)
        assert len(asked) > 0


def test_a_decision_of_today_touches_the_month_its_hand_off_was_made_in_and_none_before(february, at, sam):
    january = february.previous()
    before = held(january)
    handoff = Handoff.objects.get(decided_at=None)

    handoff.send_back(reason("no_need"), by=sam, at=at, note="They build it themselves.")

    assert held(february) == set()
    assert held(january) == before != set()
    assert stale(february) == set()


def test_without_being_told_the_month_would_keep_what_is_wrong(february, at, sam):
    """The fault that the receiver is there for."""
    leads_changed.disconnect(dispatch_uid="leads.figures_moved")
    try:
        handoff = Handoff.objects.get(decided_at=None)
        handoff.send_back(reason("no_need"), by=sam, at=at, note="They build it themselves.")
    finally:
        leads_changed.connect(figures_moved, dispatch_uid="leads.figures_moved")
    told = {"response_coverage", "speed_to_lead", "speed_to_lead_coverage", "speed_to_lead_p90"}
    assert stale(february) == told


def test_late_evidence_touches_the_month_of_its_hand_off(february, at, rita):
    handoff = Handoff.objects.get(owner=rita)
    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=rita, at=at)
    assert held(february) == set()


def test_a_day_that_turns_out_closed_moves_the_close_of_the_books_and_forgets_the_month(
    february, at, sam, ada, calendar, marketing_team
):
    handoff = Handoff.objects.get(decided_at=None)
    handoff.send_back(reason("low_intent"), by=sam, at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    read_anew(february)
    assert metrics.value("mqls_delivered", february) == 3  # the books closed on Friday, the 6th

    calendar.close(date(2026, 3, 6), "Carnival", by=ada)

    assert metrics.value("mqls_delivered", february) == 2  # on Monday, the 9th
    assert held(february) == set()


def test_a_figure_that_moves_is_told_as_of_when_it_was_read_and_read_again_after_some_minutes(
    february, at, sam, clock_shows
):
    march = february.next()
    a_handoff(at=at, owner=sam)
    found = readings.kept([march], at=db_clock.now())
    assert (found.readings["handoffs", march].value, metrics.value("handoffs", march)) == (0, 1)
    assert timedelta() <= db_clock.now() - found.as_of < timedelta(minutes=2)

    clock_shows(at + readings.FRESH + timedelta(minutes=1))
    readings.keep([march], clock=db_clock.now)
    assert readings.kept([march], at=db_clock.now()).readings["handoffs", march].value == 1


def test_a_cohort_of_a_month_that_is_over_is_read_again_after_half_an_hour(february, at, clock_shows):
    """In a large company it would keep a worker busy to read them all every few minutes."""

    def read_again_after(minutes: int) -> set[str]:
        clock_shows(at + timedelta(minutes=minutes))
        read_anew(february)
        rows = KeptReading.objects.of([february]).filter(read_at__gte=at + timedelta(minutes=minutes))
        return set(rows.values_list("metric", flat=True))

    assert read_again_after(20) == set()
    again = read_again_after(35)
    assert "requalification_rate" in again
    assert "mqls_delivered" not in again


def test_what_no_worker_has_read_for_a_day_is_not_shown(february, at, clock_shows):
    clock_shows(at + readings.STANDS + timedelta(hours=1))
    assert readings.kept([february], at=db_clock.now()).readings == {}


def test_the_command_throws_away_and_reads_anew(february, capsys):
    count = KeptReading.objects.count()
    call_command("readings", "--forget")
    assert KeptReading.objects.count() == 0
    call_command("readings", "--rebuild")
    assert KeptReading.objects.count() > count == 3 * len(metrics.catalogue())
    assert f"{count:,} readings thrown away." in capsys.readouterr().out


def test_the_reports_are_the_same_with_and_without_what_is_kept_and_ask_less_with_it(february, theo, client_of):
    client = client_of(theo)
    address = f"/reports/?period={february.key}"
    client.get(address)
    with queries_asked() as few:
        kept = client.get(address)
    readings.forget()
    with queries_asked() as many:
        bare = client.get(address)
    assert shown(kept) == shown(bare)
    assert kept.context["as_of"]
    assert not bare.context["as_of"]
    assert len(few) <= 30 < len(many)


def shown(answer) -> list:
    return [(metric.key, *told) for _, _, rows in answer.context["groups"] for metric, *told in rows]


@pytest.mark.parametrize(
    "value", [None, 0, 12, 0.1 + 0.2, Decimal("1250.00"), timedelta(hours=3, microseconds=1), Decimal("1E+2")]
)
def test_a_value_is_kept_exactly(value):
    assert (again := read(written(value))) == value
    assert type(again) is type(value)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_was_not_committed_when_a_figure_was_read_touches_it_afterwards(at):
    """Two transactions: the reading could not see the one that was under way, whichever ended first."""
    month = month_of(at, AMSTERDAM)
    written_down, was_read = Barrier(2, timeout=60), Barrier(2, timeout=60)

    def change() -> None:
        with transaction.atomic():
            readings.touched(month.start)
            written_down.wait()
            was_read.wait()
        connection.close()

    other = Thread(target=change)
    other.start()
    written_down.wait()
    readings.keep([month], clock=db_clock.now)
    assert ("mqls", month.key) in held(month)
    was_read.wait()
    other.join()
    assert held(month) == set()
    readings.keep([month], clock=db_clock.now)
    assert ("mqls", month.key) in held(month)
