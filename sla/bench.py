"""How long the sweep and the scorecard take, beside the bare statements that do the same."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from common import clock as db_clock
from common.bench import Timing, bench, best, run, seconds
from common.once import one_page
from common.periods import Period, month_of
from leads.models import Assignment, Episode, Handoff, Lead
from sla import rows
from sla.models import Agreement, Clock, Commitment, Desk
from sla.reckoning import Key, Reading
from sla.scorecard import scorecard

DUE = 1000
ROUNDS = 5
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

BARE_SWEEP = """
UPDATE sla_clock SET breached_at = due_at
 WHERE due_at < %s AND done_at IS NULL AND void_at IS NULL
   AND breached_at IS NULL AND waived_at IS NULL AND stopped_at IS NULL
RETURNING id
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
    """Find and record what fell due, of as many open clocks as there are leads; the notices are written too."""
    at = db_clock.now()
    _world(leads, at, lambda n: Reading(at + (n - DUE + 1) * MINUTE - MINUTE / 2))
    yield best(
        f"sweep, {DUE:,} due of {leads:,} open",
        lambda: Clock.objects.flag_breaches(at=at),
        lambda: run(BARE_SWEEP, [at]),
        timed=_undone,
        rounds=ROUNDS,
    )


@bench("scorecard")
def scorecard_of_a_month(leads: int) -> Iterator[Timing]:
    """Both sides' promises of the present month, with what stands under each; a hand-off was made every minute."""
    at = db_clock.now()
    agreement = _world(leads, at, lambda n: _answered(at - n * MINUTE, n))
    month = month_of(at, agreement.zone)
    asked = {"start": month.start, "end": month.end, "at": at}
    due = Clock.objects.customers().due_between(month.start, at).count()
    yield best(
        f"scorecard of a month with {due:,} hand-offs due",
        lambda: _whole(month, at),
        lambda: [run(statement, asked) for statement in BARE_SCORECARD],
        rounds=ROUNDS,
    )


def _undone(work: Callable[[], object]) -> float:
    """How long the work takes, which is then as if it had not been done."""
    with transaction.atomic():
        taken = seconds(work)
        transaction.set_rollback(True)
    return taken


def _answered(made_at: datetime, n: int) -> Reading:
    """Eight hours were agreed; one in ten took nine, all others took some minutes."""
    took = 9 * HOUR if n % 10 == 0 else (n % 97) * MINUTE
    return Reading(made_at + 8 * HOUR, made_at + took, took, overdue=n % 10 == 0)


def _whole(month: Period, at: datetime) -> list[str]:
    with one_page():
        card = scorecard(month, at=at)
        return [line.note for side in card.sides for line in side.lines] if card else []


def _world(size: int, at: datetime, shows: Callable[[int], Reading]) -> Agreement:
    """An agreement in force, and a hand-off a minute back from now; `shows` tells the nth one's clock."""
    agreement = _agreement(at - size * MINUTE - HOUR)
    promise = Commitment.objects.get(agreement=agreement, metric="first_attempt_attainment")
    hours = agreement.hours
    desk = Desk.objects.keep([hours])[hours]
    handoffs = _hand_offs(size, at)
    rows.start(
        (Key(handoff.pk, promise.pk, None, handoff.made_at), desk.pk, shows(n)) for n, handoff in enumerate(handoffs)
    )
    run("VACUUM ANALYZE")
    return agreement


def _agreement(begun: datetime) -> Agreement:
    calendar = WorkCalendar.objects.create(name="Bench", zone="Europe/Amsterdam")
    team = Team.objects.create(name="Bench", side=Side.SALES, calendar=calendar)
    roles = [Role.HEAD_OF_MARKETING, Role.HEAD_OF_SALES]
    head = User.objects.create_user("head@bench.test", name="Both Heads", roles=roles, team=team)
    draft = Agreement.objects.draft_from(None, by=head, at=begun)
    draft.edit(by=head, baseline_days=0)
    draft.propose(by=head, at=begun)
    draft.sign(by=head, at=begun)
    return draft


def _hand_offs(size: int, at: datetime) -> list[Handoff]:
    made = [at - n * MINUTE for n in range(size)]
    people = (Lead(email=f"p{n}@bench.test", created_at=day, stage_at=day, stage="mql") for n, day in enumerate(made))
    leads = Lead.objects.bulk_create(people, batch_size=2000)
    lives = (
        Episode(lead=lead, lead_at=day, mql_at=day, handed_over_at=day) for lead, day in zip(leads, made, strict=True)
    )
    Episode.objects.bulk_create(lives, batch_size=2000, ignore_conflicts=True)
    rep = User.objects.create_user("rep@bench.test", name="Rep", roles=[Role.REP], team=Team.objects.get())
    given = (
        Handoff(lead=lead, episode=1, made_at=day, owner=rep, assigned_at=day)
        for lead, day in zip(leads, made, strict=True)
    )
    handoffs = Handoff.objects.bulk_create(given, batch_size=2000)
    owned = (Assignment(handoff=handoff, owner=rep, from_at=handoff.made_at) for handoff in handoffs)
    Assignment.objects.bulk_create(owned, batch_size=2000)
    return handoffs
