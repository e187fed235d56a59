"""The life of a lead once more, in plain Python and as simply as can be: what the database is compared with.

Written from the rules alone. Every verb returns whether it is allowed; where it is, it has
changed the model.
"""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

PATH = ["lead", "mql", "sal", "sql", "opportunity", "customer"]
LIMIT = timedelta(minutes=15)
# What follows from each reason, before and after acceptance; days of rest; against quality; for good.
REASONS = {
    "low_intent": ("recycled", "recycled", 30, True, False),
    "no_need": ("recycled", "recycled", 180, False, False),
    "spam": ("disqualified", "disqualified", 0, True, True),
    "incomplete_data": ("repair", "recycled", 0, True, False),
    "wrong_owner": ("reroute", "reroute", 0, False, False),
}


@dataclass
class AHandoff:
    episode: int
    made_at: datetime
    owner: int | None
    state: str = "pending"
    decided_at: datetime | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    withdrawn: bool = False
    repair_since: datetime | None = None


@dataclass
class AReturn:
    by: int
    owner: int | None
    result: str
    at: datetime
    stands: bool = True
    asked: bool = False


@dataclass
class ADeal:
    state: str = "open"
    closed_at: datetime | None = None
    with_own_company: bool = True


@dataclass
class Event:
    """Something that happened; with `undo`, the lead as it was before, its maker may take it back."""

    by: int | None
    at: datetime
    before: ALead | None = None


