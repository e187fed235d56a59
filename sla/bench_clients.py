"""Sixteen reps at once: how fast they take the next hand-off and accept, and that no hand-off gets two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from accounts.access import Role
from accounts.models import User
from common import clock as db_clock
from common.bench import Timing, at_once, bench, best, run
from common.errors import Refused
from leads.models import Assignment, Handoff, Transition
from leads.models.handoffs import CLAIM_NEXT, claim_of
from sla.bench_world import HOUR, MINUTE, Shows, World

CLIENTS = 16
MOST = 1000  # hand-offs
IN_TIME = Shows("%(at)s + interval '1 day' + n * interval '1 minute'")

# Nobody owns any, and nobody has done anything.
BEFORE = (
    "TRUNCATE leads_assignment, leads_transition",
    "DELETE FROM sla_clock WHERE kind = 'owner'",
    "UPDATE leads_episode SET sal_at = NULL",
    "UPDATE leads_lead SET owner_id = NULL, stage = 'mql', stage_at = created_at",
    """UPDATE leads_handoff SET owner_id = NULL, assigned_at = NULL, state = 'pending', accepted_at = NULL,
                                accepted_by_id = NULL, decided_at = NULL""",
    "VACUUM ANALYZE leads_handoff, leads_lead, leads_episode, sla_clock",
)
ACCEPT_BY_HAND = """
WITH accepted AS (
    UPDATE leads_handoff SET owner_id = %(by)s, assigned_at = %(at)s, state = 'accepted', accepted_at = %(at)s,
                             accepted_by_id = %(by)s, decided_at = %(at)s
     WHERE id = %(handoff)s AND state = 'pending' AND owner_id IS NULL
    RETURNING id, lead_id
), owned AS (
    INSERT INTO leads_assignment (handoff_id, owner_id, from_at, by_id, how, because, ended_because)
    SELECT id, %(by)s, %(at)s, %(by)s, 'taken', '', '' FROM accepted
), moved AS (
    INSERT INTO leads_transition (lead_id, episode, move, from_stage, to_stage, at, by_id, handoff_id, before)
    SELECT lead_id, 1, 'accept', 'mql', 'sal', %(at)s, %(by)s, id, '{}' FROM accepted
), reached AS (
    UPDATE leads_episode e SET sal_at = %(at)s FROM accepted WHERE e.lead_id = accepted.lead_id AND e.number = 1
)
UPDATE leads_lead l SET stage = 'sal', stage_at = %(at)s, owner_id = %(by)s FROM accepted WHERE l.id = accepted.lead_id
RETURNING l.id
"""

Act = Callable[[User], object]


@dataclass
class Race:
    """Hand-offs that nobody owns, by their ids, and reps who all reach for them."""

    reps: list[User]
    ids: list[int]
    at: datetime

    @classmethod
    def lay_out(cls, size: int) -> Race:
        at = db_clock.now()
        world = World.begin(at, since=at - size * MINUTE - HOUR)
        world.grow(size, IN_TIME)
        about = {"roles": [Role.REP], "team": world.team}
        reps = [User.objects.create_user(f"rep{n}@bench.test", **about) for n in range(CLIENTS)]
        return cls(reps, list(Handoff.objects.order_by("pk").values_list("pk", flat=True)), at)

    def run(self, what: str, count: int, ours: Act, bare: Act) -> Timing:
        said = f"{count:,} {what}, {CLIENTS} clients"
        return best(said, ours, bare, before=self.start_over, timed=partial(self.timed, count))

    def timed(self, count: int, work: Act) -> float:
        """How long it takes them all; afterwards each of so many belongs to one of them, by one act."""
        taken = at_once([partial(work, rep) for rep in self.reps])
        owned, accepted = Handoff.objects.filter(owner__in=self.reps), Handoff.objects.filter(accepted_by__in=self.reps)
        found = owned.count(), Assignment.objects.count(), accepted.count() - Transition.objects.count()
        if found != (count, count, 0):
            raise RuntimeError(f"Of {count} hand-offs {found[0]} have an owner, by {found[1]} assignments.")
        return taken

    @staticmethod
    def start_over() -> None:
        for statement in BEFORE:
            run(statement)

    def share_of(self, rep: User) -> list[int]:
        return self.ids[self.reps.index(rep) :: CLIENTS]

    # What a rep does, and the same by hand

    def claim(self, by: User) -> object:
        return Handoff.objects.claim_next(by=by, at=self.at)

    def claim_by_hand(self, by: User) -> object:
        return _bare(CLAIM_NEXT, claim_of(by, self.at))

    def take(self, by: User) -> object:
        with suppress(Refused):  # nothing is left
            return Handoff.objects.take_next(by=by, at=self.at)

    def accept(self, handoff: int, by: User) -> None:
        with suppress(Refused):  # somebody else was faster
            Handoff.objects.get(pk=handoff).accept(by=by, at=self.at)

    def accept_by_hand(self, handoff: int, by: User) -> None:
        _bare(ACCEPT_BY_HAND, {"handoff": handoff, "by": by.pk, "at": self.at})


@bench("clients")
def clients(leads: int) -> Iterator[Timing]:
    """The claim alone beside the same statement; then the whole verbs, which do more, beside statements by hand."""
    race = Race.lay_out(min(leads, MOST))
    every, same = len(race.ids), race.ids[::CLIENTS]
    by_hand = partial(_until_none, race.claim_by_hand)
    yield race.run("claimed", every, partial(_until_none, race.claim), by_hand)
    yield race.run("taken, with their clocks", every, partial(_until_none, race.take), by_hand)
    yield race.run(
        "accepted, each another", every,
        partial(_each, race.share_of, race.accept), partial(_each, race.share_of, race.accept_by_hand),
    )  # fmt: skip
    yield race.run(
        "accepted, all the same", len(same),
        partial(_each, lambda by: same, race.accept), partial(_each, lambda by: same, race.accept_by_hand),
    )  # fmt: skip


def _until_none(take: Act, by: User) -> None:
    while take(by):
        pass


def _each(which: Callable[[User], list[int]], act: Callable[[int, User], None], by: User) -> None:
    for handoff in which(by):
        act(handoff, by)


def _bare(statement: str, values: dict[str, Any]) -> Any:
    """Past Django, by the driver alone."""
    with connection.connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
