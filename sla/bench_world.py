"""A company of any size for the benchmarks of promises: a hand-off a minute back from now, and a clock on each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from common.bench import insert, run
from leads.models import Assignment, Episode, Handoff, Lead
from sla.models import Agreement, Clock, Commitment, Desk

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

# The nth lead, the newest first; whoever fills the table alone numbers it without gaps.
NTH = """(SELECT id AS lead, id - (SELECT min(id) FROM leads_lead) AS n, created_at AS day FROM leads_lead) x
          WHERE n >= %(first)s"""


FILLED = (Lead, Episode, Handoff, Assignment, Clock)


class Shows(NamedTuple):
    """What the clock of the nth hand-off shows, as SQL over `n` and `day`, the moment it was made."""

    due_at: str
    done_at: str = "NULL::timestamptz"
    took: str = "NULL::interval"
    breached_at: str = "NULL::timestamptz"


@dataclass
class World:
    """An agreement in force, a rep who owns every hand-off, and their head, who heads both sides."""

    agreement: Agreement
    promise: Commitment
    desk: Desk
    team: Team
    rep: User
    at: datetime
    size: int = 0

    @classmethod
    def begin(cls, at: datetime, *, since: datetime) -> World:
        calendar = WorkCalendar.objects.create(name="Bench", zone="Europe/Amsterdam")
        team = Team.objects.create(name="Bench", side=Side.SALES, calendar=calendar)
        heads = [Role.HEAD_OF_MARKETING, Role.HEAD_OF_SALES]
        head = User.objects.create_user("head@bench.test", name="Both Heads", roles=heads, team=team)
        draft = Agreement.objects.draft_from(None, by=head, at=since)
        draft.edit(by=head, baseline_days=0)
        draft.propose(by=head, at=since)
        draft.sign(by=head, at=since)
        promise = Commitment.objects.get(agreement=draft, metric="first_attempt_attainment")
        desk = Desk.objects.keep([draft.hours])[draft.hours]
        rep = User.objects.create_user("rep@bench.test", name="Rep", roles=[Role.REP], team=team)
        return cls(draft, promise, desk, team, rep, at)

    def grow(self, size: int, shows: Shows) -> None:
        """Add hand-offs until there are `size`."""
        known = {"at": self.at, "first": self.size, "size": size, "rep": self.rep.pk, "pool": self.team.pk}
        known |= {"promise": self.promise.pk, "desk": self.desk.pk}
        day = "%(at)s - n * interval '1 minute'"
        insert(
            Lead, "generate_series(%(first)s, %(size)s - 1) n", known, email="'p' || n || '@bench.test'",
            created_at=day, stage_at=day, stage="'mql'",
        )  # fmt: skip
        run("ANALYZE leads_lead")
        insert(Episode, NTH, known, lead_id="lead", number="1", lead_at="day", mql_at="day", handed_over_at="day")
        insert(
            Handoff, NTH, known, lead_id="lead", episode="1", made_at="day", assigned_at="day",
            owner_id="%(rep)s", pool_id="%(pool)s",
        )  # fmt: skip
        run("ANALYZE leads_handoff")
        each = f"leads_handoff h JOIN (SELECT * FROM {NTH}) y ON y.lead = h.lead_id"
        insert(Assignment, each, known, handoff_id="h.id", owner_id="%(rep)s", from_at="day")
        insert(
            Clock, each, known, handoff_id="h.id", commitment_id="%(promise)s", desk_id="%(desk)s", kind="'customer'",
            started_at="day", **shows._asdict(),
        )  # fmt: skip
        self.size = size
        run(f"VACUUM ANALYZE {', '.join(model._meta.db_table for model in FILLED)}")