@dataclass(eq=False)
class ALead:
    """One lead, with all its lives."""

    created_at: datetime
    stage: str = "lead"
    stage_at: datetime | None = None
    owner: int | None = None
    episodes: list[dict[str, datetime]] = field(default_factory=list)
    moves: list[tuple[int, str, str, datetime]] = field(default_factory=list)
    handoffs: list[AHandoff] = field(default_factory=list)
    returns: list[AReturn] = field(default_factory=list)
    deals: list[ADeal] = field(default_factory=list)
    attempts: int = 0
    engagement_from: datetime | None = None
    cool_down_until: datetime | None = None
    quality_returns: int = 0
    person_decides: bool = False
    opted_out: bool = False
    customer: bool = False
    engaged_at: datetime | None = None
    fast_track_at: datetime | None = None
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage_at = self.created_at
        self.episodes = [{"lead": self.created_at}]
        self.moves = [(1, "", "lead", self.created_at)]
        self.events = [Event(None, self.created_at)]

    @property
    def episode(self) -> int:
        return len(self.episodes)

    @property
    def open(self) -> AHandoff | None:
        return next((handoff for handoff in self.handoffs if handoff.closed_at is None), None)

    @property
    def open_deal(self) -> ADeal | None:
        return next((deal for deal in self.deals if deal.state == "open"), None)

    @property
    def barred(self) -> set[int | None]:
        """Who returned it and has not asked for it again; a repair is no such return."""
        kept = [one for one in self.returns if one.stands and not one.asked and one.result != "repair"]
        return {one.by for one in kept} | {one.owner for one in kept}

    def snapshot(self) -> ALead:
        """The lead as it is; what happened is shared, for it does not change."""
        kept = copy(self)
        for name in ("episodes", "moves", "handoffs", "returns", "deals"):
            setattr(kept, name, deepcopy(getattr(self, name)))
        kept.events = list(self.events)
        return kept

    # Moves

    def _go(self, target: str, at: datetime, opens: bool = False) -> None:
        source = self.stage
        if opens:
            self.episodes.append({"lead": at})
        steps = [target]
        if source in PATH and target in PATH and PATH.index(target) > PATH.index(source):
            steps = PATH[PATH.index(source) + 1 : PATH.index(target) + 1]
        for stage in steps:
            self.moves.append((self.episode, source, stage, at))
            self.episodes[-1].setdefault(stage, at)
            source = stage
        self.stage, self.stage_at = target, at

    def _did(self, by: int | None, at: datetime, before: ALead | None = None) -> bool:
        self.events.append(Event(by, at, before))
        return True

    def can_decide(self, by: int, head: int, team: set[int]) -> bool:
        handoff = self.open
        if handoff is None or handoff.repair_since:
            return False
        return by == head or (by in team if handoff.owner is None else by == handoff.owner)

    def qualify(self, at: datetime) -> bool:
        if self.stage not in ("lead", "recycled", "lost") or self.opted_out or self.customer:
            return False
        return self._mql(at)

    def promote(self, at: datetime) -> bool:
        if self.stage not in ("lead", "recycled", "lost") or self.opted_out or self.customer or self.person_decides:
            return False
        if self.engaged_at is None:
            return False
        back = max(filter(None, [self.engagement_from, self.stage_at if self.stage != "lead" else None]), default=None)
        quiet = max(filter(None, [back, self.cool_down_until]), default=None)
        hot = self.fast_track_at and back and self.fast_track_at > back
        if quiet is not None and self.engaged_at <= quiet and not hot:
            return False
        return self._mql(at)

    def _mql(self, at: datetime) -> bool:
        self._go("mql", at, opens=self.stage != "lead")
        return self._did(None, at)

    def hand_over(self, owner: int | None, at: datetime) -> None:
        self.handoffs.append(AHandoff(self.episode, at, owner))
        self.owner = owner

    def accept(self, by: int, at: datetime) -> bool:
        handoff = self.open
        if handoff.state != "pending" or self.stage != "mql":
            return False
        before = self.snapshot()
        self._accept(by, at)
        return self._did(by, at, before)

    def _accept(self, by: int, at: datetime) -> None:
        handoff = self.open
        handoff.owner = handoff.owner or by
        handoff.state, handoff.accepted_at, handoff.decided_at = "accepted", at, handoff.decided_at or at
        self.owner = handoff.owner
        self._go("sal", at)

    def attempt(self, by: int, at: datetime) -> bool:
        if self.opted_out:
            return False
        before = self.snapshot()
        if self.open.state == "pending":
            self._accept(by, at)
        self.attempts += 1
        return self._did(by, at, before)

    def confirm(self, by: int, at: datetime) -> bool:
        if self.open.state != "accepted" or self.stage != "sal":
            return False
        before = self.snapshot()
        self._go("sql", at)
        return self._did(by, at, before)

    def send_back(self, code: str, by: int, at: datetime, next_owner: int | None = None) -> bool:
        handoff = self.open
        accepted = handoff.state == "accepted"
        first, after, days, quality, for_good = REASONS[code]
        result = after if accepted else first
        if result == "reroute" and accepted and next_owner is None:
            return False
        before = self.snapshot()
        self.returns.append(AReturn(by, handoff.owner, result, at))
        if result == "repair":
            handoff.repair_since = at
        elif result == "reroute":
            handoff.owner = self.owner = next_owner
        else:
            handoff.state, handoff.closed_at, handoff.decided_at = "closed", at, handoff.decided_at or at
            self.engagement_from, self.cool_down_until = at, at + timedelta(days=days)
            self.quality_returns += quality
            self.person_decides |= for_good or self.quality_returns >= 3
            if result == "recycled":
                self.owner = None
            self._go(result, at)
        return self._did(by, at, before)

    def finish_repair(self, at: datetime) -> bool:
        if not self.open or not self.open.repair_since:
            return False
        self.open.repair_since = None
        return self._did(None, at)

    def reassign(self, to: int, at: datetime) -> bool:
        if self.open.owner == to:
            return False
        self.open.owner = self.owner = to
        return self._did(None, at)

    def withdraw(self, at: datetime) -> bool:
        handoff = self.open
        handoff.state, handoff.closed_at, handoff.withdrawn, handoff.repair_since = "closed", at, True, None
        return self._did(None, at)

    def opt_out(self, at: datetime) -> bool:
        if self.opted_out:
            return False
        self.opted_out = True
        if self.open:
            self.withdraw(at)
        return self._did(None, at)

    def open_a_deal(self, by: int, at: datetime) -> bool:
        if self.stage not in ("sal", "sql"):
            return False
        before = self.snapshot()
        if handoff := self.open:
            handoff.state, handoff.closed_at = "closed", at
        self.deals.append(ADeal())
        self._go("opportunity", at)
        return self._did(by, at, before)

    def close_deal(self, state: str, by: int, at: datetime) -> bool:
        before = self.snapshot()
        deal = self.open_deal
        deal.state, deal.closed_at = state, at
        if state == "won":
            self.customer |= deal.with_own_company
            self._go("customer", at)
        else:
            self.cool_down_until = at + timedelta(days=90)
            self._go("lost", at)
        return self._did(by, at, before)

    def restore(self, to: str, at: datetime) -> bool:
        if self.stage not in ("disqualified", "lost", "customer"):
            return False
        if to == "lead":
            if self.stage == "customer":
                self.customer = False
            self.owner, self.cool_down_until, self.person_decides = None, None, False
            self._go("lead", at, opens=True)
            return self._did(None, at)
        came = self.moves[-1]
        if came[1] != to:
            return False
        kept = next((event.before for event in reversed(self.events) if event.before and event.at == came[3]), None)
        if kept:  # a merge forgets what was before
            for name in (
                "owner",
                "engagement_from",
                "cool_down_until",
                "quality_returns",
                "person_decides",
                "customer",
            ):
                setattr(self, name, getattr(kept, name))
            for mine, was in zip(self.handoffs, kept.handoffs, strict=True):
                mine.__dict__.update(replace(was, decided_at=mine.decided_at).__dict__)
            self.deals = deepcopy(kept.deals)
        for one in self.returns:
            one.stands &= one.at != came[3]
        self._go(to, at)
        return self._did(None, at)

    def undo(self, by: int, at: datetime) -> bool:
        last = self.events[-1]
        if last.before is None or last.by != by or at - last.at > LIMIT:
            return False
        scores, asked = (self.engaged_at, self.fast_track_at), [one.asked for one in self.returns]
        self.__dict__.update(last.before.snapshot().__dict__)
        self.engaged_at, self.fast_track_at = scores
        for one, did in zip(self.returns, asked, strict=False):
            one.asked = did
        return True

    def merge(self, other: ALead, at: datetime) -> bool:
        """Take in the younger lead `other`."""
        if self.open_deal and other.open_deal:
            return False
        ahead, behind = (self, other) if self.how_far >= other.how_far else (other, self)
        if behind.open:
            behind.withdraw(at)
        if (self.opted_out or other.opted_out) and ahead.open:
            ahead.withdraw(at)
        lives = [(lead, number) for lead in (self, other) for number in range(1, lead.episode + 1)]
        lives.sort(key=lambda life: (life == (ahead, ahead.episode), min(life[0].episodes[life[1] - 1].values())))
        numbers = {(id(lead), number): new for new, (lead, number) in enumerate(lives, start=1)}
        both = (self, other)
        self.episodes, self.moves, self.handoffs = (
            [lead.episodes[number - 1] for lead, number in lives],
            [(numbers[id(lead), move[0]], *move[1:]) for lead in both for move in lead.moves],
            [replace(one, episode=numbers[id(lead), one.episode]) for lead in both for one in lead.handoffs],
        )
        self.stage, self.stage_at, self.owner = ahead.stage, ahead.stage_at, ahead.owner
        self.returns = self.returns + other.returns
        self.deals = self.deals + [replace(deal, with_own_company=False) for deal in other.deals]
        self.attempts += other.attempts
        self.quality_returns += other.quality_returns
        self.person_decides |= other.person_decides or self.quality_returns >= 3
        self.opted_out |= other.opted_out
        for name in ("engagement_from", "cool_down_until"):
            known = filter(None, (getattr(lead, name) for lead in both))
            setattr(self, name, max(known, default=None))
        self.events = []
        return self._did(None, at)

    @property
    def how_far(self) -> tuple[float, float]:
        if self.stage not in PATH:
            return -1, self.stage_at.timestamp()
        return PATH.index(self.stage), -self.open.made_at.timestamp() if self.open else float("-inf")
