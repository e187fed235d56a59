"""How long the pages of every day take on the server, beside the bare statements that find the same rows."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from common import clock as db_clock
from common.bench import Timing, bench, best, run
from leads import bench as scoring
from leads import rescoring
from leads.models import Assignment, Attempt, Criteria, Handoff, Lead, LeadScore
from leads.models.attempt import Channel, Outcome
from leads.models.handoffs import ACCEPTED, CLOSED, PENDING
from leads.scoring import ledger
from smarketing import bench_pages

__all__ = ["bench_pages"]  # contributes its own

ROUNDS = 5
REPS = 10
OPEN = 40  # hand-offs on a rep's desk: half of them new, half being worked
CLOSED_FOR_EACH_OPEN = 50
HOUR = timedelta(hours=1)

BARE_QUEUE = (
    """SELECT * FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
         LEFT JOIN leads_company c ON c.id = l.company_id
         LEFT JOIN leads_criteria k ON k.id = h.criteria_id LEFT JOIN agreements_revision r ON r.id = k.revision_id
        WHERE h.closed_at IS NULL AND (h.owner_id = %(rep)s OR (h.owner_id IS NULL AND h.pool_id = %(pool)s))
        ORDER BY h.due_at, h.id LIMIT 200""",
    """SELECT DISTINCT ON (a.handoff_id) a.* FROM leads_attempt a JOIN leads_handoff h ON h.id = a.handoff_id
        WHERE h.closed_at IS NULL AND h.owner_id = %(rep)s ORDER BY a.handoff_id, a.at DESC""",
    """SELECT * FROM leads_opportunity WHERE owner_id = %(rep)s AND state = 'open' ORDER BY closes_on LIMIT 200""",
    """SELECT count(*), count(accepted_at) FROM leads_handoff
        WHERE owner_id = %(rep)s AND decided_at >= date_trunc('month', %(at)s)""",
    "SELECT * FROM leads_touch WHERE lead_id = %(lead)s ORDER BY occurred_at DESC LIMIT 8",
    "SELECT * FROM leads_attempt WHERE lead_id = %(lead)s ORDER BY at DESC LIMIT 8",
)
BARE_LIST = (
    """SELECT * FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
         LEFT JOIN leads_leadscore s ON s.lead_id = l.id ORDER BY l.created_at DESC, l.id DESC LIMIT 51""",
)
BARE_LEAD = (
    """SELECT * FROM leads_lead l LEFT JOIN leads_company c ON c.id = l.company_id
         LEFT JOIN leads_leadscore s ON s.lead_id = l.id WHERE l.id = %(lead)s""",
    "SELECT * FROM leads_touch WHERE lead_id = %(lead)s ORDER BY occurred_at DESC LIMIT 50",
    "SELECT * FROM leads_attempt WHERE lead_id = %(lead)s ORDER BY at DESC LIMIT 50",
    "SELECT * FROM leads_transition WHERE lead_id = %(lead)s ORDER BY at DESC LIMIT 50",
    "SELECT * FROM leads_handoff WHERE lead_id = %(lead)s ORDER BY made_at DESC",
)


@bench("rep_day")
def rep_day(leads: int) -> Iterator[Timing]:
    """A rep's queue, the list of all leads and one lead's page, for a signed-in rep, from request to answer."""
    at = db_clock.now()
    scoring.fill(leads, at)
    criteria = scoring.rule(at)
    rescoring.rescore(at=at)
    rep = _desks(leads, criteria, at)
    run("VACUUM ANALYZE")
    first = Handoff.objects.filter(owner=rep, closed_at=None).order_by("due_at", "pk").first()
    known = {"rep": rep.pk, "pool": rep.team_id, "at": at, "lead": first.lead_id}
    for what, address, statements in (
        (f"rep's day, {OPEN} open of {leads:,} leads", "/queue/", BARE_QUEUE),
        (f"first page of {leads:,} leads", "/leads/", BARE_LIST),
        ("a lead's page", first.lead.get_absolute_url(), BARE_LEAD),
    ):
        yield best(what, _asking(rep, address), _all_of(statements, known), rounds=ROUNDS)


def _asking(rep: User, address: str) -> Callable[[], None]:
    """A request for a page, which has to succeed."""
    browser = Client(headers={"host": settings.ALLOWED_HOSTS[0].replace("*", "localhost")})
    browser.force_login(rep)

    def ask() -> None:
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")

    return ask


def _all_of(statements: tuple[str, ...], known: dict[str, Any]) -> Callable[[], None]:
    def ask() -> None:
        for statement in statements:
            run(statement, known)

    return ask


def _desks(leads: int, criteria: Criteria, at: datetime) -> User:
    """Reps with their open hand-offs and those they have closed, as far as there are leads; return one of them."""
    week = WorkCalendar.objects.create(name="Bench", zone=scoring.ZONE)
    pool = Team.objects.create(name="Bench", side=Side.SALES, calendar=week)
    reps = [
        User.objects.create_user(f"rep{n}@bench.test", name=f"Rep {n}", roles=[Role.REP], team=pool)
        for n in range(REPS)
    ]
    best_first = LeadScore.objects.order_by("-total", "lead_id").values_list("lead_id", flat=True)
    ids = list(best_first[: min(leads, REPS * OPEN * (1 + CLOSED_FOR_EACH_OPEN))])
    why = ledger(criteria, ids[: REPS * OPEN], at)
    made = [_hand_off(n, lead, reps[n % REPS], criteria, why.get(lead, []), at) for n, lead in enumerate(ids)]
    handoffs = Handoff.objects.bulk_create(made, batch_size=2000)
    Assignment.objects.bulk_create(
        (Assignment(handoff=h, owner=h.owner, from_at=h.made_at, until_at=h.closed_at) for h in handoffs),
        batch_size=2000,
    )
    Attempt.objects.bulk_create((_attempt(h) for h in handoffs if h.accepted_at), batch_size=2000)
    Lead.objects.filter(pk__in=ids[: REPS * OPEN]).update(stage="sal", owner=None)
    return reps[0]


def _hand_off(n: int, lead: int, rep: User, criteria: Criteria, why: list, at: datetime) -> Handoff:
    """The nth: the first ones are open, every other one of those accepted; the others were closed, one an hour."""
    is_open, is_new = n < REPS * OPEN, n < REPS * OPEN and n // REPS % 2 == 0
    made_at = at - (n % 48 if is_open else n) * HOUR
    decided_at = None if is_new else made_at + HOUR
    return Handoff(
        lead_id=lead, episode=1, made_at=made_at, owner=rep, pool_id=rep.team_id, assigned_at=made_at,
        state=PENDING if is_new else ACCEPTED if is_open else CLOSED, decided_at=decided_at, accepted_at=decided_at,
        accepted_by=None if is_new else rep, closed_at=None if is_open else made_at + 24 * HOUR, criteria=criteria,
        ledger=why, why="Reached the threshold",
        due_at=made_at + 24 * HOUR if is_open else None, due_for="first attempt" if is_open else "",
    )  # fmt: skip


def _attempt(handoff: Handoff) -> Attempt:
    return Attempt(
        lead_id=handoff.lead_id,
        handoff=handoff,
        by=handoff.owner,
        at=handoff.accepted_at,
        recorded_at=handoff.accepted_at,
        channel=Channel.CALL,
        outcome=Outcome.NO_ANSWER,
    )
