"""Leads like this one: reckoning each night what worked with whom, and reading it for a lead.

Like a lead are those who fit the same persona; where those are few, those of the same trade and grade; else those
of the same grade. What counts are the hand-offs that are over: closed, and with no deal still open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from accounts.models import User
from agreements.models import PersonaVersion
from campaigns.models import Campaign, Content
from leads.models import Attempt, Handoff, Lead, Opportunity, Touch, Worked
from leads.models.attempt import CONNECTED, Channel
from leads.models.opportunity import DealState
from leads.personas import fits_of, in_force
from leads.verdict import Share
from leads.worked import (
    EVERYBODY,
    MOST_TRIES,
    Case,
    Finding,
    Question,
    Tally,
    Tried,
    findings,
    group_for,
    tallied,
    told_apart,
)

AT_ONCE = 5000
LONGEST_TRADE = 120  # letters; in lower case some have two


@transaction.atomic
def reckon(*, at: datetime) -> int:
    """Write down what worked with leads of each kind; return with how many hand-offs.

    Safe to run twice, or on two workers at once. What is written may be thrown away.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('what worked'))")
    cases = list(_cases(at))
    Worked.objects.all().delete()
    rows = (_row(*key, tally) for key, tally in tallied(cases).items())
    Worked.objects.bulk_create(rows, batch_size=AT_ONCE)
    return len(cases)


def _row(group: str, question: Question, answer: str, tally: Tally) -> Worked:
    told = {"hits": tally.hits, "of": tally.of, "middle": tally.middle}
    latest = {"well": list(tally.well), "otherwise": list(tally.otherwise)}
    return Worked(group=group, question=question, answer=answer, **told, **latest)


def over() -> QuerySet[Handoff]:
    """The hand-offs that are over: sales decided, and where a deal came of one it is won or lost."""
    still_open = Opportunity.objects.open().filter(handoff=OuterRef("pk"))
    return Handoff.objects.filter(~Exists(still_open), withdrawn=False, closed_at__isnull=False)


def _cases(at: datetime) -> Iterator[Case]:
    won_at = Min("opportunities__closed_at", filter=Q(opportunities__state=DealState.WON))
    columns = ("pk", "lead", "lead__company__industry", "grade", "made_at", "content", "campaign")
    handoffs = list(over().annotate(won_at=won_at).order_by("pk").values_list(*columns, "won_at"))
    versions = in_force()
    for begin in range(0, len(handoffs), AT_ONCE):
        batch = handoffs[begin : begin + AT_ONCE]
        ids = [row[0] for row in batch]
        tried, replied = _tried(ids), _replied(ids)
        fits = fits_of([row[1] for row in batch], versions, at=at)
        for pk, lead, industry, grade, made_at, content, campaign, won in batch:
            groups = groups_of(_fitting(versions, fits.get(lead, ())), industry, grade)
            yield Case(groups, made_at, tried[pk], replied.get(pk), content, campaign, won, pk)


def _fitting(versions: Sequence[PersonaVersion], hits: Sequence[bool]) -> list[PersonaVersion]:
    return [version for version, hit in zip(versions, hits, strict=False) if hit]


def groups_of(fitting: Sequence[PersonaVersion], industry: str | None, grade: str) -> list[str]:
    """The groups of a lead, the likest first; everybody comes last."""
    trade = " ".join((industry or "").lower().split())[:LONGEST_TRADE]
    groups = [f"persona:{version.pk}" for version in fitting]
    groups += [f"trade:{grade}:{trade}"] if trade and grade else []
    groups += [f"grade:{grade}"] if grade else []
    return [*groups, EVERYBODY]


def _tried(handoffs: list[int]) -> dict[int, list[Tried]]:
    """The attempts of each hand-off, the earliest first, at the hour it was where the rep is."""
    zones = {user.pk: user.tz for user in User.objects.all()}
    found: dict[int, list[Tried]] = defaultdict(list)
    attempts = Attempt.objects.standing().filter(handoff__in=handoffs).order_by("handoff", "at", "pk")
    for handoff, at, channel, outcome, by in attempts.values_list("handoff", "at", "channel", "outcome", "by"):
        found[handoff].append(Tried(at, channel, at.astimezone(zones[by]).hour, outcome in CONNECTED))
    return found


def _replied(handoffs: list[int]) -> dict[int, datetime]:
    """When the person first answered while the hand-off was open."""
    replies = Touch.objects.filter(
        kind="reply", lead__handoffs__in=handoffs, occurred_at__gte=F("lead__handoffs__made_at"),
        occurred_at__lte=F("lead__handoffs__closed_at"),
    )  # fmt: skip
    return dict(replies.order_by().values_list("lead__handoffs").annotate(Min("occurred_at")))


