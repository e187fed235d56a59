"""How long the sweep and the scorecard take, beside the bare statements that do the same."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import connection, transaction

from accounts.access import Side
from accounts.models import User
from common import clock as db_clock
from common.bench import Timing, bench, best, run, seconds
from common.once import one_page
from common.periods import Period, month_of
from sla import bench_clients, rows
from sla.bench_world import HOUR, MINUTE, Shows, World
from sla.escalation import tell_of_breaches
from sla.models import Clock
from sla.scorecard import scorecard

__all__ = ["bench_clients"]  # contributes its own

DUE = 1000
MANY = 5  # times as many open as due: from then on an index pays
ROUNDS = 15
# The oldest thousand fell due, a minute apart; all others have their time before them.
RUNNING_OUT = Shows(f"%(at)s + (n - {DUE} + 1) * interval '1 minute' - interval '30 seconds'")
# Eight hours were agreed; one in ten took nine, all others took some minutes.
TOOK = "CASE WHEN n %% 10 = 0 THEN interval '9 hours' ELSE n %% 97 * interval '1 minute' END"
ANSWERED = Shows(
    due_at="day + interval '8 hours'",
    done_at=f"day + {TOOK}",
    took=TOOK,
    breached_at="CASE WHEN n %% 10 = 0 THEN day + interval '8 hours' END",
)

BARE_SWEEP = """
UPDATE sla_clock SET breached_at = due_at
 WHERE due_at < %s AND done_at IS NULL AND void_at IS NULL
   AND breached_at IS NULL AND waived_at IS NULL AND stopped_at IS NULL
RETURNING id
"""
BARE_TELLING = """
INSERT INTO notifications_delivery (kind, channel, address, key, content, bundled, attempts, failures, last_error,
                                    available_at, created_at, user_id)
SELECT 'sla.breached', channel, '', 'bench:' || channel, %s, false, 0, 0, '', %s, %s, %s
  FROM unnest(ARRAY['inapp', 'email']) channel
"""
BARE_SCORECARD = (
    "SELECT count(*) FROM leads_episode WHERE handed_over_at >= %(start)s AND handed_over_at < %(end)s",
    "SELECT count(*), count(*) FILTER (WHERE accepted_at = decided_at) FROM leads_handoff"
    " WHERE decided_at >= %(start)s AND decided_at < %(end)s",
    "SELECT commitment_id, count(*), count(*) FILTER (WHERE done_at <= due_at),"
    " percentile_disc(array[0.5, 0.9]) WITHIN GROUP (ORDER BY took) FROM sla_clock"
    " WHERE kind = 'customer' AND void_at IS NULL AND waived_at IS NULL"
    " AND due_at >= %(start)s AND due_at < least(%(end)s, %(at)s) GROUP BY 1",
    "SELECT count(*) FROM leads_handoffreturn WHERE undone_at IS NULL AND at >= %(start)s AND at < %(end)s",
)


@bench("sweep")
def sweep(leads: int) -> Iterator[Timing]:
    """Find and record what fell due among ever more open clocks, and tell of it; at last the two apart."""
    at = db_clock.now()
    world = World.begin(at, since=at - leads * MINUTE - HOUR)
    for size in (max(leads // 100, 1), max(leads // 10, 1), leads):
        world.grow(size, RUNNING_OUT)
        if size > MANY * DUE:
            _check_looks_at_what_is_due(at)
        due = min(DUE, size)
        yield _swept(
            f"sweep, {due:,} due of {size:,} open",
            lambda: Clock.objects.flag_breaches(at=at),
            lambda: run(BARE_SWEEP, [at]),
        )
    yield _swept(f"of it, marking {due:,}", lambda: rows.flag(at), lambda: run(BARE_SWEEP, [at]))
    found = Clock.objects.overdue(at=at).breaches()
    told = json.dumps({"clocks": [breach.clock_id for breach in found]})
    yield _swept(
        "of it, telling the head",
        lambda: tell_of_breaches(found, at=at),
        lambda: run(BARE_TELLING, [told, at, at, User.objects.heads_of(Side.SALES).get().pk]),
    )


@bench("scorecard")
def scorecard_of_a_month(leads: int) -> Iterator[Timing]:
    """Both sides' promises of the present month, with what stands under each; a hand-off was made every minute."""
    at = db_clock.now()
    world = World.begin(at, since=at - leads * MINUTE - HOUR)
    world.grow(leads, ANSWERED)
    month = month_of(at, world.agreement.zone)
    asked = {"start": month.start, "end": month.end, "at": at}
    due = Clock.objects.customers().due_between(month.start, at).count()
    yield best(
        f"scorecard of a month with {due:,} hand-offs due",
        lambda: _whole(month, at),
        lambda: [run(statement, asked) for statement in BARE_SCORECARD],
        rounds=ROUNDS,
    )


def _swept(what: str, ours: Callable[[], object], bare: Callable[[], object]) -> Timing:
    return best(what, ours, bare, timed=_undone, rounds=ROUNDS)


def _check_looks_at_what_is_due(at: datetime) -> None:
    """A sweep that reads all that is open is not worth measuring: what is due has to be found by the index for it."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + rows.FLAG, {"at": at})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    if "clock_running_by_due" not in plan or "Seq Scan on sla_clock" in plan:
        raise RuntimeError(f"The sweep does not find what is due by its index:\n{plan}")


def _undone(work: Callable[[], object]) -> float:
    """How long the work takes, which is then as if it had not been done."""
    with transaction.atomic():
        taken = seconds(work)
        transaction.set_rollback(True)
    return taken


def _whole(month: Period, at: datetime) -> list[str]:
    with one_page():
        card = scorecard(month, at=at)
        return [line.note for side in card.sides for line in side.lines] if card else []
