"""Who is who: the lead and the company that each arrival belongs to, known ones or new ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from common.errors import Refused
from leads.freemail import business_domain
from leads.intake.arrival import Arrival

LEAD_FACTS = ("first_name", "last_name", "title", "phone", "city", "country", "source")
COMPANY_FACTS = ("industry", "employees", "revenue", "country")

KNOWN_LEADS = """
SELECT id, email, external_source, external_id, company_id, campaign_id, opted_out_at, attributes, {facts}
  FROM leads_lead
 WHERE id IN (
       SELECT id FROM leads_lead WHERE email = ANY(%(emails)s) AND NOT email = ''
        UNION
       SELECT l.id
         FROM leads_lead l
         JOIN unnest(%(sources)s::text[], %(ids)s::text[]) AS k (source, id)
           ON l.external_source = k.source AND l.external_id = k.id
        WHERE NOT l.external_id = '')
 ORDER BY id
   FOR NO KEY UPDATE
""".format(facts=", ".join(LEAD_FACTS))

KNOWN_COMPANIES = """
SELECT id, name, domain, attributes, customer_since, {facts}
  FROM leads_company
 WHERE (domain = ANY(%(domains)s) AND NOT domain = '') OR lower(name) = ANY(%(names)s)
 ORDER BY id
""".format(facts=", ".join(COMPANY_FACTS))


@dataclass(slots=True, eq=False)
class KnownCompany:
    """A company of this batch: its row as it stands, and what the batch changes of it. New ones have no `id` yet."""

    id: int | None
    was: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)

    def learn(self, arrival: Arrival) -> None:
        """Newer facts win; the name stays, unless all we had for one was the domain."""
        now = self.was | self.changes
        told = {name: value for name, value in arrival.company.items() if name in COMPANY_FACTS}
        if now["name"] == now["domain"] and arrival.company.get("name"):
            told["name"] = arrival.company["name"]
        if arrival.company_attributes:
            told["attributes"] = now["attributes"] | arrival.company_attributes
        self.changes |= {name: value for name, value in told.items() if value != now[name]}

    def buys(self, since: datetime) -> None:
        """One of its people is a customer."""
        if not (self.was | self.changes)["customer_since"]:
            self.changes["customer_since"] = since


@dataclass(slots=True, eq=False)
class Person:
    """A lead of this batch and all that the batch tells of them. New ones have no `id` yet."""

    id: int | None
    was: dict[str, Any]
    arrival: Arrival
    company: KnownCompany | None = None
    told: bool = False

    def changes(self, campaigns: dict[str, int]) -> dict[str, Any]:
        """The columns of a known lead that become different. Owner, stage and the external key never do."""
        told = {name: value for name, value in self.arrival.lead.items() if name in LEAD_FACTS or name == "email"}
        if self.arrival.external and not self.was["external_id"]:
            told |= dict(zip(("external_source", "external_id"), self.arrival.external, strict=True))
        if self.company:
            told["company_id"] = self.company.id
        if self.arrival.campaign and not self.was["campaign_id"]:
            told["campaign_id"] = campaigns[self.arrival.campaign.lower()]
        if self.arrival.attributes:
            told["attributes"] = self.was["attributes"] | self.arrival.attributes
        return {name: value for name, value in told.items() if value != self.was[name]}


class People:
    """The people of one batch, told apart by e-mail address and by external id."""

    def __init__(self, arrivals: Iterable[Arrival]) -> None:
        arrivals = list(arrivals)
        self.all: list[Person] = []
        self._by_email: dict[str, Person] = {}
        self._by_external: dict[tuple[str, str], Person] = {}
        keys = {a.external for a in arrivals if a.external}
        known = _rows(
            KNOWN_LEADS,
            emails=sorted({a.email for a in arrivals if a.email}),
            sources=[source for source, _ in keys],
            ids=[number for _, number in keys],
        )
        for row in known:
            person = Person(row["id"], row, Arrival())
            self._file(person, row["email"], (row["external_source"], row["external_id"]))

    def find(self, arrival: Arrival) -> Person | None:
        """The person an arrival speaks of, or None when they are new.

        Raises Refused when its e-mail address and its external id are two people's.
        """
        external = arrival.external
        by_email = self._by_email.get(arrival.email)
        by_external = external and self._by_external.get(external)
        if by_email and by_external and by_email is not by_external:
            raise Refused(f"{arrival.email} and the id {external[1]} belong to two different leads. Merge them first.")
        return by_external or by_email

    def place(self, arrival: Arrival) -> tuple[Person, bool]:
        """File an arrival under its person, and tell whether this batch already spoke of them. Raises Refused."""
        person = self.find(arrival)
        if person is None:
            person = Person(None, {}, arrival)
        else:
            person.arrival = person.arrival.followed_by(arrival)
        again, person.told = person.told, True
        if not again:
            self.all.append(person)
        self._file(person, arrival.email, arrival.external)
        return person, again

    def _file(self, person: Person, email: str, external: tuple[str, str] | None) -> None:
        if email:
            self._by_email[email] = person
        if external and external[1]:
            self._by_external.setdefault(external, person)


class Companies:
    """The companies of one batch, found by e-mail domain, else by name, else by the domain of a web address."""

    def __init__(self, arrivals: Iterable[Arrival]) -> None:
        arrivals = list(arrivals)
        domains = {business_domain(a.email) for a in arrivals} | {a.website for a in arrivals}
        names = {a.company["name"].lower() for a in arrivals if "name" in a.company}
        self.all: list[KnownCompany] = []
        self._by_domain: dict[str, KnownCompany] = {}
        self._by_name: dict[str, KnownCompany] = {}
        for row in _rows(KNOWN_COMPANIES, domains=sorted(domains - {""}), names=sorted(names)):
            self._file(KnownCompany(row["id"], row))

    def place(self, arrival: Arrival) -> KnownCompany | None:
        """The company an arrival belongs to, made where it is new; None where nothing tells of one."""
        domain, name = business_domain(arrival.email), arrival.company.get("name", "")
        company = self._find(domain, name.lower(), arrival.website)
        if company is None and (domain or name or arrival.website):
            website = "" if arrival.website in self._by_domain else arrival.website
            company = self._new(name, domain or website)
        elif company and domain and not (company.was | company.changes)["domain"]:
            company.changes["domain"] = domain
            self._by_domain[domain] = company
        if company:
            company.learn(arrival)
        return company

    def _find(self, domain: str, name: str, website: str) -> KnownCompany | None:
        if domain:
            named = self._by_name.get(name)
            nameless = named if named and not (named.was | named.changes)["domain"] else None
            return self._by_domain.get(domain) or nameless
        return self._by_name.get(name) if name else self._by_domain.get(website)

    def _new(self, name: str, domain: str) -> KnownCompany:
        empty = {"attributes": {}, "industry": "", "employees": None, "revenue": None, "country": ""}
        company = KnownCompany(None, empty | {"name": name or domain, "domain": domain, "customer_since": None})
        self._file(company)
        return company

    def _file(self, company: KnownCompany) -> None:
        self.all.append(company)
        if company.was["domain"]:
            self._by_domain[company.was["domain"]] = company
        self._by_name.setdefault(company.was["name"].lower(), company)


def _rows(query: str, **values: Any) -> list[dict[str, Any]]:
    """What a query finds, each row by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["attributes"] = json.loads(row["attributes"])
    return rows
