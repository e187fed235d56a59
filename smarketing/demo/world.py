"""The market: firms, the people in them, and when each comes in. No database, no clock; chance alone."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from smarketing.demo import names
from smarketing.demo.chance import Chance
from smarketing.demo.market import DRIVES, WEBINARS, Drive, drive_from
from smarketing.demo.story import Year, at

SIZES = {"tiny": (3, 19), "small": (20, 199), "middling": (200, 2000), "large": (2001, 14000)}
# How often somebody works for a firm that others came from already.
SHARED = {"tiny": 0.05, "small": 0.22, "middling": 0.5, "large": 0.7}
INTERESTS = ("passes", "reads", "evaluates")
LEVELS = ("leads", "manages", "works", "aside")
HOME = {"Netherlands": 0.38, "Germany": 0.27, "Belgium": 0.17, "Austria": 0.06, "Switzerland": 0.05,
        "France": 0.04, "United Kingdom": 0.03}  # fmt: skip
TWICE = ("middling", "large")
CORE = ("Road freight", "Logistics", "Wholesale", "Food", "Retail")
TRADE = {"Road freight": 0.26, "Logistics": 0.22, "Wholesale": 0.13, "Food": 0.1, "Retail": 0.09,
         "Building materials": 0.07, "Manufacturing": 0.07, "Couriers": 0.03, "Services": 0.03}  # fmt: skip
SIZE_UNKNOWN = {"Event": 0.3, "Trade fair": 0.45}
SIZE_USUALLY_UNKNOWN = 0.06
WEBINAR_EVERY = timedelta(weeks=4)
REGISTERS_BEFORE = 12  # days
ROOTS_ELSEWHERE = 0.14
STEMS = names.STEMS.split()


@dataclass(frozen=True)
class Firm:
    """An organisation as it really is; what we know of it is what its people tell us."""

    name: str
    domain: str
    trade: str
    country: str
    city: str
    size: str
    employees: int

    @property
    def vehicles(self) -> int:
        """How many it plans for."""
        share = 0.35 if self.trade in ("Road freight", "Couriers") else 0.08
        return max(round(self.employees * share), 1)

    @property
    def is_our_kind(self) -> bool:
        return self.trade in CORE


@dataclass
class Person:
    """Somebody who will come in, as they really are."""

    number: int
    first_name: str
    last_name: str
    email: str
    title: str
    level: str
    interest: str
    firm: Firm
    drive: Drive
    arrives_at: datetime
    tells_size: bool
    phone: str
    private: bool
    lead_id: int | None = None
    double_of: Person | None = field(default=None, repr=False)
    scene: str = ""

    def facts(self) -> dict[str, Any]:
        """What we are told of them, as intake takes it."""
        facts = {
            "email": self.email, "first_name": self.first_name, "last_name": self.last_name, "title": self.title,
            "phone": self.phone, "city": self.firm.city, "country": self.firm.country,
            "source": self.drive.source, "campaign": self.drive.name, "created_at": self.arrives_at,
        }  # fmt: skip
        if self.private:
            return facts
        facts |= {"company": self.firm.name, "industry": self.firm.trade, "company_country": self.firm.country}
        if self.tells_size:
            facts |= {"employees": self.firm.employees, "company_attributes": {"vehicles": self.firm.vehicles}}
        return facts


class World:
    """Everybody who comes in during the year, in the order in which they do."""

    def __init__(self, seed: int, year: Year, count: int) -> None:
        self.seed, self.year = seed, year
        self.firms: defaultdict[str, list[Firm]] = defaultdict(list)
        self.domains: set[str] = set()
        self.addresses: set[str] = set()
        doubles = max(count // 500, 1)
        arrivals = sorted(self._arrivals(count - doubles), key=lambda arrival: (arrival[0], arrival[1].source))
        self.people = [self._person(number, *arrival) for number, arrival in enumerate(arrivals)]
        self._add_doubles(doubles)

    def person(self, source: str, arrives_at: datetime, **traits: Any) -> Person:
        """One more, of a kind the story needs: `size`, `level` and `interest`, of a certain `firm` or a new one."""
        made = self._person(len(self.people), arrives_at, drive_from(source), **traits)
        self.people.append(made)
        return made

    def _arrivals(self, count: int) -> Iterator[tuple[datetime, Drive]]:
        brought = 0.0
        for drive in DRIVES:
            chance = Chance(self.seed, "arrivals", drive.source)
            days = self._days_of(drive)
            weights = [self.year.busy(day) for day in days]
            come = round(count * (brought + drive.share)) - round(count * brought)
            brought += drive.share
            for day in chance.choices(days, weights, k=come):
                yield moment_on(day, chance), drive

    def _add_doubles(self, count: int) -> None:
        """Some who are known come again, under another address of the same firm; others where there are too few."""
        chance = Chance(self.seed, "doubles")
        soon_enough = at(self.year.last_day - timedelta(days=70), "00:00")
        known = [each for each in self.people if _comes_twice(each) and each.arrives_at < soon_enough]
        firsts = chance.sample(known, min(count, len(known)))
        self.people += [self._twin(first, len(self.people) + place, chance) for place, first in enumerate(firsts)]
        for day in chance.choices(range(self.year.days - 1), k=count - len(firsts)):
            self.person("Website", moment_on(self.year.day(day), chance))

    def _twin(self, first: Person, number: int, chance: Chance) -> Person:
        known_at = max(first.arrives_at, at(self.year.day(30), "10:00"))
        return replace(
            first, number=number, double_of=first, drive=drive_from("Search"), interest="evaluates", phone="",
            arrives_at=known_at + timedelta(days=chance.randrange(15, 60)),
            email=self._free(f"{slug(first.first_name)[0]}.{slug(first.last_name)}", first.firm.domain),
        )  # fmt: skip

    def _days_of(self, drive: Drive) -> list[date]:
        first, last = drive.runs
        days = [self.year.day(n) for n in range(first, min(last, self.year.days))]
        if drive.name != WEBINARS:
            return days
        return [day for day in days if (next_webinar(self.year, day) - day).days <= REGISTERS_BEFORE]

    def _person(self, number: int, arrives_at: datetime, drive: Drive, **traits: Any) -> Person:
        chance = Chance(self.seed, "person", number, drive.source)
        size = traits.get("size") or chance.choices(list(SIZES), drive.sizes)[0]
        level = traits.get("level") or chance.choices(LEVELS, drive.levels)[0]
        interest = traits.get("interest") or chance.choices(INTERESTS, drive.interest)[0]
        firm = traits.get("firm") or self._firm(size, chance, our_kind="interest" in traits)
        first, last = _name(firm.country, chance)
        private = not traits and chance.yes(drive.private_mail)
        return Person(
            number, first, last, self._address(first, last, firm, private), chance.choice(names.TITLES[level]),
            level, interest, firm, drive, arrives_at,
            tells_size=bool(traits) or not chance.yes(SIZE_UNKNOWN.get(drive.channel, SIZE_USUALLY_UNKNOWN)),
            phone="" if not traits and chance.yes(0.14) else _phone(firm.country, chance), private=private,
        )  # fmt: skip

    def _firm(self, size: str, chance: Chance, *, our_kind: bool) -> Firm:
        known = self.firms[size]
        if known and not our_kind and chance.yes(SHARED[size]):
            return chance.choice(known)
        trade = chance.one_of({trade: TRADE[trade] for trade in (CORE if our_kind else TRADE)})
        country = chance.one_of({name: HOME[name] for name in (list(HOME)[:5] if our_kind else HOME)})
        city = chance.choice(names.CITIES[country].split())
        name, domain = self._name_of_firm(trade, country, city, chance)
        low, high = SIZES[size]
        firm = Firm(name, domain, trade, country, city, size, round(low * (high / low) ** chance.random()))
        self.firms[size].append(firm)
        return firm

    def _name_of_firm(self, trade: str, country: str, city: str, chance: Chance) -> tuple[str, str]:
        stem, does = chance.choice(STEMS), chance.choice(names.TRADES[trade])
        domain = slug(f"{stem}-{does}")
        if domain in self.domains:
            stem, domain = f"{stem} {city}", slug(f"{stem}-{does}-{city}")
        while domain in self.domains:
            stem = f"{stem} & {chance.choice(STEMS)}"
            domain = slug(f"{stem}-{does}")
        self.domains.add(domain)
        legal = f" {names.FORMS[country]}" if country in names.FORMS and chance.yes(0.3) else ""
        return f"{stem} {does}{legal}", f"{domain}.example"

    def _address(self, first: str, last: str, firm: Firm, private: bool) -> str:
        """Nobody's real address: an organisation's are under .example, a private one says that it is an example."""
        name = f"{slug(first)}.{slug(last).replace('-', '')}"
        host = "gmail.com" if private else firm.domain
        name = f"example.{name}" if private else name
        return self._free(name, host)

    def _free(self, name: str, host: str) -> str:
        address, again = f"{name}@{host}", 1
        while address in self.addresses:
            again += 1
            address = f"{name}{again}@{host}"
        self.addresses.add(address)
        return address


def _comes_twice(person: Person) -> bool:
    return person.interest != "passes" and not person.private and person.firm.size in TWICE


def next_webinar(year: Year, day: date) -> date:
    """The first webinar on or after a day; the last one of the year was a working week before its last day."""
    last = year.working_day_before(year.desk_time.date(), 5)
    return last + WEBINAR_EVERY * -((last - day) // WEBINAR_EVERY)


def moment_on(day: date, chance: Chance, *, office: float = 0.72) -> datetime:
    """Some time of that day, mostly in office hours."""
    low, high = (8 * 60 + 30, 17 * 60) if chance.yes(office) else (7 * 60, 22 * 60)
    minutes = chance.randrange(low, high)
    return at(day, f"{minutes // 60:02}:{minutes % 60:02}") + timedelta(seconds=chance.randrange(60))


def slug(text: str) -> str:
    """A name as it stands in an address: "Großhandel Köln" becomes "grosshandel-koeln"."""
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ı", "i"), ("ø", "o"), ("ł", "l")):
        text = text.lower().replace(letter, written)
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def _name(country: str, chance: Chance) -> tuple[str, str]:
    roots = [("Elsewhere" if chance.yes(ROOTS_ELSEWHERE) else country) for _ in range(2)]
    last = [" ".join(each.split()) for each in names.LAST[roots[1]].split("|")]
    return chance.choice(names.FIRST[roots[0]].split()), chance.choice(last)


def _phone(country: str, chance: Chance) -> str:
    """A number of the right look, with the digits that are kept for examples."""
    return f"{names.DIALLING[country]} {chance.randrange(20, 80)} 555 01{chance.randrange(100):02}"