@dataclass(frozen=True)
class WhatWorked:
    """What worked with leads like one: who they are, what luck does not explain, and all that was compared."""

    group: str
    like: str
    cases: int
    surely: list[tuple[str, Finding]]
    compared: list[tuple[str, list[tuple[str, Finding]]]]
    reached: Share
    tries: list[tuple[int, Share]]
    won: Share
    days: dict[str, float | None]

    @property
    def few(self) -> bool:
        return self.won.small


def what_worked(lead: Lead, *, at: datetime) -> WhatWorked | None:
    """What worked with leads like this one; None as long as no hand-off of anybody is over. Five queries at most."""
    versions = in_force()
    fitting = _fitting(versions, fits_of([lead.pk], versions, at=at).get(lead.pk, ()))
    score = getattr(lead, "score", None)
    groups = groups_of(fitting, lead.company and lead.company.industry, score.grade if score else "")
    rows: dict[str, list[Worked]] = defaultdict(list)
    for row in Worked.objects.filter(group__in=groups):
        rows[row.group].append(row)
    if not rows:
        return None
    sizes = {group: _share(found, Question.DAYS, "won").of for group, found in rows.items()}
    group = group_for(groups, sizes)
    return _told(group, _like(group, fitting), rows[group])


def _like(group: str, versions: Sequence[PersonaVersion]) -> str:
    """Who these leads are, in words that follow "leads"."""
    kind, _, rest = group.partition(":")
    if kind == "persona":
        return f"who fit {next((each.persona for each in versions if str(each.pk) == rest), 'a persona of before')}"
    if kind == "trade":
        grade, _, trade = rest.partition(":")
        return f"in {trade} with fit {grade}"
    return f"with fit {rest}" if kind == "grade" else "of every kind"


@dataclass(frozen=True)
class Behind:
    """One answer with whom it was counted, and what stands behind it: the latest hand-offs of either kind."""

    row: Worked
    like: str
    label: str
    well: QuerySet[Handoff]
    otherwise: QuerySet[Handoff]

    @property
    def share(self) -> Share:
        return Share(self.row.hits, self.row.of)

    @property
    def missed(self) -> int:
        return self.row.of - self.row.hits


def behind(row: Worked, user: User) -> Behind:
    """What stands behind an answer, for one reader; the latest first."""
    question = Question(row.question)
    label = _names([(question, row.answer)])[question, row.answer]
    handoffs = Handoff.objects.visible_to(user).select_related("lead__company").order_by("-pk")
    well, otherwise = (handoffs.filter(pk__in=ids) for ids in (row.well, row.otherwise))
    return Behind(row, _like(row.group, in_force()), label, well, otherwise)


def _told(group: str, like: str, rows: Sequence[Worked]) -> WhatWorked:
    found = findings({(Question(row.question), row.answer): Share(row.hits, row.of) for row in rows})
    names = _names([(each.question, each.answer) for each in found])
    named = [(names[each.question, each.answer], each) for each in found]
    surely = told_apart(found)
    by_question = [(LABELS[question], [pair for pair in named if pair[1].question == question]) for question in LABELS]
    tries = [_share(rows, Question.TRIES, str(number)) for number in range(1, MOST_TRIES + 1)]
    lengths = {row.answer: row.middle and round(row.middle.total_seconds() / 86400, 1) for row in rows if row.middle}
    won = _share(rows, Question.DAYS, "won")
    return WhatWorked(
        group, like, won.of, [pair for pair in named if pair[1] in surely], [pair for pair in by_question if pair[1]],
        _share(rows, Question.DAYS, "reached"), list(enumerate(tries, start=1)), won, lengths,
    )  # fmt: skip


LABELS = {
    Question.CHANNEL: "Reached, by the first attempt",
    Question.HOUR: "First call answered, by its hour",
    Question.CONTENT: "Won, by what pulled them in",
    Question.CAMPAIGN: "Won, by the campaign",
}


NAMED = {Question.CONTENT: Content, Question.CAMPAIGN: Campaign}


def _names(asked: Sequence[tuple[Question, str]]) -> dict[tuple[Question, str], str]:
    """Each answer in words; what was deleted since is called so."""
    things = {}
    for question, model in NAMED.items():
        ids = [answer for each, answer in asked if each == question and answer]
        things |= {(question, str(pk)): str(thing) for pk, thing in (model.objects.in_bulk(ids) if ids else {}).items()}
    return {pair: _name(*pair, things) for pair in asked}


def _name(question: Question, answer: str, things: dict[tuple[Question, str], str]) -> str:
    if question in NAMED:
        return things.get((question, answer), f"{question} that was deleted") if answer else "none"
    return Channel(answer).label if question == Question.CHANNEL else answer


def _share(rows: Sequence[Worked], question: Question, answer: str) -> Share:
    row = next((row for row in rows if row.question == question and row.answer == answer), None)
    return Share(row.hits, row.of) if row else Share(0, 0)
