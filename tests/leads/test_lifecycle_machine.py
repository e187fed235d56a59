"""Any verb, in any order, by anybody: after each step the database says what the plain model says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import User
from common.errors import Refused
from leads.handover import hand_over
from leads.lifecycle import Stage
from leads.merge import merge
from leads.models import Attempt, Handoff, Lead, LeadScore
from leads.promotion import promote, qualify_by_hand
from leads.undo import undo
from tests.builders import a_lead, criteria_in_force, reason
from tests.oracles.lifecycle import REASONS, ALead, Event

MOST_LEADS = 3
TERMS = {"amount": 1000, "currency": "EUR"}
which = st.integers(0, MOST_LEADS - 1)
# Mostly who may; now and then somebody who may not.
who = st.sampled_from(["may", "may", "may", "sam", "rita", "nora"])
IN_ALL_STAGES = ["lead", "mql", "sal", "sql", "opportunity"]


def on(condition: Callable[[ALead], object]) -> Callable:
    """Only while there is such a lead."""
    return precondition(lambda self: any(condition(model) for _, model in self.leads))


def open_handoff(model: ALead) -> object:
    return model.open


def with_marketing(model: ALead) -> bool:
    return model.stage in ("lead", "recycled", "lost", "disqualified")


def pending(model: ALead) -> object:
    return model.open and model.open.state == "pending"


def to_confirm(model: ALead) -> object:
    return model.open and model.stage in ("sal", "sql")


def in_repair(model: ALead) -> object:
    return model.open and model.open.repair_since


def waiting(model: ALead) -> object:
    return model.stage == "mql" and not model.open


def ended(model: ALead) -> bool:
    return model.stage in ("disqualified", "lost", "customer")


def last_act(model: ALead) -> Event | None:
    return next((event for event in reversed(model.events) if event.before), None)


class Life(RuleBasedStateMachine):
    """Up to three leads, two reps and the head of sales. `cast` is set by the test."""

    cast: SimpleNamespace

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.at: datetime = self.cast.at
        self.leads: list[tuple[int, ALead]] = []
        self.receive()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # Helpers

    def pick(self, n: int, condition: Callable[[ALead], object] = bool) -> tuple[Lead, ALead]:
        fitting = [(pk, model) for pk, model in self.leads if condition(model)]
        pk, model = fitting[n % len(fitting)]
        return Lead.objects.get(pk=pk), model

    def pick_handoff(self, n: int, by: str, condition: Callable = open_handoff) -> tuple[Handoff, ALead, User]:
        """An open hand-off, and who reaches for it: its owner or whoever may, unless somebody is named."""
        lead, model = self.pick(n, condition)
        may = self.people.get(model.open.owner, self.cast.sam)
        return lead.handoffs.open().get(), model, may if by == "may" else getattr(self.cast, by)

    def tick(self) -> datetime:
        self.at += timedelta(seconds=7)
        return self.at

    def expect(self, allowed: bool, call: Callable[[], object]) -> bool:
        if allowed:
            call()
        else:
            with pytest.raises(Refused):
                call()
        return allowed

    @property
    def people(self) -> dict[int, User]:
        return {user.pk: user for user in (self.cast.sam, self.cast.rita, self.cast.nora)}

    @property
    def reps(self) -> set[int]:
        return {self.cast.sam.pk, self.cast.rita.pk}

    def eligible(self, model: ALead, *less: int | None) -> set[int]:
        return self.reps - model.barred - set(less)

    def handed_over(self, lead: Lead, model: ALead) -> None:
        """The model leaves open whose turn it was among those who may have it."""
        owner = lead.handoffs.open().get().owner_id
        eligible = self.eligible(model)
        assert owner in eligible if eligible else owner is None
        model.hand_over(owner, self.at)

    def can_decide(self, model: ALead, by: User) -> bool:
        return model.can_decide(by.pk, self.cast.nora.pk, self.reps)

    # Rules

    @rule()
    @precondition(lambda self: len(self.leads) < MOST_LEADS)
    def receive(self) -> None:
        at = self.tick()
        self.leads.append((a_lead(at=at).pk, ALead(at)))

    @rule(days=st.integers(1, 100))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(n=which)
    @on(with_marketing)
    def qualify_by_hand(self, n: int) -> None:
        lead, model = self.pick(n, with_marketing)
        at = self.tick()
        if self.expect(model.qualify(at), lambda: qualify_by_hand(lead, note="Fair", by=self.cast.maya, at=at)):
            self.handed_over(lead, model)

    @rule(n=which, fast_track=st.booleans())
    @on(with_marketing)
    def behave_and_promote(self, n: int, fast_track: bool) -> None:
        lead, model = self.pick(n, with_marketing)
        at = self.tick()
        model.engaged_at = at
        model.fast_track_at = at if fast_track else model.fast_track_at
        points = {"fit": 40, "engagement": 30, "total": 70, "grade": "A", "qualifies": True, "hot": False}
        shown = {"fast_track": model.fast_track_at is not None, "fast_track_at": model.fast_track_at, "engaged_at": at}
        LeadScore.objects.update_or_create(
            lead=lead, defaults={"criteria": self.cast.criteria, "scored_at": at} | points | shown
        )
        at = self.tick()
        expected = {pk for pk, model in self.leads if model.promote(at)}
        assert {move.lead_id for move in promote(at=at)} == expected
        for pk, model in self.leads:
            if pk in expected:
                self.handed_over(Lead.objects.get(pk=pk), model)

    @rule(n=which)
    @on(waiting)
    def hand_over(self, n: int) -> None:
        lead, model = self.pick(n, waiting)
        at = self.tick()
        waits = not model.opted_out
        assert len(hand_over([lead.pk], at=at)) == waits
        if waits:
            self.handed_over(lead, model)
            model.events.append(Event(None, at))

    @rule(n=which, by=who)
    @on(pending)
    def accept(self, n: int, by: str) -> None:
        handoff, model, actor = self.pick_handoff(n, by, pending)
        at = self.tick()
        allowed = self.can_decide(model, actor) and model.accept(actor.pk, at)
        self.expect(allowed, lambda: handoff.accept(by=actor, at=at))

    @rule(n=which, by=who)
    @on(open_handoff)
    def attempt(self, n: int, by: str) -> None:
        handoff, model, actor = self.pick_handoff(n, by)
        at = self.tick()
        allowed = self.can_decide(model, actor) and model.attempt(actor.pk, at)
        self.expect(allowed, lambda: Attempt.objects.log(handoff, channel="call", outcome="spoke", by=actor, at=at))

    @rule(n=which, by=who)
    @on(to_confirm)
    def confirm(self, n: int, by: str) -> None:
        handoff, model, actor = self.pick_handoff(n, by, to_confirm)
        at = self.tick()
        allowed = self.can_decide(model, actor) and model.confirm(actor.pk, at)
        self.expect(allowed, lambda: handoff.confirm({}, by=actor, at=at))

    @rule(n=which, by=who, code=st.sampled_from(sorted(REASONS)))
    @on(open_handoff)
    def send_back(self, n: int, by: str, code: str) -> None:
        handoff, model, actor = self.pick_handoff(n, by)
        at = self.tick()
        others = self.eligible(model, model.open.owner, actor.pk)
        stuck = code == "wrong_owner" and model.open.state == "accepted" and not others
        given = {"evidence": {"fields": ["phone"]}, "note": "So it is"}
        allowed = self.can_decide(model, actor) and not stuck
        if self.expect(allowed, lambda: handoff.send_back(reason(code), **given, by=actor, at=at)):
            owner = Handoff.objects.get(pk=handoff.pk).owner_id if code == "wrong_owner" else None
            assert code != "wrong_owner" or (owner in others if others else owner is None)
            assert model.send_back(code, actor.pk, at, owner)

    @rule(n=which)
    @on(in_repair)
    def finish_repair(self, n: int) -> None:
        handoff, model, _ = self.pick_handoff(n, "may", in_repair)
        at = self.tick()
        self.expect(model.finish_repair(at), lambda: handoff.finish_repair(by=self.cast.maya, at=at))

    def reassign(self, n: int, to: str) -> None:
        handoff, model, owner = self.pick_handoff(n, to)
        at = self.tick()
        allowed = model.reassign(owner.pk, at)
        self.expect(allowed, lambda: handoff.reassign(to=owner, because="Swap", by=self.cast.nora, at=at))

    @rule(n=which, by=st.sampled_from(["sam", "rita", "nora"]))
    @on(lambda model: model.returns)
    def ask_back(self, n: int, by: str) -> None:
        lead, model = self.pick(n, lambda model: model.returns)
        actor = getattr(self.cast, by)
        theirs = [one for one in model.returns if one.stands and not one.asked and actor.pk in (one.by, one.owner)]
        handoff = lead.handoffs.first()
        self.expect(bool(theirs), lambda: handoff.ask_back(by=actor, at=self.tick()))
        for one in theirs:
            one.asked = True

    @rule(n=which)
    @on(to_confirm)
    def open_deal(self, n: int) -> None:
        lead, model = self.pick(n, to_confirm)
        at, actor = self.tick(), self.cast.nora
        handoff = lead.handoffs.open().get()
        assert model.open_a_deal(actor.pk, at)
        handoff.open_deal(**TERMS, closes_on=at.date(), by=actor, at=at)

    @rule(n=which, won=st.booleans())
    @on(lambda model: model.open_deal)
    def close_deal(self, n: int, won: bool) -> None:
        lead, model = self.pick(n, lambda model: model.open_deal)
        deal = lead.opportunities.open().get()
        at, actor = self.tick(), self.cast.nora
        assert model.close_deal("won" if won else "lost", actor.pk, at)
        if won:
            deal.win(by=actor, at=at)
        else:
            deal.lose(because="Price", by=actor, at=at)

    @rule(n=which, to=st.sampled_from(["before", "before", "lead", *IN_ALL_STAGES]))
    @on(ended)
    def restore(self, n: int, to: str) -> None:
        lead, model = self.pick(n, ended)
        at, to = self.tick(), model.moves[-1][1] if to == "before" else to
        self.expect(model.restore(to, at), lambda: lead.restore(to=to, note="A mistake", by=self.cast.nora, at=at))

    @rule(n=which, by=who)
    @on(last_act)
    def undo(self, n: int, by: str) -> None:
        lead, model = self.pick(n, last_act)
        at, actor = self.tick(), self.people[last_act(model).by] if by == "may" else getattr(self.cast, by)
        self.expect(model.undo(actor.pk, at), lambda: undo(lead, by=actor, at=at))

    @rule(n=which, what=st.sampled_from(["reassign", "withdraw", "merge", "reassign", "opt out", ""]))
    def something_rare(self, n: int, what: str) -> None:
        handed_over = any(model.open for _, model in self.leads)
        if what == "reassign" and handed_over:
            self.reassign(n, ("rita", "sam")[n % 2])
        elif what == "withdraw" and handed_over:
            self.withdraw(n)
        elif what == "opt out":
            self.opt_out(n)
        elif what == "merge" and len(self.leads) > 1:
            self.merge()

    def withdraw(self, n: int) -> None:
        handoff, model, _ = self.pick_handoff(n, "may")
        at = self.tick()
        assert model.withdraw(at)
        handoff.withdraw(because="Import undone", at=at)

    def opt_out(self, n: int) -> None:
        lead, model = self.pick(n)
        at = self.tick()
        self.expect(model.opt_out(at), lambda: lead.opt_out(by=self.cast.maya, at=at))

    def merge(self) -> None:
        (older, kept), (younger, gone) = sorted(self.leads, key=lambda pair: (pair[1].created_at, pair[0]))[:2]
        at = self.tick()
        both = Lead.objects.in_bulk([older, younger])
        if self.expect(kept.merge(gone, at), lambda: merge(both[younger], both[older], by=self.cast.maya, at=at)):
            self.leads.remove((younger, gone))

    # What has to hold

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        everything = (
            "episodes",
            "transitions__correction",
            "handoffs__assignments",
            "handoffs__returns",
            "opportunities",
        )
        rows = Lead.objects.select_related("company").prefetch_related(*everything, "attempts")
        leads = rows.in_bulk([pk for pk, _ in self.leads])
        for pk, model in self.leads:
            self._lead(leads[pk], model)
            self._episodes(leads[pk], model)
            self._moves(leads[pk], model)
            self._handoffs(leads[pk], model)

    def _lead(self, lead: Lead, model: ALead) -> None:
        for name in ("stage", "stage_at", "episode", "engagement_from", "cool_down_until", "quality_returns"):
            assert getattr(lead, name) == getattr(model, name), name
        assert (lead.owner_id, lead.person_decides) == (model.owner, model.person_decides)
        assert (bool(lead.opted_out_at), lead.company.is_customer) == (model.opted_out, model.customer)
        assert sum(attempt.undone_at is None for attempt in lead.attempts.all()) == model.attempts
        deals = [(deal.state, deal.closed_at) for deal in lead.opportunities.all()]
        assert sorted(deals, key=str) == sorted([(deal.state, deal.closed_at) for deal in model.deals], key=str)

    def _episodes(self, lead: Lead, model: ALead) -> None:
        lives = sorted(lead.episodes.all(), key=lambda life: life.number)
        assert [life.number for life in lives] == list(range(1, lead.episode + 1))
        for life, stamps in zip(lives, model.episodes, strict=True):
            assert {stage: at for stage in Stage.values if (at := getattr(life, f"{stage}_at"))} == stamps

    def _moves(self, lead: Lead, model: ALead) -> None:
        moves = sorted(lead.transitions.all(), key=lambda move: move.pk)
        counted = [move for move in moves if not move.corrects_id and not hasattr(move, "correction")]
        assert sorted((one.episode, one.from_stage, one.to_stage, one.at) for one in counted) == sorted(model.moves)
        last: dict[int, str] = {}
        for move in moves:
            assert last.get(move.episode, move.from_stage) == move.from_stage, "the moves of an episode form a chain"
            last[move.episode] = move.to_stage
        assert last[lead.episode] == lead.stage

    def _handoffs(self, lead: Lead, model: ALead) -> None:
        rows = sorted(lead.handoffs.all(), key=lambda one: (one.made_at, one.episode))
        mine = sorted(model.handoffs, key=lambda one: (one.made_at, one.episode))
        for row, plain in zip(rows, mine, strict=True):
            for name in ("episode", "state", "made_at", "decided_at", "accepted_at", "closed_at", "withdrawn"):
                assert getattr(row, name) == getattr(plain, name), name
            assert (row.owner_id, row.repair_since) == (plain.owner, plain.repair_since)
            current = [one.owner_id for one in row.assignments.all() if one.until_at is None]
            assert not row.is_open or current == [row.owner_id][: row.owner_id is not None]
        standing = [one for row in rows for one in row.returns.all() if one.undone_at is None]
        assert len(standing) == sum(one.stands for one in model.returns)


def test_whatever_people_do_the_lead_is_where_the_rules_say(sam, rita, nora, maya, theo, at):
    criteria = criteria_in_force(theo=theo, nora=nora, at=at - timedelta(days=1), checklist=[])
    Life.cast = SimpleNamespace(sam=sam, rita=rita, nora=nora, maya=maya, criteria=criteria, at=at)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=80,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
