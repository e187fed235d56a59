"""What people do before anybody speaks with them: the touches of a year, planned from who they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from smarketing.demo.chance import Chance
from smarketing.demo.market import CONTENTS, WEBINARS
from smarketing.demo.story import Year, at
from smarketing.demo.world import Person, moment_on, next_webinar

COMES_BACK = {"passes": 0.04, "reads": 0.14, "evaluates": 0.25}
CHANNEL = {"ad_click": "ads", "email_open": "email", "email_click": "email", "event": "event",
           "webinar_attended": "webinar", "webinar_registered": "webinar", "opted_out": "email",
           "invited": "email"}  # fmt: skip


class Act(NamedTuple):
    """One touch to come: whose, when and what."""

    at: datetime
    person: int
    kind: str
    campaign: str = ""
    content: str = ""
    detail: str = ""

    def told(self) -> dict[str, Any]:
        """The touch as intake takes it."""
        return {
            "kind": self.kind, "occurred_at": self.at, "campaign": self.campaign, "content": self.content,
            "channel": CHANNEL.get(self.kind, "web"), "detail": self.detail,
        }  # fmt: skip


def acts_of(person: Person, year: Year, seed: int) -> list[Act]:
    """Everything the person does by themselves until the year ends, the first act on arrival, in order of time."""
    chance = Chance(seed, "acts", person.number)
    first = first_act(person, person.arrives_at)
    later = [*_DO[person.interest](person, year, chance, person.arrives_at)]
    if chance.yes(COMES_BACK[person.interest]):
        again = person.arrives_at + timedelta(days=chance.randrange(55, 190))
        does = _reads if person.interest == "passes" else _evaluates
        later += does(person, year, chance, again)
    if chance.yes(0.012):
        later.append(Act(_after(person.arrives_at, chance, 20, 120), person.number, "opted_out"))
    return [first, *sorted(act for act in later if person.arrives_at < act.at <= year.until)]


def first_act(person: Person, then: datetime) -> Act:
    """What brings the person in, as their campaign has it."""
    drive = person.drive
    offer = drive.content if drive.first_act in ("download", "webinar_registered", "ad_click") else ""
    return Act(then, person.number, drive.first_act, drive.name, offer)


def _passes(person: Person, year: Year, chance: Chance, since: datetime) -> Iterator[Act]:
    for kind, often in (("email_open", 0.45), ("page_view", 0.3), ("email_click", 0.1)):
        if chance.yes(often):
            yield Act(_after(since, chance, 1, 25), person.number, kind)


def _reads(person: Person, year: Year, chance: Chance, since: datetime) -> Iterator[Act]:
    for _ in range(chance.choice((1, 1, 2))):
        yield Act(_after(since, chance, 0, 45), person.number, "page_view", detail=chance.choice(PAGES))
    for kind, often in (("email_open", 0.6), ("email_click", 0.5), ("pricing_page", 0.14)):
        if chance.yes(often):
            yield Act(_after(since, chance, 2, 50), person.number, kind)
    if chance.yes(0.6):
        yield _download(person, chance, since, 40)
    if chance.yes(0.13):
        yield from _webinar(person, year, chance, since)


def _evaluates(person: Person, year: Year, chance: Chance, since: datetime) -> Iterator[Act]:
    for _ in range(chance.choice((1, 2, 2, 3))):
        yield Act(_after(since, chance, 0, 18), person.number, "pricing_page")
    yield Act(_after(since, chance, 0, 12), person.number, "page_view", detail=chance.choice(PAGES))
    if chance.yes(0.75):
        yield _download(person, chance, since, 16)
    if chance.yes(0.55):
        yield from _webinar(person, year, chance, since)
    asks = chance.random() * (3 if person.firm.size == "tiny" else 1)
    if asks < 0.11:
        yield Act(_after(since, chance, 1, 24), person.number, "demo_request", detail="from the comparison page")
    elif asks < 0.15:
        yield Act(_after(since, chance, 1, 24), person.number, "price_request")


def _webinar(person: Person, year: Year, chance: Chance, since: datetime) -> Iterator[Act]:
    day = next_webinar(year, since.date())
    begins = at(day, "11:00")
    if begins <= since:
        return
    if since + timedelta(hours=3) < begins:
        yield Act(since + (begins - since) * chance.uniform(0.1, 0.8), person.number, "invited", WEBINARS)
    came, stayed = begins + timedelta(minutes=chance.randrange(9)), f"{chance.randrange(18, 46)} of 45 minutes"
    yield Act(came, person.number, "webinar_attended", WEBINARS, WEBINARS, stayed)


def _download(person: Person, chance: Chance, since: datetime, within: int) -> Act:
    content = chance.choice([title for title, (kind, *_) in CONTENTS.items() if kind != "webinar"])
    return Act(_after(since, chance, 0, within), person.number, "download", CONTENTS[content][1], content)


def _after(since: datetime, chance: Chance, soonest: int, latest: int) -> datetime:
    """A moment that many days later, on a weekday nine times of ten."""
    day = since.date() + timedelta(days=chance.randint(soonest, latest))
    if day.weekday() > 4 and chance.yes(0.9):
        day += timedelta(days=7 - day.weekday())
    return max(moment_on(day, chance), since + timedelta(minutes=chance.randrange(2, 50)))


_DO = {"passes": _passes, "reads": _reads, "evaluates": _evaluates}
PAGES = ("Customers", "How it plans", "Integrations", "For fleets of 20 to 80", "Compare", "Careers")
