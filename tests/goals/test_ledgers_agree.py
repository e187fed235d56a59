"""Whatever happens to leads, in whatever order: the ledgers come to what a recount of the plain events comes to."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.models import Credit
from common.errors import Refused
from common.periods import parse
from goals.marketing_ledger import MARKETING
from leads.merge import merge
from leads.models import (
    Attempt,
    Correction,
    Episode,
    Handoff,
    HandoffReturn,
    Lead,
    Opportunity,
    Transition,
)
from leads.promotion import qualify_by_hand
from leads.undo import undo
from sla.sales_ledger import SALES
from tests.builders import a_lead, credit_in_force, reason

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MONTHS = [parse(key, "UTC") for key in ("2026-03", "2026-04", "2026-05", "2026-06")]
CODES = ["low_intent", "spam", "no_budget", "wrong_owner", "incomplete_data", "wrong_role", "unable_to_reach"]
POINTS = ("lead", "mql", "sal", "sql", "opportunity", "customer")
pytestmark = pytest.mark.django_db


class History:
    """Some leads, and things that people try to do to them; what is refused does not happen."""

    def __init__(self, seed: int, cast: dict, at: datetime) -> None:
        self.chance, self.cast, self.at = Random(seed), cast, at

    def go_on(self, steps: int) -> None:
        acts = [self.receive, self.qualify, self.qualify, self.accept, self.accept, self.attempt, self.confirm,
                self.open_deal, self.win, self.lose, self.send_back, self.send_back, self.send_back, self.undo,
                self.restore, self.find_wrong, self.find_wrong, self.merge, self.repair,
                self.sign_anew, self.requalify]  # fmt: skip
        for _ in range(4):
            self.receive()
        for _ in range(steps):
            self.at += self.chance.choice([MINUTE, HOUR, 5 * HOUR, 3 * DAY])
            try:
                with transaction.atomic():
                    self.chance.choice(acts)()
            except (Refused, IndexError):
                continue

    def one(self, rows):
        return self.chance.choice(list(rows.order_by("pk")))

    def receive(self) -> None:
        a_lead(at=self.at)

    def qualify(self) -> None:
        qualify_by_hand(self.one(Lead.objects.filter(stage="lead")), note="So", by=None, at=self.at)
        grade = self.chance.choice(["", "A", "B", "C", "D"])
        Handoff.objects.filter(made_at=self.at).update(grade=grade)
        self.give()

    def requalify(self) -> None:
        lead = self.one(Lead.objects.filter(stage__in=["recycled", "lost"]))
        Lead.objects.filter(pk=lead.pk).update(person_decides=False)
        qualify_by_hand(lead, note="Again", by=None, at=self.at)
        self.give()

    def give(self) -> None:
        for handoff in Handoff.objects.open().filter(owner=None):
            handoff.reassign(to=self.cast["sam"], because="So", by=None, at=self.at)

    def accept(self) -> None:
        handoff = self.one(Handoff.objects.open().exclude(owner=None))
        handoff.accept(by=handoff.owner, at=self.at)

    def attempt(self) -> None:
        handoff = self.one(Handoff.objects.open().exclude(owner=None))
        Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=handoff.owner, at=self.at)

    def confirm(self) -> None:
        handoff = self.one(Handoff.objects.open().filter(state="accepted"))
        answers = dict.fromkeys(handoff.criteria.checklist, "Yes") if handoff.criteria else {}
        handoff.confirm(answers, by=handoff.owner, at=self.at)

    def open_deal(self) -> None:
        handoff = self.one(Handoff.objects.open().filter(state="accepted"))
        handoff.open_deal(amount=10, currency="EUR", closes_on=self.at.date(), by=handoff.owner, at=self.at)

    def win(self) -> None:
        deal = self.one(Opportunity.objects.open())
        deal.win(by=deal.owner, at=self.at)

    def lose(self) -> None:
        deal = self.one(Opportunity.objects.open())
        deal.lose(because="Too dear", by=deal.owner, at=self.at)

    def send_back(self) -> None:
        handoff, code = self.one(Handoff.objects.open().exclude(owner=None)), self.chance.choice(CODES)
        evidence = {"fields": ["phone"], "criterion": "size"}
        handoff.send_back(reason(code), by=handoff.owner, at=self.at, evidence=evidence, note="So it is")

    def repair(self) -> None:
        self.one(Handoff.objects.open().exclude(repair_since=None)).finish_repair(by=None, at=self.at)

    def undo(self) -> None:
        undo(self.one(Lead.objects.all()), by=self.chance.choice([self.cast["sam"], self.cast["rita"]]), at=self.at)

    def restore(self) -> None:
        lead = self.one(Lead.objects.filter(stage__in=["disqualified", "lost", "customer"]))
        to = self.chance.choice(["lead", lead.transitions.counted().order_by("pk").last().from_stage])
        lead.restore(to=to, note="A mistake", by=None, at=self.at)

    def find_wrong(self) -> None:
        if self.chance.random() < 0.5:
            returned = self.one(HandoffReturn.objects.for_quality().filter(corrections=None))
            Correction.objects.of_return(returned, because="So", by=None, at=self.at)
        else:
            delivered = self.one(Episode.objects.exclude(handed_over_at=None).filter(corrections=None))
            Correction.objects.of_delivery(delivered, because="So", by=None, at=self.at)

    def merge(self) -> None:
        merge(*self.chance.sample(list(Lead.objects.order_by("pk")), 2), by=None, at=self.at)

    def sign_anew(self) -> None:
        first = self.chance.randint(0, 5)
        points = {f"points_{stage}": first + n * self.chance.randint(1, 3) + n for n, stage in enumerate(POINTS)}
        points = dict(zip(points, sorted(set(points.values()) | set(range(90, 99)))[: len(points)], strict=True))
        grades = {f"mql_{grade}": self.chance.choice([None, self.chance.randint(0, 30)]) for grade in "abcd"}
        credit_in_force(theo=self.cast["theo"], nora=self.cast["nora"], at=self.at, **points, **grades)


class Recount:
    """The points of marketing in plain Python, from moves, hand-offs, returns and corrections."""

    def __init__(self) -> None:
        versions = Credit.objects.select_related("revision").exclude(revision__in_force_at=None)
        self.versions = [(v.revision.in_force_at, v.revision.ended_at, v) for v in versions]
        self.lines: list[tuple[datetime, int]] = []
        ours = set(Lead.objects.filter(origin="marketing").values_list("pk", flat=True))
        undone = set(Transition.objects.exclude(corrects=None).values_list("corrects", flat=True))
        self.first: dict[tuple[int, int], dict[str, datetime]] = {}
        for move in Transition.objects.order_by("at", "pk"):
            if move.lead_id not in ours or move.pk in undone or move.corrects_id:
                continue
            if move.from_stage == "":
                self.give(move.at, "points_lead")
            self.first.setdefault((move.lead_id, move.episode), {}).setdefault(move.to_stage, move.at)
        self.handed: dict[tuple[int, int], Handoff] = {}
        for handoff in Handoff.objects.order_by("made_at", "pk"):
            self.handed.setdefault((handoff.lead_id, handoff.episode), handoff)
        for life, handoff in self.handed.items():
            self.of_life(life, handoff)

    def worth(self, at: datetime, told) -> int:
        return next((told(v) for since, until, v in self.versions if since <= at and (not until or at < until)), 0)

    def give(self, at: datetime, points: str) -> int:
        given = self.worth(at, lambda version: getattr(version, points))
        self.lines.append((at, given))
        return given

    def of_life(self, life: tuple[int, int], handoff: Handoff) -> None:
        reached = self.first.get(life, {})
        mql = self.worth(handoff.made_at, lambda version: version.of_grade(handoff.grade))
        self.lines.append((handoff.made_at, mql))
        stages = {stage: self.give(reached[stage], f"points_{stage}") for stage in POINTS[2:] if stage in reached}
        events = []
        for back in HandoffReturn.objects.filter(handoff__lead=life[0], handoff__episode=life[1], undone_at=None):
            if back.reason.counts_against_quality and back.result in ("recycled", "disqualified"):
                events.append((back.at, "returned", back))
                events += [(each.at, "right", back) for each in back.corrections.filter(undone_at=None)]
        wrong = Correction.objects.filter(delivered__lead=life[0], delivered__number=life[1], undone_at=None)
        events += [(each.at, "wrong", None) for each in wrong]
        held_mql, held = True, {}
        for at, what, back in sorted(events, key=lambda each: each[0]):
            if what == "returned":
                held = {s: p for s, p in stages.items() if s in ("sal", "sql") and reached[s] <= back.at}
                self.lines.append((at, -sum(held.values()) - mql * held_mql))
                held_mql, delivered = False, held_mql
            elif what == "right":
                delivered = delivered and not any(each.at <= at for each in wrong)
                self.lines.append((at, sum(held.values()) + mql * delivered))
                held_mql = delivered
            else:
                self.lines.append((at, -mql * held_mql))
                held_mql = False

    def total(self, period) -> int:
        return sum(points for at, points in self.lines if period.contains(at))


def sales_recount(period) -> Counter:
    """The points of sales for what is no clock: hand-offs worked, deals won."""
    found: Counter[str] = Counter()
    versions = Recount().worth
    for handoff in Handoff.objects.filter(withdrawn=False).exclude(closed_at=None).exclude(accepted_at=None):
        if period.contains(handoff.closed_at):
            found["worked"] += versions(handoff.closed_at, lambda version: version.points_worked)
    for deal in Opportunity.objects.filter(state="won", type="new").exclude(handoff=None):
        if period.contains(deal.closed_at):
            found["won"] += versions(deal.closed_at, lambda version: version.points_won)
    return +found


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_a_random_history_comes_to_what_a_recount_comes_to(theo, nora, sam, rita, at, seed):
    savepoint = transaction.atomic()
    savepoint.__enter__()
    try:
        history = History(seed, {"theo": theo, "nora": nora, "sam": sam, "rita": rita}, at - 8 * DAY)
        history.go_on(5)
        history.sign_anew()
        history.go_on(50)
        recount = Recount()
        for month in MONTHS:
            lines = list(MARKETING.lines(month))
            assert MARKETING.total(month) == sum(line.points for line in lines) == recount.total(month)
            sales = {each.kind.key: each.points for each in SALES.subtotals(month)}
            assert {key: sales[key] for key in ("worked", "won") if key in sales} == sales_recount(month)
    finally:
        transaction.set_rollback(True)
        savepoint.__exit__(None, None, None)
