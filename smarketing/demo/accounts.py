"""Two things of the beginning and the end: the list of the system before, and the accounts that are Emma's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leads.intake import receive_many
from leads.lifecycle import CUSTOMER, DISQUALIFIED, LEAD, LOST, RECYCLED
from leads.models import Company
from smarketing.demo.agenda import Process
from smarketing.demo.behaviour import Act, acts_of
from smarketing.demo.scene import Scene
from smarketing.demo.story import SCRIPT, at
from smarketing.demo.world import Firm, Person

STOOD_AT = {LEAD: 0.56, RECYCLED: 0.13, CUSTOMER: 0.11, LOST: 0.14, DISQUALIFIED: 0.06}
ACCOUNTS = 14


def bring_old_list(scene: Scene) -> None:
    """Marketing imports what the system before knew: stages with their dates, as history."""
    since = at(scene.year.first_day, "08:30")
    people = [person for person in scene.world.people if person.drive.is_old_list]
    received = receive_many(
        [_row(scene, person, since) for person in people], by=scene.cast.maya, at=since, fresh=False, history=True
    )
    for person, lead_id in zip(people, received.leads, strict=True):
        person.lead_id, scene.person_of[lead_id] = lead_id, person


def _row(scene: Scene, person: Person, since: datetime) -> dict[str, Any]:
    chance = scene.chance("old list", person.number)
    stage = chance.one_of(STOOD_AT)
    reached = person.arrives_at + (since - person.arrives_at) * chance.uniform(0.1, 0.9)
    before: list[Act] = [act for act in acts_of(person, scene.year, scene.world.seed) if act.at < since]
    return person.facts() | {"stage": stage, "stage_at": reached, "touches": [act.told() for act in before]}


def accounts_of(scene: Scene) -> list[Firm]:
    """The largest firms of our kind that are known by the day on which accounts are named, and new to us."""
    named = at(scene.year.working_day(SCRIPT.accounts_named), "00:00")
    people = [person for person in scene.world.people if not person.private]
    old = {person.firm.domain for person in people if person.drive.is_old_list}
    known = {person.firm for person in people if person.arrives_at < named and person.firm.is_our_kind}
    new = [firm for firm in known if firm.domain not in old]
    return sorted(new, key=lambda firm: (-firm.employees, firm.domain))[:ACCOUNTS]


def name_accounts(scene: Scene) -> Process:
    """They become Emma's; in the last days she falls ill, and nobody covers for her."""
    yield at(scene.year.working_day(SCRIPT.accounts_named), "10:00")
    domains = [firm.domain for firm in accounts_of(scene)]
    Company.objects.filter(domain__in=domains).update(owner=scene.cast.emma, named_account=True)
    now = yield scene.year.before_the_end(7.5)
    scene.fall_ill(scene.cast.emma, days=4, at=now)
