"""The sweep: each missed promise is recorded once, at the moment it fell due, and told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections

from leads.handover import hand_over as hand_over_all
from leads.intake import receive_many
from leads.lifecycle import PROMOTE
from leads.models import Attempt, Handoff, Lead, Transition
from notifications.models import Delivery
from sla.bench_world import Shows, World
from sla.models import Clock
from sla.rows import FLAG
from sla.tasks import flag_breaches

HOUR = timedelta(hours=1)
NEXT_MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


def breaches_told() -> list[tuple[str, str]]:
    told = Delivery.objects.filter(kind="sla.breached").order_by("user__name", "channel")
    return [(each.user.name, each.channel) for each in told]


def test_a_breach_is_recorded_at_the_moment_it_fell_due_and_told_to_owner_and_head(hand_over, clock_of, sam, nora, at):
    handoff = hand_over(at)

    assert Clock.objects.flag_breaches(at=NEXT_MORNING) == 0
    assert Clock.objects.flag_breaches(at=NEXT_MORNING + 3 * HOUR) == 2

    assert clock_of(handoff).breached_at == NEXT_MORNING
    assert clock_of(handoff, sam).breached_at == NEXT_MORNING
    assert breaches_told() == [
        ("Nora Vos", "email"), ("Nora Vos", "inapp"), ("Sam de Wit", "email"), ("Sam de Wit", "inapp"),
    ]  # fmt: skip


def test_a_second_sweep_finds_and_tells_nothing(hand_over, sam, nora, at):
    hand_over(at)
    Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR)
    before = list(Clock.objects.order_by("pk").values())

    assert Clock.objects.flag_breaches(at=NEXT_MORNING + 2 * HOUR) == 0

    assert list(Clock.objects.order_by("pk").values()) == before
    assert len(breaches_told()) == 4


def test_many_breaches_are_one_notice_a_person(hand_over, sam, nora, at):
    for _ in range(5):
        hand_over(at)

    assert Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR) == 10

    assert len(breaches_told()) == 4


@pytest.mark.django_db(transaction=True)
def test_what_is_due_is_found_by_its_index_whatever_has_piled_up_beside_it(at):
    """Most of what a database holds fell due and was kept, so it expects to find far more than there is."""
    world = World.begin(at, since=at - timedelta(days=30))
    world.grow(20_000, Shows("day", *(f"CASE WHEN n > 600 THEN {shown} END" for shown in ("day", "interval '0'"))))

    plan = plan_of_a_sweep(at)

    assert "clock_running_by_due" in plan
    assert "Seq Scan" not in plan
    assert Clock.objects.flag_breaches(at=at) == 600


def test_in_the_baseline_misses_are_measured_and_nobody_is_told(agreement, hand_over, sam, at):
    agreement.baseline_until = NEXT_MORNING + timedelta(days=7)
    agreement.save()
    hand_over(at)

    assert Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR) == 2

    assert Clock.objects.late().count() == 2
    assert breaches_told() == []


def test_an_act_after_the_due_moment_and_before_the_sweep_is_a_breach(hand_over, clock_of, sam, at):
    handoff = hand_over(at)

    Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=NEXT_MORNING + timedelta(seconds=20))
    assert Clock.objects.flag_breaches(at=NEXT_MORNING + timedelta(seconds=40)) == 0

    assert clock_of(handoff).breached_at == NEXT_MORNING


def test_a_workers_own_clock_is_of_no_account_the_databases_decides(hand_over, clock_of, clock_shows, sam, at, capsys):
    handoff = hand_over(at)

    clock_shows(NEXT_MORNING - timedelta(minutes=1))
    assert flag_breaches() == 0
    clock_shows(NEXT_MORNING + timedelta(minutes=1))
    assert flag_breaches() == 2
    call_command("sweep_sla")

    assert clock_of(handoff).is_missed
    assert capsys.readouterr().out == "Nothing was overdue.\n"


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_record_each_breach_once(hand_over, sam, nora, at):
    for _ in range(20):
        hand_over(at)
    at_once = Barrier(4)

    def sweep() -> int:
        try:
            at_once.wait()
            return Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = [each.result() for each in [pool.submit(sweep) for _ in range(4)]]

    assert sum(found) == 40
    assert Clock.objects.late().count() == 40
    told = Delivery.objects.filter(kind="sla.breached", channel="inapp")
    assert sorted(pk for each in told for pk in each.content["clocks"]) == sorted(
        Clock.objects.late().values_list("pk", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_an_attempt_at_once_agree(hand_over, sam, nora, at):
    """Whichever comes first, a call made in time is met: at worst a breach was recorded before it arrived."""
    handoffs = [hand_over(at) for _ in range(10)]
    at_once = Barrier(2)

    def sweep() -> None:
        at_once.wait()
        for _ in range(10):
            Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR)
        connections.close_all()

    def call() -> None:
        at_once.wait()
        for handoff in handoffs:
            made = {"made_at": at + HOUR, "synced": True}
            Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=NEXT_MORNING + HOUR, **made)
        connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(sweep), pool.submit(call)]:
            each.result()

    first = Clock.objects.filter(commitment__metric="first_attempt_attainment")
    assert all(clock.is_met and clock.logged_late == (clock.breached_at is not None) for clock in first)
    assert not Clock.objects.late().exists()


def test_ten_thousand_hand_offs_at_once_each_get_their_clocks(agreement, sam, at, django_assert_max_num_queries):
    rows = [{"email": f"person{n}@halden.test"} for n in range(10_000)]
    received = receive_many(rows, at=at)
    Transition.objects.make(PROMOTE, leads=Lead.objects.filter(pk__in=received.leads), at=at)

    hand_over_all(received.leads, at=at)
    with django_assert_max_num_queries(40):
        Clock.objects.settle(list(Handoff.objects.values_list("pk", flat=True)))

    assert Clock.objects.count() == 40_000
    assert Handoff.objects.filter(due_at=NEXT_MORNING, attempts_needed=6).count() == 10_000
    assert "clock_running_by_due" in plan_of_a_sweep(NEXT_MORNING)
    assert Clock.objects.flag_breaches(at=NEXT_MORNING + HOUR) == 20_000


def plan_of_a_sweep(at: datetime) -> str:
    """How the database finds what is due: by an index of what runs, not by reading what is open."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sla_clock")
        cursor.execute(f"EXPLAIN {FLAG}", {"at": at})
        return " ".join(row[0] for row in cursor.fetchall())
