"""What worked with leads like this one: of decided hand-offs, how people were reached and what came before wins.

Plain calculation. A question divides the hand-offs of a group by their answers; what is told of an answer is the
share of those that went well, beside the share among all other answers.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from common.estimates import by_luck, kept
from leads.verdict import SMALL, Share

CALL = "call"
MOST_TRIES = 6
LISTED = 100  # of those that went well, and of those that did not: the latest are kept to be opened
HOURS = ("before 10", "10 to 12", "12 to 14", "14 to 16", "after 16")
WRONG_AT_MOST = 0.1  # of the findings, on average
EVERYBODY = "all"


class Question(StrEnum):
    """What hand-offs are divided by; the value stands in the row, the label on the page."""

    CHANNEL = "channel"  # of the first attempt; well: the person was reached sometime
    HOUR = "hour"  # of the first call; well: they were reached by it
    TRIES = "tries"  # up to so many attempts; well: they had been reached by then. Answers include each other
    CONTENT = "content"  # that pulled them in; well: won
    CAMPAIGN = "campaign"
    DAYS = "days"  # from the hand-off until reached, until won: lengths


COMPARED = (Question.CHANNEL, Question.HOUR, Question.CONTENT, Question.CAMPAIGN)


class Tried(NamedTuple):
    """One attempt: when, by what, at which hour of the rep's day, whether it connected."""

    at: datetime
    channel: str
    hour: int
    connected: bool


@dataclass(frozen=True)
class Case:
    """One decided hand-off with its attempts, the earliest first, and the groups of leads it belongs to."""

    groups: Sequence[str]
    made_at: datetime
    tried: Sequence[Tried] = ()
    replied_at: datetime | None = None
    content: int | None = None
    campaign: int | None = None
    won_at: datetime | None = None
    handoff: int = 0

    @property
    def reached_at(self) -> datetime | None:
        """When they first spoke, or answered."""
        spoke = next((each.at for each in self.tried if each.connected), None)
        return min(filter(None, (spoke, self.replied_at)), default=None)

    @property
    def reached_by(self) -> int | None:
        """After how many attempts they were reached; 0 where they answered before the first."""
        at = self.reached_at
        return None if at is None else sum(each.at <= at for each in self.tried)


@dataclass
class Tally:
    """Of how many hand-offs how many went well, or how long it took, and the latest of both kinds."""

    hits: int = 0
    of: int = 0
    lengths: list[timedelta] = field(default_factory=list)
    well: deque[int] = field(default_factory=lambda: deque(maxlen=LISTED))
    otherwise: deque[int] = field(default_factory=lambda: deque(maxlen=LISTED))

    @property
    def middle(self) -> timedelta | None:
        return median(self.lengths) if self.lengths else None

    def add(self, handoff: int, well: bool, length: timedelta | None) -> None:
        """Count one more hand-off, later than those counted."""
        self.of += 1
        self.hits += well
        (self.well if well else self.otherwise).append(handoff)
        if length is not None:
            self.lengths.append(length)


Key = tuple[str, Question, str]


def tallied(cases: Iterable[Case]) -> dict[Key, Tally]:
    """What there is to tell of each group, question and answer, of cases in their order."""
    found: dict[Key, Tally] = defaultdict(Tally)
    for case in cases:
        for question, answer, well, length in _answers(case):
            for group in case.groups:
                found[group, question, answer].add(case.handoff, well, length)
    return found


def _answers(case: Case) -> Iterator[tuple[Question, str, bool, timedelta | None]]:
    won, reached_at, reached_by = case.won_at is not None, case.reached_at, case.reached_by
    if case.tried:
        first, reached = case.tried[0], reached_by is not None
        yield Question.CHANNEL, first.channel, reached, None
        if first.channel == CALL:
            yield Question.HOUR, band(first.hour), first.connected, None
        for number in range(1, MOST_TRIES + 1):
            yield Question.TRIES, str(number), reached and reached_by <= number, None
        yield Question.DAYS, "reached", reached, reached_at - case.made_at if reached else None
    yield Question.CONTENT, str(case.content or ""), won, None
    yield Question.CAMPAIGN, str(case.campaign or ""), won, None
    yield Question.DAYS, "won", won, case.won_at - case.made_at if won else None


def band(hour: int) -> str:
    """The part of the day that an hour, 0 to 23, belongs to."""
    return HOURS[min(max((hour - 8) // 2, 0), len(HOURS) - 1)]


@dataclass(frozen=True)
class Finding:
    """One answer: how often it went well, and how often with all the other answers to the question."""

    question: Question
    answer: str
    share: Share
    rest: Share

    @property
    def better(self) -> bool:
        return (self.share.value or 0) > (self.rest.value or 0)


Rows = Mapping[tuple[Question, str], Share]


def findings(rows: Rows) -> list[Finding]:
    """Each answer beside the rest, question by question, the surest first."""
    found = []
    for question in COMPARED:
        answers = {answer: share for (asked, answer), share in rows.items() if asked == question}
        hits, of = (sum(getattr(share, name) for share in answers.values()) for name in ("count", "of"))
        told = [
            Finding(question, answer, share, Share(hits - share.count, of - share.of))
            for answer, share in answers.items()
        ]
        found += sorted(told, key=lambda each: (-each.share.interval[0], -each.share.of, each.answer))
    return found


def told_apart(found: Sequence[Finding]) -> list[Finding]:
    """Of each question the surest answer that luck does not explain: what does better, or else what does worse.

    Of all that are compared here some differ by luck alone; at most a tenth of what is found does on average.
    """
    pairs = [((each.share.count, each.share.of), (each.rest.count, each.rest.of)) for each in found]
    surely = [found[place] for place in sorted(kept([by_luck(*pair) for pair in pairs], WRONG_AT_MOST))]
    told: dict[Question, Finding] = {}
    for each in (*(each for each in surely if each.better), *(each for each in surely[::-1] if not each.better)):
        told.setdefault(each.question, each)
    return [told[question] for question in COMPARED if question in told]


def group_for(groups: Sequence[str], sizes: Mapping[str, int]) -> str:
    """The first of a lead's groups, the likest first, of which there are enough cases; else the largest."""
    enough = (group for group in groups if sizes.get(group, 0) >= SMALL)
    return next(enough, max(groups, key=lambda group: sizes.get(group, 0)))
